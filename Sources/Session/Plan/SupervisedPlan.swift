/// What a stage with labels would do. Arithmetic only.
public struct SupervisedPlan: Equatable, Sendable {
    public let index: Int
    public let settings: SupervisedStage
    /// Images of its data set, or nil when that is unknown.
    public let images: Int?
    /// How many times the stage runs.
    public let folds: Int
    /// Images of a step.
    public let batch: Int
    /// Steps of an epoch in one fold, about: folds are not exactly alike.
    public let stepsPerEpoch: Int?
    public let learningRate: LearningRateSchedule
    /// Floating-point operations of a training step for one image, those of a teacher's look included; of a frozen
    /// encoder, those of the one look at it.
    public let operationsPerImage: Double
    /// The same with the encoder frozen.
    private let frozenOperationsPerImage: Double

    init(index: Int, settings: SupervisedStage, session: Session, images: Int?, cut: FoldPlan) {
        self.index = index
        self.settings = settings
        self.images = images
        folds = cut.runs(ofStage: index)
        let fold = images.map { cut.training($0, of: settings.data.name) }
        // A fifth of the groups is held aside where the epoch is chosen on it.
        let training = settings.epochChoice == .inner ? fold.map { $0 * 4 / 5 } : fold
        batch = min(settings.batch, max(1, training ?? settings.batch))
        stepsPerEpoch = training.map { [batch] in
            settings.lastBatch == .keep ? ($0 + batch - 1) / batch : $0 / batch
        }
        learningRate = settings.schedule
        let model = session.model
        let forward = model.classifierOperations(training: false)
        let looks = settings.kind == .distil && settings.teacherView == .augmented ? forward : 0
        operationsPerImage =
            settings.freezesEncoder ? forward : model.classifierOperations(training: true) + looks
        frozenOperationsPerImage = forward
    }

    /// Steps of all folds.
    public var steps: Int? { stepsPerEpoch.map { $0 * settings.epochs * folds } }

    /// Seconds at a sustained speed in GFLOP/s, or nil when the number of steps is unknown.
    public func seconds(atGigaflops speed: Double) -> Double? {
        if settings.freezesEncoder { return frozenSeconds(atGigaflops: speed) }
        return steps.map { Double($0) * Double(batch) * operationsPerImage / (speed * 1e9) }
    }

    /// Seconds with the encoder frozen: one look at every image in each fold. The head's part is next to none.
    func frozenSeconds(atGigaflops speed: Double) -> Double? {
        images.map { Double($0 * folds) * frozenOperationsPerImage / (speed * 1e9) }
    }

    var warnings: [String] {
        var warnings: [String] = []
        if let stepsPerEpoch, stepsPerEpoch * settings.epochs < 1000 {
            warnings.append(
                "stages[\(index)]: \(stepsPerEpoch * settings.epochs) steps are few; below 1000 a smaller batch or more "
                    + "epochs usually help")
        }
        return warnings
    }
}

extension ModelSettings {
    /// Floating-point operations of one image through the encoder with all patches: forward, or a training step, where
    /// attention's two products cost 3½ times as much and the pixels get no gradient.
    public func classifierOperations(training: Bool) -> Double {
        let (wide, tokens) = (Double(encoder.width), Double(patches + 1))
        let embedding = Double(patches * patchValues) * wide
        let products = Double(encoder.depth) * 12 * tokens * wide * wide
        let attention = Double(encoder.depth) * tokens * tokens * wide
        return 2 * ((training ? 2 : 1) * embedding + (training ? 3 : 1) * products + (training ? 7 : 2) * attention)
    }
}
