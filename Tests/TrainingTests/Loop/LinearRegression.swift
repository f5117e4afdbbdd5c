import Compute
import Datasets
import Foundation
import Images
import RunStore
import Session

@testable import Model
@testable import Training

/// Rows of features with one target each, in an order that each epoch draws: a source of batches without an image.
final class FeatureRows: BatchSource {
    struct Batch {
        let rows: [Int]
        let epoch: Int
        let step: Int
    }

    let count: Int
    let batch: Int
    let width: Int
    let features: [Float]
    let targets: [Float]
    let fingerprint: String
    private let key: RandomKey
    private var place = 0
    private var report: @Sendable (SkippedFile) -> Void = { _ in }
    private(set) var isStarted = false
    private(set) var onLoan = 0

    /// Targets are a linear function of the features: weights 1, 2, 3 … and the bias ½.
    init(count: Int = 24, width: Int = 3, batch: Int = 4, seed: UInt64 = 1) {
        (self.count, self.width, self.batch) = (count, width, batch)
        var random = RandomKey(seed: seed, purpose: .test).stream()
        let features = (0..<count * width).map { _ in Float(random.nextDouble()) - 0.5 }
        self.features = features
        targets = (0..<count).map { row in
            (0..<width).reduce(Float(0.5)) { $0 + Float($1 + 1) * features[row * width + $1] }
        }
        fingerprint = "\(count) rows of seed \(seed)"
        key = RandomKey(seed: seed, purpose: .order)
    }

    var stepsPerEpoch: Int { count / batch }

    func reportSkips(to report: @escaping @Sendable (SkippedFile) -> Void) { self.report = report }

    func start(atEpoch epoch: Int, step: Int) {
        place = epoch * stepsPerEpoch + step
        isStarted = true
        report(SkippedFile(path: "row 99", reason: "has no target"))
    }

    func next() -> Batch {
        let (epoch, step) = (place / stepsPerEpoch, place % stepsPerEpoch)
        place += 1
        onLoan += 1
        var random = key.stream(epoch: epoch)
        var order = Array(0..<count)
        for index in stride(from: count - 1, to: 0, by: -1) { order.swapAt(index, random.nextInt(below: index + 1)) }
        return Batch(rows: Array(order[step * batch..<(step + 1) * batch]), epoch: epoch, step: step)
    }

    func recycle(_ batch: Batch) { onLoan -= 1 }

    func stop() { isStarted = false }
}

/// Least squares through the loop of all stages: mean of ½ (w·x + b − y)².
final class LinearRegression: TrainingWork {
    /// What happens in place of a step.
    struct Killed: Error {}

    let rows: FeatureRows
    let parameters: ParameterSet
    let loop: TrainingLoop<FeatureRows>
    /// Called before each step with the number of steps done.
    var beforeStep: (Int64) throws -> Void = { _ in }
    /// Changes the loss of a step, from its number.
    var lossOfStep: (Int64, Float) -> Float = { $1 }
    private(set) var calls: [String] = []

    init(_ rows: FeatureRows = FeatureRows(), settings: PretrainStage, in context: RunContext) throws {
        self.rows = rows
        var layout = ParameterLayout()
        layout.add("weight", [1, rows.width], .zeros)
        layout.add("bias", [1], .zeros)
        parameters = ParameterSet(layout: layout)
        loop = try TrainingLoop(
            context: context, part: StageFold(stage: 0, fold: nil), settings: settings,
            training: TrainedParameters(
                parameters: parameters, average: WeightAverage(parameters, decay: 0.9), operationsPerSample: 12),
            on: rows)
    }

    static func settings(epochs: Int = 6, checkpointEpochs: Int? = 1) -> PretrainStage {
        var stage = PretrainStage(data: [])
        stage.epochs = epochs
        stage.warmup = 1
        stage.batch = 4
        stage.learningRate = .absolute(0.2)
        stage.weightDecay = 0
        stage.checkpointMinutes = nil
        stage.checkpointEpochs = checkpointEpochs
        stage.keep = 0
        return stage
    }

    func run() throws -> StageEnd { try loop.run(self) }

    var weights: [Float] { parameters.parameters.flatMap { Array(parameters.values(of: $0)) } }

    func initialise() {
        calls.append("initialise")
        parameters.values.update(repeating: 0, count: parameters.flatCount)
    }
    func resumed() { calls.append("resumed") }
    func announce() { calls.append("announce") }
    func prepare() { calls.append("prepare") }
    func epochEnded(_ epoch: Int) { calls.append("epoch \(epoch)") }
    func finish() { calls.append("finish") }

    func lossAndGradients(_ batch: FeatureRows.Batch) throws -> Float {
        try beforeStep(loop.state.step)
        let (weight, bias) = (parameters.values(of: parameters.parameters[0]), parameters.parameters[1])
        parameters.gradients.update(repeating: 0, count: parameters.flatCount)
        let gradient = parameters.gradient(of: parameters.parameters[0])
        var loss: Float = 0
        for row in batch.rows {
            let x = rows.features[row * rows.width..<(row + 1) * rows.width]
            let prediction = zip(weight, x).reduce(parameters.values(of: bias)[0]) { $0 + $1.0 * $1.1 }
            let error = (prediction - rows.targets[row]) / Float(batch.rows.count)
            loss += 0.5 * error * (prediction - rows.targets[row])
            for (column, value) in x.enumerated() { gradient[column] += error * value }
            parameters.gradient(of: bias)[0] += error
        }
        return lossOfStep(loop.state.step + 1, loss)
    }
}
