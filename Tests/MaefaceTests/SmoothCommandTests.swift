import Affect
import Evaluation
import Foundation
import JSON5
import RunStore
import TestSupport
import Testing

@testable import maeface

@Suite struct SmoothCommandTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    /// Two folds of noise on slow truth.
    private func predictions(_ name: String = "p.csv", withTruth: Bool = true) throws -> String {
        var text = "fold,video,frame,valence,arousal" + (withTruth ? ",valence_truth,arousal_truth\n" : "\n")
        var state: UInt64 = 3
        func random() -> Double {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Double(state >> 11) * 0x1p-53 - 0.5
        }
        for video in 0..<4 {
            for frame in 1...120 where frame % 50 != 0 {
                let truth = [sin(Double(frame + 40 * video) / 25), cos(Double(frame + 10 * video) / 20)]
                text += "\(video / 2),v\(video),\(frame),\(truth[0] / 2 + random()),\(truth[1] / 2 + random())"
                text += withTruth ? ",\(truth[0]),\(truth[1])\n" : "\n"
            }
        }
        return try folder.write(name, text)
    }

    private func object(_ text: String) throws -> [String: Any] {
        try #require(try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
    }

    @Test func smoothsScoresAndWrites() throws {
        let file = try predictions()
        let output = folder.path + "/out/smooth.csv"
        let result = try Program.run(["smooth", file, "--sigma", "6,2,1.5", "-o", output, "--json", "--fps", "30"])
        #expect(result.status == 0)
        let json = try object(result.output)
        let all = try #require(json["all"] as? [String: Any])
        #expect(try #require(all["difference"] as? Double) > 0.01)
        #expect((json["folds"] as? [Any])?.count == 2 && (json["per_video"] as? [Any])?.count == 4)
        // The written file scores raw what the smoothing scored.
        let again = try object(try Program.run(["smooth", output, "--json"]).output)
        let (smoothed, raw) = (
            (all["smoothed"] as? [String: Any])?["mean"] as? Double,
            ((again["all"] as? [String: Any])?["raw"] as? [String: Any])?["mean"] as? Double
        )
        #expect(abs((smoothed ?? 0) - (raw ?? 1)) < 1e-9)
        // Without the gaps, or with them.
        func rows(_ path: String) throws -> Int {
            try String(contentsOfFile: path, encoding: .utf8).split(separator: "\n").count
        }
        #expect(try rows(output) == rows(file))
        try Program.run(["smooth", file, "--sigma", "6", "-o", output, "--keep-gaps"])
        #expect(try rows(output) == 4 * 120 + 1)
    }

    @Test func textIsATableForAPerson() throws {
        let result = try Program.run(["smooth", try predictions(), "--sigma", "valence=6", "--worst", "2"])
        #expect(result.status == 0)
        for words in ["fold 0 (pooled)", "mean per video", "all frames (pooled)", "worst videos", "6,0,0 frames"] {
            #expect(result.output.contains(words))
        }
    }

    @Test func tunesAndSaysWhatIsHonest() throws {
        let result = try Program.run(["smooth", try predictions(), "--tune", "--largest", "30", "--json"])
        #expect(result.status == 0)
        let tuning = try #require(try object(result.output)["tuning"] as? [String: Any])
        let rows = try #require(tuning["rows"] as? [[String: Any]])
        #expect(
            rows.compactMap { $0["family"] as? String }
                == ["raw", "gaussian", "residual", "box", "median", "savitzky-golay"])
        #expect(rows.allSatisfy { ($0["parts"] as? [Any])?.count == 2 })
        let same = try Program.run([
            "smooth", try predictions(), "--tune", "--largest", "30", "--json", "--threads", "1",
        ])
        #expect(same.output == result.output)
        let text = try Program.run(["smooth", try predictions(), "--tune", "--largest", "30"])
        #expect(text.output.contains("folds left out") && text.output.contains("Savitzky-Golay"))
    }

    @Test func streamedFileGivesWhatAReadOneGives() throws {
        let file = try predictions()
        let (whole, streamed) = (folder.path + "/a.csv", folder.path + "/b.csv")
        let options = ["smooth", file, "--sigma", "6,2,1.5", "--json", "-o"]
        let a = try object(try Program.run(options + [whole]).output)
        let b = try object(try Program.run(options + [streamed, "--memory", "0.00001"]).output)
        #expect((a["frames"] as? Int) == (b["frames"] as? Int))
        #expect(try String(contentsOfFile: whole, encoding: .utf8) == String(contentsOfFile: streamed, encoding: .utf8))
    }

    @Test func submissionHoldsEveryFrameAndPassesItsCheck() throws {
        let path = folder.path + "/submission.txt"
        let file = try predictions(withTruth: false)
        #expect(try Program.run(["smooth", file, "--sigma", "6,2,1", "--submission", "-o", path]).status == 0)
        let check = try Program.run(["smooth", "--check", path])
        #expect(check.status == 0 && check.output.contains("480 frames of 4 videos"))
        let text = try String(contentsOfFile: path, encoding: .utf8).replacing("v1/00007.jpg", with: "v1/00008.jpg")
        let broken = try Program.run(["smooth", "--check", try folder.write("broken.txt", text), "--json"])
        #expect(broken.status == 3)
        #expect(try object(broken.output)["problems"] as? Int == 2)
    }

    @Test func wrongUseAndBadDataEndDifferently() throws {
        let file = try predictions(withTruth: false)
        for words in [
            ["smooth"], ["smooth", file, "--sigma", "3,8,1"], ["smooth", file, "--sigma", "6", "--tune"],
            ["smooth", file, "--edge", "mirrored"], ["smooth", file, "--sigma", "AU1=3"],
            ["smooth", file, "--submission"],
            ["smooth", file, "--threshold", "2"], ["smooth", file, "--sgima", "3"],
        ] {
            let result = try Program.run(words)
            #expect(result.status == 2, "\(words)")
            #expect(!result.talk.isEmpty && result.output.isEmpty)
        }
        let empty = try folder.write("empty.csv", "")
        for words in [
            ["smooth", folder.path + "/none.csv"], ["smooth", empty],
            ["smooth", file, "--truth", folder.path + "/none"],
            ["smooth", file, "--tune"], ["smooth", "--check", empty],
        ] {
            let result = try Program.run(words)
            #expect(result.status == 3, "\(words)")
            #expect(result.talk.hasPrefix("maeface: "))
        }
    }

    @Test func anyNameOfAnImportedRunIsWrittenAsATextOfJSON() throws {
        let home = ["--home", folder.path + "/runs"]
        let name = "a \"name\" with \\ and\nlines"
        let result = try Program.run(["runs", "import", predictions(), "--name", name] + home)
        #expect(result.status == 0, "\(result.talk)")
        let shown = try Program.run(["runs", "show", "1", "--session"] + home)
        let session = try JSON5Reader.read(shown.output, file: "session").value
        guard case .object(let object) = session else {
            Issue.record("\(shown.output)")
            return
        }
        #expect(object["name"]?.value == .string(name))
    }

    @Test func importedRunIsListedWithItsScoreAndSmoothed() throws {
        let home = ["--home", folder.path + "/runs"]
        let file = try predictions()
        let result = try Program.run(
            ["runs", "import", file, "--name", "theirs", "--fps", "25", "--note", "from afar"] + home)
        #expect(result.status == 0 && result.output.contains("theirs"))
        let list = try Program.run(["runs", "list"] + home)
        #expect(list.output.contains("theirs") && list.output.contains("CCC 0.") && list.output.contains("finished"))
        let store = try RunStore.open(home: folder.path + "/runs", readOnly: true)
        let record = try #require(try store.predictions(of: 1).first)
        #expect(record.task == .valenceArousal && record.videos == 4 && record.framesPerSecond == 25)
        let direct = try Program.run(["smooth", file, "--sigma", "6,2,1", "--json"])
        let kept = try Program.run(["smooth", "--run", "theirs", "--sigma", "6,2,1", "--json"] + home)
        #expect(
            try object(direct.output)["all"] as? NSDictionary == object(kept.output)["all"] as? NSDictionary)
        #expect(try Program.run(["runs", "show", "theirs"] + home).status == 0)
        // Bad input makes no run.
        let bad = try Program.run(
            ["runs", "import", try folder.write("bad.csv", "video,frame,valence,arousal\na,x,0,0\n")] + home)
        #expect(bad.status == 3 && bad.talk.contains("bad.csv:2:"))
        #expect(try store.runs().count == 1)
    }

    @Test func whatIsTunedIsKeptWithTheRunAndUsedAgain() throws {
        let home = ["--home", folder.path + "/runs"]
        try Program.run(["runs", "import", try predictions(), "--name", "theirs"] + home)
        let tuned = try Program.run(
            ["smooth", "--run", "theirs", "--tune", "--largest", "30", "--strict", "--keep", "--json"] + home)
        #expect(tuned.status == 0 && tuned.talk.contains("Kept with run 1 'theirs'"))
        let json = try object(tuned.output)
        let store = try RunStore.open(home: folder.path + "/runs", readOnly: true)
        let kept = try #require(try store.keptSmoother(of: 1))
        let sigmas = kept.channels.map { [$0.sigma1, $0.sigma2, $0.sigma3] }
        let settings = try #require(json["settings"] as? [String: Any])
        #expect((settings["sigmas"] as? [String: [Double]])?["valence"] == sigmas[0])
        #expect(sigmas[0][1] >= 1 && sigmas[0][2] >= 1)
        let rows = try #require((json["tuning"] as? [String: Any])?["rows"] as? [[String: Any]])
        let strict = try #require(rows.first { $0["family"] as? String == "residual" })
        let leftOut = (strict["left_out"] as? [String: Any])?["mean"] as? Double
        #expect(abs((kept.leftOut ?? 0) - (leftOut ?? 1)) < 1e-12)
        // Without a word of its own the run is smoothed as kept; what is said comes before that.
        let again = try Program.run(["smooth", "--run", "theirs", "--json"] + home)
        #expect(again.talk.contains("with the settings kept with the run"))
        #expect(try object(again.output)["settings"] as? NSDictionary == settings as NSDictionary)
        let other = try Program.run(
            ["smooth", "--run", "theirs", "--sigma", "9,3,2", "--edge", "nearest", "--keep"] + home)
        #expect(other.status == 0)
        let newer = try #require(try store.keptSmoother(of: 1))
        #expect(newer.channels.allSatisfy { $0.sigma1 == 9 } && newer.edge == "nearest" && newer.leftOut == nil)
        for words in [["--keep"], ["--keep", "--sigma", "3", "--run", "nothing"], ["--run", "theirs", "--keep"]] {
            #expect(try Program.run(["smooth"] + words + home).status != 0)
        }
        let wrong = try Program.run(["smooth", "--run", "theirs", "--task", "au"] + home)
        #expect(wrong.status == 3 && wrong.talk.contains("has no predictions of au, but of va"))
    }

    @Test func aRunOfSeveralTasksIsSmoothedOneByOne() throws {
        let store = try RunStore.open(home: folder.path + "/runs")
        let run = try store.createRun(name: "both", sessionText: "{}", stages: [])
        for (fold, task) in [(1, AffectTask.valenceArousal), (1, .expression), (2, .valenceArousal), (2, .expression)] {
            let channels = task.standardChannels
            let video = PredictionVideo(
                name: "v\(fold)", fold: fold, scores: channels.indices.map { [0.1 * Double($0), 0.2] },
                truth: task == .expression ? [[1, 2]] : channels.map { _ in [0.1, 0.3] })
            let set = PredictionSet(name: "both", task: task, channels: channels, videos: [video])
            let file = "predictions/\(task.shortName)-\(fold).csv"
            try PredictionFile.write(set, to: store.folder(of: run.id) + "/" + file)
            // An older file of the fold, of an earlier step, does not count.
            for step in [10, 20] {
                try store.append(
                    PredictionRecord(
                        stage: 1, fold: fold, step: Int64(step), task: task, channels: channels, videos: 1,
                        frames: 2, file: step == 20 ? file : "predictions/gone-\(fold)-\(task.shortName).csv"),
                    to: run.id)
            }
        }
        for task in ["va", "expr"] {
            let result = try Program.run(
                ["smooth", "--run", "both", "--task", task, "--json", "--home", folder.path + "/runs"])
            #expect(result.status == 0, "\(result.talk)")
            #expect(try object(result.output)["frames"] as? Int == 4)
        }
    }

    @Test(arguments: [("va", 2), ("au", 12), ("expr", 8)]) func speedIsMeasuredForEveryTask(
        _ task: String, _ channels: Int
    ) throws {
        let result = try Program.run(
            ["bench", "smooth", "--task", task, "--frames", "600", "--videos", "6", "--json"])
        let json = try object(result.output)
        #expect(result.status == 0 && json["channels"] as? Int == channels)
        #expect((json["family_s"] as? [String: Double])?.count == (task == "au" ? 7 : 6))
    }

    @Test func realSequencesGainFromAGaussianAndNotFromThreeSigmas() throws {
        guard let data = SharedData.folder("valence-sequences") else { return }
        let words = [
            "smooth", data, "--columns", "valence=pred_ftrick", "--truth-columns", "valence=target", "--fps", "25",
            "--tune", "--json",
        ]
        // The model goes beyond the scale of its labels, which has to be said.
        let refused = try Program.run(words)
        #expect(refused.status == 3 && refused.talk.contains("--scale -1,1 clips"), "\(refused.talk)")
        let result = try Program.run(words + ["--scale", "-1,1"])
        #expect(result.status == 0)
        let tuning = try #require(try object(result.output)["tuning"] as? [String: Any])
        let rows = try #require(tuning["rows"] as? [[String: Any]])
        func fitted(_ family: String) -> Double {
            let row = rows.first { $0["family"] as? String == family }
            return (row?["fitted"] as? [String: Any])?["mean"] as? Double ?? .nan
        }
        #expect(abs(fitted("raw") - 0.05) < 0.02)
        #expect(abs(fitted("gaussian") - 0.11) < 0.02)
        #expect(rows.allSatisfy { ($0["parts"] as? [Any])?.count == 5 })
    }
}
