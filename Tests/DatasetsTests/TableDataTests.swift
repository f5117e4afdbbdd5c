import Affect
import Basics
import Images
import Session
import TestSupport
import Testing

@testable import Datasets

@Suite struct TableDataTests {
    @Test func everyColumnIsRead() throws {
        let folder = try PictureFolder()
        let set = try folder.table().read()
        #expect(set.count == 12 && set.classes == ["calm", "happy", "sad"] && set.units == ["AU1", "AU12"])
        #expect(set.image(3).path == "\(folder.path)/images/3.png")
        #expect(set.expression(3) == 2 && set.unit(0, of: 3) == false && set.unit(1, of: 5) == true)
        #expect(set.valence(7) == 0.7 && set.arousal(7) == -0.7 && set.frame(7) == 7)
        #expect(set.groupings["subject"]?.names == (0..<6).map { "s\($0)" })
        #expect(set.place(7).file == "\(folder.path)/labels.csv" && set.place(7).line == 9)
        #expect(set.expressionCounts(0..<12) == [4, 4, 4])
        #expect(set.unitCounts(0..<12)[0] == (active: 6, inactive: 6))
        let units = [2, 3].flatMap { sample in (0..<2).map { set.unit($0, of: sample) } }
        #expect(units == [true, false, false, false])
        #expect([1, 2].flatMap { [set.valence($0), set.arousal($0)] } == [0.1, -0.1, 0.2, -0.2])
    }

    @Test func framesAreThinnedByTheirNumber() throws {
        let folder = try PictureFolder()
        var table = try folder.table { $0[3][7] = "100" }
        let set = try table.read()
        #expect(set.thinned([1, 2, 3, 4, 5, 10], frameStride: 5) == [3, 5, 10])
        #expect(set.thinned([1, 2, 3], frameStride: 1) == [1, 2, 3])
        table.frame = nil
        #expect(try table.read().thinned([1, 2, 3], frameStride: 5) == [1, 2, 3])
    }

    @Test func missingValuesAreKept() throws {
        let folder = try PictureFolder()
        let set = try folder.table { rows in
            rows[0][1] = ""
            rows[1][2] = "-1"
            rows[2][3] = "999"
            rows[3][4] = "-5"
            rows[4][5] = "-2"
            rows[5][1...5] = ["NA", "", "nan", "null", "none"]
            rows[6][1] = "-1"
        }.read()
        #expect(
            set.count == 11
                && set.notes == [
                    "\(folder.path)/labels.csv: 1 row without any label left out",
                    "\(folder.path)/labels.csv: 1 frame with -1 for some units trained on and not scored; "
                        + "partialFrames: \"score\" scores the other units",
                ])
        #expect(set.expression(0) == nil && set.unit(0, of: 1) == nil && set.unit(1, of: 1) != nil)
        #expect(set.unit(1, of: 2) == nil && set.valence(3) == nil && set.arousal(3) == -0.3)
        #expect(set.arousal(4) == nil && set.valence(4) == 0.4 && set.expression(5) == nil)
        #expect([0, 1].map(set.expression) == [nil, 1])
        #expect(set.unit(0, of: 1) == nil && set.unit(1, of: 1) == true)
    }

    /// Each wrong value gives one sentence that names the row.
    @Test(arguments: [
        (1, "happpy", "there is no class \"happpy\"; the classes are calm, happy, sad"),
        (1, "Happy", "did you mean \"happy\"?"),
        (2, "2", "AU1 is 2; a unit is 1 (active), 0"), (3, "yes", "AU12 is \"yes\", which is not a number"),
        (4, "7", "valence is 7; it lies between -1 and 1"), (5, "high", "arousal is \"high\", which is not a number"),
        (0, "images/none.png", "there is no image"), (0, "", "names no image"), (6, "", "names no subject"),
        (7, "1.5", "the frame is \"1.5\""),
    ])
    func aWrongValueIsNamedWithItsRow(_ column: Int, _ value: String, _ message: String) throws {
        let folder = try PictureFolder()
        var table = try folder.table { $0[4][column] = value }
        table.classes = ExpressionClasses(names: ["calm", "happy", "sad"])
        let error = try #require(labelError { _ = try table.read() })
        #expect(error.total == 1 && error.problems[0].line == 6)
        #expect(error.problems[0].path == "\(folder.path)/labels.csv")
        #expect(error.description.contains(message), "\(error)")
    }

    @Test func allProblemsAreFoundAndTheFirstAreShown() throws {
        let folder = try PictureFolder()
        let table = try folder.table { rows in for row in rows.indices { rows[row][4] = "x" } }
        let error = try #require(labelError { _ = try table.read() })
        #expect(error.total == 12 && error.description.hasSuffix("and 7 more problems"))
    }

    @Test func columnsThatAreNotThere() throws {
        let folder = try PictureFolder()
        var table = try folder.table()
        table.valence = "pleasure"
        #expect(labelError { _ = try table.read() }?.description.contains("there is no column \"pleasure\"") == true)
        table.valence = nil
        table.units = ["AU1", "FAU*"]
        #expect(labelError { _ = try table.read() }?.description.contains("no column for the units \"FAU*\"") == true)
        table.path = "\(folder.path)/none.csv"
        #expect(labelError { _ = try table.read() }?.description.contains("none.csv: no such file") == true)
    }

    @Test func missingImagesMayBePassedOver() throws {
        let folder = try PictureFolder()
        var table = try folder.table { $0[4][0] = "images/none.png" }
        table.missingImages = .skip
        let set = try table.read()
        #expect(set.count == 11 && set.notes == ["\(folder.path)/labels.csv: 1 row without an image left out"])
    }

    @Test func intensitiesNeedAThreshold() throws {
        let folder = try PictureFolder()
        var table = try folder.table { rows in for row in rows.indices { rows[row][2] = "\(row % 6)" } }
        table.rules.unitThreshold = 2
        let set = try table.read()
        #expect((0..<6).map { set.unit(0, of: $0) } == [false, false, true, true, true, true])
    }

    /// AffectNet writes numbers; eight classes become seven by dropping one.
    @Test func classesAreOrderedNumberedAndDropped() throws {
        let folder = try PictureFolder()
        var table = try folder.table { rows in for row in rows.indices { rows[row][1] = "\(row % 4)" } }
        (table.units, table.valence, table.arousal) = ([], nil, nil)
        table.classes = ExpressionClasses(names: ["neutral", "happy", "sad"], drop: ["3"])
        var set = try table.read()
        #expect(set.classes == ["neutral", "happy", "sad"] && set.count == 9)
        #expect((0..<4).map { set.expression($0) } == [0, 1, 2, 0])
        #expect(set.notes == ["\(folder.path)/labels.csv: 3 rows of dropped classes left out"])
        table.classes = ExpressionClasses(names: ["neutral", "happy", "sad", "fear"], drop: ["happy"])
        set = try table.read()
        #expect(set.classes == ["neutral", "sad", "fear"] && set.expressionCounts(0..<set.count) == [3, 3, 3])
        table.classes = ExpressionClasses(
            names: ["fear", "neutral", "happy", "sad"],
            written: ["0": "neutral", "1": "happy", "2": "sad", "3": "fear"])
        set = try table.read()
        #expect((0..<4).map { set.expression($0) } == [1, 2, 3, 0])
        table.classes = ExpressionClasses(names: ["neutral", "happy", "sad", "fear", "anger"])
        #expect(labelError { _ = try table.read() }?.description.contains("no row has the class \"anger\"") == true)
    }

    @Test func aDroppedClassKeepsTheOtherLabelsOfItsRows() throws {
        let folder = try PictureFolder()
        var table = try folder.table()
        table.classes = ExpressionClasses(names: ["calm", "happy", "sad"], drop: ["happy"])
        let set = try table.read()
        #expect(set.classes == ["calm", "sad"] && set.count == 12)
        #expect(set.expression(1) == nil && set.valence(1) == 0.1 && set.unit(1, of: 1) != nil)
        #expect(set.notes == ["\(folder.path)/labels.csv: 4 rows of dropped classes kept for their other labels"])
    }

    @Test func codesForNothingAreNamedByTheHintAndReadWhenStated() throws {
        let folder = try PictureFolder()
        var table = try folder.table { rows in
            rows[2][2] = "9"
            rows[3][2] = "-1"
        }
        let error = try #require(labelError { _ = try table.read() })
        #expect(error.description.contains("If 9 stands for units that are not known, set unknown: [9]"), "\(error)")
        #expect(!error.description.contains("unitThreshold"))
        // No threshold makes an intensity of it.
        table.rules.unitThreshold = 2
        #expect(labelError { _ = try table.read() }?.description.contains("set unknown: [9]") == true)
        table.rules = LabelRules(unknown: [9])
        let set = try table.read()
        #expect(set.unit(0, of: 2) == nil && set.unit(1, of: 2) != nil && set.isScored(2))
        // -1 is ABAW's mark: the frame is trained on unit by unit and not scored.
        #expect(set.unit(0, of: 3) == nil && set.unit(1, of: 3) != nil && !set.isScored(3))
        table.rules.partialFrames = .score
        #expect(try table.read().isScored(3))
        let intensities = try folder.table { $0[2][2] = "3" }
        #expect(labelError { _ = try intensities.read() }?.hint == "for intensities of units set unitThreshold")
    }

    @Test func anotherScaleIsToldWithItsRangeAndMappedWhenStated() throws {
        let folder = try PictureFolder()
        var table = try folder.table { rows in
            for row in rows.indices { (rows[row][4], rows[row][5]) = ("\(1 + row % 9)", "\(9 - row % 9)") }
        }
        let error = try #require(labelError { _ = try table.read() })
        #expect(error.description.contains("go from 2 to 9; for another scale set scale: [LOW, HIGH]"), "\(error)")
        table.rules.scale = 1...9
        let set = try table.read()
        #expect(set.valence(0) == -1 && set.arousal(0) == 1 && set.valence(4) == 0 && set.arousal(8) == -1)
    }

    @Test func aSecondTableIsTheValidationSet() throws {
        let folder = try PictureFolder()
        var table = try folder.table()
        try folder.pictures(["other/a.png"])
        table.validation = try folder.text(
            "validation.csv",
            "image,expression,AU1,AU12,valence,arousal,subject,frame\nother/a.png,sad,1,1,0,0,s9,1\n")
        let set = try table.read()
        let folds = try Folds.official(set)
        #expect(folds.folds.map(\.validation) == [[12]] && folds.folds[0].training == Array(0..<12))
        #expect(
            folds.notes
                == ["calm", "happy"].map { "the split holds out no sample of the class \"\($0)\", which scores 0" })
    }

    /// The real table of posed faces.
    @Test(.enabled(if: SharedData.path != nil, Comment(rawValue: SharedData.missing))) func posedFaces() throws {
        let path = try #require(SharedData.path) + "/ck-au/labels.csv"
        var table = TableData(path: path, expression: "expression", units: ["AU*"], subject: "subject")
        table.video = "sequence"
        table.frame = "frame"
        let set = try table.read()
        #expect(set.count == 981 && set.classes.count == 7 && set.units.count == 23)
        #expect(set.groupings["subject"]?.names.count == 118 && set.sequences?.names.count == 327)
        let folds = try? Folds.grouped(set, count: 5, by: "subject")
        // Unit 22 is active nowhere.
        #expect(folds == nil)
    }
}
