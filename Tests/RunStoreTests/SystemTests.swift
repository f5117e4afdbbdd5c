import CSystem
import Foundation
import Testing

@testable import RunStore

@Suite(.timeLimit(.minutes(5))) struct SystemTests {
    /// Starts a shell and returns its exit code and what it printed.
    private func shell(_ script: String, directory: String? = nil, output: String) throws -> (code: Int32, text: String)
    {
        let child = try ChildProcess.start("/bin/sh", ["-c", script], directory: directory, output: output)
        let code = try #require(child.wait())
        // Reaped once, and gone.
        #expect(child.exitCode() == nil && child.wait() == nil)
        return (code, try String(contentsOfFile: output, encoding: .utf8))
    }

    @Test func childHasItsOwnSessionFolderAndOutputAndNothingElse() throws {
        let fixture = try Fixture()
        let ours = getsid(0)
        // A descriptor without close-on-exec, such as a library may leave open.
        let leak = open("/dev/null", O_RDONLY)
        defer { close(leak) }
        let script = """
            pwd; ps -o sid= -p $$ 2>/dev/null || cut -d' ' -f6 /proc/self/stat
            echo loud >&2; ls /proc/self/fd; readlink /proc/self/fd/0; exit 7
            """
        let (code, text) = try shell(script, directory: fixture.home, output: fixture.home + "/log")
        #expect(code == 7)
        let lines = text.split(separator: "\n").map { $0.trimmingCharacters(in: .whitespaces) }
        try #require(lines.count == 8)
        #expect(lines[0].hasSuffix((fixture.home as NSString).lastPathComponent))
        #expect(Int32(lines[1]) != ours)
        // `ls` itself opens the folder it lists as descriptor 3.
        #expect(Array(lines[2...]) == ["loud", "0", "1", "2", "3", "/dev/null"])
    }

    @Test func childTakesDefaultSignalsAndOutputIsAppended() throws {
        let fixture = try Fixture()
        let log = fixture.home + "/log"
        try Data("before\n".utf8).write(to: URL(fileURLWithPath: log))
        signal(SIGUSR1, SIG_IGN)
        defer { signal(SIGUSR1, SIG_DFL) }
        let (code, text) = try shell("echo after; kill -USR1 $$; exit 0", output: log)
        #expect(code == 128 + SIGUSR1)
        #expect(text == "before\nafter\n")
    }

    @Test func whatCannotBeStartedSaysWhy() throws {
        let fixture = try Fixture()
        let log = fixture.home + "/log"
        func code(_ program: String, directory: String? = nil, output: String) -> Int32? {
            do {
                _ = try ChildProcess.start(program, [], directory: directory, output: output)
                return nil
            } catch {
                return (error as? ChildProcess.StartError)?.code
            }
        }
        #expect(code("/nowhere/program", output: log) == ENOENT)
        #expect(code("/bin/true", directory: "/nowhere", output: log) == ENOENT)
        #expect(code("/bin/true", output: fixture.home) == EISDIR)
        let error = #expect(throws: ChildProcess.StartError.self) {
            try ChildProcess.start("/nowhere/program", [], output: log)
        }
        #expect(error?.description == "/nowhere/program cannot be started: No such file or directory.")
    }

    @Test func signalsComeThroughThePipe() throws {
        var descriptor: Int32 = -1
        try #require(maeface_signals_open([SIGUSR2, SIGWINCH], 2, &descriptor) == 0)
        defer { maeface_signals_close() }
        #expect(maeface_signals_next() == 0)
        // To the process: the threads of a test have their signals blocked.
        for signal in [SIGWINCH, SIGUSR2] {
            kill(getpid(), signal)
            var waiting = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
            #expect(poll(&waiting, 1, 10_000) == 1)
            #expect(maeface_signals_next() == signal)
        }
        #expect(maeface_signals_next() == 0)
    }

    @Test func watchedFolderTellsOfAStoreThatChanged() throws {
        let fixture = try Fixture()
        let store = try fixture.open()
        let run = try store.makeRun()
        var descriptor: Int32 = -1
        try #require(maeface_watch_folder(fixture.home, &descriptor) == 0)
        defer { close(descriptor) }
        _ = try store.runs()
        #expect(maeface_drain(descriptor) == 0)
        try store.heartbeat(run.id)
        #expect(maeface_drain(descriptor) > 0)
        #expect(maeface_drain(descriptor) == 0)
        #expect(maeface_watch_folder(fixture.home + "/nothing", &descriptor) == ENOENT)
    }

    @Test func machineHasANameMemoryAndSpace() throws {
        #expect(!Machine.hostName.isEmpty)
        #expect(Machine.residentBytes > 1 << 20)
        #expect(try #require(Machine.freeBytes(at: "/tmp")) > 0)
        #expect(Machine.freeBytes(at: "/nowhere") == nil)
        #expect(Machine.networkFileSystem(of: "/proc") == nil)
        #expect(maeface_sync("/nowhere") == ENOENT)
        #expect(maeface_sync(NSTemporaryDirectory()) == 0)
    }
}
