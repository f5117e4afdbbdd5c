import Foundation

/// Runs `body` without root's right to read everything. The file system's user is a property of the thread on Linux, so
/// that tests beside this one notice nothing; threads that `body` starts inherit it.
/// - Throws: what `body` throws; `CocoaError` where the system cannot change that user.
public func withoutRootsRights<Result>(_ body: () throws -> Result) throws -> Result {
    guard geteuid() == 0 else { return try body() }
    typealias Change = @convention(c) (UInt32) -> Int32
    guard let symbol = dlsym(nil, "setfsuid") else { throw CocoaError(.featureUnsupported) }
    let change = unsafeBitCast(symbol, to: Change.self)
    _ = change(65534)
    defer { _ = change(0) }
    return try body()
}
