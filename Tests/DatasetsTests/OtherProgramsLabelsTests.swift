import Affect
import Session
import Testing

@testable import Datasets

/// Labels as other programs, and other years, write them.
@Suite struct OtherProgramsLabelsTests {
    private let folder: PictureFolder

    init() throws { folder = try PictureFolder() }

    private func table(_ text: String, name: String = "labels.csv", images: String? = nil) throws -> TableData {
        var table = TableData(path: try folder.text(name, text))
        table.images = images.map { "\(folder.path)/\($0)" }
        table.expression = "expression"
        table.units = ["AU*"]
        table.valence = "valence"
        table.frame = "frame"
        table.classes = ExpressionClasses(names: ["calm", "happy"])
        return table
    }

    @Test(
        "Every form of a table gives the same labels",
        arguments: [
            "image;expression;AU1;AU2;valence;frame\na.png;0,0;1,0;0,0;0,5;3,0\nb.png;1,0;0;1;-0,25;4\n",
            "sep=\t\nimage\texpression\tAU1\tAU2\tvalence\tframe\na.png\t0\t1\t0\t0.5\t3\nb.png\t1\t0\t1\t-0.25\t4\n",
            "# image,expression,AU1,AU2,valence,frame\na.png,0.0,1.0,0.0,0.5,3.0\nb.png,1.0,0,1,-0.25,4.0\n",
            "image,expression,AU1,AU2,valence,frame,\r a.png,calm,1,0,0.5,3,\rb.png,happy,0,1,-0.25,4,\r,,,,,,\r",
            "\u{FEFF}image;expression;AU1;AU2;valence;frame\na.png;0;1;0;0.5;3\nimage;expression;AU1;AU2;valence;frame\n"
                + "b.png;1.0;0;1;-0.25;4\n",
        ])
    func forms(_ text: String) throws {
        try folder.pictures(["a.png", "b.png"])
        let set = try table(text).read()
        #expect(set.count == 2 && set.classes == ["calm", "happy"] && set.units == ["AU1", "AU2"])
        #expect([set.expression(0), set.expression(1)] == [0, 1])
        #expect(set.unit(0, of: 0) == true && set.unit(1, of: 0) == false && set.unit(1, of: 1) == true)
        #expect([set.valence(0), set.valence(1)] == [0.5, -0.25] && [set.frame(0), set.frame(1)] == [3, 4])
        let plain = text.contains("\r")
        #expect(set.notes.count { $0.hasPrefix("\(folder.path)/labels.csv: ") } == (plain ? 0 : 1), "\(set.notes)")
    }

    @Test func classesWrittenWithDecimalsAreTheirNumbers() throws {
        try folder.pictures(["a.png", "b.png", "c.png"])
        var labels = try table(
            "image,expression,AU1,valence,frame\na.png,2.0,0,0,1\nb.png,10.0,0,0,1\nc.png,-1.0,0,0,1\n")
        labels.classes = ExpressionClasses()
        let set = try labels.read()
        #expect(set.classes == ["2", "10"] && set.expression(1) == 1 && set.expression(2) == nil)
    }

    @Test func pathsOfWindowsAreFoundWhereSlashesStandForBackslashes() throws {
        try folder.pictures([
            "images/train/calm/1.png", "images/train/happy/2.png", "images/train/calm/back\\slash.png",
        ])
        let rest = ",0,0.5,1\n"
        let header = "image,expression,AU1,valence,frame\n"
        let relative = try table(
            header + "train\\calm\\1.png,calm" + rest + "train\\happy\\2.png,happy" + rest
                + "train/calm/back\\slash.png,calm" + rest, images: "images"
        ).read()
        #expect(relative.count == 3 && relative.imageName(2).hasSuffix("back\\slash.png"))
        #expect(relative.image(0).path == "\(folder.path)/images/train/calm/1.png")
        #expect(relative.notes.contains { $0.hasSuffix("2 paths with backslashes are read as if they had slashes") })
        let whole = try table(
            header + "D:\\data\\train\\calm\\1.png,calm" + rest + "D:\\data\\train\\happy\\2.png,happy"
                + rest, images: "images"
        ).read()
        #expect(whole.image(1).path == "\(folder.path)/images/train/happy/2.png")
        #expect(whole.notes.contains { $0.hasSuffix("without D:\\data\\") }, "\(whole.notes)")
        // Another beginning would be another image.
        let mixed = try table(
            header + "D:\\data\\train\\calm\\1.png,calm" + rest + "D:\\other\\train\\happy\\2.png,happy"
                + rest, images: "images")
        let error = labelError { _ = try mixed.read() }
        #expect(error?.total == 1 && error?.description.contains("there is no image") == true)
        let climbing = try table(header + "..\\images\\train\\calm\\1.png,calm" + rest)
        #expect(labelError { _ = try climbing.read() } != nil)
    }

    @Test func foldFilesMayHaveBackslashes() throws {
        try folder.pictures(["x/a.png", "x/b.png"])
        let set = try table(
            "image,expression,AU1,valence,frame\nx/a.png,calm,1,0,1\nx/b.png,happy,0,0,2\n"
        ).read()
        let path = try folder.text("folds.csv", "sep=;\nimage;fold\nx\\a.png;1\nx\\b.png;2\n;\n")
        let folds = try Folds.file(path, of: set, checking: [])
        #expect(folds.folds.map(\.validation) == [[0], [1]])
    }

    @Test func filesOfSeveralTasks() throws {
        try folder.pictures(["v/1.png", "v/2.png"])
        let path = try folder.text(
            "l.txt",
            "image,valence,arousal,expression,aus\nv/1.png,0.5,-0.25,1,1,0,0,0,0,0,0,0,0,0,0,1\n"
                + "v/2.png,-5,-5,0,-1,-1,-1,-1,-1,-1,-1,-1,-1,-1,-1,-1\n")
        for units in [["AU*"], ["aus"], AffectTask.actionUnits.standardChannels] {
            var table = TableData(path: path)
            table.expression = "expression"
            table.units = units
            table.valence = "valence"
            table.arousal = "arousal"
            table.classes = ExpressionClasses(names: ["calm", "happy"])
            let set = try table.read()
            #expect(set.units == AffectTask.actionUnits.standardChannels && set.count == 2)
            #expect(set.unit(0, of: 0) == true && set.unit(11, of: 0) == true && set.unit(0, of: 1) == nil)
            #expect(set.valence(0) == 0.5 && set.valence(1) == nil && set.expression(1) == 0)
        }
    }

    /// The folders of ABAW 2020, with a video to train on and one held out.
    private func first() throws {
        let units = AbawLayout.units2020.joined(separator: ",")
        let classes = AbawLayout.classes2020.joined(separator: ",")
        for (split, video) in [("Training_Set", "video1"), ("Validation_Set", "video2")] {
            try folder.text("annotations/VA_Set/\(split)/\(video).txt", "valence,arousal\r\n0.5,0.25\r\n-5,-5\r\n")
            try folder.text(
                "annotations/AU_Set/\(split)/\(video).TXT", "\(units)\r\n0,1,0,0,0,0,1,0\r\n1,0,0,0,0,0,0,0\r\n")
            try folder.text("annotations/EXPR_Set/\(split)/\(video).txt", "\(classes)\r\n6\r\n-1\r\n")
        }
        try folder.pictures([1, 2].flatMap { video in [1, 2].map { "cropped_aligned/video\(video)/0000\($0).png" } })
    }

    @Test func theFirstChallengeHasEightUnitsAndSevenClasses() throws {
        try first()
        let set = try AffWild2Data(path: folder.path, tracks: [.actionUnits, .expression, .valenceArousal]).read()
        #expect(set.units == AbawLayout.units2020 && set.classes == AbawLayout.classes2020 && set.count == 4)
        #expect(set.unit(6, of: 0) == true && set.unit(0, of: 1) == true && set.expression(0) == 6)
        #expect((0..<4).map { set.split($0) } == [.training, .training, .validation, .validation])
    }

    @Test func filesOfTwoYearsAreNotMixed() throws {
        try first()
        try folder.text(
            "annotations/AU_Set/Validation_Set/video2.TXT",
            AffectTask.actionUnits.standardChannels.joined(separator: ",") + "\n0,0,0,0,0,0,0,0,0,0,0,1\n")
        let error = labelError { _ = try AffWild2Data(path: folder.path, tracks: [.actionUnits]).read() }
        #expect(error?.description.contains("it has 12 units, the other files have 8") == true)
    }
}
