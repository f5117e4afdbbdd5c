import Foundation
import Screen
import Synchronization

@testable import Terminal

/// Both ends of a pseudo terminal; everything written to it is kept.
final class PseudoTerminal {
    let slave: Int32
    private let master: Int32
    private let kept = Kept()
    private let before: termios

    private final class Kept: Sendable {
        let bytes = Mutex<[UInt8]>([])
        let ended = DispatchSemaphore(value: 0)
    }

    init(columns: Int, rows: Int) throws {
        master = open("/dev/ptmx", O_RDWR | O_NOCTTY)
        // What unlockpt and ptsname do; the C library shows them only to programs that ask for X/Open.
        var locked: Int32 = 0
        var number: Int32 = 0
        guard master >= 0, ioctl(master, 0x4004_5431, &locked) == 0, ioctl(master, 0x8004_5430, &number) == 0 else {
            throw TerminalError(description: "no pseudo terminal")
        }
        slave = open("/dev/pts/\(number)", O_RDWR | O_NOCTTY)
        Self.setSize(slave, columns, rows)
        var settings = termios()
        tcgetattr(slave, &settings)
        before = settings
        let (master, kept) = (master, kept)
        Thread.detachNewThread {
            var buffer = [UInt8](repeating: 0, count: 65536)
            while case let count = read(master, &buffer, buffer.count), count > 0 {
                kept.bytes.withLock { $0 += buffer[..<count] }
            }
            kept.ended.signal()
        }
    }

    /// What a person types.
    func type(_ text: String) { _ = write(master, text, text.utf8.count) }

    func resize(columns: Int, rows: Int) { Self.setSize(slave, columns, rows) }

    private static func setSize(_ descriptor: Int32, _ columns: Int, _ rows: Int) {
        var size = winsize(ws_row: UInt16(rows), ws_col: UInt16(columns), ws_xpixel: 0, ws_ypixel: 0)
        _ = ioctl(descriptor, UInt(TIOCSWINSZ), &size)
    }

    /// Whether the line settings are what they were at first.
    var isRestored: Bool {
        var now = termios()
        tcgetattr(slave, &now)
        return now.c_iflag == before.c_iflag && now.c_oflag == before.c_oflag && now.c_lflag == before.c_lflag
            && now.c_cflag == before.c_cflag
    }

    /// Closes the terminal and returns everything that was written.
    func finish() -> String {
        close(slave)
        // A descriptor that someone forgot to close would keep the terminal open for ever.
        precondition(kept.ended.wait(timeout: .now() + 20) == .success, "the terminal was not closed")
        close(master)
        return String(decoding: kept.bytes.withLock { $0 }, as: UTF8.self)
    }
}

/// As much of a terminal as ncurses asks of xterm: a screen of characters that control sequences move over.
struct ScreenModel {
    let width: Int
    let height: Int
    private(set) var cells: [[Character]]
    private var row = 0
    private var column = 0
    private var saved = (0, 0)
    private(set) var modes: Set<String> = []
    private(set) var unknown: [String] = []

    init(width: Int, height: Int) {
        self.width = width
        self.height = height
        cells = Array(repeating: Array(repeating: " ", count: width), count: height)
    }

    var lines: [String] {
        cells.map { line in
            var text = String(line)
            while text.last == " " { text.removeLast() }
            return text
        }
    }

    mutating func feed(_ text: String) {
        var rest = Array(text.unicodeScalars)[...]
        while let scalar = rest.popFirst() {
            switch scalar {
            case "\u{1b}": escape(&rest)
            case "\r": column = 0
            case "\n": row = min(height - 1, row + 1)
            case "\u{8}": column = max(0, column - 1)
            case "\u{f}", "\u{7}": break
            default: put(Character(scalar))
            }
        }
    }

    private mutating func put(_ character: Character) {
        if column >= width { (column, row) = (0, min(height - 1, row + 1)) }
        cells[row][column] = character
        column += 1
    }

    private mutating func escape(_ rest: inout ArraySlice<Unicode.Scalar>) {
        switch rest.popFirst() {
        case "[": control(&rest)
        case "7": saved = (row, column)
        case "8": (row, column) = saved
        case "(", ")": _ = rest.popFirst()
        case "=", ">", "\\": break
        case "]": string(&rest)
        case let other: unknown.append("ESC \(other.map(String.init) ?? "")")
        }
    }

    /// A question for the colour of the ground shows nothing.
    private mutating func string(_ rest: inout ArraySlice<Unicode.Scalar>) {
        var text = ""
        while let scalar = rest.popFirst(), scalar != "\u{7}", scalar != "\u{1b}" { text.unicodeScalars.append(scalar) }
        if text != "11;?" { unknown.append("OSC \(text)") }
    }

    private mutating func control(_ rest: inout ArraySlice<Unicode.Scalar>) {
        var parameters = ""
        while let scalar = rest.first, (0x20...0x3f).contains(scalar.value) {
            parameters.unicodeScalars.append(scalar)
            rest.removeFirst()
        }
        guard let final = rest.popFirst() else { return }
        let numbers = parameters.split(separator: ";").map { Int($0) ?? 0 }
        let first = max(1, numbers.first ?? 1)
        switch final {
        case "H":
            row = min(height, first) - 1
            column = min(width, max(1, numbers.count > 1 ? numbers[1] : 1)) - 1
        case "G": column = first - 1
        case "d": row = first - 1
        case "A": row -= first
        case "B": row += first
        case "C": column += first
        case "D": column -= first
        case "K": erase(row, parameters == "1" ? 0...column : column...(width - 1))
        case "X": erase(row, column...min(width - 1, column + first - 1))
        case "b":
            let last = cells[row][column - 1]
            for _ in 0..<first { put(last) }
        case "J":
            if parameters != "2" { erase(row, column...(width - 1)) }
            for line in (parameters == "2" ? 0 : row + 1)..<height { erase(line, 0...(width - 1)) }
        case "h" where parameters.hasPrefix("?"): modes.insert(parameters)
        case "l" where parameters.hasPrefix("?"): modes.remove(parameters)
        case "m", "r", "t", "c", "l", "h": break
        default: unknown.append("CSI \(parameters)\(final)")
        }
    }

    private mutating func erase(_ line: Int, _ columns: ClosedRange<Int>) {
        for column in columns where column < width { cells[line][column] = " " }
    }
}
