import Foundation
import RunStore

/// What a person means by a word where a run is asked for: a run, one stage of it (`NAME@STAGE`), the seeds of a
/// session (its name), or all runs with a tag (`tag:NAME`).
struct RunReference {
    static let help = """
          RUN          its id, its name, or last; NAME@STAGE for an earlier stage, by its number or kind; the name of a
                       session that was trained with --seeds, for all its seeds; tag:NAME for all runs with a tag
        """

    let name: String
    /// One, or one a seed.
    let runs: [Run]
    /// One a run; nil is the last that predicted.
    let stages: [Int?]
    /// Whether several runs are meant, even if it is but one so far.
    let isGroup: Bool

    /// The tag of the runs that `train --seeds` makes of a session.
    static func seedTag(_ session: String) -> String { "seeds-of-\(session)" }

    init(_ word: String, in store: RunStore) throws {
        if let found = try Self.find(word, in: store) {
            (name, runs, isGroup) = (word, found.runs, found.isGroup)
            stages = found.runs.map { _ in nil }
            return
        }
        // The last @, since names may hold one.
        if let mark = word.lastIndex(of: "@"), let found = try Self.find(String(word[..<mark]), in: store) {
            let stage = String(word[word.index(after: mark)...])
            (name, runs, isGroup) = (word, found.runs, found.isGroup)
            stages = try found.runs.map { run in try Self.stage(stage, of: run, in: store) }
            return
        }
        // Says which names are near.
        _ = try store.resolve(word)
        throw CommandError.usage("there is no run '\(word)'.")
    }

    private static func find(_ word: String, in store: RunStore) throws -> (runs: [Run], isGroup: Bool)? {
        do {
            let run = try store.resolve(word)
            return ([run], false)
        } catch RunStoreError.noSuchRun {
            let isTag = word.hasPrefix("tag:")
            let tag = isTag ? String(word.dropFirst(4)) : seedTag(word)
            let runs = try store.runs().filter { $0.tags.contains(tag) }
            return runs.isEmpty ? nil : (runs.reversed(), true)
        }
    }

    private static func stage(_ word: String, of run: Run, in store: RunStore) throws -> Int {
        let stages = try store.stages(of: run.id)
        let found =
            Int(word).flatMap { number in stages.first { $0.index == number } } ?? stages.last { $0.kind == word }
        guard let found else {
            let known = stages.map { "\($0.index) (\($0.kind))" }.joined(separator: ", ")
            throw CommandError.usage("run \(run.id) '\(run.name)' has no stage '\(word)'; it has \(known).")
        }
        return found.index
    }
}
