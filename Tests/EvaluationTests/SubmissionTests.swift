import Affect
import Basics
import Foundation
import TestSupport
import Testing

@testable import Evaluation

@Suite struct SubmissionTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    private func text(_ path: String) throws -> String { try String(contentsOfFile: path, encoding: .utf8) }

    private func video(_ name: String, first: Int = 1, _ scores: [[Double]]) -> PredictionVideo {
        PredictionVideo(name: name, firstFrame: first, scores: scores, truth: [])
    }

    @Test func everyListedFrameIsThereAndNothingElse() throws {
        let list = try Submission.FrameList(
            path: try folder.write(
                "list.txt",
                "image_location,valence,arousal\nb/00001.jpg,0,0\nb/00002.jpg,0,0\nb/00005.jpg,0,0\na/00001.jpg,0,0\n"))
        let path = folder.path + "/out.txt"
        let writer = try SubmissionWriter(
            path: path, task: .valenceArousal, channels: ["arousal", "valence"], list: list)
        try writer.append(video("extra", [[0], [0]]))
        try writer.append(video("b", first: 2, [[0.5, .nan, 2], [-0.25, 0.125, -3]]))
        let notes = try writer.finish()
        #expect(
            try text(path) == """
                image_location,valence,arousal
                b/00001.jpg,-0.25,0.5
                b/00002.jpg,-0.25,0.5
                b/00005.jpg,-1,1
                a/00001.jpg,0,0

                """)
        #expect(notes.count == 2 && notes[0].contains("a") && notes[1].contains("extra"))
        #expect(try SubmissionCheck(path: path, list: list, expected: .valenceArousal).isFine)
    }

    @Test func unitsAreDecidedAndClassesAreNumbers() throws {
        let units = AffectTask.actionUnits.standardChannels
        var thresholds = [Double](repeating: 0.5, count: 12)
        thresholds[11] = 0.3
        let path = folder.path + "/au.txt"
        let writer = try SubmissionWriter(path: path, task: .actionUnits, channels: units, thresholds: thresholds)
        try writer.append(video("v", first: 2, units.indices.map { $0 % 2 == 0 ? [0.5, 0.49] : [0.31, 0.29] }))
        #expect(try writer.finish().isEmpty)
        #expect(
            try text(path).split(separator: "\n").dropFirst() == [
                "v/00001.jpg,1,0,1,0,1,0,1,0,1,0,1,1", "v/00002.jpg,1,0,1,0,1,0,1,0,1,0,1,1",
                "v/00003.jpg,0,0,0,0,0,0,0,0,0,0,0,0",
            ])
        #expect(try SubmissionCheck(path: path).isFine)

        let classes = AffectTask.expression.standardChannels
        let other = folder.path + "/expr.txt"
        let second = try SubmissionWriter(path: other, task: .expression, channels: classes)
        try second.append(video("v", classes.indices.map { $0 == 4 ? [0.9, 0.1] : [0.1, 0.1] }))
        _ = try second.finish()
        #expect(try text(other).hasSuffix("v/00001.jpg,4\nv/00002.jpg,0\n"))
        #expect(try SubmissionCheck(path: other, expected: .expression).isFine)
        #expect(throws: FileError.self) {
            try SubmissionWriter(path: path, task: .actionUnits, channels: ["AU1"])
        }
    }

    @Test func nothingIsThereBeforeItIsWhole() throws {
        let path = folder.path + "/half.txt"
        var writer: SubmissionWriter? = try SubmissionWriter(
            path: path, task: .valenceArousal, channels: ["valence", "arousal"])
        try writer?.append(video("v", [[0], [0]]))
        #expect(!FileManager.default.fileExists(atPath: path))
        writer = nil
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path).isEmpty)
    }

    @Test func checkSaysWhatIsWrongAndWhere() throws {
        let list = try Submission.FrameList(
            path: try folder.write("list.txt", "v/00001.jpg\nv/00002.jpg\nv/00003.jpg\nw/00001.jpg\n"))
        let path = try folder.write(
            "s.txt",
            """
            image_location,valence,arousal
            v/00001.jpg,0.5,0.5
            v/2.jpg,0.5,1.5
            v/00001.jpg,nan,0
            v/00009.jpg,0.5
            x/00001.jpg,0,0
            y,0,0

            """)
        let check = try SubmissionCheck(path: path, list: list)
        #expect(check.rows == 6 && check.videos == 2 && check.task == .valenceArousal)
        #expect(
            check.problems == [
                "line 3: 'v/2.jpg' should be written 'v/00002.jpg'.",
                "line 3: arousal is '1.5'; it should be a number from -1 to 1.",
                "line 4: v/00001.jpg is there twice.",
                "line 4: valence is 'nan'; it should be a number from -1 to 1.",
                "line 5: 1 values where the track has 2.",
                "line 7: 'y' is not the location of a frame such as 'video/00001.jpg'.",
                "line 2: the frames of v are not in order.",
                "v lacks 1 listed frames, the first 3.",
                "v has 1 frames that are not listed, the first 9.",
                "the listed video w is not there.",
                "line 6: video x is not listed.",
            ])
        #expect(check.problemCount == check.problems.count)
    }

    @Test func missingFramesAndWrongHeadersAreFoundWithoutAList() throws {
        let gap = try SubmissionCheck(
            path: try folder.write(
                "g.txt",
                "image_location,\(AffectTask.expression.standardChannels.joined(separator: ","))\nv/00001.jpg,0\nv/00004.jpg,8\n"
            ))
        #expect(
            gap.problems == [
                "line 3: the class is '8'; it should be a whole number from 0 to 7.",
                "v lacks 2 of its frames 1 to 4, the first 2.",
            ])
        let bare = try SubmissionCheck(
            path: try folder.write("b.txt", "v/00001.jpg,0.5,0.5\n"), expected: .valenceArousal)
        #expect(bare.rows == 1 && bare.problems.count == 1 && bare.problems[0].contains("the header is"))
        let swapped = try SubmissionCheck(
            path: try folder.write("h.txt", "image_location,valence,arousal\nv/00001.jpg,0,0\n"), expected: .actionUnits
        )
        #expect(swapped.problems == ["line 1: the header is of the va track, not of au."])
        // A number of a frame that no video reaches costs no time.
        let far = try SubmissionCheck(
            path: try folder.write("f.txt", "image_location,valence,arousal\nv/99999999999999.jpg,0,0\n"))
        #expect(far.problems == ["v lacks 99999999999998 of its frames 1 to 99999999999999, the first 1."])
        #expect(throws: FileError.self) { try SubmissionCheck(path: try folder.write("e.txt", "")) }
    }

    @Test func frameNumbersAreASet() {
        let frames = [3, 1, 64, 63, -5, 1_000_000_000_000, 128, 3]
        var numbers = FrameNumbers()
        #expect(frames.map { numbers.insert($0) } == [true, true, true, true, true, true, true, false])
        #expect(numbers.count == 7 && numbers.first == -5 && numbers.last == 1_000_000_000_000)
        #expect((-70...200).filter(numbers.contains) == [-5, 1, 3, 63, 64, 128])
        let rest = numbers.subtracting(FrameNumbers([1, 2, 63, 64, -5]))
        #expect(rest == FrameNumbers([3, 128, 1_000_000_000_000]))
        #expect(FrameNumbers().first == nil)
    }

    @Test func framesBeyondAllReasonAreRefused() throws {
        #expect(throws: FileError.self) {
            try Submission.FrameList(path: try folder.write("l.txt", "v/9223372036854775807.jpg\n"))
        }
        let writer = try SubmissionWriter(
            path: folder.path + "/o.txt", task: .valenceArousal, channels: ["valence", "arousal"])
        #expect(throws: FileError.self) {
            try writer.append(video("v", first: 900_000_000_000, [[0], [0]]))
        }
    }

    @Test func listOfVideosLeavesTheFramesToThePredictions() throws {
        let list = try Submission.FrameList(path: try folder.write("l.txt", "v\nw\n"))
        #expect(!list.hasFrames)
        let path = folder.path + "/o.txt"
        let writer = try SubmissionWriter(
            path: path, task: .valenceArousal, channels: ["valence", "arousal"], list: list)
        try writer.append(video("v", first: 2, [[0.5], [0.5]]))
        #expect(try writer.finish().first?.contains("w") == true)
        #expect(try text(path).split(separator: "\n").count == 3)
    }
}
