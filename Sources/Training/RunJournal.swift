import Basics
import Foundation
import RunStore

/// Collects what a run has to tell and writes it to the store in batches.
///
/// A store that refuses for a while (a full disk, a busy database) costs nothing: the points wait here, and the next
/// flush writes them. Points and events come from the training thread, skips from the loader's threads too.
final class RunJournal: Sendable {
    private struct Waiting {
        var points: [(SeriesKey, Point)] = []
        var events: [RunEvent] = []
        var lastFlush = -Double.infinity
        var knownSkips: Set<String> = []
        var step: Int64 = 0
    }

    let store: RunStore
    let run: RunID
    let stage: Int
    let fold: Int?
    private let interval = 0.5
    private let waiting: Guarded<Waiting>

    init(store: RunStore, run: RunID, stage: Int, fold: Int? = nil) throws {
        self.store = store
        self.run = run
        self.stage = stage
        self.fold = fold
        let skips = try store.events(of: run, kind: .skip).map(\.message)
        waiting = Guarded(Waiting(knownSkips: Set(skips)))
    }

    /// The step that events from now on belong to.
    func setStep(_ step: Int64) { waiting.withLock { $0.step = step } }

    func point(_ name: String, split: String = "train", step: Int64, _ value: Double) {
        let key = SeriesKey(stage: stage, fold: fold, split: split, name: name)
        waiting.withLock { $0.points.append((key, Point(step: step, value: value))) }
    }

    func event(_ kind: RunEvent.Kind, _ message: String) {
        waiting.withLock { waiting in
            waiting.events.append(
                RunEvent(
                    stage: stage, fold: fold, time: Date().timeIntervalSince1970, step: waiting.step, kind: kind,
                    message: message))
        }
    }

    /// A file that is passed over, told once in the life of a run.
    func skip(_ message: String) {
        let isNew = waiting.withLock { $0.knownSkips.insert(message).inserted }
        if isNew { event(.skip, message) }
    }

    /// Writes what waits when the last time is long enough ago.
    func flushIfDue(progress: RunProgress) {
        let now = Clock.monotonic()
        let isDue = waiting.withLock { waiting in
            guard now - waiting.lastFlush >= interval else { return false }
            waiting.lastFlush = now
            return true
        }
        if isDue { try? flush(progress: progress) }
    }

    /// Writes what waits. On refusal everything is kept for the next time and the error is thrown.
    func flush(progress: RunProgress) throws {
        let (points, events) = waiting.withLock { waiting in
            defer {
                waiting.points = []
                waiting.events = []
            }
            return (waiting.points, waiting.events)
        }
        do {
            try store.append(points, progress: progress, to: run)
        } catch {
            putBack(points, events)
            throw error
        }
        do {
            _ = try store.append(events, to: run)
        } catch {
            putBack([], events)
            throw error
        }
    }

    private func putBack(_ points: [(SeriesKey, Point)], _ events: [RunEvent]) {
        waiting.withLock { waiting in
            waiting.points = points + waiting.points
            waiting.events = events + waiting.events
        }
    }
}
