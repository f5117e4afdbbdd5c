import Screen

/// What ncurses hands over: a character, the code of a function key, or nothing more for now.
enum RawKey: Equatable {
    case scalar(UInt32)
    case code(Int32)
    case none
}

/// What a terminal says about itself when asked.
enum TerminalReply: Equatable {
    /// Primary device attributes (DA1); 4 among them means sixel.
    case attributes([Int])
    /// The size of a character cell in pixels.
    case cellSize(width: Int, height: Int)
    /// The colour of the ground (OSC 11), each channel from 0 to 1.
    case ground(red: Double, green: Double, blue: Double)
}

/// Turns keys and the sequences that ncurses does not know into input.
///
/// ncurses resolves the keys of the terminal's description. Whatever else begins with ESC comes through as single
/// characters and is read here by the grammar of ECMA-48: mouse reports (SGR form), bracketed paste, replies, and
/// keys with Alt. A sequence nobody knows is dropped whole instead of being typed.
///
/// No sequence holds the keys for ever, whether its end was lost or it was Alt and a key that begins one. It is given
/// up some time after characters last arrived in a row: a person's keys come one by one and do not prolong it. A paste
/// then counts as far as it came, and Ctrl-C by itself ends it at once; a control character ends any other sequence.
struct InputDecoder {
    enum Decoded: Equatable {
        case input(Input)
        case reply(TerminalReply)
    }

    private enum State {
        case ground
        case escape
        /// Parameters and intermediates of a control sequence.
        case control([UInt8])
        /// ESC O: one more character follows.
        case singleShift
        /// A string up to BEL or ESC \, begun by ESC and `introducer`.
        case string(PendingString)
        /// Bracketed paste, kept in `pasted`; `tail` counts how much of its closing sequence has been seen.
        case paste(tail: Int)
        /// The old mouse protocol: three bytes follow.
        case oldMouse(Int)
    }

    private struct PendingString {
        let introducer: Character
        /// Its first bytes, of the kind that is read.
        var bytes: [UInt8] = []
        var count = 0
        /// An ESC came, and a backslash may follow.
        var escape = false
    }

    private var state = State.ground
    private var mouse = MouseDecoder()
    private let keys: KeyTable
    private var pasted = ""
    /// When a sequence began, or last brought two characters in a row.
    private var lastGrowth = 0.0
    /// Nothing has come since the last moment without input.
    private var isPause = true
    /// Ctrl-C came by itself into a paste.
    private var isInterrupt = false

    init(keys: KeyTable) {
        self.keys = keys
    }

    private static let pasteEnd: [UInt32] = Array("\u{1b}[201~".unicodeScalars.map(\.value))
    /// Characters of a string or a paste after which no more are kept, and a string is given up.
    static let longest = 1_000_000
    /// Seconds that the rest of a paste is waited for, as over a slow link.
    static let pastePatience = 1.0
    /// Seconds that the rest of another sequence is waited for.
    static let patience = 0.5
    /// Seconds after which the beginning of a sequence, with nothing behind it, was Alt and a key.
    static let altPatience = 0.1

    /// When `decode(.none, ...)` has to be called at the latest, on the clock of its times; nil when nothing is pending.
    var deadline: Double? {
        switch state {
        case .ground: nil
        case .escape: lastGrowth + Self.altPatience
        case .control(let bytes): lastGrowth + (bytes.isEmpty ? Self.altPatience : Self.patience)
        case .singleShift: lastGrowth + Self.altPatience
        case .string(let string): lastGrowth + (string.count == 0 ? Self.altPatience : Self.patience)
        case .oldMouse: lastGrowth + Self.patience
        case .paste: lastGrowth + Self.pastePatience
        }
    }

    /// - Parameter time: seconds on any steady clock, for double clicks and for sequences without an end.
    mutating func decode(_ raw: RawKey, time: Double) -> [Decoded] {
        let abandoned = deadline.map { time >= $0 } ?? false ? abandon() : []
        if case .ground = state {
            lastGrowth = time
        } else if raw != .none, !isPause {
            lastGrowth = time
        }
        let taken = take(raw, time)
        if case .escape = state { lastGrowth = time }
        isPause = raw == .none
        return abandoned + taken
    }

    private mutating func take(_ raw: RawKey, _ time: Double) -> [Decoded] {
        switch state {
        case .ground: return ground(raw)
        case .escape: return afterEscape(raw)
        case .control(let bytes): return control(bytes, raw, time)
        case .singleShift: return singleShift(raw)
        case .string(let pending): return string(pending, raw)
        case .paste(let tail): return paste(tail, raw)
        case .oldMouse(let left): return oldMouse(left, raw)
        }
    }

    /// Gives up a sequence whose end does not come; what it may have meant.
    private mutating func abandon() -> [Decoded] {
        defer { state = .ground }
        switch state {
        case .escape: return [.input(.key(.escape))]
        case .control(let bytes): return bytes.isEmpty ? [.input(.key(.alt("[")))] : []
        case .singleShift: return [.input(.key(.alt("O")))]
        case .string(let string):
            let begin: [Decoded] = string.count == 0 ? [.input(.key(.alt(string.introducer)))] : []
            return begin + (string.escape ? [.input(.key(.escape))] : [])
        case .paste: return pasted.isEmpty ? [] : [.input(.paste(pasted))]
        case .ground, .oldMouse: return []
        }
    }

    /// Whether a character cannot stand in a sequence: ESC begins another one.
    private static func interrupts(_ value: UInt32) -> Bool { value < 8 && value != 7 || 14..<32 ~= value }

    private mutating func ground(_ raw: RawKey) -> [Decoded] {
        switch raw {
        case .none: return []
        case .scalar(27):
            state = .escape
            return []
        case .scalar(let value): return key(forScalar: value).map { [.input(.key($0))] } ?? []
        case .code(let code):
            if keys.isMouse(code) {
                state = .oldMouse(3)
                return []
            }
            return keys.key(code).map { [.input(.key($0))] } ?? []
        }
    }

    private mutating func afterEscape(_ raw: RawKey) -> [Decoded] {
        state = .ground
        switch raw {
        case .none: return [.input(.key(.escape))]
        case .code: return ground(raw)
        case .scalar(27):
            state = .escape
            return [.input(.key(.escape))]
        case .scalar(0x5b):
            state = .control([])
            return []
        case .scalar(0x4f):
            state = .singleShift
            return []
        // DCS, SOS, OSC, PM, APC.
        case .scalar(let value) where "PX]^_".unicodeScalars.contains { $0.value == value }:
            state = .string(PendingString(introducer: Unicode.Scalar(value).map(Character.init) ?? "]"))
            return []
        case .scalar(let value):
            guard case .character(let letter)? = key(forScalar: value) else { return ground(raw) }
            return [.input(.key(.alt(letter)))]
        }
    }

    private mutating func control(_ bytes: [UInt8], _ raw: RawKey, _ time: Double) -> [Decoded] {
        switch raw {
        // A sequence may arrive in two pieces.
        case .none: return []
        case .scalar(let value) where (0x20...0x3f).contains(value) && bytes.count < 64:
            state = .control(bytes + [UInt8(value)])
            return []
        case .scalar(let value) where (0x40...0x7e).contains(value):
            state = .ground
            return finish(bytes, final: UInt8(value), time)
        default:
            state = .ground
            return ground(raw)
        }
    }

    /// A whole control sequence.
    private mutating func finish(_ bytes: [UInt8], final: UInt8, _ time: Double) -> [Decoded] {
        let marker = bytes.first.flatMap { (0x3c...0x3f).contains($0) ? $0 : nil }
        let text = String(decoding: marker == nil ? bytes : Array(bytes.dropFirst()), as: UTF8.self)
        let numbers = text.split(separator: ";", omittingEmptySubsequences: false).map { Int($0) ?? 0 }
        switch (marker, final) {
        case (UInt8(ascii: "<"), UInt8(ascii: "M")), (UInt8(ascii: "<"), UInt8(ascii: "m")):
            guard numbers.count == 3 else { return [] }
            let report = mouse.decode(
                code: numbers[0], column: numbers[1], row: numbers[2], released: final == UInt8(ascii: "m"), time: time)
            return report.map { [.input(.mouse($0))] } ?? []
        case (nil, UInt8(ascii: "M")) where bytes.isEmpty:
            state = .oldMouse(3)
            return []
        case (UInt8(ascii: "?"), UInt8(ascii: "c")): return [.reply(.attributes(numbers))]
        case (nil, UInt8(ascii: "t")) where numbers.count == 3 && numbers[0] == 6:
            return [.reply(.cellSize(width: numbers[2], height: numbers[1]))]
        case (nil, UInt8(ascii: "~")) where numbers.first == 200:
            state = .paste(tail: 0)
            pasted = ""
            isInterrupt = false
            return []
        case (nil, _): return KeyTable.controlSequence(numbers, final: final).map { [.input(.key($0))] } ?? []
        default: return []
        }
    }

    private mutating func singleShift(_ raw: RawKey) -> [Decoded] {
        switch raw {
        case .none: return []
        case .scalar(let value) where !Self.interrupts(value):
            state = .ground
            return []
        case .scalar, .code: return abandon() + ground(raw)
        }
    }

    private mutating func oldMouse(_ left: Int, _ raw: RawKey) -> [Decoded] {
        switch raw {
        case .none: return []
        case .scalar(let value) where value >= 0x20:
            state = left > 1 ? .oldMouse(left - 1) : .ground
            return []
        case .scalar, .code: return abandon() + ground(raw)
        }
    }

    private mutating func string(_ pending: PendingString, _ raw: RawKey) -> [Decoded] {
        var pending = pending
        switch raw {
        case .none: return []
        case .code: return abandon() + ground(raw)
        case .scalar(7): return finish(pending)
        case .scalar(0x5c) where pending.escape: return finish(pending)
        case .scalar(27) where !pending.escape:
            pending.escape = true
            state = .string(pending)
            return []
        // ESC and something else begin another sequence.
        case .scalar where pending.escape:
            pending.escape = false
            state = .string(pending)
            let begin = abandon()
            return begin + afterEscape(raw)
        case .scalar(let value):
            guard !Self.interrupts(value), pending.count < Self.longest else { return abandon() + ground(raw) }
            pending.count += 1
            if (0x20..<0x7f).contains(value), pending.bytes.count < 64 { pending.bytes.append(UInt8(value)) }
            state = .string(pending)
            return []
        }
    }

    /// A whole string; only operating system commands are read.
    private mutating func finish(_ string: PendingString) -> [Decoded] {
        state = .ground
        guard string.introducer == "]" else { return [] }
        return Self.ground(string.bytes).map { [.reply($0)] } ?? []
    }

    /// `11;rgb:` and three hexadecimal numbers of one to four digits, as XParseColor reads them.
    private static func ground(_ bytes: [UInt8]) -> TerminalReply? {
        let text = String(decoding: bytes, as: UTF8.self)
        let prefix = "11;rgb:"
        guard text.hasPrefix(prefix) else { return nil }
        let channels = text.dropFirst(prefix.count).split(separator: "/", omittingEmptySubsequences: false)
        let values = channels.compactMap { digits -> Double? in
            guard (1...4).contains(digits.count), let value = UInt16(digits, radix: 16) else { return nil }
            return Double(value) / Double(1 << (4 * digits.count) - 1)
        }
        guard channels.count == 3, values.count == 3 else { return nil }
        return .ground(red: values[0], green: values[1], blue: values[2])
    }

    private mutating func paste(_ tail: Int, _ raw: RawKey) -> [Decoded] {
        // Among other characters Ctrl-C was pasted; alone between two moments without input a person pressed it.
        let wasInterrupt = isInterrupt
        isInterrupt = raw == .scalar(3) && (isPause || wasInterrupt)
        if raw == .none, wasInterrupt { return abandon() + [.input(.key(.control("c")))] }
        guard case .scalar(let value) = raw else { return [] }
        if value == Self.pasteEnd[tail] {
            if tail + 1 < Self.pasteEnd.count {
                state = .paste(tail: tail + 1)
                return []
            }
            state = .ground
            return [.input(.paste(pasted))]
        }
        // What looked like the end was text after all; its ESC is dropped.
        for held in Self.pasteEnd.prefix(tail).dropFirst() { keep(held) }
        let restarts = value == Self.pasteEnd[0]
        if !restarts { keep(value) }
        state = .paste(tail: restarts ? 1 : 0)
        return []
    }

    /// Adds to the paste: line ends become \n, tabs stay, other controls are dropped; what is too long is cut.
    private mutating func keep(_ value: UInt32) {
        guard let scalar = Unicode.Scalar(value == 13 ? 10 : value), pasted.utf8.count < Self.longest else { return }
        if scalar.value >= 0x20 && scalar.value != 0x7f || scalar.value == 10 || scalar.value == 9 {
            pasted.unicodeScalars.append(scalar)
        }
    }

    private func key(forScalar value: UInt32) -> Key? {
        switch value {
        case 0: return .control(" ")
        case 8, 127: return .backspace
        case 9: return .tab
        case 10, 13: return .enter
        case 27: return .escape
        case 1...26: return Unicode.Scalar(value + 0x60).map { .control(Character($0)) }
        case 28...31: return Unicode.Scalar(value + 0x40).map { .control(Character($0)) }
        case 0x80..<0xa0: return nil
        default: return Unicode.Scalar(value).map { .character(Character($0)) }
        }
    }
}
