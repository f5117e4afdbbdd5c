import Basics
import CSystem
import Dispatch
import Foundation
import RunStore
import Screen
import Terminal
import Workbench

/// The loop of the workbench: waits for keys, the store and the clock, feeds them to `update`, draws what `view` says,
/// and does what `update` asks for.
package final class WorkbenchShell {
    private let home: String
    private let terminal: Terminal
    private let mailbox: Mailbox
    private let watcher: StoreWatcher
    private let folder: FolderWatch
    private let smoother: SmootherWorker
    private let predictions: PredictionSource?
    private let notices: [String]
    private var state: State
    private var isDone = false
    private var ending: Int32?
    /// What is watched changed: poll as soon as the last poll is done.
    private var wantsPoll = false
    /// The store's folder changed: poll, but not more often than usual.
    private var folderChanged = false
    private var activeRuns: [Run] = []
    /// Trainers that this workbench started, by their process numbers, and the names of their runs.
    private var children: [pid_t: String]
    private var lastPoll = -Double.infinity
    private var nextMinute = 0.0
    private var hasDrawn = false
    private var trace = RepaintTrace(environment: ProcessInfo.processInfo.environment)

    /// Seconds between polls of the store while something runs.
    private static let pollInterval = 0.25

    package init(
        home: String, terminal: Terminal, options: Workbench.Options, watching: RunID?,
        trainers: [pid_t: String], notices: [String], predictions: PredictionSource? = nil
    ) throws {
        self.home = home
        self.terminal = terminal
        let mailbox = try Mailbox()
        self.mailbox = mailbox
        smoother = SmootherWorker { mailbox.post($0) }
        self.predictions = predictions
        watcher = StoreWatcher(home: home, mailbox: mailbox)
        folder = FolderWatch(home)
        state = State(options: options, watching: watching)
        self.notices = notices
        children = trainers
    }

    /// Runs until the person leaves or a signal ends it.
    /// - Returns: the signal, if one did.
    package func run() -> Int32? {
        // The store is opened while the terminal answers and the first frame is drawn.
        watcher.poll(nil)
        lastPoll = Clock.monotonic()
        receive(.input(.resize(terminal.size)))
        for notice in notices { receive(.stray(notice)) }
        if let predictions { receive(.smoother(.open(predictions))) }
        while !isDone {
            tick()
            // The first frame waits a moment for the first poll, so that it is not drawn twice.
            if hasDrawn || !watcher.isPolling || Clock.monotonic() - lastPoll > 0.05 {
                terminal.draw(view(state, state.size))
                hasDrawn = true
                trace?.drawn(isComplete: state.isUpToDate && !terminal.isIncomplete)
            }
            if terminal.isGone { return SIGHUP }
            // While something runs the store is polled by the clock; every step of a trainer changes the folder.
            let changes = activeRuns.isEmpty && !folderChanged ? folder.descriptor : -1
            let (events, ready) = terminal.wait(patience(), or: [mailbox.descriptor, changes])
            for event in events { react(to: event) }
            if ready.contains(changes), folder.drain() { folderChanged = true }
            if ready.contains(mailbox.descriptor) { mailbox.drain().forEach { receive($0) } }
        }
        trace?.write()
        return ending
    }

    /// What to say when the terminal is back: nothing is lost by leaving.
    package var farewell: String {
        let going = activeRuns
        guard let first = going.first else { return "" }
        let names = going.count == 1 ? "\(first.name) goes on training" : "\(going.count) runs go on training"
        let back = home == RunStore.home(argument: nil) ? "maeface" : "maeface --home \(shellQuoted(home))"
        return "\(names) without the workbench. Come back with: \(back)"
    }

    // MARK: Time

    /// Seconds until something has to happen by itself; nil when nothing will.
    private func patience() -> Double? {
        if terminal.isIncomplete || (wantsPoll && !watcher.isPolling) { return 0 }
        var wait = max(0, nextMinute - Date().timeIntervalSince1970)
        if !hasDrawn { wait = min(wait, 0.05) }
        if (!activeRuns.isEmpty || folderChanged) && !watcher.isPolling {
            wait = min(wait, max(0, lastPoll + Self.pollInterval - Clock.monotonic()))
        }
        return wait
    }

    private func tick() {
        let now = Date().timeIntervalSince1970
        if now >= nextMinute || nextMinute - now > 61 {
            nextMinute = (now / 60).rounded(.down) * 60 + 60
            receive(.clock(now, utcOffset: Clock.utcOffset(at: now)))
            wantsPoll = true
            folder.renew()
        }
        let isDue = (!activeRuns.isEmpty || folderChanged) && Clock.monotonic() - lastPoll >= Self.pollInterval
        guard wantsPoll || isDue, !watcher.isPolling else { return }
        // The events of the last poll come first, or it would be repeated.
        mailbox.drain().forEach { receive($0) }
        reap()
        wantsPoll = false
        folderChanged = false
        lastPoll = Clock.monotonic()
        watcher.poll(state.tail)
    }

    // MARK: Events and effects

    private func react(to event: TerminalEvent) {
        switch event {
        case .input(let input, let inBurst):
            if case .key = input { trace?.begin() }
            receive(.input(input, inBurst: inBurst))
        case .stray(let line): receive(.stray(line))
        case .redraw: break
        case .ground(let ground): receive(.ground(ground))
        case .terminate(let signal):
            ending = signal
            isDone = true
        }
    }

    private func receive(_ event: Event) {
        if case .runs(let runs) = event { activeRuns = runs.filter { $0.isActive } }
        for effect in update(&state, event) { perform(effect) }
    }

    private func perform(_ effect: Effect) {
        switch effect {
        case .quit: isDone = true
        case .suspend: terminal.suspend()
        case .redraw: terminal.invalidate()
        case .send(let command, let run): watcher.send(command, to: run)
        case .resume(let run): receive(resume(run))
        case .watch:
            watcher.startOver()
            wantsPoll = true
        case .loadPreview(let run, let preview): watcher.load(preview, of: run)
        case .copy(let text):
            receive(
                terminal.copy(text)
                    ? .done("copied") : .failed("Too much for the clipboard of a terminal: 56 KB is the limit."))
        case .setMouse(let wanted): terminal.setMouse(wanted)
        case .openLog(let run): openLog(of: run)
        case .smoother(let effect): perform(effect)
        }
        // A stop, a pager or a resize leaves another size behind.
        if state.size != terminal.size { receive(.input(.resize(terminal.size))) }
    }

    private func perform(_ effect: SmootherEffect) {
        switch effect {
        case .open(let source, let number): smoother.open(source, number) { [watcher] in try watcher.openedStore() }
        case .smooth(let request): smoother.smooth(request)
        case .tune(let number, let plan, let settings): smoother.tune(number, plan, settings)
        case .cancelTuning: smoother.cancelTuning()
        case .keep(let kept, let run): watcher.keep(kept, of: run)
        case .export(let request): smoother.export(request)
        }
    }

    /// Starts a trainer of its own process and session, which goes on when the workbench ends.
    private func resume(_ id: RunID) -> Event {
        do {
            guard let run = try watcher.store?.run(id) else { return .failed("The store is not open.") }
            let threads = ProcessInfo.processInfo.activeProcessorCount
            children[try TrainerProcess.start(run, home: home, threads: threads)] = run.name
            wantsPoll = true
            return .done("\(run.name) resumes from its last checkpoint")
        } catch {
            return .failed("\(error)")
        }
    }

    /// Reaps trainers that have ended; one that failed at the start would be silent otherwise.
    private func reap() {
        for (process, name) in children {
            var code: Int32 = 0
            guard maeface_reap(process, &code) != 0 else { continue }
            children[process] = nil
            if code != 0 { receive(.failed("The trainer of \(name) ended with code \(code); e shows what it said.")) }
        }
    }

    private func openLog(of run: RunID) {
        let path = "\(home)/\(run)/trainer.log"
        guard FileManager.default.fileExists(atPath: path) else {
            receive(.failed("There is no log of this run yet."))
            return
        }
        terminal.lend {
            // system() leaves Ctrl-C to the pager while it runs.
            _ = system("${PAGER:-less} \(shellQuoted(path))")
        }
    }
}

/// A path as a shell reads it.
func shellQuoted(_ text: String) -> String {
    let plain = text.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || "/._-+:,@%".contains($0)) }
    return plain && !text.isEmpty ? text : "'" + text.replacingOccurrences(of: "'", with: "'\\''") + "'"
}
