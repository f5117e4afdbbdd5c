import Datasets
import Foundation
import RunStore
import Session

/// Tells of images that are trained on and held out at once, which makes scores better than they are. Done once in the
/// life of a run; what came of it is a fact of the run.
struct DuplicateCheck {
    let context: RunContext
    let folded: FoldedData

    /// Sets of up to so many images are decoded, so that the same picture in different files is found too.
    private static let decoded = 10_000

    /// All labelled sets that stages train on.
    func labelled() throws {
        var names: [String] = []
        for stage in context.session.stages {
            if let name = stage.supervised?.data.name, !names.contains(name) { names.append(name) }
        }
        for name in names {
            let entry = try folded.entry(name)
            guard entry.folds.contains(where: { !$0.validation.isEmpty }) else { continue }
            try once("duplicates in \(name)") {
                let isDecoded = entry.set.count <= Self.decoded
                return DuplicateImages.find(in: entry.set, pixels: isDecoded).report(entry.folds, of: entry.set)
            }
        }
    }

    /// What is held out later among the images of a stage of pre-training, or of one with labels of another data set: in its
    /// fold, or in any of them.
    func earlierStage(_ part: RunPart, _ data: any StageData) throws {
        let stage = context.session.stages[part.stage]
        guard let name = context.session.stages.compactMap(\.supervised).last?.data.name,
            stage.supervised?.data.name != name
        else { return }
        let entry = try folded.entry(name)
        let folds = part.fold == nil ? entry.folds : [entry.fold(part.fold)]
        let held = Set(folds.flatMap(\.validation)).sorted()
        guard !held.isEmpty else { return }
        try once("duplicates in \(part.name)") {
            DuplicateImages.report(
                heldOut: held.map(entry.set.image), among: data.images,
                of: stage.kind == .pretrain ? "pre-training" : stage.kind.rawValue
            ).map { [$0] } ?? []
        }
    }

    private func once(_ fact: String, _ find: () -> [String]) throws {
        guard try context.store.facts(of: context.run)[fact] == nil else { return }
        let sentences = find()
        for sentence in sentences {
            context.report(.message(sentence))
            try context.store.append(
                RunEvent(time: 0, step: 0, kind: .alert, message: sentence), to: context.run)
        }
        try context.store.setFact(
            fact, to: sentences.isEmpty ? "none" : sentences.joined(separator: "; "), of: context.run)
    }
}
