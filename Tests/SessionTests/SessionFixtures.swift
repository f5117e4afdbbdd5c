@testable import Session

/// A session as short as it can be.
let shortest = """
    {
      model: { encoder: "vit-tiny" },
      data: { photos: { kind: "folder", path: "faces" } },
      stages: [
        { kind: "pretrain", data: ["photos"] },
      ],
    }
    """

/// A session that says every key.
let complete = """
    {
      name: "ck-expr_2.b", seed: 9007199254740993,
      model: { encoder: { width: 60, depth: 3, heads: 5 }, decoder: "96d1b", image: 96, patch: 8, init: "~/w.safetensors",
        normalisation: "image" },
      data: {
        photos: { kind: "folder", paths: ["${FACES}/a", "../b", "/c/./d//e/"] },
        "drawn faces": { kind: "rendered", identities: 5, photosPerIdentity: 3, side: 64, seed: 4, path: "out" },
      },
      folds: null,
      stages: [
        {
          kind: "pretrain", data: ["photos", "drawn faces"], seed: 7, epochs: 3, warmup: 0.5, batch: 0x20, lr: 1e-3,
          minLr: 1e-6, weightDecay: 0.1, betas: [0.8, 0.99], epsilon: 1e-6, mask: 0.6, loss: "l2",
          crop: { scale: [0.3, 0.9], ratio: [1, 1] }, flip: false, clip: 1, microBatch: 8, workers: 2,
          cacheMegabytes: 0, reducedDecode: true, checkpointMinutes: null, checkpointEpochs: 2, keep: 0,
          previewEpochs: 0, previewSamples: 4,
        },
        { kind: "pretrain", data: "photos" },
      ],
    }
    """

let surroundings = Surroundings(
    variable: { ["FACES": "/data/faces", "HOME": "/home/ada", "ODD": "/x/${y}/~$"][$0] }, workingFolder: "/photos")

func read(_ text: String, _ overrides: String...) throws(SessionError) -> Session {
    try SessionReader.read(
        text: text, file: "s.json5", folder: "/sessions", overrides: overrides, surroundings: surroundings)
}

/// The problems of a session, one on each line; empty when there is none.
func problems(_ text: String, _ overrides: String...) -> String {
    do {
        _ = try SessionReader.read(
            text: text, file: "s.json5", folder: "/sessions", overrides: overrides, surroundings: surroundings)
        return ""
    } catch {
        return error.description
    }
}

extension RenderedData {
    init(_ change: (inout RenderedData) -> Void) {
        self.init()
        change(&self)
    }
}

extension RenderedVideoData {
    init(_ change: (inout RenderedVideoData) -> Void) {
        self.init()
        change(&self)
    }
}
