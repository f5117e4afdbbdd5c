import Compute
import Model
import Session

/// What a stage trains, and how.
struct TrainedParameters {
    let parameters: ParameterSet
    /// Of the parameters, where it is on.
    var average: WeightAverage?
    /// The weights of the best epoch so far, where one is chosen.
    var chosen: ChosenWeights?
    /// Multiplies the learning rate of each parameter.
    var scale: (Parameter) -> Double = { _ in 1 }
    /// Floating-point operations of one sample's training step.
    let operationsPerSample: Int
}

/// What a checkpoint holds beside the training state: all that a step changes.
struct OptimisedParameters {
    let parameters: ParameterSet
    let optimizer: AdamW
    /// Averages and chosen weights.
    var copies: [any WeightCopy] = []
}

/// How gradients become a step of the parameters: norm, judgement, clipping, AdamW, average.
///
/// What makes gradients knows its own samples only; the norm and all that follows from it concern the whole batch. This is
/// the one place between the two.
struct ParameterUpdate {
    /// What became of one step's gradients.
    struct Outcome: Equatable {
        /// ‖g‖ before clipping.
        let norm: Double
        let verdict: LossGuard.Verdict
    }

    let optimised: OptimisedParameters
    private let average: WeightAverage?
    private let clip: Double?
    private let pool: ThreadPool
    private var guardian = LossGuard()

    init(_ trained: TrainedParameters, settings: some OptimisedStage, pool: ThreadPool) {
        optimised = OptimisedParameters(
            parameters: trained.parameters,
            optimizer: AdamW(
                parameters: trained.parameters, betas: (settings.betas.first, settings.betas.second),
                epsilon: settings.epsilon, weightDecay: settings.weightDecay, scale: trained.scale),
            copies: [trained.average as (any WeightCopy)?, trained.chosen].compactMap { $0 })
        average = trained.average
        clip = settings.gradientClip
        self.pool = pool
    }

    /// Steps that the optimizer took.
    var optimizerSteps: Int { optimised.optimizer.stepCount }

    /// Bad steps in a row, see `LossGuard`; a resume sets them.
    var badSteps: Int {
        get { guardian.consecutive }
        set { guardian.consecutive = newValue }
    }

    /// Applies the gradients of the parameters, unless they or the loss are not finite.
    /// - Parameters:
    ///   - loss: of the whole batch.
    ///   - step: counted from 1, for messages.
    mutating func apply(loss: Float, step: Int64, learningRate: Double) -> Outcome {
        // The norm is taken in every step: it is cheap beside the step, and finds gradients that are not finite.
        let norm = optimised.parameters.gradientNorm(pool: pool)
        let verdict = guardian.judge(loss: loss, gradientNorm: norm, step: step, learningRate: learningRate)
        if case .good = verdict {
            let scale = clip.map { ParameterSet.clipScale(norm: norm, limit: $0) } ?? 1
            optimised.optimizer.step(learningRate: learningRate, gradientScale: scale, pool: pool)
            average?.update(pool: pool)
        }
        return Outcome(norm: norm, verdict: verdict)
    }
}
