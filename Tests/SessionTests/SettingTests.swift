import JSON5
import Testing

@testable import Session

/// A record with one setting of each manner.
private struct Sample: SettingsRecord, Equatable {
    var count = 3
    var half = 1.5
    var limit: Int? = 7
    var name = ""
    var extra = false

    static let initial = Sample()

    static let settings: [Setting<Sample>] = [
        Setting("count", \.count, .whole(1...9), "how many"),
        Setting("half", \.half, .number(.positive), "half of it").standard("half of `count`") { sample, _ in
            sample.half = Double(sample.count) / 2
        },
        Setting("limit", \.limit, .optional(.whole(0...Int.max)), "the most").standard("none"),
        Setting("name", \.name, .column, "what it is called").required("\"x\""),
        Setting("extra", \.extra, .flag, "only for more than five").only { $0.count > 5 },
    ]

    func check(_ fields: FieldReader) {
        if let limit, limit < count { fields.note("limit", "is below the count") }
    }
}

@Suite struct SettingTests {
    private func read(_ text: String) throws -> (sample: Sample, problems: String) {
        let problems = ProblemList()
        let context = ReadingContext(problems: problems, file: "t", folder: "/f", surroundings: surroundings)
        let node = try JSON5Reader.read(text, file: "t")
        var fields = try #require(FieldReader(SettingField(node: node, path: "", context: context)))
        let sample = Sample.read(&fields)
        return (sample, problems.sorted.map(\.description).joined(separator: "\n"))
    }

    @Test func defaultsFollowFromEarlierSettings() throws {
        let (sample, problems) = try read("{ name: 'a', count: 4 }")
        #expect(problems.isEmpty)
        #expect(sample == Sample(count: 4, half: 2, limit: 7, name: "a"))
        #expect(try read("{ name: 'a', count: 4, half: 9, limit: null }").sample.limit == nil)
    }

    @Test func aKeyThatDoesNotApplyIsUnknownAndNotWritten() throws {
        #expect(try read("{ name: 'a', extra: true }").problems.contains("extra: there is no such key"))
        let (sample, problems) = try read("{ name: 'a', count: 6, extra: true }")
        #expect(problems.isEmpty && sample.extra)
        #expect(sample.members().map(\.0) == ["count", "half", "limit", "name", "extra"])
        #expect(Sample.initial.members().map(\.0) == ["count", "half", "limit", "name"])
        #expect(Sample.descriptions.count == 4)
    }

    @Test(arguments: [
        ("{}", "t:1:1: name: is missing; for example name: \"x\""),
        ("{ name: null }", "t:1:9: name: is missing; for example name: \"x\""),
        (
            "{ name: 'a', count: null }",
            "t:1:21: count: expected a value, found null; leave the key out for the default"
        ),
        ("{ name: 'a', limit: 2 }", "t:1:21: limit: is below the count"),
        ("{ name: 'a', cuont: 2 }", "t:1:14: cuont: there is no such key; did you mean `count`?"),
        (
            "{ name: 'a', half: 'x', count: 10 }",
            "t:1:20: half: expected a number, found \"x\"\nt:1:32: count: must be between 1 and 9, found 10"
        ),
    ])
    func problemsAreNoted(text: String, expected: String) throws {
        #expect(try read(text).problems == expected)
    }

    @Test func aDescriptionShowsTheDefault() {
        let texts = Sample.descriptions.map(\.standardText)
        #expect(texts == ["3", "half of `count`", "none", "required"])
        #expect(Sample.descriptions.map(\.domain.words).first == "whole number, 1 to 9")
    }

    @Test func whereAValueCameFromIsData() throws {
        // A file may be called like an option.
        let location = SourceLocation(file: "--set seed=7")
        #expect(!location.isOption && !SessionProblem(at: location, "").isInOverride)
        let option = try Override("name=a=b").location
        #expect(option.isOption && option.optionValue == "a=b" && option.description == "--set name=a=b")
    }
}
