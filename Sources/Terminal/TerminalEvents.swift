import Basics
import CNcurses
import CSystem
import Glibc
import Screen

/// What can happen at the terminal.
public enum TerminalEvent: Equatable, Sendable {
    /// A key, a mouse report or a paste. `inBurst`: with keys before or after it faster than a person presses them, as
    /// when text is pasted into a terminal that does not mark pastes.
    case input(Input, inBurst: Bool = false)
    /// A line that something in the program printed.
    case stray(String)
    /// The screen has to be drawn again, though nothing in it changed.
    case redraw
    /// The terminal has told whether its ground is dark or light.
    case ground(Theme.Ground)
    /// A signal asks the program to end: any that ends a process by default.
    case terminate(Int32)
}

extension Terminal {
    /// Waits for something to happen.
    /// - Parameters:
    ///   - seconds: how long at most; nil waits without end, 0 only looks.
    ///   - descriptors: others to wait for.
    /// - Returns: what happened, and which of the other descriptors can be read.
    public func wait(_ seconds: Double?, or descriptors: [Int32] = []) -> (events: [TerminalEvent], ready: [Int32]) {
        let own = [options.input, signals, stray.descriptor]
        // Negative descriptors are passed over by poll.
        var waiting = (own + descriptors).map { pollfd(fd: $0, events: Int16(POLLIN), revents: 0) }
        let milliseconds = patience(seconds).map { Int32(min(max(0, ($0 * 1000).rounded(.up)), 1e9)) } ?? -1
        guard poll(&waiting, nfds_t(waiting.count), milliseconds) > 0 else { return (events(of: pendingInput()), []) }
        var events: [TerminalEvent] = []
        if waiting[1].revents != 0 { events += readSignals() }
        events += waiting[0].revents & Int16(POLLIN) != 0 ? readKeys() : self.events(of: pendingInput())
        if waiting[0].revents & Int16(POLLHUP | POLLERR | POLLNVAL) != 0 {
            isGone = true
            events.append(.terminate(SIGHUP))
        }
        if waiting[2].revents != 0 { events += stray.read().map { .stray($0) } }
        let ready = waiting.dropFirst(own.count).filter { $0.revents != 0 }.map(\.fd)
        return (events, ready)
    }

    private func readSignals() -> [TerminalEvent] {
        var events: [TerminalEvent] = []
        var isResized = false
        while case let signal = maeface_signals_next(), signal != 0 {
            switch signal {
            case SIGWINCH: isResized = true
            case SIGTSTP:
                suspend()
                events.append(.redraw)
            case SIGCONT where expectedContinues > 0: expectedContinues -= 1
            case SIGCONT:
                // Stopped by someone else, perhaps with the terminal changed meanwhile.
                lend {}
                events.append(.redraw)
            default: events.append(.terminate(signal))
            }
        }
        if fitToScreen() || isResized { events.append(.input(.resize(size))) }
        return events
    }

    private func readKeys() -> [TerminalEvent] {
        var found: [InputDecoder.Decoded] = []
        var value: UInt32 = 0
        // A flood of input is taken in portions, so that the screen keeps up with it.
        for _ in 0..<4096 {
            let raw: RawKey =
                switch maeface_next_key(keyWindow, &value) {
                case 1: .scalar(value)
                case 2: .code(Int32(bitPattern: value))
                default: .none
                }
            found += decoder.decode(raw, time: Clock.monotonic())
            if raw == .none { break }
        }
        return events(of: found)
    }

    /// Seconds to wait at most: a sequence whose end does not come is given up in time.
    private func patience(_ seconds: Double?) -> Double? {
        guard let deadline = decoder.deadline else { return seconds }
        return min(seconds ?? .infinity, max(0, deadline - Clock.monotonic()))
    }

    /// What a sequence was that has waited for its end too long.
    private func pendingInput() -> [InputDecoder.Decoded] {
        decoder.deadline == nil ? [] : decoder.decode(.none, time: Clock.monotonic())
    }

    /// - Parameter decoded: what came at one time.
    private func events(of decoded: [InputDecoder.Decoded]) -> [TerminalEvent] {
        let keys = decoded.count {
            switch $0 {
            case .input(.key), .input(.paste): true
            default: false
            }
        }
        let inBurst = bursts.isBurst(keys: keys, time: Clock.monotonic())
        var events: [TerminalEvent] = []
        for item in decoded {
            switch item {
            case .input(let input): events.append(.input(input, inBurst: inBurst))
            case .reply(.ground(let red, let green, let blue)):
                // Relative luminance without its gamma: near enough to tell paper from night.
                let isLight = 0.2126 * red + 0.7152 * green + 0.0722 * blue > 0.5
                events.append(.ground(isLight ? .light : .dark))
            case .reply(let reply): if take(reply) { events.append(.redraw) }
            }
        }
        return events
    }
}

/// Tells keys that come faster than a person presses them.
struct BurstDetector {
    private var last = -Double.infinity

    /// Seconds between two keys of a person at the least: a key that is held repeats more slowly, too.
    static let gap = 0.025

    /// - Parameters:
    ///   - keys: how many came at once.
    ///   - time: seconds on any steady clock.
    mutating func isBurst(keys: Int, time: Double) -> Bool {
        guard keys > 0 else { return false }
        defer { last = time }
        return keys > 1 || time - last < Self.gap
    }
}
