import Compute
import Session
import Testing

@testable import Model
@testable import Training

@Suite("From gradients to a step")
struct ParameterUpdateTests {
    private let pool = ThreadPool(threads: 1)

    private func parameters(_ gradient: [Float]) -> ParameterSet {
        var layout = ParameterLayout()
        layout.add("weight", [1, gradient.count], .zeros)
        let parameters = ParameterSet(layout: layout)
        for (index, value) in gradient.enumerated() { parameters.gradients[index] = value }
        return parameters
    }

    private func settings(clip: Double? = nil) -> PretrainStage {
        var stage = PretrainStage(data: [])
        stage.learningRate = .absolute(1)
        stage.weightDecay = 0
        stage.gradientClip = clip
        return stage
    }

    private func update(_ parameters: ParameterSet, clip: Double? = nil) -> ParameterUpdate {
        ParameterUpdate(
            TrainedParameters(
                parameters: parameters, average: WeightAverage(parameters, decay: 0.5), operationsPerSample: 1),
            settings: settings(clip: clip), pool: pool)
    }

    @Test("The norm is that before clipping, and clipping scales what AdamW sees")
    func clipping() {
        let clipped = parameters([3, 4])
        var update = update(clipped, clip: 1)
        let outcome = update.apply(loss: 1, step: 1, learningRate: 0.1)
        #expect(outcome == .init(norm: 5, verdict: .good))
        let moments = update.optimised.optimizer.firstMoments(of: clipped.parameters[0])
        // (1 − β₁) g / 5, with β₁ = 0.9.
        #expect(abs(moments[0] - 0.06) < 1e-6 && abs(moments[1] - 0.08) < 1e-6)
        let free = parameters([3, 4])
        var unclipped = self.update(free)
        _ = unclipped.apply(loss: 1, step: 1, learningRate: 0.1)
        #expect(abs(unclipped.optimised.optimizer.firstMoments(of: free.parameters[0])[0] - 0.3) < 1e-6)
    }

    @Test("The average follows the step: half of the old weights and half of the new ones")
    func average() {
        let parameters = parameters([1, -1])
        var update = update(parameters)
        _ = update.apply(loss: 1, step: 1, learningRate: 0.1)
        let average = update.optimised.copies[0].values(of: parameters.parameters[0])
        // AdamW's first step is the learning rate in the direction of the gradient.
        #expect(abs(parameters.values[0] + 0.1) < 1e-5 && abs(average[0] + 0.05) < 1e-5 && average[1] > 0)
    }

    @Test(
        "Gradients or a loss that are not finite change nothing and are counted until a good step",
        arguments: [true, false])
    func bad(loss: Bool) {
        let parameters = parameters(loss ? [1, 1] : [.infinity, 1])
        var update = update(parameters)
        let outcome = update.apply(loss: loss ? .nan : 1, step: 1, learningRate: 0.1)
        guard case .skip = outcome.verdict else {
            Issue.record("it was applied")
            return
        }
        #expect(parameters.values[0] == 0 && update.optimizerSteps == 0 && update.badSteps == 1)
        parameters.gradients[0] = 1
        #expect(update.apply(loss: 1, step: 2, learningRate: 0.1).verdict == .good)
        #expect(update.optimizerSteps == 1 && update.badSteps == 0 && parameters.values[0] < 0)
    }

    @Test("A scale of nothing leaves a parameter alone")
    func scale() {
        let parameters = parameters([1, 1])
        var update = ParameterUpdate(
            TrainedParameters(parameters: parameters, scale: { _ in 0 }, operationsPerSample: 1), settings: settings(),
            pool: pool)
        _ = update.apply(loss: 1, step: 1, learningRate: 0.1)
        #expect(parameters.values[0] == 0)
        #expect(update.optimised.copies.isEmpty)
    }
}
