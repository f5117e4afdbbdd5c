import Foundation
import RunStore
import Session
import Shell
import Training

/// `maeface demo`: rendered faces, every stage of the paper in small, and the workbench to watch it in.
enum DemoCommand: Command {
    static let path = ["demo"]
    static let summary = "render faces and train every kind of stage on them"
    static let help = """
        Renders faces and videos, trains every kind of stage on them (masked
        autoencoding, a pass with labels, fine-tuning for valence and arousal in two
        folds, distilling) and opens the workbench on the run. Without a terminal it
        trains here and prints the tables of scores.

        USAGE: maeface demo [--headless] [--threads N] [--home DIR]

          --headless    train here and print the tables even on a terminal
          --threads N   compute threads (all processors)
          --home DIR    the folder of runs (MAEFACE_HOME, or ./runs); the faces are
                        written to DIR/rendered

        EXAMPLE: maeface demo --headless
        """

    static func run(_ arguments: inout Arguments) throws -> ExitCode {
        let isHeadless = arguments.flag("--headless") || isatty(0) == 0 || isatty(1) == 0
        let threads = try arguments.integer("--threads") ?? ProcessInfo.processInfo.activeProcessorCount
        let home = RunStore.home(argument: try arguments.value("--home"))
        _ = try arguments.positionals(atMost: 0)

        let store = try TrainCommand.openStore(home)
        // A demo that took everything from the last one would show nothing.
        let run = try TrainCommand.makeRun(of: demoSession(), in: store, reusing: false)
        if isHeadless {
            return try TrainCommand.train(run, in: store, threads: threads, isJSON: false)
        }
        let trainer = try TrainerProcess.start(run, home: home, threads: threads)
        return try WorkbenchCommand.open(home: home, watching: run.id, trainers: [trainer: run.name])
    }

    /// What `sessions/demo.json5` says, so that the demo needs no file beside the program; a test holds them equal.
    static func demoSession() throws -> Session {
        try SessionReader.read(text: text, file: "demo", folder: "/")
    }

    private static let text = """
        {
          name: "demo",
          seed: 1,
          model: {
            encoder: "vit-micro",
            decoder: "64d1b",
            image: 64,
            patch: 8,
          },
          data: {
            faces: { kind: "rendered", identities: 512, photosPerIdentity: 2, side: 96 },
            videos: { kind: "renderedVideos", videos: 24, frames: 80, side: 64, tracks: ["valenceArousal"] },
          },
          folds: { count: 2, group: "video" },
          stages: [
            {
              kind: "pretrain",
              data: ["faces"],
              epochs: 100,
              warmup: 5,
              batch: 64,
              lr: 2e-3,
              mask: 0.75,
              loss: "l1",
              crop: { scale: [0.5, 1] },
              checkpointMinutes: 0.5,
            },
            {
              kind: "supervise",
              data: ["faces"],
              task: ["actionUnits", "valenceArousal"],
              epochs: 60,
              warmup: 1,
              batch: 32,
              lr: 1e-3,
              layerDecay: 1,
              dropPath: 0,
              crop: { scale: [0.7, 1] },
              randAug: null,
            },
            {
              kind: "finetune",
              data: ["videos"],
              task: "valenceArousal",
              epochs: 4,
              warmup: 1,
              batch: 32,
              lr: 4e-4,
              layerDecay: 1,
              dropPath: 0,
              crop: { scale: [0.8, 1] },
              randAug: null,
              ema: 0.95,
            },
            { kind: "distil", teacher: "previous", weight: 0.5, epochs: 4 },
          ],
        }
        """
}
