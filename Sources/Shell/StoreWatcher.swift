import Basics
import CSystem
import Dispatch
import Foundation
import Images
import RunStore
import Screen
import Workbench

/// Reads the store on a thread of its own and hands values over, so that a slow disk never holds up a key.
///
/// No transaction stays open between polls. Polling a store in which nothing changed reads no table.
package final class StoreWatcher: Sendable {
    private let home: String
    private let mailbox: Mailbox
    private let queue = DispatchQueue(label: "maeface.store")
    private let pictures = DispatchQueue(label: "maeface.previews")
    private let state = Guarded(Memory())
    /// A poll was asked for and is not yet done.
    private let polling = Guarded(false)

    /// What earlier polls found.
    private struct Memory {
        var store: RunStore?
        var token: RunStore.ChangeToken?
        var listed: Double = -.infinity
        var runs: [Run] = []
        var run: RunID?
        var revision: Int64 = 0
        var stages: [StageRecord] = []
        var previews: [PreviewRecord] = []
        var problem: String?
        var wasEmpty = false
        var predicting: [PredictedTask]?
    }

    /// Seconds between readings of the whole list of runs while one of them runs.
    private static let listInterval = 2.0
    /// Lines of history read at once.
    private static let historyLimit = 10_000

    package init(home: String, mailbox: Mailbox) {
        self.home = home
        self.mailbox = mailbox
    }

    package var isPolling: Bool { polling.withLock { $0 } }

    /// Polls the store in the background; its events come through the mailbox. Must not be called while one is under
    /// way: its events have to be received first, or points would be read twice.
    package func poll(_ tail: Tail?) {
        polling.withLock { $0 = true }
        queue.async {
            let events = self.pollNow(tail)
            self.mailbox.post(events)
            self.polling.withLock { $0 = false }
            self.mailbox.wake()
        }
    }

    /// Polls the store on this thread.
    package func pollNow(_ tail: Tail?) -> [Event] {
        state.withLock { memory in
            var events: [Event] = []
            var problem: String?
            do {
                if let store = try open(&memory) {
                    events = try read(store, tail, &memory)
                } else if !memory.wasEmpty {
                    memory.wasEmpty = true
                    events = [.runs([]), .smoother(.available([]))]
                }
            } catch {
                problem = "\(error)"
                // A file that was replaced or repaired is opened anew.
                memory.store = nil
                memory.token = nil
            }
            if problem != memory.problem {
                memory.problem = problem
                events.append(.storeProblem(problem))
            }
            return events
        }
    }

    /// The store; nil when there is none yet. Looking at an empty folder makes nothing.
    private func open(_ memory: inout Memory) throws -> RunStore? {
        if let store = memory.store { return store }
        guard FileManager.default.fileExists(atPath: home + "/runs.db") else { return nil }
        do {
            memory.store = try RunStore.open(home: home)
        } catch {
            // Someone else's runs can be watched without being steered.
            guard let store = try? RunStore.open(home: home, readOnly: true) else { throw error }
            memory.store = store
        }
        return memory.store
    }

    private func read(_ store: RunStore, _ tail: Tail?, _ memory: inout Memory) throws -> [Event] {
        var events: [Event] = []
        let token = try store.changeToken()
        let now = Date().timeIntervalSince1970
        let isChanged = token != memory.token
        // A trainer that was killed changes nothing in the store, so the list is read from time to time all the same.
        let isActive = memory.runs.contains { $0.isActive }
        if isActive ? now - memory.listed >= Self.listInterval : isChanged || memory.listed == -.infinity {
            let runs = try store.runs()
            memory.listed = now
            if runs != memory.runs || memory.token == nil {
                memory.runs = runs
                events.append(.runs(runs))
            }
        } else if isChanged, let id = tail?.run, let place = memory.runs.firstIndex(where: { $0.id == id }) {
            let run = try store.run(id)
            if run != memory.runs[place] {
                memory.runs[place] = run
                events.append(.runs(memory.runs))
            }
        }
        memory.token = token
        if isChanged {
            let predicting = try store.predictedTasks()
            if predicting != memory.predicting {
                memory.predicting = predicting
                events.append(.smoother(.available(predicting)))
            }
        }
        guard let tail, let run = memory.runs.first(where: { $0.id == tail.run }) else { return events }
        let isFresh = memory.run != tail.run || memory.revision != run.revision
        if isChanged || isFresh {
            events += try follow(store, run, tail, isRolledBack: memory.run == tail.run && isFresh, &memory)
        }
        return events
    }

    /// What is new of the watched run. After a roll-back everything is read again: it takes the place of what is held.
    private func follow(
        _ store: RunStore, _ run: Run, _ tail: Tail, isRolledBack: Bool, _ memory: inout Memory
    ) throws -> [Event] {
        var events: [Event] = []
        if memory.run != run.id {
            memory.stages = []
            memory.previews = []
        }
        let stages = try store.stages(of: run.id)
        if stages != memory.stages { events.append(.stages(run.id, stages)) }
        for key in try store.seriesKeys(of: run.id) {
            let held = isRolledBack ? -1 : tail.steps[key] ?? -1
            let points = try store.points(of: key, run: run.id, after: held)
            if !points.isEmpty { events.append(.points(run.id, key, points)) }
        }
        let history = try store.events(
            of: run.id, after: isRolledBack ? 0 : tail.event, limit: Self.historyLimit)
        if !history.isEmpty { events.append(.history(run.id, history)) }
        var previews = memory.previews
        if isRolledBack { previews = [] }
        previews += try store.previews(of: run.id, after: previews.last?.id ?? 0)
        if previews != memory.previews || memory.run != run.id { events.append(.previews(run.id, previews)) }
        memory.run = run.id
        memory.revision = run.revision
        memory.stages = stages
        memory.previews = previews
        return events
    }

    /// Forgets what was read of a run, so that the next poll reads it from the beginning.
    package func startOver() {
        queue.async { self.state.withLock { $0.run = nil } }
    }

    /// Writes a command for a trainer.
    package func send(_ command: RunCommand, to run: RunID) {
        queue.async {
            let event: Event = self.state.withLock { memory in
                do {
                    guard let store = try self.open(&memory) else { throw RunStoreError.noStore(home: self.home) }
                    try store.send(command, to: run)
                    let name = memory.runs.first { $0.id == run }?.name ?? "run \(run)"
                    return .done("\(command.rawValue): told to \(name)")
                } catch {
                    return .failed("The command could not be sent: \(error)")
                }
            }
            self.mailbox.post([event])
        }
    }

    /// Keeps the smoother's settings with a run.
    package func keep(_ kept: KeptSmoother, of run: RunID) {
        queue.async {
            let event: Event = self.state.withLock { memory in
                do {
                    guard let store = try self.open(&memory) else { throw RunStoreError.noStore(home: self.home) }
                    try store.keep(kept, of: run)
                    return .done("kept with \(memory.runs.first { $0.id == run }?.name ?? "run \(run)")")
                } catch {
                    return .failed("The settings could not be kept: \(error)")
                }
            }
            self.mailbox.post([event])
        }
    }

    /// The store, opened if need be; nil when there is none yet.
    package func openedStore() throws -> RunStore? { try state.withLock { try open(&$0) } }

    /// Reads a reconstruction sheet.
    package func load(_ preview: PreviewRecord, of run: RunID) {
        pictures.async { self.mailbox.post([self.loadNow(preview, of: run)]) }
    }

    package func loadNow(_ preview: PreviewRecord, of run: RunID) -> Event {
        do {
            let image = try decodeImage("\(home)/\(run)/\(preview.file)")
            return .preview(run, preview.id, Bitmap(image))
        } catch {
            return .previewFailed(run, preview.id, "\(error)")
        }
    }

    /// The store, for what is done once on the screen's thread.
    package var store: RunStore? { state.withLock { $0.store } }
}

extension Run {
    /// Something may change without a person doing anything.
    package var isActive: Bool { [.running, .paused, .stalled].contains(condition) }
}

extension Bitmap {
    package init(_ image: PixelImage) {
        let count = image.width * image.height
        if image.channels == 3 {
            self.init(width: image.width, height: image.height, pixels: image.pixels)
            return
        }
        var pixels = [UInt8](repeating: 0, count: count * 3)
        for index in 0..<count {
            for channel in 0..<3 { pixels[3 * index + channel] = image.pixels[index * image.channels] }
        }
        self.init(width: image.width, height: image.height, pixels: pixels)
    }
}
