import CNcurses
import CSystem
import Glibc
import Screen

/// Why a terminal cannot be used.
public struct TerminalError: Error, CustomStringConvertible {
    public let description: String
}

/// The terminal: draws frames, hands over keys, and leaves the screen as it was found.
///
/// ncurses writes the text and knows the keys. Pictures are written past it, into rectangles that it keeps blank. One
/// terminal at a time, used from one thread.
public final class Terminal {
    public struct Options {
        /// Variables such as TERM, COLORTERM and NO_COLOR.
        public var environment: [String: String]
        public var input: Int32 = STDIN_FILENO
        public var output: Int32 = STDOUT_FILENO
        /// Signals become events, and a crash restores the screen.
        public var handlesSignals = true
        /// What the program prints becomes events instead of breaking the screen.
        public var capturesOutput = true

        public init(environment: [String: String]) { self.environment = environment }
    }

    /// The size in cells.
    public private(set) var size = Size(width: 80, height: 24)
    /// How pictures are drawn now; an answer of the terminal may raise it to sixel after the first frame.
    public private(set) var pictureMode: PictureMode
    public var colors: ColorDepth { traits.colors }
    public var trueColor: Bool { traits.trueColor }
    /// The locale's characters are UTF-8, so that line and braille characters can be shown.
    public var unicode: Bool { traits.unicode }
    /// The terminal has gone away; nothing can be drawn.
    public internal(set) var isGone = false

    let traits: TerminalTraits
    let options: Options
    var decoder: InputDecoder
    var bursts = BurstDetector()
    var stray = StrayOutput()
    var signals: Int32 = -1
    var keyWindow: UnsafeMutablePointer<WINDOW>
    /// Whether the screen is ours at the moment: not while stopped or while a pager runs.
    var isEntered = false
    /// Continuing after a stop of our own brings a SIGCONT that needs nothing more.
    var expectedContinues = 0

    let descriptor: Int32
    private let outputFile: UnsafeMutablePointer<FILE>
    private let inputFile: UnsafeMutablePointer<FILE>
    private let screen: OpaquePointer
    let mapping: ColorMapping
    var pairs: ColorPairs
    private var mouseWanted = true
    var cell = CellSize.usual
    private var isClosed = false

    /// The frame on the screen, the cells under pictures marked; nil when everything has to be drawn.
    var shown: Frame?
    var pictures: [Picture] = []
    var cache = PictureCache()
    var identifiers: [Rect: Int] = [:]
    /// Pictures of the last frame are still to be sent: call `draw` again when there is no input.
    public internal(set) var isIncomplete = false

    /// Takes the terminal over. `close` gives it back.
    /// - Throws: `TerminalError` with a sentence for the person.
    public init(_ options: Options) throws(TerminalError) {
        self.options = options
        let kind = TerminalTraits.description(options.environment)
        let unicode = Self.setLocale()
        let copies = (fcntl(options.output, F_DUPFD_CLOEXEC, 3), fcntl(options.input, F_DUPFD_CLOEXEC, 3))
        guard copies.0 >= 0, copies.1 >= 0, let output = fdopen(copies.0, "w"), let input = fdopen(copies.1, "r")
        else { throw TerminalError(description: "The terminal cannot be opened.") }
        descriptor = copies.0
        outputFile = output
        inputFile = input
        // The size comes from the terminal itself, before LINES and COLUMNS of a shell. (Without both, ncurses refuses
        // terminals whose description has no size, such as the Linux console.)
        use_tioctl(true)
        guard let screen = newterm(kind.isEmpty ? "unknown" : kind, output, input), maeface_capability("cup") != nil,
            let standard = maeface_standard_screen(), let keyWindow = newpad(1, 1)
        else {
            fclose(output)
            fclose(input)
            throw TerminalError(
                description: "The terminal type '\(kind)' cannot place text on the screen or is not known here; "
                    + "set TERM, for example TERM=xterm-256color.")
        }
        self.screen = screen
        self.keyWindow = keyWindow
        let count = options.environment["NO_COLOR", default: ""].isEmpty ? Self.startColors() : 0
        traits = TerminalTraits(colors: count, unicode: unicode, environment: options.environment)
        pictureMode = traits.pictures
        mapping = ColorMapping(depth: traits.colors)
        pairs = ColorPairs(capacity: Int(maeface_color_pairs()))
        decoder = InputDecoder(keys: KeyTable())
        set_escdelay(25)
        raw()
        noecho()
        nonl()
        // A key read through a pad never refreshes the screen behind our back.
        keypad(keyWindow, true)
        nodelay(keyWindow, true)
        // Mouse reports are read by `InputDecoder`, which knows drags; ncurses would take their first characters.
        keyok(KEY_MOUSE, false)
        // keypad() has just given the keys with modifiers their codes.
        decoder = InputDecoder(keys: KeyTable(names: Self.extendedKeyNames()))
        // Moving text by inserting and deleting characters would move pictures, which ncurses cannot see.
        idcok(standard, false)
        idlok(standard, false)
        scrollok(standard, false)
        try takeSignals()
        enter()
        fitToScreen()
        ask()
    }

    private static func startColors() -> Int {
        guard has_colors(), start_color() == OK else { return 0 }
        use_default_colors()
        return Int(maeface_colors())
    }

    /// The locale's character set decides what can be shown. Without any locale set, as in containers and through
    /// some ssh connections, the terminal nearly always speaks UTF-8 all the same.
    private static func setLocale() -> Bool {
        setlocale(LC_CTYPE, "")
        func isUnicode() -> Bool { nl_langinfo(Int32(CODESET)).map { String(cString: $0) == "UTF-8" } ?? false }
        if isUnicode() { return true }
        let name = setlocale(LC_CTYPE, nil).map { String(cString: $0) } ?? "C"
        if name == "C" || name == "POSIX" { setlocale(LC_CTYPE, "C.UTF-8") }
        return isUnicode()
    }

    /// Keys with modifiers have codes that ncurses gives out when it reads the terminal's description.
    private static func extendedKeyNames() -> [Int32: String] {
        var names: [Int32: String] = [:]
        for code in KEY_MAX + 1...KEY_MAX + 200 {
            if let name = keyname(code) { names[code] = String(cString: name) }
        }
        return names
    }

    deinit { close() }

    /// Gives the terminal back as it was found. Does nothing the second time.
    public func close() {
        guard !isClosed else { return }
        isClosed = true
        leave()
        // Answers that arrive late must not be typed at the shell.
        tcflush(options.input, TCIFLUSH)
        if options.handlesSignals {
            maeface_end_within(0)
            maeface_restore_on_crash(descriptor, nil, 0)
            maeface_signals_close()
        }
        delwin(keyWindow)
        delscreen(screen)
        fclose(outputFile)
        fclose(inputFile)
    }

    // MARK: Entering and leaving the screen

    private func takeSignals() throws(TerminalError) {
        guard options.handlesSignals else { return }
        let restoring = RestoreSequence.bytes { name in maeface_capability(name).map { String(cString: $0) } }
        // ncurses has set the terminal up already; the settings it found come back first, for the crash handler to
        // remember.
        reset_shell_mode()
        let reason = restoring.withUnsafeBytes {
            maeface_restore_on_crash(descriptor, $0.baseAddress?.assumingMemoryBound(to: CChar.self), $0.count)
        }
        reset_prog_mode()
        let others = [SIGWINCH, SIGTSTP, SIGCONT]
        guard reason == 0, maeface_signals_open_ending(others, Int32(others.count), &signals) == 0 else {
            throw TerminalError(description: "Signals cannot be caught: \(String(cString: strerror(errno))).")
        }
        // A terminal that does not read holds up everything that writes to it, ncurses' farewell too.
        maeface_end_within(2)
    }

    private func enter() {
        maeface_terminal_is_lent(false)
        if options.capturesOutput { stray.begin() }
        isEntered = true
        shown = nil
        pictures = []
        identifiers = [:]
        // Bracketed paste, then the mouse: presses, drags, and coordinates beyond column 223.
        write("\u{1b}[?2004h" + (mouseWanted ? RestoreSequence.mouseOn : ""))
    }

    func leave() {
        guard isEntered else { return }
        isEntered = false
        for identifier in identifiers.values { write(PictureEncoding.kittyDeletion(identifier: identifier)) }
        write(RestoreSequence.mouseOff + "\u{1b}[?2004l")
        curs_set(1)
        endwin()
        maeface_terminal_is_lent(true)
        stray.end()
    }

    /// Lends the terminal to something else, a pager or a stopped job's shell, and draws everything anew afterwards.
    public func lend(_ body: () -> Void) {
        leave()
        body()
        reset_prog_mode()
        enter()
        fitToScreen()
    }

    /// Stops the process as Ctrl-Z does; returns when it is continued.
    public func suspend() {
        expectedContinues += 1
        lend { maeface_suspend() }
    }

    /// Turns mouse reports on or off; off, the terminal selects text itself.
    public func setMouse(_ wanted: Bool) {
        mouseWanted = wanted
        write(wanted ? RestoreSequence.mouseOn : RestoreSequence.mouseOff)
    }

    /// Puts text on the clipboard of the terminal, which may be far away (OSC 52). False when it is too long for the
    /// limit that terminals set.
    public func copy(_ text: String) -> Bool {
        let encoded = PictureEncoding.base64(Array(text.utf8))
        guard encoded.count <= 74_994 else { return false }
        write(Array("\u{1b}]52;c;".utf8) + encoded + [7])
        return true
    }

    /// Draws everything anew with the next frame, whatever the screen shows.
    public func invalidate() {
        shown = nil
        pictures = []
        identifiers = [:]
    }

    /// Takes over the size the terminal has now; true when it changed.
    @discardableResult
    func fitToScreen() -> Bool {
        var now = winsize()
        if ioctl(descriptor, UInt(TIOCGWINSZ), &now) == 0, now.ws_col > 0, now.ws_row > 0 {
            if let measured = CellSize(
                screenWidth: Int(now.ws_xpixel), screenHeight: Int(now.ws_ypixel), columns: Int(now.ws_col),
                rows: Int(now.ws_row))
            {
                cell = measured
            }
            resizeterm(Int32(now.ws_row), Int32(now.ws_col))
        }
        guard let standard = maeface_standard_screen() else { return false }
        let fresh = Size(width: Int(maeface_columns(standard)), height: Int(maeface_rows(standard)))
        let changed = fresh != size
        size = fresh
        if changed { invalidate() }
        return changed
    }

    /// Asks whether the terminal has sixel, how large its cells are and whether its ground is light. The answers come with the keys, so that a slow
    /// link or a silent terminal costs no time.
    private func ask() {
        if traits.mayUpgrade { write("\u{1b}[c") }
        if traits.tellsGround { write("\u{1b}]11;?\u{1b}\\") }
        if cell == .usual, traits.mayUpgrade || [.sixel, .kitty].contains(pictureMode) { write("\u{1b}[16t") }
    }

    /// Takes an answer in; true when the screen has to be drawn again.
    func take(_ reply: TerminalReply) -> Bool {
        switch reply {
        case .attributes(let numbers):
            guard traits.mayUpgrade, pictureMode != .sixel, numbers.contains(4) else { return false }
            pictureMode = .sixel
        case .cellSize(let width, let height):
            let answered = CellSize(width: width, height: height)
            guard width >= 2, height >= 4, width < 200, height < 400, answered != cell else { return false }
            cell = answered
        case .ground: return false
        }
        // Whatever the pictures were drawn as is wiped with the screen.
        invalidate()
        return true
    }

    // MARK: Bytes

    func write(_ text: String) { write(Array(text.utf8)) }

    func write(_ bytes: [UInt8]) {
        var sent = 0
        bytes.withUnsafeBytes { buffer in
            while sent < buffer.count, let base = buffer.baseAddress {
                let count = Glibc.write(descriptor, base + sent, buffer.count - sent)
                if count >= 0 {
                    sent += count
                } else if errno == EAGAIN {
                    var waiting = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
                    poll(&waiting, 1, -1)
                } else if errno != EINTR {
                    isGone = true
                    return
                }
            }
        }
    }
}

extension Style.Attributes {
    /// Marks blanks that a picture lies over.
    static let underPicture = Style.Attributes(rawValue: 128)
}
