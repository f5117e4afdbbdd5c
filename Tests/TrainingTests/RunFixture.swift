import Basics
import Compute
import Foundation
import RunStore
import Session
import TestSupport

@testable import Training

/// A store with one run of a session, and what its stages work with.
final class RunFixture {
    let folder: TemporaryFolder
    let store: RunStore
    let session: Session
    let run: Run
    /// What the trainer told, in order.
    let messages = Guarded<[String]>([])

    /// - Parameter text: the session; its relative paths are in `folder`.
    init(_ text: String = RunFixture.drawn, in folder: TemporaryFolder? = nil) throws {
        let folder = try folder ?? TemporaryFolder()
        self.folder = folder
        store = try RunStore.open(home: folder.path + "/runs")
        session = try SessionReader.read(text: text, file: "test.json5", folder: folder.path)
        run = try store.createRun(
            name: session.name, sessionText: session.resolvedText,
            stages: session.stages.enumerated().map {
                StageRecord(index: $0, kind: $1.kind.rawValue, epochs: $1.epochs, stepsPerEpoch: 1)
            })
    }

    /// As a trainer that has just begun makes it; obeys commands at once.
    func context(threads: Int = 1) throws -> RunContext {
        let messages = messages
        return RunContext(
            store: store, run: run.id, session: session, pool: ThreadPool(threads: threads),
            control: try TrainerControl(store: store, run: run.id, signals: false, interval: 0), peak: PeakGauge(),
            report: { report in
                if case .message(let text) = report { messages.withLock { $0.append(text) } }
            })
    }

    func journal(stage: Int = 0, fold: Int? = nil) throws -> RunJournal {
        try RunJournal(store: store, run: run.id, stage: stage, fold: fold)
    }

    var data: FoldedData { FoldedData(session, home: store.home) { _ in } }

    func events(_ kind: RunEvent.Kind) throws -> [String] { try store.events(of: run.id, kind: kind).map(\.message) }

    /// The path of a file in the run's folder.
    func file(_ name: String) -> String { store.folder(of: run.id) + "/" + name }

    static let progress = RunProgress(epoch: 0, step: 0)

    static let model = """
        model: { encoder: { width: 16, depth: 1, heads: 2 }, decoder: { width: 16, depth: 1, heads: 2 }, image: 16, patch: 8 }
        """

    /// Pre-training on faces that nobody draws.
    static let drawn = """
        {
          name: "drawn", seed: 5, \(model),
          data: { faces: { kind: "rendered", identities: 2, photosPerIdentity: 2, side: 32 } },
          stages: [{ kind: "pretrain", data: ["faces"], epochs: 2, batch: 2 }],
        }
        """

    /// Stages on the pictures that `LabelledPictures` writes.
    static func labelled(_ stages: String, folds: String = #"{ count: 3, group: "subject" }"#) -> String {
        """
        {
          name: "labelled", seed: 5, \(model),
          data: {
            faces: { kind: "table", path: "labels.csv", expression: "expression", units: ["AU*"], valence: "valence",
              arousal: "arousal", subject: "subject" },
          },
          folds: \(folds),
          stages: [\(stages)],
        }
        """
    }

    static let pretrain = #"{ kind: "pretrain", data: ["faces:train"], epochs: 1, batch: 4, previewEpochs: 0 }"#

    static func finetune(_ more: String = "", task: String = #""expression""#, batch: Int = 4) -> String {
        """
        { kind: "finetune", data: ["faces"], task: \(task), epochs: 2, batch: \(batch), lr: 1e-3, crop: null, randAug: null,
          \(more) }
        """
    }

    static let distil = #"{ kind: "distil", teacher: "previous", weight: 0.5, epochs: 1 }"#
}
