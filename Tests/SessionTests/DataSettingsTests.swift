import Affect
import Testing

@testable import Session

/// A session with one labelled data set.
private func session(_ data: String, folds: String = "null") -> String {
    """
    {
      model: { encoder: "vit-tiny" },
      data: { set: \(data) },
      folds: \(folds),
      stages: [{ kind: "pretrain", data: ["set"] }],
    }
    """
}

@Suite struct DataSettingsTests {
    @Test func everyKeyOfATableIsRead() throws {
        let text = session(
            """
            { kind: "table", path: "ck/labels.csv", validation: "${FACES}/v.csv", images: "../i", image: "file",
              expression: "emotion", units: ["AU1", "AU*"], unitThreshold: 2, valence: "v", arousal: "a",
              subject: "who", video: "clip", frame: "n", classes: { "0": "neutral", "1": "happy", "7": "happy" },
              drop: ["8"], unknown: [9, 999], scale: [1, 9], partialFrames: "score", missingImages: "skip" }
            """, folds: "{ count: 5, group: \"subject\", seed: 3 }")
        let session = try read(text)
        var expected = TableData(path: "/sessions/ck/labels.csv")
        expected.validation = "/data/faces/v.csv"
        expected.images = "/sessions/../i"
        expected.image = "file"
        expected.expression = "emotion"
        expected.units = ["AU1", "AU*"]
        expected.rules = LabelRules(scale: 1...9, unknown: [9, 999], unitThreshold: 2, partialFrames: .score)
        expected.valence = "v"
        expected.arousal = "a"
        expected.subject = "who"
        expected.video = "clip"
        expected.frame = "n"
        expected.classes = ExpressionClasses(
            names: ["neutral", "happy"], written: ["0": "neutral", "1": "happy", "7": "happy"], drop: ["8"])
        expected.missingImages = .skip
        #expect(session.data == [DataSource(name: "set", content: expected)])
        #expect(session.folds == .grouped(count: 5, group: "subject", seed: 3))
        #expect(try read(session.resolvedText) == session)
    }

    @Test func theOtherKindsAreRead() throws {
        for (data, content) in [
            (
                "{ kind: \"classes\", path: \"a\", classes: [\"x\", \"y\", \"z\"], drop: \"z\" }",
                ClassFolderData(path: "/sessions/a", classes: ExpressionClasses(names: ["x", "y", "z"], drop: ["z"]))
            ),
            (
                "{ kind: \"affWild2\", path: \"/w\", tracks: [\"actionUnits\", \"valenceArousal\"], images: [\"/c\", \"d\"] }",
                AffWild2Data(path: "/w", tracks: [.actionUnits, .valenceArousal], images: ["/c", "/sessions/d"])
            ),
            (
                "{ kind: \"renderedVideos\", videos: 8, frames: 50, side: 64, tracks: \"expression\", seed: 9 }",
                RenderedVideoData {
                    $0.videos = 8
                    $0.frames = 50
                    $0.side = 64
                    $0.tracks = [.expression]
                    $0.seed = 9
                }
            ),
        ] as [(String, any DataSettings)] {
            let found = try read(session(data, folds: "\"official\""))
            #expect(found.data == [DataSource(name: "set", content: content)])
            #expect(found.folds == .official)
            #expect(try read(found.resolvedText) == found)
        }
    }

    @Test(arguments: [
        ("{ kind: \"table\" }", "data.set.path: is missing; for example path: \"labels.csv\""),
        ("{ kind: \"table\", path: \"a\", valence: \"v\" }", "data.set.valence: valence and arousal go together"),
        (
            "{ kind: \"table\", path: \"a\", classes: [\"x\", \"y\"] }",
            "data.set.classes: needs the column of the `expression`"
        ),
        (
            "{ kind: \"table\", path: \"a\", expression: \"e\", classes: [\"x\", \"y\"], drop: [\"y\"] }",
            "data.set.classes: should leave two classes at least"
        ),
        (
            "{ kind: \"table\", path: \"a\", units: [\"AU1\", \"AU1\"] }",
            "data.set.units[1]: names \"AU1\" a second time"
        ),
        (
            "{ kind: \"table\", path: \"a\", split: \"s\", validation: \"b\" }",
            "data.set.split: cannot stand beside `validation`"
        ),
        (
            "{ kind: \"table\", path: \"a\", subjekt: \"s\" }",
            "data.set.subjekt: there is no such key; did you mean `subject`?"
        ),
        ("{ kind: \"affWild2\", path: \"a\" }", "data.set.tracks: is missing; for example tracks: [\"actionUnits\"]"),
        ("{ kind: \"affWild2\", path: \"a\", tracks: [\"AU\"] }", "data.set.tracks: must be of \"actionUnits\""),
        (
            "{ kind: \"classes\", path: \"a\", classes: { a: 1 } }",
            "data.set.classes.a: expected the class's name in quotes"
        ),
    ])
    func whatDoesNotFitIsNamed(_ data: String, _ message: String) {
        let found = problems(session(data))
        #expect(found.contains(message), "\(found)")
    }
}
