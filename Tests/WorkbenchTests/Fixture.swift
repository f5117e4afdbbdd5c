import RunStore
import Screen

@testable import Workbench

/// A run that looks like one: falling loss with noise, warm-up and cosine, three previews, a log.
enum Fixture {
    /// 24 November 2026, 22:14 in a zone one hour east.
    static let now = 1_795_554_840.0

    static func run(
        _ id: RunID = 3, _ name: String = "demo", _ condition: RunCondition = .running, step: Int64 = 1234
    ) -> Run {
        Run(
            id: id, name: name, status: RunStatus(rawValue: condition.rawValue) ?? .running, condition: condition,
            created: now - 4000 + Double(id), started: now - 3990 + Double(id),
            ended: condition == .running ? nil : now - 100, heartbeat: now - 1, host: "here", processID: 100,
            stage: 0, stageKind: "pretrain", epoch: Double(step) / 100, epochs: 20, step: step, steps: 2000,
            scoreName: .loss, score: 0.5123 + Double(id) / 100,
            throughput: Throughput(
                imagesPerSecond: 31.4, gflops: 148, peakShare: 0.67, residentBytes: 1_900_000_000,
                secondsLeft: condition == .running ? Double(2000 - step) * 3.2 : nil))
    }

    static func noise(_ index: Int) -> Double {
        var bits = UInt64(bitPattern: Int64(index)) &* 0x9E37_79B9_7F4A_7C15
        bits ^= bits >> 31
        bits = bits &* 0xBF58_476D_1CE4_E5B9
        bits ^= bits >> 29
        return Double(bits >> 11) / Double(1 << 53) - 0.5
    }

    static func loss(_ step: Int) -> Double {
        let share = Double(step) / 300
        return 0.42 + 0.62 / (1 + share) + 0.09 * noise(step) / (1 + share / 3)
    }

    /// The mean loss of every whole epoch.
    static func epochLosses(_ steps: Int, stepsPerEpoch: Int) -> [Point] {
        stride(from: stepsPerEpoch, through: steps, by: stepsPerEpoch).map { end in
            let losses = (end - stepsPerEpoch + 1...end).map(loss)
            return Point(step: Int64(end), value: losses.reduce(0, +) / Double(stepsPerEpoch))
        }
    }

    static func learningRate(_ step: Int) -> Double {
        if step < 200 { return 2.4e-3 * Double(step) / 200 }
        let share = Double(step - 200) / 1800
        // A half cosine without its function: close enough for a picture.
        return 2.4e-3 * (1 - share * share * (3 - 2 * share))
    }

    static func points(_ count: Int, _ value: (Int) -> Double) -> [Point] {
        (1...count).map { Point(step: Int64($0), value: value($0)) }
    }

    /// A face of sorts, dull and small: an oval with eyes and a mouth.
    static func sheet(samples: Int, side: Int) -> Bitmap {
        var pixels: [UInt8] = []
        for row in 0..<(samples * side) {
            for column in 0..<(3 * side) {
                let (x, y) = (Double(column % side) / Double(side) - 0.5, Double(row % side) / Double(side) - 0.5)
                let isFace = x * x * 1.6 + y * y < 0.19
                let isEye = (abs(x) - 0.15) * (abs(x) - 0.15) + (y + 0.1) * (y + 0.1) < 0.0035
                let isMouth = abs(y - 0.2) < 0.035 && abs(x) < 0.14
                var value = isEye || isMouth ? 40.0 : isFace ? 200.0 : 90.0
                let patch = column % side * 8 / side + row % side * 8 / side * 8
                if column / side == 1, noise(patch + row / side * 64) > -0.25 { value = 120 }
                if column / side == 2 { value = 0.8 * value + 20 }
                pixels += [UInt8(value), UInt8(value * 0.85), UInt8(value * 0.7)]
            }
        }
        return Bitmap(width: 3 * side, height: samples * side, pixels: pixels)
    }

    static let history: [RunEvent] = [
        RunEvent(id: 1, time: now - 3990, step: 0, kind: .state, message: "started on 2 threads, avx512"),
        RunEvent(id: 2, time: now - 3980, step: 3, kind: .skip, message: "faces/0412.jpg: the file ends early"),
        RunEvent(id: 3, time: now - 3000, step: 400, kind: .checkpoint, message: "checkpoint of 21 MB (last)"),
        RunEvent(id: 4, time: now - 2000, step: 800, kind: .checkpoint, message: "checkpoint of 21 MB (best)"),
        RunEvent(id: 5, time: now - 900, step: 1000, kind: .info, message: "epoch 10 took 0:01:58"),
    ]

    static let previews: [PreviewRecord] = (1...3).map {
        PreviewRecord(
            id: Int64($0), step: Int64($0 * 400), epoch: Double($0 * 4), samples: 4, side: 32, file: "p\($0).png")
    }

    static func key(_ name: SeriesName) -> SeriesKey { SeriesKey(stage: 0, name: name) }

    /// Events that fill a run.
    static func events(_ run: Run) -> [Event] {
        let steps = Int(run.step)
        return [
            .stages(run.id, [StageRecord(index: 0, kind: "pretrain", epochs: 20, stepsPerEpoch: 100)]),
            .points(run.id, key(SeriesName.loss), points(steps, loss)),
            .points(run.id, key(SeriesName.epochLoss), epochLosses(steps, stepsPerEpoch: 100)),
            .points(run.id, key(SeriesName.learningRate), points(steps, learningRate)),
            .points(run.id, key(SeriesName.seconds), points(steps) { Double($0) * 3.2 }),
            .history(run.id, history),
            .previews(run.id, previews),
            .preview(run.id, 3, sheet(samples: 4, side: 32)),
        ]
    }

    static func state(_ run: Run = Fixture.run(), options: Options = Options(pictures: .characters)) -> State {
        var state = State(options: options)
        let others = [Fixture.run(2, "ck-expr", .finished), Fixture.run(1, "faces-tiny", .lost, step: 800)]
        feed(&state, [.clock(now, utcOffset: 3600), .runs([run] + others)] + events(run))
        return state
    }

    static func empty() -> State {
        var state = State(options: Options(pictures: .characters))
        feed(&state, [.clock(now, utcOffset: 3600), .runs([])])
        return state
    }

    @discardableResult
    static func feed(_ state: inout State, _ events: [Event]) -> [Effect] {
        events.flatMap { update(&state, $0) }
    }
}
