import Affect
import Foundation
import TestSupport
import Testing

@testable import Evaluation

/// Predictions and truth as other programs write them.
@Suite struct OtherProgramsTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    private func read(
        _ paths: [String], truth: String? = nil, _ options: PredictionReadingOptions = PredictionReadingOptions()
    ) throws -> (set: PredictionSet, notes: [String]) {
        let reader = try PredictionReader(paths, truth: truth, options: options)
        let set = try reader.read()
        return (set, reader.notes)
    }

    private func problem(_ path: String, _ options: PredictionReadingOptions = PredictionReadingOptions()) -> String {
        do {
            _ = try read([path], options)
            return "none"
        } catch {
            return "\(error)"
        }
    }

    // MARK: Tables

    @Test(
        "Every form of a table gives the same predictions, and what was guessed is said once",
        arguments: [
            ("Video;Frame;Valence;Arousal\r\nc;1,0;0,25;-0,5\r\nc;2,0;1;0,125\r\n;;;\r\n", "semicolons"),
            ("sep=\t\nvideo\tframe\tvalence\tarousal\nc\t1\t0.25\t-0.5\nc\t2\t1\t0.125\n", "tabs"),
            ("# video,frame,valence,arousal\nc,1.0,0.25,-0.5,\nc,2.0,1,0.125,\n", "behind #"),
            ("video,frame,valence,arousal,\rc,1,0.25,-0.5,\rvideo,frame,valence,arousal,\rc,2,1,0.125,\r", "repeated"),
        ])
    func forms(_ text: String, _ word: String) throws {
        for name in ["p.csv", "P.TXT"] {
            let (set, notes) = try read([try folder.write(name, text)])
            #expect(set.videos.map(\.name) == ["c"] && set.videos[0].firstFrame == 1)
            #expect(set.videos[0].scores == [[0.25, 1], [-0.5, 0.125]])
            #expect(notes.count { $0.contains(word) && $0.contains(name) } == 1, "\(notes)")
        }
    }

    @Test func streamsReadDecimalCommasInUTF16Too() throws {
        let text = "video;frame;valence;arousal\na;1;0,25;0\nb;1;0,5;1\n"
        let file = try folder.write("s.csv", [0xFE, 0xFF] + text.utf16.flatMap { [UInt8($0 >> 8), UInt8($0 & 255)] })
        var scores: [Double] = []
        let reader = try PredictionReader([file])
        try reader.stream { scores.append($0.scores[0][0]) }
        #expect(scores == [0.25, 0.5])
        #expect(reader.notes.contains { $0.contains("UTF-16 (big-endian)") && $0.contains("decimal commas") })
    }

    @Test func foldersTakeEndingsInCapitals() throws {
        try folder.write("set/A.TXT", "valence,arousal\n0.5,0\n")
        try folder.write("truth/A.TXT", "valence,arousal, \n0.25,0\n")
        let (set, _) = try read([folder.path + "/set"], truth: folder.path + "/truth")
        #expect(set.videos.map(\.name) == ["A"] && set.videos[0].truth == [[0.25], [0]])
    }

    @Test func pathsOfWindowsNameVideosAndImages() throws {
        let images = try folder.write(
            "i.csv", "image,valence,arousal\nclips\\v1\\00002.jpg,0.5,0\nclips\\v1\\00003.jpg,0,0\n")
        let (set, notes) = try read([images])
        #expect(set.videos.map(\.name) == ["v1"] && set.videos[0].firstFrame == 2)
        #expect(set.videos[0].images == ["clips/v1/00002.jpg", "clips/v1/00003.jpg"])
        #expect(notes.contains { $0.hasPrefix("2 paths with backslashes") })
        let list = try folder.write("list.txt", "image_location\nv1\\00001.jpg\nv1\\00002.jpg\n")
        #expect(try Submission.FrameList(path: list).videos[0].frames == [1, 2])
    }

    private static let detector =
        "frame,FaceScore,AU01,AU02,anger,happiness,neutral,input\n0.0,0.99,0.25,0.5,0.1,0.2,0.7,C:\\clips\\p7.mp4\n"
        + "1.0,,,,,,,C:\\clips\\p7.mp4\n2.0,0.99,0.75,1,0.5,0.25,0.25,C:\\clips\\p7.mp4\n"

    @Test func unitsAndEmotionsInOneTableAreTakenByTask() throws {
        let file = try folder.write("d.csv", Self.detector)
        #expect(problem(file).contains("holds columns of several tasks (au, expr). Say which: --task au."))
        var options = PredictionReadingOptions(task: .actionUnits)
        let units = try read([file], options)
        #expect(units.set.channels == ["AU1", "AU2"] && units.set.videos.map(\.name) == ["p7"])
        #expect(units.set.videos[0].firstFrame == 0 && units.set.videos[0].scores[0][2] == 0.75)
        #expect(units.set.videos[0].emptyRows == [1])
        #expect(units.notes.contains { $0.contains("left out: FaceScore, anger, happiness, neutral") })
        options.task = .expression
        let classes = try read([file], options)
        #expect(classes.set.channels == ["Neutral", "Anger", "Happiness"] && classes.set.videos[0].scores[0][0] == 0.7)
    }

    @Test func rowsOfMissingFramesAndNamesAndOrderOfColumnsStay() throws {
        let file = try folder.write(
            "d.csv",
            "frame_idx,happy_prob,Neutral,expression_truth,subject,video_id\n3,0.75,0.25,0,s,v\n2,,,,s,v\n1,0.5,0.5,Neutral,s,v\n6,1,0,,s,v\n"
        )
        let (set, _) = try read([file])
        let output = folder.file("o.csv")
        _ = try SmoothWriter.write(
            SmootherEngine(set), settings: SmootherSettings(channels: 2), to: output, isSubmission: false, list: nil)
        let text = String(decoding: try folder.contents("o.csv"), as: UTF8.self)
        // In the truth 0 is the first class of the file, which is Happiness; frames 4 and 5 were never there.
        #expect(
            text == "frame_idx,happy_prob,Neutral,expression_truth,subject,video_id\n1,0.5,0.5,1,s,v\n2,,,,s,v\n"
                + "3,0.75,0.25,0,s,v\n6,1,0,,s,v\n")
        let again = try read([output]).set
        #expect(again.videos[0].truth[0].prefix(3).map { $0.isNaN ? -1 : $0 } == [0, -1, 1])
        #expect(set.videos[0].truth[0].prefix(3).map { $0.isNaN ? -1 : $0 } == [0, -1, 1])
    }

    @Test func aTableWithoutVideoOrFrameGetsThem() throws {
        let file = try folder.write("d.csv", "AU02,AU01\n0.5,0.25\n,\n1,0\n")
        let (set, _) = try read([file], truth: try folder.write("t.csv", "frame,AU1,AU2\n1,0,1\n2,1,1\n"))
        _ = try SmoothWriter.write(
            SmootherEngine(set), settings: SmootherSettings(channels: 2), to: folder.file("o.csv"), isSubmission: false,
            list: nil)
        #expect(
            String(decoding: try folder.contents("o.csv"), as: UTF8.self)
                == "video,frame,AU02,AU01,AU1_truth,AU2_truth\nd,1,0.5,0.25,0,1\nd,2,,,1,1\nd,3,1,0,,\n")
    }

    // MARK: Several tasks, and the first ABAW

    private static let several =
        "image,valence,arousal,expression,aus\nv/00001.jpg,0.5,-0.25,4,1,0,0,0,0,0,0,0,0,0,0,1\n"
        + "v/00002.jpg,-5,-5,-1,-1,-1,-1,-1,-1,-1,-1,-1,-1,-1,-1,-1\nv/00003.jpg,0.25,0,7,0,1,0,0,0,0,0,0,0,0,0,0,\n"

    @Test func filesOfSeveralTasksAreTruthOfEach() throws {
        let truth = try folder.write("t.txt", Self.several)
        let names = AffectTask.expression.standardChannels.joined(separator: ",")
        let units = AffectTask.actionUnits.standardChannels.joined(separator: ",")
        let va = try folder.write("va.csv", "video,frame,valence,arousal\nv,1,0,0\nv,2,0,0\nv,3,0,0\n")
        let expression = try folder.write(
            "e.csv", "video,frame,\(names)\n" + (1...3).map { "v,\($0),0,0,0,0,1,0,0,0\n" }.joined())
        let au = try folder.write(
            "au.csv", "video,frame,\(units)\n" + (1...3).map { "v,\($0),0,0,0,0,1,0,0,0,0,0,0,0\n" }.joined())
        let values = try [va, expression, au].map { try read([$0], truth: truth).set.videos[0].truth }
        #expect(values[0][0][0] == 0.5 && values[0][1][1].isNaN && values[0][0][2] == 0.25)
        #expect(values[1][0][0] == 4 && values[1][0][1].isNaN && values[1][0][2] == 7)
        #expect(values[2][0][0] == 1 && values[2][11][0] == 1 && values[2][0][1].isNaN && values[2][1][2] == 1)
    }

    @Test func filesOfSeveralTasksArePredictionsOfOne() throws {
        let file = try folder.write(
            "p.txt", Self.several.replacing("-5,-5,-1,-1,-1,-1,-1,-1,-1,-1,-1,-1,-1,-1,-1", with: ",,-1,,,,,,,,,,,,"))
        #expect(problem(file).contains("several tasks (va, au)"))
        var options = PredictionReadingOptions(task: .expression)
        let classes = try read([file], options).set
        #expect(classes.channels == AffectTask.expression.standardChannels && !classes.hasTruth)
        #expect(
            classes.videos[0].scores.map { $0[0] } == [0, 0, 0, 0, 1, 0, 0, 0] && classes.videos[0].scores[0][1].isNaN)
        options.task = .actionUnits
        #expect(try read([file], options).set.videos[0].scores.map { $0[2] } == [0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0])
        options.task = .valenceArousal
        #expect(try read([file], options).set.videos[0].scores[0][2] == 0.25)
    }

    @Test func theFirstChallengesUnitsAndClassesAreJoinedByName() throws {
        let units = AbawLayout.units2020.joined(separator: ",")
        try folder.write("a/AU_Set/Validation_Set/v.txt", "\(units)\r\n0,0,0,0,0,0,1,0\r\n1,0,0,0,0,0,0,0\r\n")
        try folder.write(
            "a/EXPR_Set/Validation_Set/v.txt", AbawLayout.classes2020.joined(separator: ",") + "\n6\n-1\n")
        let au = try folder.write("v.csv", "AU1,AU20\n0.5,0.5\n0.5,0.5\n")
        #expect(try read([au], truth: folder.path + "/a").set.videos[0].truth == [[0, 1], [1, 0]])
        let names = AffectTask.expression.standardChannels.joined(separator: ",")
        let expression = try folder.write("w/v.csv", "\(names)\n0,0,0,0,0,0,1,0\n0,0,0,0,0,0,1,0\n")
        let truth = try read([expression], truth: folder.path + "/a").set.videos[0].truth[0]
        #expect(truth[0] == 6 && truth[1].isNaN)
    }

    // MARK: NumPy

    private func file(_ name: String, _ data: Data) throws -> String { try folder.write(name, Array(data)) }

    @Test func halfPrecisionColumnOrderAndABatchOfOne() throws {
        let rows: [[Double]] = [[0.25, -0.5], [0.75, 1], [-1, 0.125]]
        let expected = [[0.25, 0.75, -1], [-0.5, 1, 0.125]]
        let lines = rows.joined().map { $0 }
        let columns = [0, 1].flatMap { column in rows.map { $0[column] } }
        for (name, data) in [
            ("half", Numpy.array("<f2", "(3, 2)", lines.map { Numpy.half(Float16($0)) })),
            ("fortran", Numpy.array("<f8", "(3, 2)", isFortran: true, columns.map(Numpy.double))),
            ("batch", Numpy.array("<f8", "(1, 3, 2)", lines.map(Numpy.double))),
            ("batch-fortran", Numpy.array("<f8", "(1, 3, 2)", isFortran: true, columns.map(Numpy.double))),
            ("middle", Numpy.array("<f8", "(3, 1, 2)", lines.map(Numpy.double))),
        ] {
            #expect(try read([try file("\(name).NPY", data)]).set.videos.map(\.scores) == [expected], "\(name)")
        }
        let cut = Numpy.array("<f8", "(3, 2)", isFortran: true, columns.dropLast().map(Numpy.double))
        #expect(problem(try file("cut.npy", cut)).contains("is cut off"))
        let two = Numpy.array("<f8", "(2, 3, 2)", (lines + lines).map(Numpy.double))
        #expect(problem(try file("two.npy", two)).contains("has the shape [2, 3, 2]"))
        let huge = Numpy.array("<f8", "(4611686018427387904, 2)", isFortran: true, [])
        #expect(problem(try file("huge.npy", huge)).contains("is cut off"))
    }

    @Test(arguments: [false, true])
    func archivesOfOneArrayAndOfSeveral(isDeflated: Bool) throws {
        let both = Numpy.plain([[0.25, -0.5], [0.75, 1]])
        let valence = Numpy.array("<f8", "(2,)", [0.25, 0.75].map(Numpy.double))
        let arousal = Numpy.array("<f8", "(2,)", [-0.5, 1].map(Numpy.double))
        func entry(_ name: String, _ data: Data) -> Numpy.Entry {
            Numpy.Entry(name: name, content: data, isDeflated: isDeflated)
        }
        let one = try file("one.npz", Numpy.archive([entry("arr_0", both)]))
        #expect(try read([one]).set.videos[0].scores == [[0.25, 0.75], [-0.5, 1]])
        let several = try file(
            "several.npz", Numpy.archive([entry("p", both), entry("valence", valence), entry("arousal", arousal)]))
        #expect(problem(several).contains("holds 3 arrays: p, valence, arousal. Say which: --array p"))
        var options = PredictionReadingOptions()
        options.arrays = ["q"]
        #expect(problem(several, options).contains("has no array 'q'; it has p, valence, arousal."))
        options.arrays = ["p"]
        options.truthArrays = ["valence", "arousal"]
        let joined = try read([several], truth: several, options).set
        #expect(
            joined.videos[0].scores == [[0.25, 0.75], [-0.5, 1]] && joined.videos[0].truth == joined.videos[0].scores)
        options.arrays = ["arousal", "valence"]
        #expect(try read([several], options).set.videos[0].scores == [[0.25, 0.75], [-0.5, 1]])
        options.arrays = ["p", "valence"]
        #expect(problem(several, options).contains("array 'p' has the shape [2, 2]"))
    }

    @Test func hostileArchives() throws {
        let both = Numpy.plain([[0.25, -0.5]])
        let claims = Numpy.Entry(name: "a", content: both, isDeflated: true, claims: 1 << 30)
        #expect(
            problem(try file("claims.npz", Numpy.archive([claims]))).contains("claims more than its bytes can hold"))
        let wrong = Numpy.Entry(name: "a", content: both, isDeflated: true, claims: both.count - 1)
        #expect(problem(try file("wrong.npz", Numpy.archive([wrong]))).contains("is damaged"))
        let whole = Numpy.archive([Numpy.Entry(name: "a", content: both)])
        #expect(problem(try file("cut.npz", whole.dropLast(30))).contains("no directory at its end"))
        #expect(problem(try file("none.npz", Numpy.archive([]))).contains("none.npz"))
        let twice = Numpy.archive([Numpy.Entry(name: "a", content: both), Numpy.Entry(name: "a", content: both)])
        #expect(problem(try file("twice.npz", twice)).contains("two entries"))
        let text = try file("text.npz", Numpy.archive([Numpy.Entry(name: "a", content: Data("hello".utf8))]))
        #expect(problem(text).contains("is not a NumPy file"))
    }

    // MARK: What people brought

    @Test func trials() throws {
        guard let trials = SharedData.folder("../trials") else { return }
        let plain = try read([trials + "/excel/plain.csv"]).set.videos[0]
        for name in ["semicolon.csv", "sep-line.csv", "quoted-comma.csv", "unicode-text.txt"] {
            let (set, notes) = try read([trials + "/excel/" + name])
            #expect(set.videos[0].scores == plain.scores && notes.count == 1, "\(name): \(notes)")
        }
        let numpy = trials + "/numpy/"
        let array = try read([numpy + "c-order.npy"]).set.videos[0].scores
        for name in ["fortran.npy", "batch1.npy", "big-endian.npy", "half.npy", "one.npz", "structured.npy"] {
            let scores = try read([numpy + name]).set.videos[0].scores
            let near = zip(array.joined(), scores.joined()).allSatisfy { abs($0 - $1) < 1e-3 }
            #expect(near && scores.map(\.count) == array.map(\.count), "\(name)")
        }
        #expect(problem(numpy + "pair.npz").contains("--array valence"))
        let participants = trials + "/participants/"
        let units = try read([participants + "savetxt"]).set
        #expect(units.task == .actionUnits && units.videos.map(\.count) == [50, 50])
        #expect(try read([participants + "trailing"]).set.videos.map(\.count) == [50, 50])
        let merged = try read([participants + "merged.txt"])
        #expect(merged.set.frameCount == 100 && merged.notes.contains { $0.contains("1 repeated header line") })
        #expect(try read([participants + "space-separated.txt"]).set.frameCount == 50)
        var options = PredictionReadingOptions(task: .actionUnits)
        for (name, video) in [("noinput", "noinput"), ("single", "person7")] {
            let set = try read(["\(trials)/py-feat/\(name).csv"], options).set
            #expect(set.videos.map(\.name) == [video] && set.channels.count == 12 && !set.videos[0].emptyRows.isEmpty)
        }
        for task in AffectTask.allCases {
            options.task = task
            let set = try read(
                [trials + "/multi-task/predictions.txt"], truth: trials + "/multi-task/annotations.txt", options
            ).set
            #expect(set.task == task && set.hasTruth && set.frameCount == 80)
        }
    }
}
