import Foundation

/// Waits until something is so, asking again and again.
///
/// - Parameter seconds: the deadline, for a busy machine: what is waited for comes far sooner.
/// - Returns: whether it is so; false at the deadline.
public func becomesTrue(within seconds: Double = 120, _ isSo: () throws -> Bool) rethrows -> Bool {
    let deadline = DispatchTime.now() + seconds
    while DispatchTime.now() < deadline {
        if try isSo() { return true }
        usleep(1_000)
    }
    return try isSo()
}

extension Process {
    /// Waits for the end of the process, which is killed at a deadline: a test that hangs tells nothing.
    /// - Returns: whether it ended by itself.
    @discardableResult
    public func waitUntilExit(atMost seconds: Double) -> Bool {
        let hasEnded = becomesTrue(within: seconds) { !isRunning }
        if !hasEnded { kill(processIdentifier, SIGKILL) }
        waitUntilExit()
        return hasEnded
    }
}

/// SplitMix64 (Steele et al., 2014): numbers that are the same in every run of a test.
public struct SeededGenerator: RandomNumberGenerator {
    private var state: UInt64

    public init(seed: UInt64) { state = seed }

    public mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }
}
