import Affect
import Basics
import Foundation
import TestSupport
import Testing

@testable import Evaluation

@Suite struct PredictionReaderTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    private func read(
        _ text: String, name: String = "p.csv", truth: String? = nil,
        options: PredictionReadingOptions = PredictionReadingOptions()
    ) throws -> PredictionSet {
        try PredictionReader([try folder.write(name, text)], truth: truth, options: options).read()
    }

    private func problem(_ text: String, truth: String? = nil) -> String {
        do {
            _ = try read(text, truth: truth)
            return "none"
        } catch {
            return "\(error)".replacing(folder.path + "/", with: "")
        }
    }

    @Test func rowsInAnyOrderWithFoldsAndTruth() throws {
        let set = try read(
            """
            fold,video,frame,arousal,valence,valence_truth,arousal_truth
            1,b,3,0.3,-0.3,0.1,0.2
            0,a,2,0.2,-0.2,,
            1,b,1,0.1,-0.1,-5,0.4
            0,a,1,,NaN,0.5,0.6

            """)
        #expect(set.task == .valenceArousal && set.channels == ["valence", "arousal"] && set.folds == [0, 1])
        #expect(set.videos.map(\.name) == ["b", "a"])
        let b = set.videos[0]
        #expect(b.count == 2 && b.firstFrame == 1 && b.frameStep == 2)
        #expect(b.scores[0].first == -0.1 && b.scores[1].last == 0.3)
        #expect(b.truth[0][0].isNaN && b.truth[1][0] == 0.4)
        #expect(set.videos[1].scores[0][0].isNaN && set.videos[1].truth[0][0] == 0.5)
    }

    @Test func fileAVideoWithoutFrameNumbersCountsFromOne() throws {
        try folder.write("set/first.csv", "AU01,AU2\n0.1,0.2\n0.3,0.4\n")
        try folder.write("set/second.csv", "AU01,AU2\n1,0\n")
        try folder.write("set/notes.md", "not a table")
        let set = try PredictionReader([folder.path + "/set"]).read()
        #expect(set.task == .actionUnits && set.channels == ["AU1", "AU2"])
        #expect(set.videos.map(\.name) == ["first", "second"])
        #expect(set.videos[0].firstFrame == 1 && set.videos[0].scores == [[0.1, 0.3], [0.2, 0.4]])
    }

    @Test func columnsOfAnyNameWhenToldWhich() throws {
        var options = PredictionReadingOptions()
        options.columns = [.init(channel: "valence", column: "pred_ftrick")]
        options.truthColumns = [.init(channel: "valence", column: "target")]
        let set = try read("frame_idx,time_s,target,pred_baseline,pred_ftrick\n0,0.0,0.5,9,0.25\n", options: options)
        #expect(set.channels == ["valence"] && set.videos[0].scores == [[0.25]] && set.videos[0].truth == [[0.5]])
        #expect(set.videos[0].firstFrame == 0)
    }

    @Test func expressionsByNameOrNumberAndLogitsBecomeProbabilities() throws {
        var options = PredictionReadingOptions()
        options.areLogits = true
        let set = try read(
            "image_location,Happy,Neutral,expression_truth\nv/00002.jpg,2,0,Happiness\nv/00001.jpg,0,0,0\n",
            options: options)
        #expect(set.task == .expression && set.channels == ["Neutral", "Happiness"])
        let video = set.videos[0]
        // A number counts the columns as the file has them.
        #expect(video.name == "v" && video.firstFrame == 1 && video.truth == [[1, 1]])
        #expect(abs(video.scores[1][1] - 1 / (1 + exp(-2.0))) < 1e-12 && video.scores[0][0] == 0.5)
    }

    @Test func annotationFoldersOfEveryTrackJoinByNumber() throws {
        let tracks: [(String, String, String)] = [
            (
                "VA_Estimation_Challenge", "valence,arousal\n0.1,0.2\n-5,-5\n\nvalence,arousal\n0.3,-0.4\n-2,0.5\n",
                "video,frame,valence,arousal\nv_left,1,0,0\nv_left,3,0,0\nv_left,4,0,0\nv_left,9,0,0\nother,1,0,0\n"
            ),
            (
                "EXPR_Classification_Challenge",
                "Neutral,Anger,Disgust,Fear,Happiness,Sadness,Surprise,Other\n4\n-1\n7\n-1\n",
                "video,frame,\(AffectTask.expression.standardChannels.joined(separator: ","))\n"
                    + ["v_left,1", "v_left,3", "v_left,4", "v_left,9", "other,1"].map { $0 + ",0,0,0,0,1,0,0,0\n" }
                    .joined()
            ),
            (
                "AU_Detection_Challenge",
                AffectTask.actionUnits.standardChannels.joined(separator: ",") + "\n"
                    + "0,1,0,0,0,0,0,0,0,0,0,1\n-1,-1,-1,-1,-1,-1,-1,-1,-1,-1,-1,-1\n1,0,0,0,0,0,0,0,0,0,0,0\n"
                    + "0,0,0,0,0,0,0,0,0,0,0,-1\n",
                "video,frame,\(AffectTask.actionUnits.standardChannels.joined(separator: ","))\n"
                    + ["v_left,1", "v_left,3", "v_left,4", "v_left,9", "other,1"]
                    .map { $0 + ",0,0,0,0,1,0,0,0,0,0,0,0\n" }.joined()
            ),
        ]
        for (name, text, _) in tracks {
            try folder.write("annotations/\(name)/Validation_Set/v_left.txt", text)
            try folder.write("annotations/\(name)/Train_Set/v_right.txt", text)
        }
        for (name, _, predictions) in tracks {
            // From the track's own folder and from the folder of all three.
            for truth in [folder.path + "/annotations/" + name, folder.path + "/annotations"] {
                let reader = try PredictionReader([try folder.write("p.csv", predictions)], truth: truth)
                let set = try reader.read()
                let video = set.videos[0]
                #expect(video.count == 9 && video.firstFrame == 1)
                #expect(video.scores[0][1].isNaN && !video.scores[0][2].isNaN)
                switch set.task {
                case .valenceArousal:
                    #expect(video.truth[0][0] == 0.1 && video.truth[1][2] == -0.4)
                    #expect(video.truth[1][3].isNaN && video.truth[0][1].isNaN && video.truth[0][8].isNaN)
                case .expression: #expect(video.truth[0][0] == 4 && video.truth[0][2] == 7 && video.truth[0][3].isNaN)
                case .actionUnits:
                    #expect(video.truth[1][0] == 1 && video.truth[11][0] == 1 && video.truth[0][2] == 1)
                    #expect(video.truth[0][3].isNaN)
                }
                #expect(!set.videos[1].hasTruth)
                #expect(reader.notes.contains("1 of 2 videos have no truth and are not scored: other."))
                #expect(reader.notes.contains { $0.hasPrefix("1 frames come after the last line of their truth") })
                #expect(reader.notes.contains { $0.contains("v_right") })
            }
        }
    }

    @Test func truthOfAnotherTrackAndTruthThatMatchesNothingSaySo() throws {
        let wrong = try folder.write("v.txt", "valence,arousal\n0,0\n")
        #expect(
            problem("AU1,AU2\n0,0\n", truth: wrong)
                == "v.txt:1: annotations of va, where the predictions are of au.")
        let table = try folder.write("t.csv", "video,frame,AU1,AU2\nelsewhere,1,0,1\n")
        let reader = try PredictionReader([try folder.write("q.csv", "AU1,AU2\n0,0\n")], truth: table)
        _ = try reader.read()
        #expect(reader.notes.last?.contains("It has elsewhere; the predictions have q.") == true)
    }

    @Test func truthFromATableJoinsByVideoAndFrame() throws {
        let truth = try folder.write(
            "t.csv", "video,frame,valence,arousal\nb,2,0.2,-0.2\na,1,0.5,0.6\nb,1,0.1,-0.1\nb,3,0.7,0.7\n")
        let set = try read("video,frame,valence,arousal\na,1,0,0\nb,1,0,0\nb,2,0,0\n", truth: truth)
        #expect(set.videos[0].truth == [[0.5], [0.6]])
        // An annotated frame that nobody predicted belongs to the video.
        #expect(set.videos[1].truth[0] == [0.1, 0.2, 0.7] && set.videos[1].scores[0][2].isNaN)
        #expect(
            problem(
                "video,frame,valence,arousal\na,1,0,0\n",
                truth: try folder.write("u.csv", "video,frame,valence\na,1,0\na,1,0\n"))
                == "u.csv:3: frame 1 of video 'a' again. Remove one of the two.")
    }

    /// The same labels beside the predictions, in a table and in ABAW's own files: the same truth.
    @Test func markedUnitsLeaveTheFrameOutOfScoresWhereverTheyAre() throws {
        let units = AffectTask.actionUnits.standardChannels
        let zeros = Array(repeating: "0", count: 12)
        var marked = zeros
        marked[11] = "-1"
        marked[0] = "1"
        let lines = [zeros, marked, zeros].map { $0.joined(separator: ",") }
        try folder.write("AU_Set/Train_Set/v.txt", ([units.joined(separator: ",")] + lines).joined(separator: "\n"))
        let table = try folder.write(
            "t.csv",
            (["video,frame," + units.joined(separator: ",")]
                + lines.enumerated().map { "v,\($0.offset + 1),\($0.element)" }).joined(separator: "\n"))
        let scores = "video,frame,AU1,AU2\nv,1,0.1,0.2\nv,2,0.1,0.2\nv,3,0.1,0.2\n"
        let beside = "video,frame,AU1,AU2,AU1_truth,AU2_truth\nv,1,0,0,0,0\nv,2,0,0,1,-1\nv,3,0,0,0,0\n"
        var options = PredictionReadingOptions()
        for (text, truth) in [(scores, folder.path + "/AU_Set"), (beside, nil)] {
            let reader = try PredictionReader([try folder.write("p.csv", text)], truth: truth)
            let isMissing = try reader.read().videos[0].truth.map { $0.map(\.isNaN) }
            #expect(isMissing == [[false, true, false], [false, true, false]])
            #expect(reader.notes.contains { $0.contains("1 frame with -1 for some units not scored") })
        }
        let all =
            "video,frame,\(units.joined(separator: ","))\n"
            + (1...3).map { "v,\($0)," + zeros.joined(separator: ",") }.joined(separator: "\n")
        #expect(try read(all, truth: table).videos[0].truth.allSatisfy { $0[1].isNaN && $0[2] == 0 })
        options.rules.partialFrames = .score
        for truth in [table, folder.path + "/AU_Set"] {
            let set = try read(all, truth: truth, options: options)
            #expect(set.videos[0].truth[0][1] == 1 && set.videos[0].truth[11][1].isNaN)
        }
        #expect(try read(beside, options: options).videos[0].truth[0] == [0, 1, 0])
    }

    @Test func valenceAndArousalOfAnotherScaleAreRefusedWithTheirRangeOrMapped() throws {
        let sam = "video,frame,valence,arousal\na,1,5,9\na,2,1,3\na,3,9.5,5\n"
        #expect(
            problem(sam)
                == "p.csv:2: valence is 5.0, outside of -1 to 1; the values of this file go from 1 to 9.5. "
                + "Say the scale that they were rated on: --scale LOW,HIGH.")
        #expect(problem("valence,arousal\n0,-0.1\n1.02,0.5\n").contains("--scale -1,1 clips"))
        var options = PredictionReadingOptions()
        options.rules.scale = 1...9
        let reader = try PredictionReader([try folder.write("p.csv", sam)], options: options)
        let scores = try reader.read().videos[0].scores
        #expect(scores == [[0, -1, 1], [1, -0.5, 0]])
        #expect(reader.notes.contains { $0.hasPrefix("Predictions of 1 frame beyond the scale") })
        // The truth goes by the same scale, and is refused beyond it.
        let truth = try folder.write("t.csv", "video,frame,valence,arousal\na,1,3,7\n")
        #expect(try read(sam, truth: truth, options: options).videos[0].truth.map { $0[0] } == [-0.5, 0.5])
        #expect(
            problem("video,frame,valence,arousal\na,1,0,0\n", truth: truth).contains(
                "t.csv:2: the truth of valence is 3, outside of -1 to 1; the values of this file go from 3 to 7.")
        )
        // What this program kept before it clipped is clipped.
        #expect(
            try PredictionReader(
                [try folder.write("k.csv", "video,frame,valence,arousal\na,1,1.5,0\n")],
                options: .written(.valenceArousal, channels: ["valence", "arousal"])
            ).read().videos[0].scores == [[1], [0]])
    }

    @Test func logitsAreAskedForOnlyWhenTheyCanBe() {
        #expect(problem("AU1,AU2\n0.5,2.5\n0,-3\n").contains("go from -3 to 2.5. Say --logits"))
        let intensities = problem("AU1,AU2\n0.5,2.5\n0,3\n")
        #expect(intensities.contains("None is negative, so they are no logits") && !intensities.contains("--logits"))
    }

    @Test func truthThatMeansNothingIsRefusedWithItsRow() throws {
        let units = "video,frame,AU1,AU1_truth\nv,1,0.5,0\nv,2,0.5,9\n"
        #expect(
            problem(units)
                == "p.csv:3: the truth of AU1 is 9; a unit is 0 or 1, or -1 where it is not known.")
        let va = try folder.write("v.txt", "valence,arousal\n-1.5,0\n0.5,0.5\n")
        let track = try read("video,frame,valence,arousal\nv,1,0,0\nv,2,0,0\n", truth: va).videos[0].truth
        #expect(track[0][0].isNaN && track[1][0].isNaN && track[0][1] == 0.5)
        let seven = try folder.write("w.txt", "valence,arousal\n0,0\n7,0\n")
        #expect(problem("valence,arousal\n0,0\n", truth: seven).hasPrefix("w.txt:3: valence 7.0"))
    }

    @Test func everyMistakeIsASentenceWithItsPlace() throws {
        #expect(problem("").contains("p.csv: an empty file"))
        #expect(problem("valence,arousal\n") == "p.csv: has no rows.")
        #expect(
            problem("video,frame,valence,arousal\na,1,0,0\na,2,0,0\na,1,1,1\n")
                == "p.csv:4: frame 1 of video 'a' again, after line 2. Remove one of the two.")
        #expect(
            problem("video,frame,valence,arousal\na,one,0,0\n")
                == "p.csv:2: 'one' is not the number of a frame.")
        #expect(
            problem("video,frame,valence,arousal\na,1,zero,0\n")
                == "p.csv:2: 'zero' in column valence is not a number.")
        #expect(
            problem("video,frame,valence,arousal\na,1,0\n")
                == "p.csv:2: 3 fields where the header names 4 columns.")
        #expect(problem("video,frame,x\na,1,0\n").contains("--columns"))
        #expect(problem("AU1,AU2\n0.5,2.5\n").contains(":2: AU2 is 2.5, which is no probability"))
        #expect(
            problem("fold,video,valence,arousal\n0,a,0,0\n1,a,0,0\n").contains(":3: video 'a' is in fold 1 here"))
        #expect(
            problem("frame,valence,arousal\n1,0,0\n2,0,0\n900000000000,0,0\n").contains(
                "p.csv:4: Video 'p' goes from frame 2 straight to frame 900000000000: more than 1000000 frames are missing"
            ))
        #expect(problem("frame,valence,arousal\n99999999999999999999,0,0\n").contains("not the number of a frame"))
        #expect(throws: FileError.self) { try PredictionReader([folder.path + "/nowhere.csv"]) }
        #expect(throws: FileError.self) { try PredictionReader([folder.path + "/q"], truth: nil) }
    }

    @Test func filesOfOtherChannelsAreNotMixed() throws {
        let first = try folder.write("a.csv", "AU1,AU2\n0,0\n")
        let second = try folder.write("b.csv", "AU1,AU4\n0,0\n")
        let error = #expect(throws: FileError.self) { try PredictionReader([first, second]).read() }
        #expect(error?.description.contains("has the channels AU1, AU4") == true)
    }

    @Test func streamGivesVideosOneByOneAndRefusesOnesThatComeBack() throws {
        let file = try folder.write("s.csv", "video,frame,valence,arousal\na,2,0,0\na,1,1,1\nb,1,0,0\n")
        var names: [String] = []
        try PredictionReader([file]).stream { video in
            names.append(video.name)
            #expect(video.name == "b" || video.scores[0] == [1, 0])
        }
        #expect(names == ["a", "b"])
        let mixed = try folder.write("m.csv", "video,frame,valence,arousal\na,2,0,0\nb,1,1,1\na,1,0,0\n")
        let error = #expect(throws: FileError.self) { try PredictionReader([mixed]).stream { _ in } }
        #expect(error?.description.contains(":4: video 'a' comes back") == true)
        #expect(try PredictionReader([mixed]).read().videos.map(\.count) == [2, 1])
    }

    @Test func whatIsWrittenIsReadBack() throws {
        for task in AffectTask.allCases {
            var set = Sets.make(task)
            set.videos[0].name = "with, \"quotes\""
            if task == .valenceArousal {
                for video in set.videos.indices {
                    set.videos[video].scores = set.videos[video].scores.map { $0.map(OutputScores.clipped) }
                }
            }
            // To the last bit: doubles as well as a model's floats.
            set.videos[1].scores = set.videos[1].scores.map { $0.map { Double(Float($0)) } }
            let file = folder.path + "/runs/1/predictions/\(task.rawValue).csv"
            try PredictionFile.write(set, to: file)
            let again = try PredictionFile.read([file], name: set.name, framesPerSecond: 30)
            #expect(again.task == task && again.channels == set.channels && again.videos.count == set.videos.count)
            for index in set.videos.indices {
                #expect(again.videos[index].name == set.videos[index].name)
                #expect(again.videos[index].fold == set.videos[index].fold)
            }
            // NaN is not equal to itself; the sums over all numbers are.
            #expect(
                SmootherEngine(set).rawTallies(FilterOptions()) == SmootherEngine(again).rawTallies(FilterOptions()))
        }
    }

    @Test(
        "Whatever units and classes are called, what is written is read back",
        arguments: [
            (AffectTask.actionUnits, ["AU01", "smile", "AU4_r", "label"]), (.expression, ["0", "3", "4", "6"]),
            (.expression, ["2", "1", "0"]), (.expression, ["glad", "happy", "AU1"]),
        ])
    func anyNames(task: AffectTask, channels: [String]) throws {
        let count = 40
        let scores = channels.indices.map { channel in (0..<count).map { Double(($0 * 7 + channel * 3) % 11) / 16 } }
        let truth =
            task == .expression
            ? [(0..<count).map { Double($0 % channels.count) }]
            : channels.indices.map { channel in (0..<count).map { Double(($0 + channel) % 3 / 2) } }
        let video = PredictionVideo(name: "v", fold: 1, scores: scores, truth: truth)
        let set = PredictionSet(
            name: "s", task: task, channels: channels, framesPerSecond: nil, videos: [video])
        let file = folder.path + "/named.csv"
        try PredictionFile.write(set, to: file)
        let again = try PredictionReader([file], options: .written(task, channels: channels)).read()
        #expect(again.channels == channels && again.task == task)
        #expect(again.videos.map(\.scores) == [scores] && again.videos.map(\.truth) == [truth])
    }

    @Test func numpyArraysPlainAndStructured() throws {
        let plain = folder.path + "/plain.npy"
        try Numpy.plain([[0.25, -0.5], [0.75, .nan]]).write(to: URL(fileURLWithPath: plain))
        let truth = folder.path + "/truth.npy"
        try Numpy.plain([[0.1, 0.2], [0.3, 0.4]]).write(to: URL(fileURLWithPath: truth))
        let set = try PredictionReader([plain], truth: truth).read()
        #expect(set.task == .valenceArousal && set.videos[0].name == "plain")
        #expect(set.videos[0].scores[0] == [0.25, 0.75] && set.videos[0].scores[1][1].isNaN)
        #expect(set.videos[0].truth == [[0.1, 0.3], [0.2, 0.4]].map { $0.map { Double(Float($0)) } })

        let structured = folder.path + "/structured.npy"
        try Numpy.structured().write(to: URL(fileURLWithPath: structured))
        let rows = try PredictionReader([structured]).read()
        #expect(rows.videos.map(\.name) == ["é1", "b"] && rows.folds == [-3, 2])
        #expect(rows.videos[0].scores == [[0.5]] && rows.videos[0].truth == [[1]] && rows.videos[0].firstFrame == 7)

        for (name, data) in [
            ("cut", try Data(contentsOf: URL(fileURLWithPath: plain)).dropLast(3)), ("no", Data("hello".utf8)),
        ] {
            let file = folder.path + "/\(name).npy"
            try Data(data).write(to: URL(fileURLWithPath: file))
            #expect(throws: FileError.self) { try PredictionReader([file]).read() }
        }
        let wide = folder.path + "/wide.npy"
        try Numpy.header("{'descr': '<f4', 'fortran_order': False, 'shape': (0, 999999999999), }").write(
            to: URL(fileURLWithPath: wide))
        #expect(throws: FileError.self) { try PredictionReader([wide]) }
        #expect(
            problem("frame,valence,arousal\n9223372036854775807,0,0\n").contains("is not the number of a frame"))
        let three = folder.path + "/three.npy"
        try Numpy.plain([[1, 2, 3]]).write(to: URL(fileURLWithPath: three))
        let error = #expect(throws: FileError.self) { try PredictionReader([three]) }
        #expect(error?.description.contains("3 columns without names") == true)
    }
}
