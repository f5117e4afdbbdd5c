import Datasets
import Foundation
import RenderedFaces
import TestSupport
import Testing

/// Small labelled faces and sessions that train on them in a second.
enum LabelledFaces {
    /// 24 faces of 8 subjects in `labels.csv`, with labels of all three tasks and a split.
    static func write(in folder: TemporaryFolder, _ change: (inout [String]) -> Void = { _ in }) throws {
        let faces = folder.path + "/faces"
        try RenderedFaces.write(to: faces, identities: 8, photosPerIdentity: 3, side: 32, seed: 3)
        let files = try FileManager.default.subpathsOfDirectory(atPath: faces).filter { $0.hasSuffix(".jpg") }.sorted()
        try #require(files.count == 24)
        var rows = ["image,expression,AU1,AU12,valence,arousal,subject,split"]
        for (number, file) in files.enumerated() {
            let expression = ["calm", "glad", "sad"][number % 3]
            let valence = Double(number % 7) / 4 - 0.75
            rows.append(
                "faces/\(file),\(expression),\(number % 2),\(number % 4 / 2),\(valence),\(-valence / 2),"
                    + "s\(number / 3),\(number < 18 ? "train" : "val")")
        }
        change(&rows)
        _ = try folder.write("labels.csv", rows.joined(separator: "\n") + "\n")
    }

    static let finetune = """
        { kind: "finetune", data: ["faces"], task: "expression", epochs: 1, batch: 8, lr: 1e-3, crop: null, randAug: null }
        """
    static let pretrain = """
        { kind: "pretrain", data: ["faces"], epochs: 1, warmup: 0, batch: 8, lr: 1e-3, previewEpochs: 0 }
        """

    static func session(
        _ stages: String, name: String = "labelled", model: String = "", folds: String = "\"official\"",
        table: String = "", width: Int = 32
    ) -> String {
        """
        {
          name: "\(name)", seed: 5,
          model: { encoder: { width: \(width), depth: 2, heads: 2 }, decoder: { width: 32, depth: 1, heads: 2 },
            image: 32, patch: 8, \(model) },
          data: {
            faces: { kind: "table", path: "labels.csv", expression: "expression", units: ["AU*"], valence: "valence",
              arousal: "arousal", subject: "subject", split: "split", \(table) },
          },
          folds: \(folds),
          stages: [\(stages)],
        }
        """
    }
}
