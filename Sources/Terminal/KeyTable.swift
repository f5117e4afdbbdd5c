import CNcurses
import Screen

/// The keys of ncurses by a person's names. Shift and Control with an arrow or a paging key count as the key alone.
struct KeyTable {
    /// Codes that ncurses numbers at run time: keys with modifiers, by their names in the terminal's description.
    private let extended: [Int32: Key]

    /// - Parameter names: names of the codes above `KEY_MAX`, such as `kUP5`.
    init(names: [Int32: String] = [:]) {
        extended = names.compactMapValues(Self.extendedKey)
    }

    func isMouse(_ code: Int32) -> Bool { code == KEY_MOUSE }

    func key(_ code: Int32) -> Key? {
        if let known = Self.named[code] { return known }
        if (KEY_F0 + 1...KEY_F0 + 24).contains(code) { return .function(Int(code - KEY_F0)) }
        return extended[code]
    }

    private static let named: [Int32: Key] = [
        KEY_UP: .up, KEY_DOWN: .down, KEY_LEFT: .left, KEY_RIGHT: .right, KEY_HOME: .home, KEY_END: .end,
        KEY_PPAGE: .pageUp, KEY_NPAGE: .pageDown, KEY_IC: .insert, KEY_DC: .delete, KEY_BTAB: .backTab,
        KEY_BACKSPACE: .backspace, KEY_ENTER: .enter, KEY_SR: .up, KEY_SF: .down, KEY_SLEFT: .left,
        KEY_SRIGHT: .right, KEY_SHOME: .home, KEY_SEND: .end, KEY_SPREVIOUS: .pageUp, KEY_SNEXT: .pageDown,
        KEY_SDC: .delete, KEY_A1: .home, KEY_A3: .pageUp, KEY_C1: .end, KEY_C3: .pageDown,
    ]

    private static func extendedKey(_ name: String) -> Key? {
        // kUP3 is Up with Alt, kUP5 with Control, and so on.
        switch name.prefix(while: { !$0.isNumber }) {
        case "kUP": return .up
        case "kDN": return .down
        case "kLFT": return .left
        case "kRIT": return .right
        case "kHOM": return .home
        case "kEND": return .end
        case "kPRV": return .pageUp
        case "kNXT": return .pageDown
        case "kIC": return .insert
        case "kDC": return .delete
        default: return nil
        }
    }

    /// Keys in the form most terminals share, for terminals whose description lacks them: CSI A, CSI 5 ~, CSI 1;5 C.
    static func controlSequence(_ numbers: [Int], final: UInt8) -> Key? {
        switch final {
        case UInt8(ascii: "A"): return .up
        case UInt8(ascii: "B"): return .down
        case UInt8(ascii: "C"): return .right
        case UInt8(ascii: "D"): return .left
        case UInt8(ascii: "H"): return .home
        case UInt8(ascii: "F"): return .end
        case UInt8(ascii: "Z"): return .backTab
        case UInt8(ascii: "~"): break
        default: return nil
        }
        switch numbers.first {
        case 1, 7: return .home
        case 2: return .insert
        case 3: return .delete
        case 4, 8: return .end
        case 5: return .pageUp
        case 6: return .pageDown
        case let number? where (11...15).contains(number): return .function(number - 10)
        case let number? where (17...21).contains(number): return .function(number - 11)
        case let number? where (23...24).contains(number): return .function(number - 12)
        default: return nil
        }
    }
}
