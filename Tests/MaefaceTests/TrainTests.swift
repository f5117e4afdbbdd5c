import Checkpoints
import Foundation
import RunStore
import TestSupport
import Testing

@testable import maeface

/// A session small enough to train in a second.
func tinySession(epochs: Int = 6, rate: String = "2e-3", extra: String = "") -> String {
    """
    {
      name: "tiny", seed: 5,
      model: { encoder: { width: 32, depth: 2, heads: 2 }, decoder: { width: 32, depth: 1, heads: 2 }, image: 32, patch: 8 },
      data: { faces: { kind: "rendered", identities: 8, photosPerIdentity: 4, side: 48 } },
      stages: [{ kind: "pretrain", data: ["faces"], epochs: \(epochs), warmup: 1, batch: 8, lr: \(rate),
        checkpointEpochs: 1, previewEpochs: 2, previewSamples: 2, keep: 1 \(extra) }],
    }
    """
}

@Suite("maeface train")
struct TrainTests {
    /// Trains to the end and returns the parameters file.
    private func weights(_ arguments: [String], home: String) throws -> Data {
        let result = try Program.run(["train", "--home", home] + arguments)
        #expect(result.status == 0, "\(result.talk)")
        return try Data(contentsOf: URL(fileURLWithPath: home + "/1/weights.safetensors"))
    }

    @Test("A run from photographs to weights: the loss falls, every point is there, the sheets and files too")
    func wholeRun() throws {
        let folder = try TemporaryFolder()
        let session = try folder.write("tiny.json5", tinySession(epochs: 12))
        let result = try Program.run(["train", session, "--home", folder.path + "/runs", "--json"])
        #expect(result.status == 0, "\(result.talk)")
        let store = try RunStore.open(home: folder.path + "/runs")
        let run = try store.resolve("last")
        #expect(run.status == .finished)
        #expect(run.step == 12 * 4)
        let losses = try store.points(of: SeriesKey(stage: 0, name: SeriesName.loss), run: run.id)
        #expect(losses.map(\.step) == Array(1...48))
        let epochs = try store.points(of: SeriesKey(stage: 0, name: SeriesName.epochLoss), run: run.id)
        let (first, last) = (try #require(epochs.first?.value), try #require(epochs.last?.value))
        #expect(last < 0.95 * first)
        #expect(try store.integrityProblems().isEmpty)
        let previews = try store.previews(of: run.id)
        #expect(previews.map(\.step) == [0, 8, 16, 24, 32, 40, 48])
        for preview in previews {
            #expect(FileManager.default.fileExists(atPath: store.folder(of: run.id) + "/" + preview.file))
        }
        let checkpoints = try store.checkpoints(of: run.id)
        let files = try FileManager.default.contentsOfDirectory(atPath: store.folder(of: run.id) + "/checkpoints")
        #expect(Set(files) == Set(checkpoints.map { ($0.file as NSString).lastPathComponent }))
        #expect(checkpoints.count <= 3)
        #expect(result.output.contains("\"status\" : \"finished\""))
    }

    @Test("The same seed gives the same weights with 1, 2 and 3 threads")
    func threads() throws {
        let folder = try TemporaryFolder()
        let session = try folder.write("tiny.json5", tinySession())
        let all = try [1, 2, 3].map { threads in
            try weights([session, "--threads", "\(threads)"], home: folder.path + "/runs-\(threads)")
        }
        #expect(all[0] == all[1])
        #expect(all[0] == all[2])
        let other = try folder.write(
            "other.json5", tinySession().replacingOccurrences(of: "seed: 5", with: "seed: 6"))
        #expect(try weights([other], home: folder.path + "/runs-other") != all[0])
    }

    @Test("The same seed gives the same weights with 2 threads beside a competitor on one core")
    func competitor() throws {
        let folder = try TemporaryFolder()
        let session = try folder.write("tiny.json5", tinySession(epochs: 12))
        let alone = try weights([session, "--threads", "1"], home: folder.path + "/alone")
        let competitor = try Competitor()
        defer { competitor.stop() }
        let beside = try weights([session, "--threads", "2"], home: folder.path + "/beside")
        #expect(competitor.isRunning, "the competitor gave up before the training ended")
        #expect(beside == alone)
    }

    @Test("Killed again and again and resumed, a run ends with the same weights and points")
    func killed() throws {
        let folder = try TemporaryFolder()
        let session = try folder.write("tiny.json5", tinySession(epochs: 60))
        let undisturbed = try weights([session], home: folder.path + "/calm")
        let calmStore = try RunStore.open(home: folder.path + "/calm")
        let home = folder.path + "/killed"
        var random = SeededGenerator(seed: 7)
        var arguments = ["train", session, "--home", home]
        var kills = 0
        var last: Int32 = -1
        for attempt in 0..<200 {
            let process = try Program.start(arguments, output: folder.path + "/log-\(attempt)")
            if kills < 20 {
                // Long enough to start, short enough to be somewhere in training or in one of its checkpoints.
                let moment = Double.random(in: 0.02...0.4, using: &random)
                _ = becomesTrue(within: moment) { !process.isRunning }
                if process.isRunning {
                    kill(process.processIdentifier, SIGKILL)
                    kills += 1
                }
            }
            process.waitUntilExit(atMost: Program.deadline)
            last = process.terminationStatus
            if process.terminationReason == .exit, last == 0 { break }
            let made = (try? RunStore.open(home: home).runs().isEmpty == false) ?? false
            arguments = made ? ["train", "--resume", "1", "--home", home] : ["train", session, "--home", home]
        }
        #expect(last == 0)
        #expect(kills > 3)
        let store = try RunStore.open(home: home)
        #expect(try Data(contentsOf: URL(fileURLWithPath: home + "/1/weights.safetensors")).isEmpty == false)
        #expect(
            try Self.tensors(home + "/1/weights.safetensors")
                == Self.tensors(folder.path + "/calm/1/weights.safetensors"))
        #expect(undisturbed.isEmpty == false)
        #expect(try store.integrityProblems().isEmpty)
        for name in [SeriesName.loss, .learningRate, .gradientNorm, .epochLoss] {
            let key = SeriesKey(stage: 0, name: name)
            #expect(try store.points(of: key, run: 1) == calmStore.points(of: key, run: 1), "\(name)")
        }
        #expect(try store.previews(of: 1).map(\.step) == calmStore.previews(of: 1).map(\.step))
    }

    /// The bytes of every tensor, without the metadata that names the run.
    private static func tensors(_ path: String) throws -> Data {
        let data = try Data(contentsOf: URL(fileURLWithPath: path))
        let length = data.prefix(8).enumerated().reduce(0) { $0 | Int($1.element) << (8 * $1.offset) }
        return data.dropFirst(8 + length)
    }

    @Test("SIGTERM writes a checkpoint and stops; a resume ends with the undisturbed weights")
    func stopped() throws {
        let folder = try TemporaryFolder()
        let session = try folder.write("tiny.json5", tinySession(epochs: 400))
        let home = folder.path + "/runs"
        let process = try Program.start(["train", session, "--home", home], output: folder.path + "/log")
        // The first step is told at once, later ones twice a second.
        try Program.kill(process, SIGTERM) { (try? RunStore.open(home: home).run(1).step) ?? 0 >= 1 }
        #expect(process.terminationStatus == 1)
        let store = try RunStore.open(home: home)
        let run = try store.run(1)
        #expect(run.status == .stopped)
        #expect(try store.checkpoints(of: 1).last?.step == run.step)
        let again = try Program.run(["train", "--resume", "last", "--home", home])
        #expect(again.status == 0, "\(again.talk)")
        _ = try weights([session], home: folder.path + "/calm")
        #expect(
            try Self.tensors(home + "/1/weights.safetensors")
                == Self.tensors(folder.path + "/calm/1/weights.safetensors"))
    }

    @Test(
        "Every signal that ends a process but a hang-up writes a checkpoint and stops",
        arguments: [SIGINT, SIGQUIT, SIGUSR1, SIGUSR2, SIGALRM, SIGXCPU, SIGPWR, SIGIO, 34, 64])
    func stoppedBySignal(_ signal: Int32) throws {
        let folder = try TemporaryFolder()
        let session = try folder.write("tiny.json5", tinySession(epochs: 4000))
        let home = folder.path + "/runs"
        let process = try Program.start(["train", session, "--home", home], output: folder.path + "/log")
        try Program.kill(process, signal) {
            guard (try? RunStore.open(home: home).run(1).step) ?? 0 >= 1 else { return false }
            kill(process.processIdentifier, SIGHUP)
            return true
        }
        #expect(process.terminationReason == .exit)
        #expect(process.terminationStatus == 1)
        let store = try RunStore.open(home: home)
        let run = try store.run(1)
        #expect(run.status == .stopped)
        #expect(try store.checkpoints(of: 1).last?.step == run.step)
        let names = [SIGINT: "interrupted", SIGUSR1: "SIGUSR1", SIGXCPU: "SIGXCPU", 34: "RTMIN", 64: "SIGRT"]
        let reason = try store.events(of: 1).last { $0.kind == .state }?.message ?? ""
        #expect(reason.contains(names[signal] ?? "SIG"), "\(reason)")
    }

    @Test("A limit on the size of files is a full disk, and said")
    func fileSizeLimit() throws {
        let folder = try TemporaryFolder()
        let session = try folder.write("tiny.json5", tinySession(epochs: 2))
        // In units of 512 bytes: too little for the weights, and then for the store itself.
        for limit in [300, 20] {
            let shell = ["/bin/sh", "-c", "ulimit -f \(limit); exec \"$0\" \"$@\"", try Program.path]
            let result = try Program.run(
                ["train", session, "--home", folder.path + "/runs-\(limit)"], wrapper: shell)
            #expect(result.status == 1)
            #expect(result.talk.contains("may not write larger files"), "\(result.talk)")
        }
    }

    @Test("A second trainer of the same run is refused")
    func locked() throws {
        let folder = try TemporaryFolder()
        let session = try folder.write("tiny.json5", tinySession(epochs: 400))
        let home = folder.path + "/runs"
        let process = try Program.start(["train", session, "--home", home], output: folder.path + "/log")
        defer {
            kill(process.processIdentifier, SIGKILL)
            process.waitUntilExit()
        }
        let hasBegun = becomesTrue { !process.isRunning || (try? RunStore.open(home: home).run(1).step) ?? 0 >= 1 }
        #expect(hasBegun)
        let second = try Program.run(["train", "--resume", "1", "--home", home])
        #expect(second.status == 1)
        #expect(second.talk.contains("process"), "\(second.talk)")
    }

    @Test("A learning rate that blows up ends the run as failed, with advice and the last good checkpoint kept")
    func diverged() throws {
        let folder = try TemporaryFolder()
        let session = try folder.write("tiny.json5", tinySession(epochs: 60, rate: "1e30"))
        let result = try Program.run(["train", session, "--home", folder.path + "/runs"])
        #expect(result.status == 1)
        #expect(result.talk.contains("lower learning rate"), "\(result.talk)")
        let store = try RunStore.open(home: folder.path + "/runs")
        let run = try store.run(1)
        #expect(run.status == .failed)
        #expect(run.failure?.contains("learning rate") == true)
    }
}
