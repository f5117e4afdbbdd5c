import Foundation
import TestSupport
import Testing

/// The built workbench in a pseudo terminal, left in every way: the terminal is as it was before.
@Suite struct WorkbenchExitTests {
    /// Everything that ends a process but SIGKILL. The C library keeps 32 and 33 for itself; SIGPIPE and SIGXFSZ are
    /// errors of a write.
    static let ending = Set(Int32(1)...64).subtracting([
        SIGKILL, SIGSTOP, SIGTSTP, SIGTTIN, SIGTTOU, SIGCONT, SIGCHLD, SIGURG, SIGWINCH, SIGPIPE, SIGXFSZ, 32, 33,
    ]).sorted()

    @Test(arguments: ending)
    func signalsGiveTheTerminalBack(_ signal: Int32) throws {
        let workbench = try WorkbenchProcess()
        try workbench.waitFor("Monitor")
        workbench.send(signal)
        let text = try workbench.finish()
        expectRestored(text, workbench)
        // Whoever sent the signal sees that it worked; Ctrl-C is a way of leaving.
        #expect(workbench.status == (signal == SIGINT ? 0 : signal))
    }

    @Test(arguments: [SIGTERM, SIGHUP, SIGUSR1, SIGSEGV])
    func signalsEndItWhileTheTerminalDoesNotRead(_ signal: Int32) throws {
        let workbench = try WorkbenchProcess()
        try workbench.waitFor("Monitor")
        workbench.holdOutput()
        // The help covers the screen, and cannot be drawn.
        workbench.type("?")
        workbench.send(signal)
        _ = try workbench.finish()
        #expect(workbench.status == signal)
        #expect(workbench.isRestored)
    }

    @Test(arguments: [SIGPIPE, SIGXFSZ, SIGWINCH, SIGURG])
    func otherSignalsEndNothing(_ signal: Int32) throws {
        let workbench = try WorkbenchProcess()
        try workbench.waitFor("Monitor")
        workbench.send(signal)
        workbench.type("q")
        expectRestored(try workbench.finish(), workbench)
        #expect(workbench.status == 0)
    }

    @Test func pasteWithoutAnEndAndAltKeysLeaveTheWayOut() throws {
        for keys in ["\u{1b}[200~some text", "\u{1b}]", "\u{1b}P", "\u{1b}_", "\u{1b}^", "\u{1b}X"] {
            let workbench = try WorkbenchProcess()
            try workbench.waitFor("Monitor")
            workbench.type(keys)
            // Ctrl-C has to come by itself, so it is pressed until it does.
            workbench.typeUntilTheEnd("\u{3}")
            expectRestored(try workbench.finish(), workbench)
            #expect(workbench.status == 0)
        }
    }

    @Test func leavingWithKeysGivesTheTerminalBack() throws {
        for key in ["q", "\u{3}"] {
            let workbench = try WorkbenchProcess()
            try workbench.waitFor("Monitor")
            workbench.type(key)
            let text = try workbench.finish()
            expectRestored(text, workbench)
            #expect(workbench.status == 0)
        }
    }

    @Test func withoutATerminalItSaysSo() throws {
        let result = try Program.run([])
        #expect(result.status == 2)
        #expect(result.talk.contains("--once monitor"))
    }

    @Test func oneFrameAsText() throws {
        let folder = try TemporaryFolder()
        let result = try Program.run(["--once", "monitor", "--size", "90x24", "--home", folder.path])
        #expect(result.status == 0)
        let lines = result.output.split(separator: "\n", omittingEmptySubsequences: false)
        #expect(lines.first?.contains("2 Monitor") == true)
        // The last line ends with a newline of its own.
        #expect(lines.count == 25)
        #expect(lines.allSatisfy { $0.count <= 90 })
        // Looking makes nothing.
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path).isEmpty)
        for words in [
            ["--once", "nonsense"], ["--once", "monitor", "--size", "0x9"], ["--size", "80x24"], ["monitr"],
        ] {
            #expect(try Program.run(words + ["--home", folder.path]).status == 2)
        }
    }

    private func expectRestored(_ text: String, _ workbench: WorkbenchProcess) {
        #expect(workbench.isRestored)
        // The last word on each mode is the one it had before.
        for (mode, final) in [
            ("1049", "l"), ("1000", "l"), ("1002", "l"), ("1006", "l"), ("2004", "l"), ("2026", "l"), ("25", "h"),
        ] {
            let last = text.ranges(of: "\u{1b}[?\(mode)").last.map { text[$0.upperBound...].first }
            #expect(last == Character(final), "mode \(mode)")
        }
    }
}

/// A workbench that thinks it has a terminal.
final class WorkbenchProcess {
    private(set) var status: Int32 = -1
    private let master: Int32
    private let slave: Int32
    private var process: pid_t = 0
    private let folder: TemporaryFolder
    private let before: termios
    private var text: [UInt8] = []

    struct Silent: Error {
        let text: String
    }

    /// - Parameter words: arguments beside the folder of runs.
    init(_ words: [String] = []) throws {
        folder = try TemporaryFolder()
        master = open("/dev/ptmx", O_RDWR | O_NOCTTY | O_CLOEXEC)
        // What unlockpt and ptsname do; the C library shows them only to programs that ask for X/Open.
        var locked: Int32 = 0
        var number: Int32 = 0
        try #require(ioctl(master, 0x4004_5431, &locked) == 0 && ioctl(master, 0x8004_5430, &number) == 0)
        let path = "/dev/pts/\(number)"
        slave = open(path, O_RDWR | O_NOCTTY | O_CLOEXEC)
        var size = winsize(ws_row: 30, ws_col: 100, ws_xpixel: 0, ws_ypixel: 0)
        _ = ioctl(slave, UInt(TIOCSWINSZ), &size)
        var settings = termios()
        tcgetattr(slave, &settings)
        before = settings

        var attributes = posix_spawnattr_t()
        var files = posix_spawn_file_actions_t()
        posix_spawnattr_init(&attributes)
        posix_spawn_file_actions_init(&files)
        defer {
            posix_spawnattr_destroy(&attributes)
            posix_spawn_file_actions_destroy(&files)
        }
        // A session of its own: opening the terminal makes it the controlling one. No signal blocked: the threads that
        // run tests block them all, and a child would inherit that.
        var none = sigset_t()
        sigemptyset(&none)
        posix_spawnattr_setsigmask(&attributes, &none)
        posix_spawnattr_setflags(&attributes, 0x80 | Int16(POSIX_SPAWN_SETSIGMASK))
        for descriptor: Int32 in 0...2 { posix_spawn_file_actions_addopen(&files, descriptor, path, O_RDWR, 0) }
        let program = try Program.path
        let arguments: [String] = [program, "--home", folder.path] + words
        let variables: [String] = ["TERM=xterm-256color", "LC_ALL=C.UTF-8", "PATH=/usr/bin:/bin"]
        let words = arguments.map { strdup($0) } + [nil]
        let environment = variables.map { strdup($0) } + [nil]
        defer { (words + environment).forEach { free($0) } }
        try #require(posix_spawn(&process, program, &files, &attributes, words, environment) == 0)
    }

    deinit {
        close(master)
        close(slave)
    }

    /// Reads until the screen says something.
    func waitFor(_ wanted: String) throws {
        while String(decoding: text, as: UTF8.self).contains(wanted) == false { try read() }
    }

    func send(_ signal: Int32) { kill(process, signal) }

    /// The terminal takes no more output, like one whose window hangs.
    func holdOutput() { tcflow(slave, TCOOFF) }

    /// Presses a key, and again when that has no effect for three seconds: it may have come together with what was
    /// typed before. Not sooner, or it would reach the terminal that was given back.
    func typeUntilTheEnd(_ key: String) {
        for wait in 0..<300 {
            if wait % 30 == 0 { type(key) }
            var information = siginfo_t()
            guard waitid(P_PID, id_t(process), &information, WEXITED | WNOHANG | WNOWAIT) == 0,
                information.si_signo == 0
            else { return }
            try? read(100)
        }
    }

    func type(_ keys: String) { _ = write(master, keys, keys.utf8.count) }

    /// Waits for the end and returns everything that was written.
    func finish() throws -> String {
        var code: Int32 = 0
        // What it writes has to be read, or it would wait for ever; then whatever is left.
        var rounds = 0
        while waitpid(process, &code, WNOHANG) == 0 {
            rounds += 1
            if rounds == 1000 { kill(process, SIGKILL) }
            try? read(20)
        }
        while (try? read(0)) != nil {}
        status = code & 0x7f != 0 ? code & 0x7f : code >> 8 & 0xff
        return String(decoding: text, as: UTF8.self)
    }

    var isRestored: Bool {
        var now = termios()
        tcgetattr(slave, &now)
        return now.c_iflag == before.c_iflag && now.c_oflag == before.c_oflag && now.c_lflag == before.c_lflag
            && now.c_cflag == before.c_cflag
    }

    private func read(_ milliseconds: Int32 = 20_000) throws {
        var waiting = pollfd(fd: master, events: Int16(POLLIN), revents: 0)
        guard poll(&waiting, 1, milliseconds) > 0 else { throw Silent(text: String(decoding: text, as: UTF8.self)) }
        var buffer = [UInt8](repeating: 0, count: 65536)
        let count = Glibc.read(master, &buffer, buffer.count)
        guard count > 0 else { throw Silent(text: String(decoding: text, as: UTF8.self)) }
        text += buffer[..<count]
    }
}
