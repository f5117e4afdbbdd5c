import Foundation
import Images
import Session
import TestSupport
import Testing

@testable import Datasets

@Suite struct FoldsTests {
    @Test func everySampleIsHeldOutOnceAndNoSubjectIsOnBothSides() throws {
        let folder = try PictureFolder()
        let set = try folder.table().read()
        let folds = try Folds.grouped(set, count: 2, by: "subject").folds
        #expect(folds.flatMap(\.validation).sorted() == Array(0..<12))
        for fold in folds {
            #expect((fold.training + fold.validation).sorted() == Array(0..<12))
            let subjects = Set(fold.training.map { $0 / 2 })
            #expect(fold.validation.allSatisfy { !subjects.contains($0 / 2) })
            // Two subjects of each class: one on each side.
            #expect(set.expressionCounts(fold.validation) == [2, 2, 2])
        }
    }

    @Test func foldsDependOnSeedAndLabelsOnly() throws {
        let folder = try PictureFolder()
        let set = try folder.table().read()
        let first = try Folds.grouped(set, count: 2, by: "subject", seed: 1).folds
        #expect(try Folds.grouped(set, count: 2, by: "subject", seed: 1).folds == first)
        // Subjects that are alike go where the seed says.
        let rows = (0..<8).map { "images/0.png,x,s\($0)" }.joined(separator: "\n")
        let path = try folder.text("alike.csv", "image,expression,subject\n\(rows)\n")
        let alike = try TableData(path: path, expression: "expression", subject: "subject").read()
        let others = try (2..<10).map { try Folds.grouped(alike, count: 2, by: "subject", seed: $0).folds }
        #expect(Set(others.map { $0[0].validation }).count > 2 && others.allSatisfy { $0[0].validation.count == 4 })
        // Rows in another order: the same subjects together.
        let reversed = try PictureFolder()
        let turned = try reversed.table { $0.reverse() }.read()
        let again = try Folds.grouped(turned, count: 2, by: "subject", seed: 1).folds
        #expect(again.map { Set($0.validation.map { 11 - $0 }) } == first.map { Set($0.validation) })
    }

    @Test func labelsAreSpreadEvenly() throws {
        let folder = try PictureFolder()
        // 40 subjects of uneven sizes; the rare class has one subject in five.
        try folder.pictures(["a.png"])
        var rows = ["image,expression,subject"]
        var random = SeededGenerator(seed: 5)
        for subject in 0..<40 {
            for _ in 0..<Int.random(in: 2...9, using: &random) {
                rows.append("a.png,\(subject % 5 == 0 ? "rare" : "usual"),s\(subject)")
            }
        }
        let path = try folder.text("labels.csv", rows.joined(separator: "\n"))
        let set = try TableData(path: path, expression: "expression", subject: "subject").read()
        let folds = try Folds.grouped(set, count: 5, by: "subject").folds
        let counts = folds.map { set.expressionCounts($0.validation) }
        let totals = set.expressionCounts(0..<set.count)
        for count in counts {
            #expect(abs(Double(count[0]) - Double(totals[0]) / 5) <= 6)
            #expect(abs(Double(count[1]) - Double(totals[1]) / 5) <= 9)
        }
    }

    /// A test set is held out when there is nothing else, and never trained on.
    @Test func aTestSetIsNeverTrainedOn() throws {
        let folder = try PictureFolder()
        try folder.pictures(["a.png"])
        func set(_ splits: [String]) throws -> LabelledSet {
            let rows = splits.enumerated().map { "a.png,x,s\($0),\($1)" }.joined(separator: "\n")
            let path = try folder.text("labels.csv", "image,expression,subject,split\n\(rows)\n")
            return try TableData(path: path, expression: "expression", subject: "subject", split: "split").read()
        }
        let withTest = try set(["train", "train", "test"])
        #expect(try Folds.official(withTest).folds == [Fold(name: "official", training: [0, 1], validation: [2])])
        let all = try set(["train", "val", "test", "train"])
        #expect(try Folds.official(all).folds == [Fold(name: "official", training: [0, 3], validation: [1])])
        let folds = try Folds.grouped(all, count: 2, by: "subject").folds
        #expect(folds.allSatisfy { !($0.training + $0.validation).contains(2) })
    }

    @Test func aGroupOnBothSidesOfATableIsAnError() throws {
        let folder = try PictureFolder()
        try folder.pictures(["a.png", "b.png"])
        let path = try folder.text(
            "labels.csv",
            "image,expression,subject,split\na.png,x,s1,train\nb.png,x,s2,train\nb.png,x,s1,validation\n")
        let set = try TableData(path: path, expression: "expression", subject: "subject", split: "split").read()
        let error = labelError { _ = try Folds.official(set) }
        #expect(
            error?.description
                == "\(path):4: subject s1 is held out here and trained on in \(path):2; a subject belongs to one side")
    }

    @Test(arguments: [
        ("train,train", "the split holds out no sample"), ("validation,test", "the split trains on no sample"),
        ("train,half", "the split is \"half\"; it is train, validation or test"),
    ])
    func aSideWithoutSamplesIsAnError(_ splits: String, _ message: String) throws {
        let folder = try PictureFolder()
        try folder.pictures(["a.png", "b.png"])
        let parts = splits.split(separator: ",")
        let path = try folder.text("labels.csv", "image,expression,split\na.png,x,\(parts[0])\nb.png,x,\(parts[1])\n")
        let error = labelError {
            _ = try Folds.official(TableData(path: path, expression: "expression", split: "split").read())
        }
        #expect(error?.description.contains(message) == true)
    }

    @Test func aClassOrUnitWithoutPositivesIsAnError() throws {
        let folder = try PictureFolder()
        try folder.pictures(["a.png"])
        let rows = (0..<4).map { "a.png,\($0 == 3 ? "rare" : "usual"),\($0 % 2),\($0 == 2 ? 1 : 0),s\($0)" }
        let path = try folder.text("labels.csv", "image,expression,AU1,AU2,subject\n" + rows.joined(separator: "\n"))
        let faces = TableData(path: path, expression: "expression", subject: "subject")
        #expect(
            labelError { _ = try Folds.grouped(faces.read(), count: 4, by: "subject") }?.description
                .contains("trains on no sample of the class \"rare\"") == true)
        let units = TableData(path: path, units: ["AU*"], subject: "subject")
        #expect(
            labelError { _ = try Folds.grouped(units.read(), count: 4, by: "subject") }?.description
                .contains("trains on no sample with AU2 active") == true)
        // What no task asks for need not be there.
        let both = TableData(path: path, expression: "expression", units: ["AU*"], subject: "subject")
        for labels in [Folds.CheckedLabels.expressions, .units] {
            #expect(
                labelError { _ = try Folds.grouped(both.read(), count: 4, by: "subject", checking: labels) }?
                    .description.contains(labels == .units ? "AU2" : "rare") == true)
        }
        #expect(try Folds.grouped(both.read(), count: 4, by: "subject", checking: []).folds.count == 4)
        #expect(
            labelError { _ = try Folds.grouped(units.read(), count: 5, by: "subject") }?.description
                .contains("4 groups (subject), too few for 5 folds") == true)
    }

    @Test func aFileNamesTheFolds() throws {
        let folder = try PictureFolder()
        let set = try folder.table().read()
        let rows = (0..<6).map { "s\($0),\($0 / 3 == 0 ? 10 : 2)" }.joined(separator: "\n")
        let folds = try Folds.file(folder.text("folds.csv", "subject,fold\n\(rows)\n"), of: set).folds
        #expect(folds.map(\.validation) == [Array(6..<12), Array(0..<6)])
        let images = (0..<12).map { "images/\($0).png,\($0 < 6 ? "a" : "b")" }.joined(separator: "\n")
        let byImage = try Folds.file(folder.text("images.csv", "image,fold\n\(images)\n"), of: set).folds
        #expect(byImage.map(\.validation) == [Array(0..<6), Array(6..<12)])
    }

    @Test("A fold file may name subjects whose images were dropped; that is said")
    func aFoldFileOfMore() throws {
        let folder = try PictureFolder()
        let path = try folder.text("folds.csv", "subject,fold\ns0,1\ns1,2\ns2,1\ns3,1\ns4,1\ns5,2\ns6,1\ns7,2\n")
        let folds = try Folds.file(path, of: folder.table().read(), checking: [])
        #expect(folds.folds.count == 2)
        #expect(folds.notes.contains { $0.hasSuffix("folds.csv:8: subject s6 is not in the data (and 1 more)") })
    }

    @Test(arguments: [
        ("subject,fold\ns0,1\ns1,2\ns0,2\n", "folds.csv:4: subject s0 is held out by fold 2, and by fold 1 in line 2"),
        ("subject,fold\ns0,1\ns1,2\n", "labels.csv:6: subject s2 has no fold in"),
        ("subject,fold\ns0,1\ns1,1\n", "there should be two folds at least"),
        ("subject,part\ns0,1\n", "folds.csv:1: there is no column \"fold\""),
        ("person,fold\ns0,1\n", "a fold file has a column subject, video or image beside fold"),
        ("video,fold\nv,1\nw,2\n", "names a video for each fold, and the data have none"),
        (
            "image,fold\n" + (0..<12).map { "images/\($0).png,\($0 % 2)" }.joined(separator: "\n"),
            "subject s0 is held out here and trained on in"
        ),
    ])
    func aFoldFileThatDoesNotFit(_ text: String, _ message: String) throws {
        let folder = try PictureFolder()
        let set = try folder.table().read()
        let path = try folder.text("folds.csv", text)
        let error = labelError { _ = try Folds.file(path, of: set) }
        #expect(error?.description.contains(message) == true, "\(error as Any)")
    }

    @Test func duplicatesAreFoundByBytesAndByPixels() throws {
        let folder = try PictureFolder()
        let table = try folder.table()
        // Image 3 is file 0 again; image 8 has the pixels of image 5 in a file of other bytes.
        let data = try Data(contentsOf: URL(filePath: "\(folder.path)/images/0.png"))
        try data.write(to: URL(filePath: "\(folder.path)/images/3.png"))
        let other = try Data(contentsOf: URL(filePath: "\(folder.path)/images/5.png"))
        // A text chunk before the end changes the file and not the image.
        let text: [UInt8] = [0, 0, 0, 3, 0x74, 0x45, 0x58, 0x74, 0x61, 0, 0x62, 0xD7, 0x6C, 0xC4, 0x5A]
        try (other.dropLast(12) + Data(text) + other.suffix(12)).write(to: URL(filePath: "\(folder.path)/images/8.png"))
        let set = try table.read()
        #expect(DuplicateImages.find(in: set, pixels: false).groups == [[0, 3]])
        let duplicates = DuplicateImages.find(in: set)
        #expect(duplicates.groups == [[0, 3], [5, 8]])
        let folds = try Folds.grouped(set, count: 2, by: "subject")
        let report = duplicates.report(folds.folds, of: set)
        let sides = folds.folds.map { fold in duplicates.across(fold).count }
        #expect(report.count == sides.count { $0 > 0 })
        let split = Fold(name: "1", training: [0, 5, 8], validation: [1, 3])
        #expect(duplicates.across(split) == [[0, 3]])
    }

    @Test func framesOfVideosAreImagesOfTheirOwn() throws {
        var builder = LabelledSetBuilder(classes: ["calm"], units: [])
        for frame in [nil, 0, 1, 0] as [Int?] {
            builder.add(
                LabelledSample(
                    folder: "/data/films", name: frame == nil ? "a.png" : "b.mp4", videoFrame: frame,
                    expression: "calm",
                    file: "labels.csv"))
        }
        let set = builder.finished(notes: [])
        #expect(set.image(0) == ImageReference("/data/films/a.png"))
        #expect(set.image(2) == ImageReference("/data/films/b.mp4", frame: 1))
        #expect(set.imageName(2) == "b.mp4#1" && set.imageName(0) == "a.png")
        #expect(set.images.names[1] == "/data/films/b.mp4#0")
        let seen = [set.image(1)]
        #expect(DuplicateImages.report(heldOut: [set.image(2)], among: seen, of: "pre-training") == nil)
        let report = try #require(
            DuplicateImages.report(heldOut: [2, 3].map(set.image), among: seen, of: "pre-training"))
        #expect(report.hasPrefix("pre-training sees 1 image that is held out later, such as /data/films/b.mp4#0"))
    }
}
