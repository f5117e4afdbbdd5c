import Basics
import JSON5

/// What a session would do: steps, learning rates, sizes. Arithmetic only; nothing is read or measured.
public struct SessionPlan: Equatable, Sendable {
    public let session: Session
    public let parameters: ParameterCounts
    /// The stages of pre-training.
    public let stages: [StagePlan]
    /// The stages with labels.
    public let supervised: [SupervisedPlan]
    /// Sentences about what is allowed and probably not meant.
    public let warnings: [String]

    /// - Parameter photos: how many photographs each data set has, by its name; a set that is not named is unknown.
    ///   Sets that are to be rendered are known without it.
    /// - Parameter folds: how many folds there are, where a file or the data itself says it; taken for one without it.
    public init(_ session: Session, photos: [String: Int] = [:], folds: Int? = nil) {
        self.session = session
        let cut = FoldPlan(session, folds: folds)
        parameters = session.model.parameterCounts
        var photos = photos
        for source in session.data {
            photos[source.name] = photos[source.name] ?? source.content.planned?.count
        }
        stages = session.stages.enumerated().compactMap { index, stage in
            guard case .pretrain(let settings) = stage else { return nil }
            return StagePlan(index: index, settings: settings, model: session.model, photos: photos, cut: cut)
        }
        supervised = session.stages.enumerated().compactMap { index, stage in
            stage.supervised.map {
                SupervisedPlan(index: index, settings: $0, session: session, images: photos[$0.data.name], cut: cut)
            }
        }
        warnings = stages.flatMap(\.warnings) + supervised.flatMap(\.warnings)
    }

    /// Seconds at a sustained speed in GFLOP/s, or nil when the number of steps is unknown.
    /// - Parameter taken: the stages that need no training.
    public func seconds(atGigaflops speed: Double, without taken: Set<Int> = []) -> Double? {
        let parts =
            stages.filter { !taken.contains($0.index) }.map { $0.seconds(atGigaflops: speed) }
            + supervised.filter { !taken.contains($0.index) }.map { $0.seconds(atGigaflops: speed) }
        return parts.reduce(Double?(0)) { sum, seconds in
            guard let sum, let seconds else { return nil }
            return sum + seconds
        }
    }

    /// `warnings`, and what is to be said of stages that take days at a sustained speed in GFLOP/s.
    public func warnings(atGigaflops speed: Double, without taken: Set<Int> = []) -> [String] {
        let day = 86400.0
        var slow: [String] = []
        for stage in stages where !taken.contains(stage.index) {
            guard let seconds = stage.seconds(atGigaflops: speed), seconds > 2 * day else { continue }
            slow.append(
                "stages[\(stage.index)]: about \(TimeSpan.about(seconds)) here; fewer epochs or a smaller model, or published weights "
                    + "with `init`, take less")
        }
        for stage in supervised where !taken.contains(stage.index) && !stage.settings.freezesEncoder {
            guard let seconds = stage.seconds(atGigaflops: speed), seconds > 2 * day,
                let frozen = stage.frozenSeconds(atGigaflops: speed)
            else { continue }
            slow.append(
                "stages[\(stage.index)]: about \(TimeSpan.about(seconds)) here; `freeze: true` trains the head alone, on features "
                    + "that are computed once, in about \(TimeSpan.about(frozen))")
        }
        return warnings + slow
    }
}

/// How the folds of a session cut its data and repeat its stages.
struct FoldPlan {
    private let session: Session
    private let folds: Int

    init(_ session: Session, folds: Int?) {
        self.session = session
        if case .grouped(let count, _, _)? = session.folds { self.folds = count } else { self.folds = folds ?? 1 }
    }

    /// How many times a stage runs.
    func runs(ofStage index: Int) -> Int {
        session.firstFoldedStage.map { index >= $0 } ?? false ? folds : 1
    }

    /// About how many of a data set's images are trained on in one fold: folds are not exactly alike.
    func training(_ images: Int, of name: String) -> Int {
        name == session.foldedData && folds > 1 ? images * (folds - 1) / folds : images
    }
}

/// One stage of a plan.
public struct StagePlan: Equatable, Sendable {
    public let index: Int
    public let settings: PretrainStage
    /// How many times the stage runs.
    public let folds: Int
    /// Photographs of all its data sets, in one fold, or nil when one of them is unknown.
    public let photos: Int?
    /// Images of a step: the session's batch, or all photographs where there are fewer.
    public let batch: Int
    /// Whole batches of an epoch; the photographs left over take their turn in another epoch's order.
    public let stepsPerEpoch: Int?
    public let visiblePatches: Int
    public let maskedPatches: Int
    public let microBatch: Int
    public let learningRate: LearningRateSchedule
    /// Floating-point operations of a training step for one image.
    public let operationsPerImage: Double
    public let checkpointBytes: Int
    /// An estimate of the memory that training takes, without decoded photographs kept.
    public let memoryBytes: Int

    init(index: Int, settings: PretrainStage, model: ModelSettings, photos: [String: Int], cut: FoldPlan) {
        self.index = index
        self.settings = settings
        folds = cut.runs(ofStage: index)
        let counts = settings.data.map { data in
            photos[data.name].map { data.split == nil ? $0 : cut.training($0, of: data.name) }
        }
        let total = counts.reduce(Int?(0)) { sum, count in
            guard let sum, let count else { return nil }
            return sum + count
        }
        self.photos = total
        batch = min(settings.batch, max(1, total ?? settings.batch))
        stepsPerEpoch = total.map { [batch] in $0 / batch }
        visiblePatches = model.visiblePatches(maskRatio: settings.maskRatio)
        maskedPatches = model.patches - visiblePatches
        microBatch =
            settings.microBatch.map { [batch] in min($0, batch) }
            ?? model.usualMicroBatch(batch: batch, maskRatio: settings.maskRatio)
        learningRate = settings.schedule
        operationsPerImage = model.operationsPerImage(maskRatio: settings.maskRatio)
        checkpointBytes = model.checkpointBytes
        memoryBytes = model.trainingBytes(batch: batch, microBatch: microBatch, maskRatio: settings.maskRatio)
    }

    /// Steps of all folds.
    public var steps: Int? { stepsPerEpoch.map { $0 * settings.epochs * folds } }

    /// Seconds at a sustained speed in GFLOP/s, or nil when the number of steps is unknown.
    public func seconds(atGigaflops speed: Double) -> Double? {
        steps.map { Double($0) * Double(batch) * operationsPerImage / (speed * 1e9) }
    }

    var warnings: [String] {
        var warnings: [String] = []
        let place = "stages[\(index)]"
        if let photos, photos < settings.batch, photos > 0 {
            warnings.append(
                "\(place): \(photos) photographs are fewer than the batch of \(settings.batch), so an epoch is one step "
                    + "of \(photos); the learning rate is still the one for \(settings.batch)")
        }
        if settings.warmup * 2 > Double(settings.epochs) {
            warnings.append(
                "\(place): the warm-up takes \(JSON5Writer.shortNumber(settings.warmup)) of \(settings.epochs) epochs, "
                    + "more than half; a twentieth is usual")
        }
        if let steps = stepsPerEpoch.map({ $0 * settings.epochs }), steps > 0, steps < 1000 {
            warnings.append(
                "\(place): \(steps) steps are few; reconstructions begin to look like faces after some thousands")
        }
        if settings.checkpointMinutes == nil, settings.checkpointEpochs == nil {
            warnings.append("\(place): no checkpoint is written before the end; a run that is killed begins again")
        }
        return warnings
    }
}
