import RunStore
import Screen
import Testing

@testable import Workbench

/// A run that fine-tunes its third fold of five.
enum ScoresFixture {
    static let classes: [(name: String, last: Double, support: Int)] = [
        ("anger", 0.84, 27), ("contempt", 0, 0), ("disgust", 0.91, 36), ("fear", 0.31, 15), ("happy", 0.96, 42),
        ("sadness", 0.58, 18), ("surprise", 0.93, 51),
    ]
    static let units = [1, 2, 4, 5, 6, 7, 9, 10, 12, 15, 17, 20, 23, 24, 25, 26, 27].map { "AU\($0)" }

    static func run(_ condition: RunCondition = .running) -> Run {
        Run(
            id: 3, name: "ck-expr", status: .running, condition: condition, created: Fixture.now - 900,
            started: Fixture.now - 900, ended: condition == .finished ? Fixture.now : nil, stage: 1,
            stageKind: "finetune", fold: 3, epoch: 17, epochs: 50, step: 408, steps: 1200, scoreName: "F1",
            score: 0.65, throughput: Throughput(imagesPerSecond: 212, secondsLeft: 1270))
    }

    /// Rises to a value, with noise, over some epochs.
    private static func curve(_ last: Double, epochs: Int, seed: Int) -> [Point] {
        (1...epochs).map { epoch in
            let share = Double(epoch) / Double(epochs)
            let noise = epoch == epochs ? 0 : 0.06 * Fixture.noise(seed * 1000 + epoch)
            return Point(step: Int64(epoch * 24), value: max(0, last * (0.3 + 0.7 * share) + noise))
        }
    }

    static func events(task: String = "F1", names: [(name: String, last: Double, support: Int)] = classes) -> [Event] {
        var events: [Event] = [
            .stages(
                3,
                [
                    StageRecord(index: 0, kind: "pretrain", epochs: 20, stepsPerEpoch: 100),
                    StageRecord(index: 1, kind: "finetune", epochs: 50, stepsPerEpoch: 24),
                ])
        ]
        func add(_ name: String, _ fold: Int, _ points: [Point], split: String = "val") {
            events.append(.points(3, SeriesKey(stage: 1, fold: fold, split: split, name: name), points))
        }
        events.append(.points(3, Fixture.key(SeriesName.loss), Fixture.points(300, Fixture.loss)))
        for (fold, epochs) in [(1, 50), (2, 50), (3, 17)] {
            let shift = 0.02 * Double(fold - 2)
            let mean = names.map(\.last).reduce(0, +) / Double(names.count)
            add(task, fold, curve(mean + shift, epochs: epochs, seed: fold))
            for (index, channel) in names.enumerated() {
                add(
                    "\(task) \(channel.name)", fold,
                    curve(channel.last + shift, epochs: epochs, seed: 10 * fold + index))
                if task == "F1" {
                    add("n \(task) \(channel.name)", fold, [Point(step: 24, value: Double(channel.support))])
                }
            }
            add(SeriesName.loss, fold, Fixture.points(epochs * 24, Fixture.loss), split: "train")
            add(SeriesName.learningRate, fold, Fixture.points(epochs * 24, Fixture.learningRate), split: "train")
        }
        events.append(.history(3, Fixture.history))
        return events
    }

    static func state(
        _ run: Run = ScoresFixture.run(), events: [Event] = ScoresFixture.events(),
        options: Options = Options(pictures: .characters)
    ) -> State {
        var state = State(options: options)
        Fixture.feed(&state, [.clock(Fixture.now, utcOffset: 3600), .runs([run])] + events)
        return state
    }
}

@Suite("Scores in Monitor") struct ScorePanesTests {
    private func expect(_ name: String, _ robot: Robot, sourceLocation: SourceLocation = #_sourceLocation) {
        let size = robot.state.size
        expectSnapshot("\(name)-\(size.width)x\(size.height)", robot.lines, sourceLocation: sourceLocation)
    }

    @Test(arguments: SnapshotTests.sizes) func expressions(_ width: Int, _ height: Int) {
        expect("scores-expr", Robot(ScoresFixture.state(), width: width, height: height))
    }

    @Test(arguments: SnapshotTests.sizes) func units(_ width: Int, _ height: Int) {
        let names = ScoresFixture.units.enumerated().map { ($1, 0.45 + 0.03 * Double($0), 10 + 7 * $0) }
        var robot = Robot(
            ScoresFixture.state(events: ScoresFixture.events(names: names)), width: width, height: height)
        robot.press("S")
        expect("scores-au", robot)
    }

    @Test(arguments: SnapshotTests.sizes) func valenceArousal(_ width: Int, _ height: Int) {
        let names = [("valence", 0.551, 0), ("arousal", 0.612, 0)]
        expect(
            "scores-va",
            Robot(
                ScoresFixture.state(events: ScoresFixture.events(task: "CCC", names: names)), width: width,
                height: height))
    }

    @Test func asciiOnly() {
        let options = Options(theme: .mono, glyphs: .ascii, pictures: .characters)
        expect("scores-ascii", Robot(ScoresFixture.state(options: options), width: 100, height: 30))
    }

    @Test("The scores come live, and replace the reconstructions only where there are some")
    func live() {
        var robot = Robot(ScoresFixture.state(events: []))
        #expect(robot.sees("Reconstruction") && !robot.sees("F1 by class"))
        for event in ScoresFixture.events() { robot.send(event) }
        #expect(robot.sees("F1 by class") && robot.sees("F1 by fold") && !robot.sees("Reconstruction"))
        #expect(robot.sees("epoch 17") && robot.sees("macro") && robot.sees("mean"))
        robot.send(
            .points(3, SeriesKey(stage: 1, fold: 3, split: "val", name: "F1 fear"), [Point(step: 432, value: 0.777)]))
        #expect(robot.lines.contains { $0.contains("fear") && $0.contains(".777") })
        #expect(robot.lines.contains { $0.contains("contempt") && $0.contains("no true example") })
        // Only folds that are done enter the mean; the third is still training.
        #expect(robot.sees("of 2 done"))
        robot.send(.runs([ScoresFixture.run(.finished)]))
        #expect(robot.sees("of 3 done"))
    }

    @Test("A run took the time of all of its stages and folds")
    func took() {
        var robot = Robot(ScoresFixture.state(ScoresFixture.run(.finished)))
        for (stage, fold, seconds) in [(0, nil, 600.0), (1, 1, 90), (1, 3, 95)] {
            let key = SeriesKey(stage: stage, fold: fold, name: SeriesName.seconds)
            robot.send(.points(3, key, [Point(step: 1, value: 1), Point(step: 9, value: seconds)]))
        }
        #expect(robot.sees("took 0:13:05"))
    }

    @Test("A stage with labels and nothing held out says that it rebuilds no pictures")
    func noPictures() {
        let stages = [StageRecord(index: 1, kind: "supervise", epochs: 5, stepsPerEpoch: 3)]
        let robot = Robot(ScoresFixture.state(events: [.stages(3, stages)]))
        #expect(robot.sees("a supervise stage reconstructs no pictures"))
    }

    @Test("Classes are sorted by score and back")
    func sorting() throws {
        var robot = Robot(ScoresFixture.state())
        func order() -> [String] {
            robot.lines.compactMap { line in
                ScoresFixture.classes.map(\.name).first { line.contains("│" + " \($0)") }
            }
        }
        #expect(order() == ["anger", "contempt", "disgust", "fear", "happy", "sadness", "surprise"])
        robot.press("S")
        // What never occurs says nothing, and comes last.
        #expect(order() == ["happy", "surprise", "disgust", "anger", "sadness", "fear", "contempt"])
        robot.press("S")
        #expect(order().first == "anger")
        robot.press("4S")
        #expect(robot.bottom.contains("Monitor"))
    }

    @Test("F chooses another stage or fold, whose curves are then shown, and lets it follow again")
    func choosing() {
        var robot = Robot(ScoresFixture.state())
        robot.press("F")
        #expect(
            robot.sees("Which stage and fold?") && robot.sees("finetune fold 2") && robot.sees("current stage and fold")
        )
        robot.press("/fold 1<enter><enter>")
        #expect(robot.sees("finetune fold 1") && robot.sees("epoch 50"))
        robot.press("F/pretrain<enter><enter>")
        #expect(robot.sees("Reconstruction") && !robot.sees("F1 by class"))
        robot.press("Fgg<enter>")
        #expect(robot.sees("F1 by class") && robot.sees("epoch 17"))
        // Of the smoother F still chooses its own.
        robot.press("3F")
        #expect(!robot.sees("Which stage and fold?"))
    }

    @Test("Long lists scroll, and the mean stays in view; copying takes them all")
    func scrolling() throws {
        let names = ScoresFixture.units.enumerated().map { ($1, 0.4 + 0.03 * Double($0), 10) }
        var robot = Robot(ScoresFixture.state(events: ScoresFixture.events(names: names)), width: 80, height: 24)
        while robot.state.monitor.focus != .classes { robot.press("<tab>") }
        #expect(robot.sees("AU1 ") && !robot.sees("AU27") && robot.sees("mean"))
        robot.press("G")
        #expect(robot.sees("AU27") && robot.sees("mean"))
        robot.press("gg")
        #expect(robot.sees("AU1 ") && !robot.sees("AU27"))
        robot.press("y")
        guard case .copy(let text)? = robot.takeEffects().last else {
            Issue.record("nothing copied")
            return
        }
        #expect(text.contains("finetune fold 3") && text.contains("AU27\t"))
    }

    @Test("Units go by their numbers")
    func order() {
        #expect(["AU10", "AU2", "AU1"].sorted(by: NaturalOrder.precedes) == ["AU1", "AU2", "AU10"])
        #expect(["sad", "calm"].sorted(by: NaturalOrder.precedes) == ["calm", "sad"])
    }

    @Test("The status says the fold as the trainer counts it")
    func status() { #expect(Robot(ScoresFixture.state()).sees("fold 3")) }

    @Test func everySizeDraws() {
        for keys in ["2", "2S", "2z", "2F", "2t"] {
            var robot = Robot(ScoresFixture.state())
            robot.press(keys)
            for width in stride(from: 1, through: 130, by: 3) {
                for height in stride(from: 1, through: 45, by: 2) {
                    let frame = view(robot.state, Size(width: width, height: height))
                    #expect(frame.cells.count == width * height)
                }
            }
        }
    }
}
