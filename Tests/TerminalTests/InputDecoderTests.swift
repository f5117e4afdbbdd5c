import CNcurses
import Screen
import Testing

@testable import Terminal

@Suite struct InputDecoderTests {
    /// A decoder that reads what arrives at given times.
    private final class Reader {
        var decoder = InputDecoder(keys: KeyTable())
        var deadline: Double? { decoder.deadline }

        /// Text that arrives at once, and a moment without input after it.
        func read(_ text: String, at time: Double) -> [InputDecoder.Decoded] {
            text.unicodeScalars.flatMap { decoder.decode(.scalar($0.value), time: time) } + wait(until: time)
        }

        func wait(until time: Double) -> [InputDecoder.Decoded] { decoder.decode(.none, time: time) }
    }

    /// Decodes text that arrives at once, and minutes without input after it.
    private func decode(_ text: String) -> [InputDecoder.Decoded] {
        let reader = Reader()
        return reader.read(text, at: 0) + reader.wait(until: 200)
    }

    private func keys(_ text: String) -> [Key] {
        decode(text).compactMap { if case .input(.key(let key)) = $0 { key } else { nil } }
    }

    @Test(arguments: [
        ("a", [Key.character("a")]), ("é", [.character("é")]), ("漢", [.character("漢")]), ("\r", [.enter]),
        ("\n", [.enter]), ("\t", [.tab]), ("\u{7f}", [.backspace]), ("\u{8}", [.backspace]),
        ("\u{1}", [.control("a")]), ("\u{1a}", [.control("z")]), ("\0", [.control(" ")]), ("\u{1b}", [.escape]),
        ("\u{1b}x", [.alt("x")]), ("\u{1b}\u{1b}", [.escape, .escape]), ("\u{1b}[", [.alt("[")]),
        ("\u{1b}[A", [.up]), ("\u{1b}[1;5C", [.right]), ("\u{1b}[5~", [.pageUp]), ("\u{1b}[15~", [.function(5)]),
        ("\u{1b}[24~", [.function(12)]), ("\u{1b}[Z", [.backTab]), ("\u{9b}", []),
    ])
    func keyBecomesName(_ text: String, _ expected: [Key]) {
        #expect(keys(text) == expected)
    }

    @Test(arguments: [
        // Unknown control sequences, strings and answers are swallowed whole.
        "\u{1b}[99;3;4x", "\u{1b}]10;rgb:1e/1e/1e\u{7}", "\u{1b}P1+r524742\u{1b}\\", "\u{1b}[?2026;2$y", "\u{1b}[I",
        "\u{1b}_Gi=31;OK\u{1b}\\",
    ])
    func unknownSequenceTypesNothing(_ text: String) {
        #expect(decode(text + "j") == [.input(.key(.character("j")))])
    }

    @Test func functionKeysOfTheDescriptionAreNamed() {
        var decoder = InputDecoder(keys: KeyTable(names: [600: "kUP5", 601: "kDC3", 602: "kSOMETHING"]))
        func key(_ code: Int32) -> [InputDecoder.Decoded] { decoder.decode(.code(code), time: 0) }
        #expect(key(KEY_F0 + 1) == [.input(.key(.function(1)))])
        #expect(key(KEY_NPAGE) == [.input(.key(.pageDown))])
        #expect(key(KEY_SR) == [.input(.key(.up))])
        #expect(key(600) == [.input(.key(.up))])
        #expect(key(601) == [.input(.key(.delete))])
        #expect(key(602).isEmpty)
    }

    @Test func altWithAnArrowIsTheArrow() {
        var decoder = InputDecoder(keys: KeyTable())
        #expect(decoder.decode(.scalar(27), time: 0).isEmpty)
        #expect(decoder.decode(.code(KEY_UP), time: 0) == [.input(.key(.up))])
        #expect(decoder.decode(.scalar(0x6a), time: 0) == [.input(.key(.character("j")))])
    }

    @Test(arguments: [
        ("\u{1b}[<0;3;4M", Mouse.Action.press, Mouse.Button.left), ("\u{1b}[<0;3;4m", .release, .left),
        ("\u{1b}[<2;3;4M", .press, .right), ("\u{1b}[<1;3;4M", .press, .middle), ("\u{1b}[<32;3;4M", .drag, .left),
        ("\u{1b}[<34;3;4M", .drag, .right), ("\u{1b}[<64;3;4M", .scrollUp, .none),
        ("\u{1b}[<65;3;4M", .scrollDown, .none), ("\u{1b}[<16;3;4M", .press, .left),
        ("\u{1b}[<80;3;4M", .scrollUp, .none),
    ])
    func mouseReport(_ text: String, _ action: Mouse.Action, _ button: Mouse.Button) {
        let report = Mouse(action: action, button: button, position: Position(column: 2, row: 3))
        #expect(decode(text) == [.input(.mouse(report))])
    }

    @Test(arguments: ["\u{1b}[<35;3;4M", "\u{1b}[<66;3;4M", "\u{1b}[<0;0;4M", "\u{1b}[<0;3M", "\u{1b}[M !!"])
    func reportThatMeansNothingIsDropped(_ text: String) {
        #expect(decode(text).isEmpty)
    }

    @Test func wideScreensReportBeyondColumn223() {
        let report = Mouse(action: .press, button: .left, position: Position(column: 299, row: 0))
        #expect(decode("\u{1b}[<0;300;1M") == [.input(.mouse(report))])
    }

    @Test func twoPressesInOnePlaceAreADoubleClickAndThreeAreNot() {
        var mouse = MouseDecoder()
        func press(_ column: Int, _ time: Double) -> Mouse.Action? {
            mouse.decode(code: 0, column: column, row: 1, released: false, time: time)?.action
        }
        #expect(press(5, 1) == .press)
        #expect(press(5, 1.2) == .doubleClick)
        #expect(press(5, 1.3) == .press)
        #expect(press(6, 1.4) == .press)
        #expect(press(6, 2.4) == .press)
    }

    @Test func sequenceMayArriveInPieces() {
        var decoder = InputDecoder(keys: KeyTable())
        var found: [InputDecoder.Decoded] = []
        for part in ["\u{1b}[<0;1", "2;7M"] {
            for scalar in part.unicodeScalars { found += decoder.decode(.scalar(scalar.value), time: 0) }
            found += decoder.decode(.none, time: 0)
        }
        let report = Mouse(action: .press, button: .left, position: Position(column: 11, row: 6))
        #expect(found == [.input(.mouse(report))])
    }

    @Test(arguments: [
        ("one\rtwo\t3\u{1}", "one\ntwo\t3"), ("", ""), ("q:\u{1b}[20", "q:[20"), ("\u{1b}[201\u{1b}x", "[201x"),
        ("ünïcode", "ünïcode"),
    ])
    func pasteIsOneInputWhateverItHolds(_ text: String, _ expected: String) {
        let wrapped = "\u{1b}[200~" + text + "\u{1b}[201~" + "j"
        #expect(decode(wrapped) == [.input(.paste(expected)), .input(.key(.character("j")))])
    }

    @Test func terminalAnswersAreKeptApartFromKeys() {
        #expect(
            decode("a\u{1b}[?62;4;22cb") == [
                .input(.key(.character("a"))), .reply(.attributes([62, 4, 22])), .input(.key(.character("b"))),
            ])
        #expect(decode("\u{1b}[6;18;9t") == [.reply(.cellSize(width: 9, height: 18))])
    }

    @Test(arguments: [
        ("\u{1b}]11;rgb:ffff/8000/0000\u{1b}\\", [1, 0.50000763, 0]), ("\u{1b}]11;rgb:f/0/3\u{7}", [1, 0, 0.2]),
        ("\u{1b}]11;rgb:33/ff/00\u{7}", [0.2, 1, 0]),
    ])
    func groundIsTold(_ text: String, _ channels: [Double]) {
        guard case .reply(.ground(let red, let green, let blue))? = decode(text).first else {
            Issue.record("no ground in \(text.debugDescription)")
            return
        }
        for (told, expected) in zip([red, green, blue], channels) { #expect(abs(told - expected) < 1e-8) }
    }

    @Test(arguments: [
        "11;rgb:ffff/8000", "11;rgb:fffff/0/0", "11;rgb:-f/0/0", "11;rgb:a/b/c/d", "11;rgb://", "10;rgb:f/f/f",
        "11;rgba:f/f/f", String(repeating: "x", count: 100_000), "",
    ])
    func otherStringsAreSwallowed(_ text: String) {
        #expect(decode("\u{1b}]\(text)\u{7}a") == [.input(.key(.character("a")))])
        #expect(decode("\u{1b}P11;rgb:f/f/f\u{1b}\\") == [])
    }

    // MARK: Sequences without an end

    /// The beginning of everything that waits for more.
    static let unfinished = [
        "\u{1b}]", "\u{1b}P", "\u{1b}_", "\u{1b}^", "\u{1b}X", "\u{1b}[", "\u{1b}O", "\u{1b}]11;rgb:",
        "\u{1b}Pq\u{1b}", "\u{1b}[1;", "\u{1b}[<0;1", "\u{1b}[M", "\u{1b}[M!", "\u{1b}[200~",
        "\u{1b}[200~text", "\u{1b}[200~text\u{1b}[20",
    ]

    @Test(arguments: unfinished)
    func noSequenceHoldsTheKeysForEver(_ begin: String) {
        let reader = Reader()
        _ = reader.read(begin, at: 0)
        // A person who sees that nothing happens goes on pressing keys.
        var last: [InputDecoder.Decoded] = []
        for press in 1...12 { last = reader.read("5", at: Double(press) * 0.1) }
        #expect(last == [.input(.key(.character("5")))])
    }

    @Test(arguments: unfinished)
    func ctrlCWorksAtOnceInEverySequence(_ begin: String) {
        let reader = Reader()
        _ = reader.read(begin, at: 0)
        #expect(reader.read("\u{3}", at: 0.01).last == .input(.key(.control("c"))))
        #expect(reader.read("j", at: 0.02) == [.input(.key(.character("j")))])
    }

    @Test(arguments: unfinished)
    func sequenceThatWaitsSaysUntilWhen(_ begin: String) throws {
        let reader = Reader()
        #expect(reader.deadline == nil)
        _ = reader.read(begin, at: 5)
        let deadline = try #require(reader.deadline)
        #expect(deadline > 5 && deadline <= 6)
        _ = reader.wait(until: deadline)
        #expect(reader.deadline == nil)
    }

    @Test(arguments: ["]", "P", "_", "^", "X", "[", "O"])
    func altAndTheBeginningOfASequenceIsAKey(_ letter: String) {
        let reader = Reader()
        #expect(reader.read("\u{1b}" + letter, at: 0) == [])
        #expect(reader.wait(until: 0.2) == [.input(.key(.alt(Character(letter))))])
        // The next key is not waited for.
        #expect(reader.read("\u{1b}" + letter, at: 1) == [])
        let both: [InputDecoder.Decoded] = [.input(.key(.alt(Character(letter)))), .input(.key(.character("j")))]
        #expect(reader.read("j", at: 1.2) == both)
    }

    @Test(arguments: ["\u{1b}]", "\u{1b}P1;", "\u{1b}[1", "\u{1b}[M", "\u{1b}O"])
    func functionKeyEndsASequence(_ begin: String) {
        let reader = Reader()
        _ = reader.read(begin, at: 0)
        #expect(reader.decoder.decode(.code(KEY_UP), time: 0.01).last == .input(.key(.up)))
        #expect(reader.deadline == nil)
    }

    @Test func stringThatGoesOnForEverIsGivenUp() {
        let reader = Reader()
        _ = reader.read("\u{1b}]", at: 0)
        for _ in 0..<InputDecoder.longest {
            #expect(reader.decoder.decode(.scalar(0x78), time: 0.01).isEmpty)
        }
        #expect(reader.read("j", at: 0.01) == [.input(.key(.character("j")))])
    }

    @Test func pasteWhoseEndIsLostCountsAsFarAsItCame() {
        let reader = Reader()
        #expect(reader.read("\u{1b}[200~one ", at: 0) == [])
        // Over a slow link the rest may take its time.
        #expect(reader.read("two", at: 0.9) == [])
        #expect(reader.wait(until: 1.8) == [])
        #expect(reader.wait(until: 2) == [.input(.paste("one two"))])
        // What comes late types no end of a paste.
        #expect(reader.read("\u{1b}[201~", at: 3) == [])
    }

    @Test func ctrlCAmongPastedTextIsText() {
        let reader = Reader()
        #expect(reader.read("\u{1b}[200~a\u{3}", at: 0) == [])
        #expect(reader.read("\u{3}b", at: 0.1) == [])
        #expect(reader.read("\u{1b}[201~", at: 0.2) == [.input(.paste("ab"))])
    }

    @Test func longPasteIsCut() {
        let reader = Reader()
        let text = String(repeating: "x", count: InputDecoder.longest + 10)
        let kept = String(text.dropLast(10))
        #expect(reader.read("\u{1b}[200~" + text + "\u{1b}[201~", at: 0) == [.input(.paste(kept))])
    }

    // MARK: Bursts

    @Test func keysThatComeAtOnceAreABurst() {
        var bursts = BurstDetector()
        let reads = [(1, 1), (0, 1.01), (1, 1.02), (1, 1.1), (2, 2), (1, 2.001), (1, 2.2)]
        let found = reads.map { bursts.isBurst(keys: $0.0, time: $0.1) }
        #expect(found == [false, false, true, false, true, true, false])
    }
}
