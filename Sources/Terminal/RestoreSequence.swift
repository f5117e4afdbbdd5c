/// Control sequences that ncurses does not know, and what puts a terminal right after a crash.
enum RestoreSequence {
    /// Presses and releases, motion while a button is down, coordinates as decimal numbers.
    static let mouseOn = "\u{1b}[?1000h\u{1b}[?1002h\u{1b}[?1006h"
    static let mouseOff = "\u{1b}[?1006l\u{1b}[?1002l\u{1b}[?1000l"
    /// Synchronised output: the terminal shows what lies between as one step. Terminals that lack it ignore it.
    static let beginFrame = "\u{1b}[?2026h"
    static let endFrame = "\u{1b}[?2026l"

    /// Ends a picture or a frame that was cut off, turns off what we turned on, and leaves the alternate screen.
    /// - Parameter capability: a string of the terminal's description by its name.
    static func bytes(_ capability: (String) -> String?) -> [UInt8] {
        let own = "\u{1b}\\" + endFrame + mouseOff + "\u{1b}[?2004l"
        let theirs = ["sgr0", "cnorm", "rmkx", "rmcup"].compactMap(capability).map(withoutPadding).joined()
        return Array((own + theirs).utf8)
    }

    /// Descriptions contain pauses for terminals of metal, such as $<100/>.
    static func withoutPadding(_ text: String) -> String {
        var result = ""
        var rest = Substring(text)
        while let start = rest.firstRange(of: "$<"), let end = rest[start.upperBound...].firstIndex(of: ">") {
            result += rest[..<start.lowerBound]
            rest = rest[rest.index(after: end)...]
        }
        return result + rest
    }
}
