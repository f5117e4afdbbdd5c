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
        /// A string up to BEL or ESC \, with its first bytes; nil for kinds that are not read.
        case string([UInt8]?, escape: Bool)
        /// Bracketed paste; `tail` counts how much of its closing sequence has been seen.
        case paste(String, tail: Int)
        /// The old mouse protocol: three bytes follow.
        case oldMouse(Int)
    }

    private var state = State.ground
    private var mouse = MouseDecoder()
    private let keys: KeyTable

    init(keys: KeyTable) {
        self.keys = keys
    }

    private static let pasteEnd: [UInt32] = Array("\u{1b}[201~".unicodeScalars.map(\.value))

    /// - Parameter time: seconds on any steady clock, for double clicks.
    mutating func decode(_ raw: RawKey, time: Double) -> [Decoded] {
        switch state {
        case .ground: return ground(raw)
        case .escape: return afterEscape(raw)
        case .control(let bytes): return control(bytes, raw, time)
        case .singleShift:
            state = .ground
            if case .scalar = raw { return [] }
            return [.input(.key(.alt("O")))] + (raw == .none ? [] : ground(raw))
        case .string(let bytes, let escape): return string(bytes, escape, raw)
        case .paste(let text, let tail): return paste(text, tail, raw)
        case .oldMouse(let left):
            if case .scalar = raw { state = left > 1 ? .oldMouse(left - 1) : .ground }
            return []
        }
    }

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
        // OSC, then DCS, SOS, PM, APC.
        case .scalar(0x5d):
            state = .string([], escape: false)
            return []
        case .scalar(0x50), .scalar(0x58), .scalar(0x5e), .scalar(0x5f):
            state = .string(nil, escape: false)
            return []
        case .scalar(let value):
            guard case .character(let letter)? = key(forScalar: value) else { return ground(raw) }
            return [.input(.key(.alt(letter)))]
        }
    }

    private mutating func control(_ bytes: [UInt8], _ raw: RawKey, _ time: Double) -> [Decoded] {
        switch raw {
        case .none:
            // A sequence may arrive in two pieces; a lone ESC [ was Alt and a bracket.
            guard bytes.isEmpty else { return [] }
            state = .ground
            return [.input(.key(.alt("[")))]
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
            state = .paste("", tail: 0)
            return []
        case (nil, _): return KeyTable.controlSequence(numbers, final: final).map { [.input(.key($0))] } ?? []
        default: return []
        }
    }

    private mutating func string(_ bytes: [UInt8]?, _ escape: Bool, _ raw: RawKey) -> [Decoded] {
        guard case .scalar(let value) = raw else { return [] }
        if value == 7 || (escape && value == 0x5c) {
            state = .ground
            return bytes.flatMap(Self.ground).map { [.reply($0)] } ?? []
        }
        let isText = (0x20..<0x7f).contains(value) && bytes.map { $0.count < 64 } ?? false
        state = .string(isText ? bytes.map { $0 + [UInt8(value)] } : bytes, escape: value == 27)
        return []
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

    private mutating func paste(_ text: String, _ tail: Int, _ raw: RawKey) -> [Decoded] {
        guard case .scalar(let value) = raw else { return [] }
        if value == Self.pasteEnd[tail] {
            if tail + 1 < Self.pasteEnd.count {
                state = .paste(text, tail: tail + 1)
                return []
            }
            state = .ground
            return [.input(.paste(text))]
        }
        // What looked like the end was text after all; its ESC is dropped.
        var text = text
        for held in Self.pasteEnd.prefix(tail).dropFirst() { append(held, to: &text) }
        let restarts = value == Self.pasteEnd[0]
        if !restarts { append(value, to: &text) }
        state = .paste(text, tail: restarts ? 1 : 0)
        return []
    }

    /// Line ends become \n, tabs stay, other controls are dropped; a paste is cut at a million characters.
    private func append(_ value: UInt32, to text: inout String) {
        guard let scalar = Unicode.Scalar(value == 13 ? 10 : value), text.utf8.count < 1_000_000 else { return }
        if scalar.value >= 0x20 && scalar.value != 0x7f || scalar.value == 10 || scalar.value == 9 {
            text.unicodeScalars.append(scalar)
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
