import Basics
import Foundation
import RunStore
import Session

/// What a person means by a word where a run is asked for: a run, one stage of it (`NAME@STAGE`), the seeds of a
/// session (its name), or all runs with a tag (`tag:NAME`).
public struct RunReference {
    public static let help = """
          RUN          its id, its name, or last; NAME@STAGE for an earlier stage, by
                       number or kind; the name of a session trained with --seeds,
                       for all its seeds; tag:NAME for all runs with a tag
        """

    public let name: String
    /// One, or one a seed.
    public let runs: [Run]
    /// One a run; nil is the last that predicted.
    public let stages: [Int?]
    /// Whether several runs are meant, even if it is but one so far.
    public let isGroup: Bool
    /// Runs of a session with seeds that do not count: of other settings than the newest, or of a seed that another run
    /// has finished, or begun later.
    public let leftOut: [Run]

    /// The tag of the runs that `train --seeds` makes of a session.
    public static func seedTag(_ session: String) -> String { "seeds-of-\(session)" }

    public init(_ word: String, in store: RunStore) throws {
        if let found = try Self.find(word, in: store) {
            (name, runs, isGroup, leftOut) = (word, found.runs, found.isGroup, found.leftOut)
            stages = found.runs.map { _ in nil }
            return
        }
        // The last @, since names may hold one.
        if let mark = word.lastIndex(of: "@"), let found = try Self.find(String(word[..<mark]), in: store) {
            let stage = String(word[word.index(after: mark)...])
            (name, runs, isGroup, leftOut) = (word, found.runs, found.isGroup, found.leftOut)
            stages = try found.runs.map { run in try Self.stage(stage, of: run, in: store) }
            return
        }
        // Says which names are near.
        _ = try store.resolve(word)
        throw UserError.usage("there is no run '\(word)'.")
    }

    private struct Found {
        var runs: [Run]
        var isGroup = true
        var leftOut: [Run] = []
    }

    private static func find(_ word: String, in store: RunStore) throws -> Found? {
        do {
            return Found(runs: [try store.resolve(word)], isGroup: false)
        } catch RunStoreError.noSuchRun {
            if word.hasPrefix("tag:") {
                let runs = try store.runs().filter { $0.tags.contains(String(word.dropFirst(4))) }
                return runs.isEmpty ? nil : Found(runs: runs.reversed())
            }
            let runs = try store.runs().filter { $0.tags.contains(seedTag(word)) }.sorted { $0.id > $1.id }
            return runs.isEmpty ? nil : try seeds(runs, in: store)
        }
    }

    /// One run a seed, the newest that is finished, else the newest: a session that is trained again, after a crash or with
    /// other settings, does not count twice.
    /// - Parameter runs: the newest first.
    private static func seeds(_ runs: [Run], in store: RunStore) throws -> Found {
        func settings(_ run: Run) throws -> (seed: UInt64, session: Session) {
            var session = try store.keptSession(of: run.id)
            let seed = session.seed
            (session.name, session.seed) = ("", 0)
            return (seed, session)
        }
        let wanted = try settings(runs[0]).session
        var chosen: [UInt64: Run] = [:]
        for run in runs {
            let (seed, session) = try settings(run)
            guard session == wanted else { continue }
            if let other = chosen[seed], other.status == .finished || run.status != .finished { continue }
            chosen[seed] = run
        }
        let kept = Set(chosen.values.map(\.id))
        return Found(
            runs: chosen.sorted { $0.key < $1.key }.map(\.value),
            leftOut: runs.filter { !kept.contains($0.id) }.reversed())
    }

    private static func stage(_ word: String, of run: Run, in store: RunStore) throws -> Int {
        let stages = try store.stages(of: run.id)
        let found =
            Int(word).flatMap { number in stages.first { $0.index == number } } ?? stages.last { $0.kind == word }
        guard let found else {
            let known = stages.map { "\($0.index) (\($0.kind))" }.joined(separator: ", ")
            throw UserError.usage("run \(run.id) '\(run.name)' has no stage '\(word)'; it has \(known).")
        }
        return found.index
    }
}
