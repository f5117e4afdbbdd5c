import Affect
import Basics
import Dispatch
import Evaluation
import Foundation
import Results
import RunStore
import Screen
import Workbench

/// Smooths, scores, tunes, reads and writes for the smoother, off the screen's thread.
///
/// Of the steps of a slider the newest wins: a step that is under way is finished, so that the screen follows while a key
/// repeats, those between it and the newest are never begun, and what is refined when nothing moves (strips, map, list of
/// videos) waits for a moment of rest and ends as soon as something does.
package final class SmootherWorker: Sendable {
    private let post: @Sendable ([Event]) -> Void
    private let steps = DispatchQueue(label: "maeface.smoother", qos: .userInteractive)
    private let files = DispatchQueue(label: "maeface.predictions")
    private let tuning = DispatchQueue(label: "maeface.tuning", qos: .utility)
    private let memory = Guarded(Memory())
    private let threads: Int

    /// Seconds for which nothing has moved before there is refinement: between two steps it would be for nothing.
    private static let rest = 0.25

    private struct Memory {
        var evaluator: SmootherEvaluator?
        var pending: SmoothRequest?
        /// Ends the refinement under way.
        var refinement = Cancellation()
        var tuning = Cancellation()
        /// The last result, whose chart may do again.
        var last: SmoothResult?
    }

    package init(post: @escaping @Sendable ([Event]) -> Void) {
        self.post = post
        threads = max(1, ProcessInfo.processInfo.activeProcessorCount)
    }

    // MARK: Opening

    /// Reads predictions in the background. `store` is asked on that thread.
    package func open(_ source: PredictionSource, _ number: Int, store: @escaping @Sendable () throws -> RunStore?) {
        memory.withLock { memory in
            memory.refinement.cancel()
            memory.pending = nil
        }
        files.async { self.post([.smoother(self.openNow(source, number, store: store))]) }
    }

    package func openNow(_ source: PredictionSource, _ number: Int, store: () throws -> RunStore?) -> SmootherEvent {
        do {
            let (set, kept, notes) = try Self.read(source, store: store)
            let engine = SmootherEngine(set, threads: threads)
            memory.withLock { memory in
                // A set that was opened later is not put aside for one that took longer.
                guard number >= memory.evaluator?.opening ?? 0 else { return }
                memory.evaluator = SmootherEvaluator(engine: engine, opening: number)
                memory.last = nil
            }
            return .opened(number, set, kept: kept, notes: notes)
        } catch {
            return .openFailed(number, "\(error)")
        }
    }

    private static func read(
        _ source: PredictionSource, store: () throws -> RunStore?
    ) throws -> (PredictionSet, KeptSmoother?, [String]) {
        switch source {
        case .files(let files):
            let reader = try PredictionReader(
                files.paths.map(expanded), truth: files.truth.map(expanded), options: files.reading)
            let set = try reader.readBounded()
            return (set, nil, reader.notes)
        case .run(let predicted):
            guard let store = try store() else { throw UserError.environment("The store of runs cannot be opened.") }
            let run = try store.run(predicted.run)
            let files = try RunPredictions(of: run, in: store, task: predicted.task)
            let reader = try PredictionReader(files.paths, options: files.reading)
            var set = try reader.readBounded()
            set.name = run.name
            return (set, try store.keptSmoother(of: run.id), reader.notes)
        }
    }

    private static func expanded(_ path: String) -> String { (path as NSString).expandingTildeInPath }

    // MARK: Steps of a slider

    package func smooth(_ request: SmoothRequest) {
        memory.withLock { memory in
            memory.refinement.cancel()
            memory.pending = request
        }
        steps.async {
            guard let (request, cancellation) = self.takeNewest() else { return }
            guard let result = self.evaluate(request) else { return }
            self.post([.smoother(.smoothed(result))])
            self.steps.asyncAfter(deadline: .now() + Self.rest) {
                if cancellation.isCancelled { return }
                self.refine(request, cancellation) { self.post([.smoother($0)]) }
            }
        }
    }

    /// Everything that a request leads to, at once.
    package func smoothNow(_ request: SmoothRequest) -> [SmootherEvent] {
        var events = evaluate(request).map { [SmootherEvent.smoothed($0)] } ?? []
        refine(request, Cancellation()) { events.append($0) }
        return events
    }

    private func takeNewest() -> (SmoothRequest, Cancellation)? {
        memory.withLock { memory in
            guard let request = memory.pending else { return nil }
            memory.pending = nil
            memory.refinement = Cancellation()
            return (request, memory.refinement)
        }
    }

    private func evaluate(_ request: SmoothRequest) -> SmoothResult? {
        let (evaluator, last) = memory.withLock { ($0.evaluator, $0.last) }
        let result = evaluator?.evaluate(request, after: last)
        memory.withLock { $0.last = result ?? $0.last }
        return result
    }

    private func refine(_ request: SmoothRequest, _ cancellation: Cancellation, _ found: (SmootherEvent) -> Void) {
        memory.withLock { $0.evaluator }?.refine(request, cancellation: cancellation, found)
    }

    // MARK: Tuning

    package func tune(_ number: Int, _ plan: TuningPlan, _ settings: SmootherSettings) {
        let (engine, cancellation) = memory.withLock { memory in
            memory.tuning.cancel()
            memory.tuning = Cancellation()
            return (memory.evaluator?.engine, memory.tuning)
        }
        guard let engine else { return }
        tuning.async {
            var last = -Double.infinity
            let result = engine.tune(plan, settings: settings, cancellation: cancellation) { progress in
                let now = Clock.monotonic()
                guard now - last > 0.1 else { return }
                last = now
                self.post([.smoother(.tuning(number, progress))])
            }
            if let result { self.post([.smoother(.tuned(number, result))]) }
        }
    }

    package func cancelTuning() { memory.withLock { $0.tuning.cancel() } }

    // MARK: Writing

    package func export(_ request: ExportRequest) {
        let engine = memory.withLock { $0.evaluator?.engine }
        files.async { self.post([Self.exportNow(request, engine)]) }
    }

    private static func exportNow(_ request: ExportRequest, _ engine: SmootherEngine?) -> Event {
        guard let engine else { return .failed("Nothing is open that could be written.") }
        let path = expanded(request.path)
        var isFolder: ObjCBool = false
        if FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) {
            if isFolder.boolValue { return .failed("\(request.path) is a folder; name a file in it.") }
            if !request.overwrites { return .smoother(.exportExists(request)) }
        }
        var settings = request.settings
        if request.kind == .submission { settings.options.result = .kept }
        do {
            let list = try request.list.map { try Submission.FrameList(path: expanded($0)) }
            let isSubmission = request.kind == .submission
            let notes = try SmoothWriter.write(
                engine, settings: settings, to: path, isSubmission: isSubmission, list: list)
            return .done((["wrote \(request.path)"] + notes).joined(separator: "; "))
        } catch {
            return .failed("\(error)")
        }
    }
}
