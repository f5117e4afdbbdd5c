import Affect
import TestSupport
import Testing

@Suite struct AbawAnnotationsTests {
    let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    private static let units = "AU1,AU2,AU4,AU6,AU7,AU10,AU12,AU15,AU23,AU24,AU25,AU26\n"

    private func read(_ task: AffectTask, _ text: String) throws -> AbawAnnotations {
        try AbawAnnotations(path: try folder.write("v.txt", Array(text.utf8)), task: task)
    }

    private func known(_ values: ArraySlice<Double>) -> [Double?] { values.map { $0.isNaN ? nil : $0 } }

    @Test func valenceOrArousalBelowMinusOneIsMissingAndTakesTheOtherWithIt() throws {
        let file = try read(.valenceArousal, "valence,arousal\n0.5,-1\n-5,-5\n-1.5,0.2\n0.1,-5\n-1,1\n")
        #expect(file.problems.isEmpty && file.count == 5)
        #expect((0..<5).map { known(file[$0]) } == [[0.5, -1], [nil, nil], [nil, nil], [nil, nil], [-1, 1]])
        #expect(file.lines == [2, 3, 4, 5, 6])
    }

    @Test func anotherScaleIsMapped() throws {
        let path = try folder.write("v.txt", Array("valence,arousal\n1,9\n-5,5\n0.5,5\n".utf8))
        let file = try AbawAnnotations(path: path, task: .valenceArousal, scale: 1...9)
        #expect(known(file[0]) == [-1, 1] && known(file[1]) == [nil, nil])
        #expect(file.problems.map(\.line) == [4])
    }

    @Test func unitsAreKnownOneByOneAndMarkedFramesAreTold() throws {
        let file = try read(
            .actionUnits,
            Self.units + "0,1,0,0,0,0,0,0,0,0,0,1\n-1,1,0,0,0,0,0,0,0,0,0,1\n"
                + Array(repeating: "-1", count: 12).joined(separator: ",") + "\n")
        #expect((0..<3).map(file.isMarked) == [false, true, true])
        #expect(known(file[1]) == [nil, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1])
    }

    @Test func repeatedHeadersShiftNothingAndAHeaderMayLack() throws {
        #expect(try read(.valenceArousal, "valence,arousal\nValence,Arousal\n0.1,0\n\n0.2,0\n").count == 2)
        #expect(try read(.valenceArousal, "0.1,0\n0.2,0\n").lines == [1, 2])
        #expect(try read(.expression, "7\n-1\n3.0\n").problems.isEmpty)
    }

    @Test(arguments: [
        (AffectTask.valenceArousal, "valence,arousal\n0.1,0.1\n7,0\n", "v.txt:3: valence 7.0, arousal 0.0"),
        (.valenceArousal, "arousal,valence\n0.1,0.1\n", "v.txt:1: the header is arousal,valence; it should be"),
        (.valenceArousal, "valence,arousal\n0.1\n", "v.txt:2: 1 value; a line has 2"),
        (.expression, "8\n", "v.txt:1: the expression is \"8\"; it is a number from -1 to 7"),
        (.expression, "-2\n", "v.txt:1: the expression is \"-2\""),
        (.actionUnits, units + "0,0,0,0,0,0,9,0,0,0,0,0\n", "v.txt:2: AU12 is \"9\"; a unit is 0, 1 or -1"),
    ])
    func anythingElseIsAProblemWithItsLine(_ task: AffectTask, _ text: String, _ message: String) throws {
        let problems = try read(task, text).problems
        #expect(problems.count == 1 && problems[0].description.contains(message), "\(problems)")
    }

    @Test func videosOfTwoPeopleAndNamesOfFrames() {
        #expect(AbawLayout.videoWithoutSide("7-60_left") == "7-60" && AbawLayout.videoWithoutSide("left") == "left")
        #expect(AbawLayout.frameName(17) == "00017" && AbawLayout.frameName(123_456) == "123456")
    }
}

@Suite struct LabelRulesTests {
    @Test func valenceAndArousalOutsideTheirScaleAreWrongButForTheMarks() {
        let rules = LabelRules()
        #expect([-1, 0.25, 1].map(rules.valenceArousal) == [.value(-1), .value(0.25), .value(1)])
        #expect([-5, -2, .nan].map(rules.valenceArousal) == [.missing, .missing, .missing])
        #expect([-1.5, 7, 1.01, -3].allSatisfy { rules.valenceArousal($0) == .wrong })
    }

    @Test func anotherScaleIsMapped() {
        let rules = LabelRules(scale: 1...9)
        #expect([1, 5, 9].map(rules.valenceArousal) == [.value(-1), .value(0), .value(1)])
        #expect(rules.valenceArousal(0) == .wrong && rules.valenceArousal(-5) == .missing)
        // A mark that lies on the scale is a rating.
        #expect(LabelRules(scale: -5...5).valenceArousal(-5) == .value(-1))
    }

    @Test func codesOfUnits() {
        let rules = LabelRules(unknown: [9])
        #expect([0, 1, -1, 9, 999].map(rules.unit) == [.value(0), .value(1), .marked, .missing, .missing])
        #expect([2, 0.5, -3, 8].allSatisfy { rules.unit($0) == .wrong })
        let intensities = LabelRules(unitThreshold: 2)
        #expect([0, 1.9, 2, 5].map(intensities.unit) == [.value(0), .value(0), .value(1), .value(1)])
        // 9 is no intensity: it must not count as a unit that is very active.
        #expect(intensities.unit(9) == .wrong)
    }

    @Test func aMarkedUnitTakesTheFrameOutOfScoresUnlessAskedOtherwise() {
        let frame: [LabelMeaning] = [.value(1), .marked, .value(0)]
        #expect(LabelRules().scored(units: frame).allSatisfy { $0.isNaN })
        let scored = LabelRules(partialFrames: .score).scored(units: frame)
        #expect(scored[0] == 1 && scored[1].isNaN && scored[2] == 0)
        // Nothing in a cell is no mark: such a unit was never coded.
        #expect(LabelRules().scored(units: [.value(1), .missing])[0] == 1)
    }
}

@Suite struct AbawYearsTests {
    let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    private func read(_ task: AffectTask, _ text: String) throws -> AbawAnnotations {
        try AbawAnnotations(path: try folder.write("v.txt", text), task: task)
    }

    @Test func headersTellTheYear() throws {
        let units = try read(.actionUnits, AbawLayout.units2020.joined(separator: ",") + "\n0,0,0,0,0,0,1,-1\n")
        #expect(units.channels == AbawLayout.units2020 && units.width == 8 && units.problems.isEmpty)
        #expect(units[0][6] == 1 && units.isMarked(0))
        let bare = try read(.actionUnits, "0,0,0,0,0,0,1,0,\n")
        #expect(bare.channels == AbawLayout.units2020 && bare.count == 1 && bare.problems.isEmpty)
        let classes = try read(.expression, AbawLayout.classes2020.joined(separator: ",") + "\n6\n7\n")
        #expect(classes.channels == AbawLayout.classes2020 && classes.problems.count == 1)
        // A header of another year inside is no repeated one.
        let mixed = AffectTask.expression.standardChannels.joined(separator: ",")
        #expect(
            try read(.expression, AbawLayout.classes2020.joined(separator: ",") + "\n6\n\(mixed)\n").problems.count == 1
        )
    }

    @Test func othersWays() throws {
        let file = try read(.valenceArousal, "valence;arousal;\n0,5;-0,25;\n-5;-5;\n")
        #expect(Array(file[0]) == [0.5, -0.25] && file[1].allSatisfy(\.isNaN) && file.problems.isEmpty)
        #expect(file.form.note == "read with semicolons between the fields, decimal commas")
        let saved = try read(.valenceArousal, "# valence arousal\n5.0e-01 -2.5e-01\n1 1\n")
        #expect(Array(saved[0]) == [0.5, -0.25] && saved.count == 2 && saved.problems.isEmpty)
    }

    @Test func theOneNameOfTheUnitsOfSeveralTasksIsReplaced() {
        let header = ["image", "valence", "arousal", "expression", "aus"]
        let units = AffectTask.actionUnits.standardChannels
        #expect(AbawLayout.columns(header, fields: 16) == header.dropLast() + units)
        #expect(AbawLayout.columns(header, fields: 17) == header.dropLast() + units)
        #expect(
            AbawLayout.columns(header, fields: 5) == header
                && AbawLayout.columns(["a", "b"], fields: 13) == ["a", "b"])
    }
}
