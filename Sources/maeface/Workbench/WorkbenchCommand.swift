import Basics
import CSystem
import Evaluation
import Foundation
import RunStore
import Screen
import Shell
import Terminal
import Workbench

/// `maeface` alone: opens the workbench.
enum WorkbenchCommand: Command {
    static let path: [String] = []
    static let summary = "open the workbench: watch and steer training runs"
    static let help = """
        USAGE: maeface [--home DIR] [--run RUN]
               maeface --predictions FILE [--truth T] [OPTIONS]
               maeface --once VIEW [--size WIDTHxHEIGHT] [--home DIR] [--run RUN] [--predictions FILE ...]

        Opens the workbench on the newest run, or on RUN (an id, a name, or last). Leaving it never stops a training.

          --home DIR     the folder of runs (else MAEFACE_HOME, else ./runs)
          --run RUN      the run to show first
          --once VIEW    print one frame of a view as text: launch, monitor, smoother, runs, compare, inspect
          --size WxH     its size in characters, 120x36 when left out

        Smoother:
          --predictions F      opens frame-wise predictions of any model in the smoother (may be repeated)
        \(PredictionArguments.help)

        Environment: NO_COLOR turns colours off. MAEFACE_PICTURES chooses how faces are drawn: auto, sixel, kitty,
        blocks, ascii or none. MAEFACE_GLYPHS chooses how curves are: braille, blocks or ascii. MAEFACE_THEME chooses
        the colours: dark, light, high-contrast, colour-blind, mono, or a file.

        EXAMPLE: maeface --once monitor --size 100x30 --run last
                 maeface --predictions theirs.csv --truth annotations/VA_Estimation_Challenge
        """

    static func run(_ arguments: inout Arguments) throws -> ExitCode {
        let home = RunStore.home(argument: try arguments.value("--home"))
        let reference = try arguments.value("--run")
        let once = try arguments.value("--once")
        let size = try arguments.value("--size")
        let files = try arguments.values("--predictions")
        let reading = try PredictionArguments(&arguments)
        _ = try arguments.positionals(atMost: 0)
        var predictions: PredictionSource?
        if !files.isEmpty {
            predictions = .files(PredictionFiles(paths: files, truth: reading.truth, reading: reading.reading))
        } else if reading.truth != nil || reading.reading != PredictionReadingOptions() {
            throw UserError.usage("--truth and its kin go with --predictions.")
        }
        if let once {
            return try printOnce(once, size: size, home: home, reference: reference, predictions: predictions)
        }
        if size != nil { throw UserError.usage("--size goes with --once.") }
        return try open(
            home: home, watching: try reference.map { try resolve($0, home: home) }, predictions: predictions)
    }

    /// Opens the workbench and returns when the person leaves it.
    /// - Parameter trainers: trainers that this process has started, and the names of their runs.
    static func open(
        home: String, watching: RunID? = nil, trainers: [pid_t: String] = [:], predictions: PredictionSource? = nil
    ) throws -> ExitCode {
        guard isatty(STDIN_FILENO) == 1, isatty(STDOUT_FILENO) == 1 else {
            throw UserError.usage(
                "The workbench needs a terminal for its input and output. 'maeface --once monitor' prints one frame.")
        }
        let environment = ProcessInfo.processInfo.environment
        let terminal: Terminal
        do {
            terminal = try Terminal(Terminal.Options(environment: environment))
        } catch {
            throw UserError.environment(error.description)
        }
        let shell: WorkbenchShell
        do {
            let themes = Themes.find(environment: environment)
            shell = try WorkbenchShell(
                home: home, terminal: terminal, options: options(for: terminal, themes, home: home),
                watching: watching, trainers: trainers, notices: themes.problems, predictions: predictions)
        } catch {
            terminal.close()
            throw error
        }
        let signal = shell.run()
        terminal.close()
        if let signal, signal != SIGINT {
            // Whoever sent it sees that it worked.
            raise(signal)
        }
        if !shell.farewell.isEmpty { Output.say(shell.farewell) }
        return .done
    }

    private static func resolve(_ reference: String, home: String) throws -> RunID {
        try RunStore.open(home: home, readOnly: true).resolve(reference).id
    }

    /// How the workbench draws on this terminal.
    private static func options(
        for terminal: Terminal, _ themes: Themes.Found, home: String
    ) -> Workbench.Options {
        let isMono = terminal.colors == .mono
        return Workbench.Options(
            theme: isMono ? .mono : themes.current, themes: isMono ? [.mono] : themes.all,
            followsGround: !isMono && themes.isUnchosen, glyphs: glyphs(for: terminal),
            pictures: [.ascii, .none].contains(terminal.pictureMode) ? .characters : .overlay,
            home: shortened(home))
    }

    /// The finest characters that can be expected to be there: `MAEFACE_GLYPHS` says otherwise where the font lacks
    /// braille. The Linux console has neither braille nor most blocks.
    private static func glyphs(for terminal: Terminal) -> GlyphSet {
        let environment = ProcessInfo.processInfo.environment
        if let wish = GlyphSet(rawValue: (environment["MAEFACE_GLYPHS"] ?? "").lowercased()) { return wish }
        return terminal.unicode && environment["TERM"] != "linux" ? .braille : .ascii
    }

    /// The folder as a person writes it: from here when it lies below.
    private static func shortened(_ home: String) -> String {
        let here = FileManager.default.currentDirectoryPath
        return home.hasPrefix(here + "/") ? "./" + home.dropFirst(here.count + 1) : home
    }

    // MARK: One frame

    private static func printOnce(
        _ name: String, size: String?, home: String, reference: String?, predictions: PredictionSource?
    ) throws -> ExitCode {
        guard let chosen = WorkbenchView(name: name) else {
            let names = WorkbenchView.allCases.map { $0.title.lowercased() }
            throw UserError.usage("There is no view '\(name)'; the views are \(names.joined(separator: ", ")).")
        }
        let size = try parseSize(size ?? "120x36")
        let watching = try reference.map { try resolve($0, home: home) }
        let watcher = StoreWatcher(home: home, mailbox: try Mailbox())
        var state = State(
            options: Workbench.Options(theme: .mono, pictures: .characters, home: shortened(home)), current: chosen,
            watching: watching)
        let now = Date().timeIntervalSince1970
        feed([.input(.resize(size)), .clock(now, utcOffset: Clock.utcOffset(at: now))], to: &state, watcher)
        // The first poll finds the runs, the second reads the one that is then watched.
        for _ in 0..<2 { feed(watcher.pollNow(state.tail), to: &state, watcher) }
        if let predictions { feed([.smoother(.open(predictions))], to: &state, watcher) }
        if predictions != nil, let problem = state.predictionsProblem { throw UserError.data(problem) }
        for line in view(state, size).text { Output.result(line) }
        return .done
    }

    private static func feed(_ events: [Event], to state: inout State, _ watcher: StoreWatcher) {
        let smoother = SmootherWorker { _ in }
        feed(events, to: &state, watcher, smoother)
    }

    /// What would be done in the background is done here, one after the other.
    private static func feed(
        _ events: [Event], to state: inout State, _ watcher: StoreWatcher, _ smoother: SmootherWorker
    ) {
        for event in events {
            for effect in update(&state, event) {
                var results: [Event] = []
                switch effect {
                case .loadPreview(let run, let preview): results = [watcher.loadNow(preview, of: run)]
                case .smoother(.open(let source, let number)):
                    results = [.smoother(smoother.openNow(source, number, store: watcher.openedStore))]
                case .smoother(.smooth(let request)): results = smoother.smoothNow(request).map { .smoother($0) }
                default: break
                }
                feed(results, to: &state, watcher, smoother)
            }
        }
    }

    private static func parseSize(_ text: String) throws -> Size {
        let parts = text.lowercased().split(separator: "x", omittingEmptySubsequences: false).map { Int($0) }
        guard parts.count == 2, let width = parts[0], let height = parts[1], (1...1000).contains(width),
            (1...1000).contains(height)
        else {
            throw UserError.usage("--size takes a width and a height in characters such as 120x36, not '\(text)'.")
        }
        return Size(width: width, height: height)
    }
}
