import Affect
import Basics
import Evaluation
import RunStore
import Screen

@testable import Workbench

/// Predictions that look like some, and a shell that computes on the spot.
extension Fixture {
    /// Run 2 has two tasks.
    static let predicted = [
        PredictedTask(run: 2, task: .valenceArousal), PredictedTask(run: 2, task: .expression),
        PredictedTask(run: 1, task: .actionUnits),
    ]

    private static func wave(_ frame: Int, _ period: Double, _ phase: Double) -> Double {
        // A parabola for a half wave, so that no library of sines rounds the snapshots differently.
        let place = (Double(frame) / period + phase).truncatingRemainder(dividingBy: 2)
        let half = place < 1 ? place : place - 1
        return (place < 1 ? 1 : -1) * 4 * half * (1 - half)
    }

    private static func video(
        _ name: String, fold: Int?, frames: Int, seed: Int, channels: Int, noise: Double, missing: Range<Int> = 0..<0
    ) -> PredictionVideo {
        var scores: [[Double]] = []
        var truth: [[Double]] = []
        for channel in 0..<channels {
            let period = 60 + 40 * Double(channel)
            truth.append((0..<frames).map { 0.6 * wave($0, period, Double(seed) / 3) })
            scores.append(
                (0..<frames).map { frame in
                    if missing.contains(frame) { return .nan }
                    let noise = noise * Fixture.noise(frame + 1000 * seed + 77 * channel)
                    return 0.5 * wave(frame, period, Double(seed) / 3 + 0.05) + noise
                })
        }
        return PredictionVideo(name: name, fold: fold, scores: scores, truth: truth)
    }

    /// Valence and arousal of four videos in two folds; one of them is bad, another has a gap.
    static let valenceArousal = PredictionSet(
        name: "abaw5-va", task: .valenceArousal, channels: ["valence", "arousal"], framesPerSecond: 25,
        videos: [
            video("12-24-1920x1080", fold: 1, frames: 400, seed: 1, channels: 2, noise: 0.9),
            video("video77", fold: 1, frames: 300, seed: 2, channels: 2, noise: 0.7, missing: 100..<140),
            video("bad-one", fold: 2, frames: 350, seed: 3, channels: 2, noise: 3.5),
            video("video5_left", fold: 2, frames: 250, seed: 4, channels: 2, noise: 0.8),
        ])

    /// Twelve units of three videos without folds.
    static let actionUnits: PredictionSet = {
        var videos = (0..<3).map {
            video("units-\($0)", fold: nil, frames: 200, seed: $0, channels: 12, noise: 0.8)
        }
        for index in videos.indices {
            videos[index].scores = videos[index].scores.map { $0.map { min(1, max(0, 0.5 + 0.6 * $0)) } }
            videos[index].truth = videos[index].truth.map { $0.map { $0 > 0.1 ? 1 : 0 } }
        }
        return PredictionSet(
            name: "abaw5-au", task: .actionUnits, channels: AffectTask.actionUnits.standardChannels, videos: videos)
    }()

    /// Three classes of two videos.
    static let expression: PredictionSet = {
        var videos = (0..<2).map {
            video("faces-\($0)", fold: $0, frames: 200, seed: $0, channels: 3, noise: 0.8)
        }
        for index in videos.indices {
            let truth = videos[index].truth
            videos[index].scores = videos[index].scores.map { $0.map { min(1, max(0, 0.4 + 0.4 * $0)) } }
            videos[index].truth = [
                (0..<200).map { frame in
                    Double((0..<3).max { truth[$0][frame] < truth[$1][frame] } ?? 0)
                }
            ]
        }
        return PredictionSet(
            name: "ck-expr", task: .expression, channels: ["Neutral", "Happiness", "Other"], videos: videos)
    }()

    /// The smoother with a set open, as it is when nothing moves.
    static func smoother(
        _ set: PredictionSet = valenceArousal, width: Int = 120, height: Int = 36,
        options: Options = Options(pictures: .characters), source: PredictionSource = .run(predicted[0])
    ) -> SmootherRobot {
        var state = Fixture.state(options: options)
        _ = update(&state, .smoother(.available(Fixture.predicted)))
        var robot = SmootherRobot(Robot(state, width: width, height: height), set: set)
        robot.robot.press("3")
        if case .run = source {} else { robot.robot.send(.smoother(.open(source))) }
        robot.settle()
        return robot
    }
}

/// A robot beside a shell that does at once what the smoother asks for.
struct SmootherRobot {
    var robot: Robot
    let engine: SmootherEngine
    let set: PredictionSet
    /// What was asked for and is not computed here.
    var others: [SmootherEffect] = []
    /// Every request, in order.
    var requests: [SmoothRequest] = []
    /// Leaves requests unanswered until told otherwise.
    var isHolding = false

    init(_ robot: Robot, set: PredictionSet) {
        self.robot = robot
        self.set = set
        engine = SmootherEngine(set, threads: 1)
    }

    var smoother: SmootherState { robot.state.smoother }
    var sigmas: Sigmas { smoother.sigmas }

    mutating func press(_ keys: String) {
        robot.press(keys)
        settle()
    }

    mutating func settle() {
        while true {
            let effects = robot.takeEffects()
            if effects.isEmpty { return }
            for case .smoother(let effect) in effects { perform(effect) }
        }
    }

    mutating func perform(_ effect: SmootherEffect) {
        switch effect {
        case .open(_, let number): robot.send(.smoother(.opened(number, set, kept: nil, notes: [])))
        case .smooth(let request):
            requests.append(request)
            if !isHolding { answer(request) }
        case .tune(let number, let plan, let settings):
            others.append(effect)
            guard !isHolding else { return }
            if let result = engine.tune(plan, settings: settings) { robot.send(.smoother(.tuned(number, result))) }
        default: others.append(effect)
        }
    }

    mutating func answer(_ request: SmoothRequest) {
        let evaluator = SmootherEvaluator(engine: engine, opening: request.opening)
        var events: [SmootherEvent] = []
        if let result = evaluator.evaluate(request) { events.append(.smoothed(result)) }
        evaluator.refine(request, cancellation: Cancellation()) { events.append($0) }
        for event in events { robot.send(.smoother(event)) }
    }

    var lines: [String] { robot.lines }
    func sees(_ text: String) -> Bool { robot.sees(text) }
}
