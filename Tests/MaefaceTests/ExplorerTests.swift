import Basics
import Evaluation
import Foundation
import RunStore
import TestSupport
import Testing
import Workbench

@testable import Shell
@testable import maeface

/// Predictions in files, smoothed and written by the workbench's own shell.
@Suite struct ExplorerTests {
    /// Two videos of valence and arousal with their truth.
    private static func table(_ frames: Int = 300) -> String {
        var lines = ["fold,video,frame,valence,arousal,valence_truth,arousal_truth"]
        for video in 0..<2 {
            for frame in 1...frames {
                let truth = Double(frame % 100) / 100 - 0.5
                let noise = Double((frame * 7919 + video * 31) % 101) / 101 - 0.5
                lines.append("\(video),clip-\(video),\(frame),\(truth + noise),\(noise - truth),\(truth),\(-truth)")
            }
        }
        return lines.joined(separator: "\n") + "\n"
    }

    @Test func oneFrameOfTheSmootherAsText() throws {
        let folder = try TemporaryFolder()
        let file = try folder.write("theirs.csv", Self.table())
        let arguments = ["--once", "smoother", "--size", "100x34", "--home", folder.path + "/runs"]
        let result = try Program.run(arguments + ["--predictions", file, "--fps", "25"])
        #expect(result.status == 0)
        for text in ["theirs ▸ fold 0 ▸ clip-0 ▸ valence", "σ1", "0.80s", "all pooled", "CCC over σ1", "best ."] {
            #expect(result.output.contains(text), "\(text)")
        }
        let missing = try Program.run(arguments + ["--predictions", folder.path + "/nothing.csv"])
        #expect(missing.status == 3)
        #expect(missing.talk.contains("no such file"))
        #expect(try Program.run(arguments + ["--truth", file]).status == 2)
        let empty = try Program.run(arguments)
        #expect(empty.output.contains("No predictions are open"))
    }

    @Test func aTypedSigmaIsScoredAndExportedWithoutReplacingAnything() throws {
        let folder = try TemporaryFolder()
        let file = try folder.write("theirs.csv", Self.table())
        let output = folder.path + "/out.csv"
        let workbench = try WorkbenchProcess(["--predictions", file])
        try workbench.waitFor("clip-0")
        try workbench.waitFor("all pooled")
        workbench.type("=9,4,2\r")
        workbench.type("e\t\u{15}\(output)\r")
        try workbench.waitFor("wrote")
        let set = try PredictionFile.read([output], name: "out")
        let engine = SmootherEngine(try PredictionFile.read([file], name: "in"))
        let expected = engine.smoothed(video: 1, settings: SmootherSettings(sigmas: Sigmas(9, 4, 2), channels: 2))
        #expect(zip(set.videos[1].scores[0], expected[0]).allSatisfy { abs($0 - $1) < 1e-6 })
        workbench.type("e\t\u{15}\(output)\r")
        try workbench.waitFor("Replace the file?")
        let before = try FileManager.default.attributesOfItem(atPath: output)[.modificationDate] as? Date
        workbench.type("n")
        try workbench.waitFor("nothing was written")
        #expect(try FileManager.default.attributesOfItem(atPath: output)[.modificationDate] as? Date == before)
        workbench.type("q")
        _ = try workbench.finish()
        #expect(workbench.status == 0)
    }

    @Test func sigmasAreKeptWithAnImportedRunAndThereAgain() throws {
        let folder = try TemporaryFolder()
        let home = folder.path + "/runs"
        let file = try folder.write("theirs.csv", Self.table())
        #expect(try Program.run(["runs", "import", file, "--name", "theirs", "--home", home]).status == 0)
        let workbench = try WorkbenchProcess(["--home", home])
        try workbench.waitFor("theirs")
        workbench.type("3")
        try workbench.waitFor("all pooled")
        workbench.type("=9,4,2\r")
        workbench.type("w")
        try workbench.waitFor("kept with theirs")
        workbench.type("q")
        _ = try workbench.finish()
        let store = try RunStore.open(home: home, readOnly: true)
        let kept = try #require(try store.keptSmoother(of: store.resolve("theirs").id))
        #expect(
            kept.channels == [
                KeptSmoothing(channel: "valence", sigma1: 9, sigma2: 4, sigma3: 2),
                KeptSmoothing(channel: "arousal", sigma1: 9, sigma2: 4, sigma3: 2),
            ])
        let again = try Program.run(["--once", "smoother", "--size", "100x34", "--home", home])
        #expect(again.output.contains("as kept with the run"))
        #expect(again.output.contains("9.0"))
    }

    @Test func theNewestOfManyStepsWins() throws {
        let folder = try TemporaryFolder()
        let file = try folder.write("theirs.csv", Self.table(2000))
        let answered = Guarded<[SmootherEvent]>([])
        let done = DispatchSemaphore(value: 0)
        let last = 200
        let worker = SmootherWorker { events in
            for case .smoother(let event) in events {
                answered.withLock { $0.append(event) }
                if case .surface(let request, _) = event, request.number == last { done.signal() }
            }
        }
        var state = State(current: .smoother)
        let files = PredictionFiles(paths: [file])
        guard case .smoother(.open(let source, let number)) = update(&state, .smoother(.open(.files(files)))).last
        else {
            Issue.record("nothing is opened")
            return
        }
        let opened = worker.openNow(source, number) { nil }
        guard case .smoother(.smooth(let first)) = update(&state, .smoother(opened)).last else {
            Issue.record("nothing is asked for")
            return
        }
        worker.smooth(first)
        for _ in 1..<last {
            for case .smoother(.smooth(let request)) in update(&state, .input(.key(.character("l")))) {
                worker.smooth(request)
            }
        }
        #expect(done.wait(timeout: .now() + 60) == .success)
        let numbers = answered.withLock { events in
            events.compactMap { event -> Int? in
                guard case .smoothed(let result) = event else { return nil }
                return result.request.number
            }
        }
        #expect(numbers.last == last)
        // They come in order, and those that were overtaken were never begun.
        #expect(numbers == numbers.sorted())
        #expect(numbers.count < last)
    }
}
