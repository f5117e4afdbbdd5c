import Affect
import Session
import Testing

@testable import Datasets

/// A small copy of the layout: two videos to train on, one of them of two people, and one held out.
private func copy(_ folder: PictureFolder) throws {
    let units = "AU1,AU2,AU4,AU6,AU7,AU10,AU12,AU15,AU23,AU24,AU25,AU26"
    func lines(_ count: Int, _ line: (Int) -> String) -> String { (1...count).map(line).joined(separator: "\n") + "\n" }
    for (split, video, count) in [
        ("Train_Set", "7-60_left", 6), ("Train_Set", "7-60_right", 6), ("Train_Set", "video9", 5),
        ("Validation_Set", "video10", 4),
    ] {
        try folder.text(
            "annotations/VA_Estimation_Challenge/\(split)/\(video).txt",
            "valence,arousal\n" + lines(count) { $0 == 2 ? "-5,-5" : "0.\($0),-0.\($0)" })
        try folder.text(
            "annotations/EXPR_Classification_Challenge/\(split)/\(video).txt",
            ExpressionClasses.affWild2.joined(separator: ",") + "\r\n" + lines(count) { $0 == 3 ? "-1" : "\($0 % 8)" })
        try folder.text(
            "annotations/AU_Detection_Challenge/\(split)/\(video).txt",
            "\(units)\n"
                + lines(count) { frame in
                    frame == 4
                        ? Array(repeating: "-1", count: 12).joined(separator: ",")
                        : (0..<12).map { ($0 + frame) % 2 == 0 ? "1" : "0" }.joined(separator: ",")
                } + "\n\n")
    }
    // No crop for frame 1 of one person; a crop more than lines; frame 5 has lines and no crop.
    try folder.pictures(
        [2, 3, 4, 6].map { "cropped_aligned/7-60_left/0000\($0).png" }
            + [1, 2, 3, 4, 5, 6].map { "cropped_aligned/7-60_right/0000\($0).png" }
            + [1, 2, 3, 4].map { "cropped_aligned_new_50_vids/video9/0000\($0).png" }
            + [1, 2, 3, 4, 5].map { "cropped_aligned/video10/0000\($0).png" })
}

@Suite struct AffWild2Tests {
    @Test func linesAndCropsAreJoinedByNumber() throws {
        let folder = try PictureFolder()
        try copy(folder)
        let set = try AffWild2Data(path: folder.path, tracks: [.valenceArousal]).read()
        let left = (0..<set.count).filter { set.sequence($0) == "7-60_left" }
        #expect(left.map { set.frame($0) } == [3, 4, 6])
        #expect(left.map { set.valence($0) } == [0.3, 0.4, 0.6])
        #expect(left.map { set.image($0).path.hasSuffix("0000\(set.frame($0) ?? 0).png") } == [true, true, true])
        #expect(set.place(left[0]).line == 4)
        let held = (0..<set.count).filter { set.split($0) == .validation }
        #expect(held.map { set.frame($0) } == [1, 3, 4])
        #expect(set.groupings["video"]?.names == ["7-60", "video10", "video9"])
        #expect(set.notes.contains("\(folder.path): 4 frames without a label left out"))
        #expect(set.notes.contains("\(folder.path): 3 labelled frames without a crop left out"))
    }

    @Test func tracksMayBeTogether() throws {
        let folder = try PictureFolder()
        try copy(folder)
        let set = try AffWild2Data(path: folder.path, tracks: [.actionUnits, .expression, .valenceArousal]).read()
        #expect(set.units.count == 12 && set.classes == ExpressionClasses.affWild2)
        let right = (0..<set.count).filter { set.sequence($0) == "7-60_right" }
        #expect(right.map { set.expression($0) } == [1, 2, nil, 4, 5, 6])
        #expect(right.map { set.valence($0) != nil } == [true, false, true, true, true, true])
        #expect(right.map { set.unit(0, of: $0) } == [false, true, false, nil, false, true])
    }

    @Test func peopleOfAVideoStayTogether() throws {
        let folder = try PictureFolder()
        try copy(folder)
        let set = try AffWild2Data(path: folder.path, tracks: [.actionUnits, .valenceArousal]).read()
        let folds = try Folds.grouped(set, count: 3, by: "video")
        for fold in folds.folds {
            let sides = [fold.training, fold.validation].map { samples in
                Set(samples.compactMap { set.sequence($0) })
            }
            #expect(sides[0].contains("7-60_left") == sides[0].contains("7-60_right"))
            #expect(sides[1].contains("7-60_left") == sides[1].contains("7-60_right"))
        }
    }

    @Test func dropLeavesAClassOut() throws {
        let folder = try PictureFolder()
        try copy(folder)
        let set = try AffWild2Data(path: folder.path, tracks: [.expression], drop: ["Other", "Disgust"]).read()
        #expect(set.classes == ["Neutral", "Anger", "Fear", "Happiness", "Sadness", "Surprise"])
        let right = (0..<set.count).filter { set.sequence($0) == "7-60_right" }
        // Frames 2 (Disgust) and 3 (-1) are gone.
        #expect(right.map { set.expression($0) } == [1, 3, 4, 5])
    }

    @Test(arguments: [
        ("VA_Estimation_Challenge", "valence,arousal\n0.1,0.1\n7,0\n", ":3: valence 7.0"),
        ("VA_Estimation_Challenge", "valence,arousal\n0.1,0.1\nlow,0\n", ":3: \"low\" and \"0\" should be two numbers"),
        ("VA_Estimation_Challenge", "arousal,valence\n0.1,0.1\n", ":1: the header is arousal,valence; it should be"),
        ("VA_Estimation_Challenge", "valence,arousal\n0.1\n", ":2: 1 value; a line has 2"),
        (
            "EXPR_Classification_Challenge", "Neutral,Anger,Disgust,Fear,Happiness,Sadness,Surprise,Other\n9\n",
            ":2: the expression is \"9\""
        ),
        (
            "AU_Detection_Challenge",
            "AU1,AU2,AU4,AU6,AU7,AU10,AU12,AU15,AU23,AU24,AU25,AU26\n0,0,0,0,0,0,2,0,0,0,0,0\n",
            ":2: AU12 is \"2\"; a unit is 0, 1 or -1"
        ),
    ])
    func aWrongLineIsNamed(_ track: String, _ text: String, _ message: String) throws {
        let folder = try PictureFolder()
        try copy(folder)
        try folder.text("annotations/\(track)/Train_Set/video9.txt", text)
        let tracks = AbawLayout.tracks.filter { AbawLayout.folderNames(of: $0).contains(track) }
        let error = labelError { _ = try AffWild2Data(path: folder.path, tracks: tracks).read() }
        #expect(error?.description.contains("\(track)/Train_Set/video9.txt\(message)") == true, "\(error as Any)")
    }

    @Test func markedUnitsAreTrainedOnOneByOneAndTheFrameIsNotScored() throws {
        let folder = try PictureFolder()
        try copy(folder)
        try folder.text(
            "annotations/AU_Detection_Challenge/Train_Set/video9.txt",
            "AU1,AU2,AU4,AU6,AU7,AU10,AU12,AU15,AU23,AU24,AU25,AU26\n1,-1,0,0,0,0,0,0,0,0,0,0\n"
                + "1,1,0,0,0,0,0,0,0,0,0,0\n")
        var source = AffWild2Data(path: folder.path, tracks: [.actionUnits])
        var set = try source.read()
        var frames = (0..<set.count).filter { set.sequence($0) == "video9" }
        #expect(frames.map { set.unit(0, of: $0) } == [true, true] && set.unit(1, of: frames[0]) == nil)
        #expect(frames.map(set.isScored) == [false, true])
        #expect(set.notes.contains { $0.contains("1 frame with -1 for some units trained on and not scored") })
        source.partialFrames = .score
        set = try source.read()
        frames = (0..<set.count).filter { set.sequence($0) == "video9" }
        #expect(frames.map(set.isScored) == [true, true])
    }

    @Test func valenceBelowMinusOneIsMissingWhateverTheNumber() throws {
        let folder = try PictureFolder()
        try copy(folder)
        try folder.text(
            "annotations/VA_Estimation_Challenge/Train_Set/video9.txt", "valence,arousal\n-1.5,0.5\n0.5,-5\n-1,1\n")
        let set = try AffWild2Data(path: folder.path, tracks: [.valenceArousal]).read()
        let frames = (0..<set.count).filter { set.sequence($0) == "video9" }
        #expect(frames.map { set.frame($0) } == [3] && set.valence(frames[0]) == -1)
    }

    @Test func repeatedHeadersAndEmptyLinesAreToleratedAndShiftNothing() throws {
        let folder = try PictureFolder()
        try copy(folder)
        try folder.text(
            "annotations/VA_Estimation_Challenge/Train_Set/video9.txt",
            "valence,arousal\n\nvalence,arousal\n0.1,0\n\n0.2,0\n0.3,0\n")
        let set = try AffWild2Data(path: folder.path, tracks: [.valenceArousal]).read()
        let frames = (0..<set.count).filter { set.sequence($0) == "video9" }
        #expect(frames.map { set.valence($0) } == [0.1, 0.2, 0.3])
        #expect(frames.map { set.frame($0) } == [1, 2, 3])
    }

    @Test func whatIsNotThereIsSaid() throws {
        let folder = try PictureFolder()
        #expect(
            labelError { _ = try AffWild2Data(path: folder.path, tracks: [.expression]).read() }?.description
                .contains("no folder EXPR_Classification_Challenge or EXPR_Recognition_Challenge") == true)
        try copy(folder)
        try folder.text("annotations/VA_Estimation_Challenge/Validation_Set/video9.txt", "valence,arousal\n0,0\n")
        #expect(
            labelError { _ = try AffWild2Data(path: folder.path, tracks: [.valenceArousal]).read() }?.description
                .contains("video9.txt") == true)
    }
}
