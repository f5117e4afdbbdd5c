import Affect
import Foundation
import TestSupport
import Testing

@testable import Evaluation

@Suite("Comparing runs") struct ComparisonTests {
    private let classes = ["calm", "glad", "sad"]

    /// 4 subjects in 2 folds, 6 images each, named `x/<subject>_<n>.png`; right with some probability.
    private func expressions(_ seed: UInt64, right: Double, name: String, classes: [String]? = nil) -> PredictionSet {
        let classes = classes ?? self.classes
        var random = TestRandom(seed)
        let videos = (0..<4).map { subject in
            let truth = (0..<6).map { self.classes[($0 + subject) % 3] }.map { label in
                classes.firstIndex { $0.lowercased() == label } ?? 0
            }
            let guess = truth.map { random.unit() < right ? $0 : Int(random.unit() * 3) % 3 }
            return PredictionVideo(
                name: "s\(subject)", fold: subject / 2 + 1, group: "s\(subject)",
                scores: classes.indices.map { label in guess.map { $0 == label ? 0.8 : 0.1 } },
                truth: [truth.map(Double.init)], images: (0..<6).map { "x/s\(subject)_\($0).png" })
        }
        return PredictionSet(name: name, task: .expression, channels: classes, videos: videos)
    }

    /// The same as tables have it: every image on its own, in another order, no folds, no subjects.
    private func loose(_ set: PredictionSet, prefix: String) -> PredictionSet {
        var loose = set
        loose.videos = set.videos.reversed().flatMap { video in
            (0..<video.count).map { index in
                PredictionVideo(
                    name: prefix + video.images[index], scores: video.scores.map { [$0[index]] },
                    truth: [[video.truth[0][index]]], images: [prefix + video.images[index]])
            }
        }
        return loose
    }

    private func row(_ comparison: PairedComparison, _ name: String) throws -> PairedComparison.Row {
        try #require(comparison.rows.first { $0.name == name })
    }

    @Test("The difference of a run to itself is nothing, in every draw")
    func itself() throws {
        let a = expressions(1, right: 0.7, name: "a")
        let comparison = try PairedComparison([.init(name: "a", runs: [a]), .init(name: "b", runs: [a])])
        #expect(comparison.frames == 24 && comparison.groups == 4 && comparison.folds == [1, 2])
        #expect(comparison.notes.isEmpty)
        for row in comparison.rows {
            let difference = row.differences[0]
            #expect(difference.folds == [0, 0] && difference.pooled == 0)
            #expect(difference.lower == 0 && difference.upper == 0)
            #expect(row.scores[0] == row.scores[1])
        }
    }

    @Test("Images are joined by name in any order and folder; folds and subjects come from who knows them")
    func joined() throws {
        let a = expressions(1, right: 0.9, name: "a")
        let b = expressions(2, right: 0.4, name: "b")
        let plain = try PairedComparison([.init(name: "a", runs: [a]), .init(name: "b", runs: [b])])
        let mixed = try PairedComparison([
            .init(name: "a", runs: [a]), .init(name: "b", runs: [loose(b, prefix: "/far/away/")]),
        ])
        #expect(mixed.rows == plain.rows)
        #expect(mixed.groups == 4)
        // And the other way round.
        let turned = try PairedComparison([
            .init(name: "b", runs: [loose(b, prefix: "")]), .init(name: "a", runs: [a]),
        ])
        let (there, back) = (try row(plain, "macro F1").differences[0], try row(turned, "macro F1").differences[0])
        #expect(abs(there.pooled + back.pooled) < 1e-12)
        #expect(abs(try #require(there.lower) + (try #require(back.upper))) < 1e-12)
        // Two tables without subjects: every image is its own.
        let tables = try PairedComparison([
            .init(name: "a", runs: [loose(a, prefix: "")]), .init(name: "b", runs: [loose(b, prefix: "q/")]),
        ])
        #expect(tables.groups == 24 && tables.folds.isEmpty)
        #expect(try row(tables, "accuracy").differences[0].pooled == (try row(plain, "accuracy").differences[0].pooled))
    }

    @Test("Pooled scores, folds and the spread are those of the tallies")
    func numbers() throws {
        let sets = [expressions(3, right: 0.8, name: "a"), expressions(4, right: 0.6, name: "b")]
        let comparison = try PairedComparison(sets.map { .init(name: $0.name, runs: [$0]) })
        for (index, set) in sets.enumerated() {
            let folds = set.byFoldScores
            let values = try row(comparison, "macro F1").scores[index]
            #expect(values.folds == folds.map(\.mean))
            #expect(abs(values.mean - (folds[0].mean + folds[1].mean) / 2) < 1e-12)
            #expect(abs(values.deviation - abs(folds[0].mean - folds[1].mean) / 2.0.squareRoot()) < 1e-12)
            #expect(try row(comparison, "F1 glad").scores[index].folds == folds.map { $0.channels[1] })
        }
        let difference = try row(comparison, "macro F1").differences[0]
        #expect(try #require(difference.lower) <= difference.pooled)
        #expect(try #require(difference.upper) >= difference.pooled)
    }

    @Test("Classes may come in another order and spelling; seeds count as their mean")
    func seeds() throws {
        let a = expressions(5, right: 0.8, name: "a")
        let turned = expressions(5, right: 0.8, name: "turned", classes: ["Sad", "glad", "CALM"])
        let same = try PairedComparison([.init(name: "a", runs: [a]), .init(name: "b", runs: [a])])
        let comparison = try PairedComparison([
            .init(name: "a", runs: [a]), .init(name: "b", runs: [a, expressions(6, right: 0.8, name: "c")]),
        ])
        let alone = try PairedComparison([
            .init(name: "a", runs: [a]), .init(name: "b", runs: [expressions(6, right: 0.8, name: "c")]),
        ])
        let (two, one) = (try row(comparison, "accuracy"), try row(alone, "accuracy"))
        #expect(abs(two.differences[0].pooled - one.differences[0].pooled / 2) < 1e-12)
        #expect(two.scores[1].folds.count == 2)
        let other = try PairedComparison([.init(name: "a", runs: [a]), .init(name: "t", runs: [turned])])
        #expect(other.channels == classes)
        #expect(try row(same, "accuracy").scores[0] == (try row(other, "accuracy").scores[0]))
    }

    @Test("Other folds, lacking images, other labels and other classes are said")
    func unlike() throws {
        let a = expressions(7, right: 0.8, name: "a")
        var folds = a
        folds.videos[0].fold = 2
        let cut = try PairedComparison([.init(name: "a", runs: [a]), .init(name: "b", runs: [folds])])
        #expect(cut.folds.isEmpty && cut.notes.contains { $0.contains("other folds") })
        #expect(try row(cut, "macro F1").differences[0].lower == 0)
        // Folds that are only numbered otherwise are the same.
        var numbers = a
        for video in numbers.videos.indices { numbers.videos[video].fold = 2 - (a.videos[video].fold ?? 0) }
        let renumbered = try PairedComparison([.init(name: "a", runs: [a]), .init(name: "b", runs: [numbers])])
        #expect(renumbered.folds == [1, 2])
        var fewer = a
        fewer.videos.removeLast()
        let left = try PairedComparison([.init(name: "a", runs: [a]), .init(name: "b", runs: [fewer])])
        #expect(left.frames == 18 && left.notes.contains { $0.contains("a predicts 6 of its 24") })
        func failure(_ b: PredictionSet) -> String {
            do {
                _ = try PairedComparison([.init(name: "a", runs: [a]), .init(name: "b", runs: [b])])
                return ""
            } catch { return error.description }
        }
        var labels = a
        labels.videos[1].truth[0][2] = 2 - labels.videos[1].truth[0][2] / 2
        #expect(failure(labels).contains("other labels for 1 of 24 frames, such as x/s1_2.png"))
        #expect(failure(expressions(7, right: 1, name: "b", classes: ["calm", "glad", "cross"])).contains("cross"))
        var elsewhere = a
        for video in elsewhere.videos.indices {
            elsewhere.videos[video].images = elsewhere.videos[video].images.map { "y" + $0.dropFirst(3) }
        }
        #expect(failure(elsewhere).contains("no image in common"))
        #expect(failure(Sets.make(.actionUnits)).contains("--task"))
    }

    @Test("Units that both know are compared, at thresholds of the other folds of each run")
    func units() throws {
        var set = Sets.make(.actionUnits, videos: 9, gaps: false)
        var other = set
        other.channels[3] = "AU99"
        for video in other.videos.indices {
            // Scores that a threshold of .25 decides as .5 decides the others'.
            other.videos[video].scores = other.videos[video].scores.map { $0.map { $0 / 2 } }
        }
        let comparison = try PairedComparison([.init(name: "a", runs: [set]), .init(name: "b", runs: [other])])
        #expect(comparison.channels == ["AU1", "AU2", "AU4"])
        #expect(comparison.notes.contains { $0.contains("AU6, AU99") })
        let tuned = try row(comparison, "mean F1, thresholds of other folds")
        #expect(abs(tuned.differences[0].pooled) < 0.02)
        #expect(try row(comparison, "mean F1, threshold 0.5").differences[0].pooled < -0.1)
        // By hand: fold 0 at what folds 1 and 2 choose.
        var counts = ThresholdCounts()
        for video in set.videos where video.fold != 0 {
            counts.merge(ThresholdCounts(video.scores[0], truth: video.truth[0]))
        }
        var own = BinaryCounts()
        for video in set.videos where video.fold == 0 {
            own.merge(BinaryCounts(video.scores[0], truth: video.truth[0], threshold: counts.chosen))
        }
        set.channels = ["AU1", "x", "y", "z"]
        let alone = try PairedComparison(
            [.init(name: "a", runs: [set]), .init(name: "b", runs: [set])], channels: ["AU1"])
        let value = try #require(alone.rows.first { $0.name.contains("other folds") }).scores[0].folds[0]
        #expect(abs(value - own.f1) < 1e-12)
    }

    @Test("Sums of groups are the tally of all their frames, as often as they count")
    func sums() throws {
        for task in AffectTask.allCases {
            let set = Sets.make(task)
            let tallies = set.videos.map { ScoreTally(task: task, scores: $0.scores, truth: $0.truth) }
            let times = [2, 0, 1, 3, 0, 1]
            var expected = ScoreTally(task: task, channels: set.channels.count)
            for (tally, times) in zip(tallies, times) { for _ in 0..<times { expected.merge(tally) } }
            let sum = try #require(TallySum(tallies))
            let score = sum(times: times).score
            #expect(abs(score.mean - expected.score.mean) < 1e-12 && score.frames == expected.score.frames)
        }
        #expect(GroupBootstrap(groups: 7, seed: 1).times(draw: 3).reduce(0, +) == 7)
        #expect(GroupBootstrap.interval((0...1000).map { Double($0) })?.lower == 25)
    }

    @Test("Names of images and groups are kept in files; images alone are read by name")
    func files() throws {
        let folder = try TemporaryFolder()
        let set = expressions(8, right: 0.5, name: "a", classes: ["sad", "calm", "Happy"])
        try PredictionFile.write(set, to: folder.path + "/a.csv")
        let columns = set.channels.map { PredictionReadingOptions.ColumnChoice(channel: $0, column: $0) }
        let again = try PredictionReader(
            [folder.path + "/a.csv"], options: PredictionReadingOptions(task: .expression, columns: columns)
        ).read()
        #expect(again.videos.map(\.group) == set.videos.map(\.group))
        #expect(again.videos.map(\.images) == set.videos.map(\.images))
        let file = try folder.write(
            "hog.csv",
            """
            image,subject,sad,calm,glad,expression
            x/1.png,s1,0.1,0.2,0.7,glad
            x/2.png,s1,0.6,0.2,0.2,0
            y/1.png,s2,0.1,0.2,0.7,calm
            """)
        let loose = try PredictionReader(
            [file], options: PredictionReadingOptions(task: .expression, singleImages: true)
        ).read()
        #expect(loose.videos.map(\.name) == ["x/1.png", "x/2.png", "y/1.png"])
        #expect(loose.videos.map(\.group) == ["s1", "s1", "s2"])
        #expect(loose.channels == ["sad", "calm", "glad"])
        #expect(loose.videos.map { loose.channels[Int($0.truth[0][0])] } == ["glad", "sad", "calm"])
    }

    @Test("A number that stands for a class counts the columns of the file, not the order that they are brought into")
    func classNumbers() throws {
        let folder = try TemporaryFolder()
        let file = try folder.write(
            "a.csv",
            "video,frame,surprise,anger,contempt,label\nv,1,1,0,0,0\nv,2,0,1,0,1\nv,3,0,0,1,2\nv,4,1,0,0,angry\n")
        let set = try PredictionReader([file]).read()
        #expect(set.channels == ["Anger", "Surprise", "Contempt"])
        #expect(set.videos[0].truth[0] == [1, 0, 2, 0])
        let tally = ScoreTally(task: .expression, scores: set.videos[0].scores, truth: set.videos[0].truth)
        #expect(tally.score.accuracy == 0.75)
    }
}

extension PredictionSet {
    fileprivate var byFoldScores: [Score] {
        folds.map { fold in
            var tally = ScoreTally(task: task, channels: channels.count)
            for video in videos where video.fold == fold {
                tally.merge(ScoreTally(task: task, scores: video.scores, truth: video.truth))
            }
            return tally.score
        }
    }
}
