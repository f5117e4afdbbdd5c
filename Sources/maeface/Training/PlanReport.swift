import Basics
import Foundation
import Session
import Training

/// A plan as text for a person and as JSON for a script.
struct PlanReport {
    let estimate: PlanEstimate
    let photographs: DataCounts
    /// Whether the speed was measured here.
    let isMeasured: Bool
    let threads: Int
    /// Stages that are not trained again.
    let reused: [ReusedStage]

    private var plan: SessionPlan { estimate.plan }
    private var session: Session { plan.session }

    // MARK: Text

    var text: String {
        var lines = [session.name, "", modelLine]
        lines += session.data.enumerated().map { index, source in
            Self.labelled(index == 0 ? "data" : "", dataText(source))
        }
        for stage in plan.stages { lines += stageLines(stage) + reuseLines(stage.index) }
        for stage in plan.supervised { lines += stageLines(stage) + reuseLines(stage.index) }
        lines += [Self.labelled("time", timeText)]
        if !estimate.warnings.isEmpty { lines += [""] + estimate.warnings.map { "! " + $0 } }
        return lines.joined(separator: "\n")
    }

    private func reuseLines(_ stage: Int) -> [String] {
        reused.filter { $0.stage == stage }.map {
            let folds = $0.allFolds > 1 ? " in \($0.folds) of \($0.allFolds) folds" : ""
            return Self.labelled("", "reused from \($0.runs.joined(separator: ", "))\(folds), not trained again")
        }
    }

    private static func labelled(_ label: String, _ text: String) -> String {
        label.padding(toLength: 10, withPad: " ", startingAt: 0) + text
    }

    private var modelLine: String {
        let model = session.model
        let counts = plan.parameters
        return Self.labelled(
            "model",
            "\(model.encoder.encoderName) \(model.image)/\(model.patch), decoder \(model.decoder.decoderName): "
                + "\(Self.millions(counts.encoder)) + \(Self.millions(counts.decoder)) parameters, "
                + (model.initialWeights.map { "starting from \($0)" + (model.initialKey.map { ", \($0)" } ?? "") }
                    ?? "initialised at random"))
    }

    private func dataText(_ source: DataSource) -> String {
        "\(source.name): \(photographs.words[source.name] ?? "cannot be read")"
    }

    private func stageLines(_ stage: StagePlan) -> [String] {
        let settings = stage.settings
        let names = settings.data.map(\.text).joined(separator: ", ")
        let steps = stage.stepsPerEpoch.map { "\($0) steps" } ?? "an unknown number of steps"
        let total = stage.steps.map { " = \($0) steps" } ?? ""
        let pieces = (stage.batch + stage.microBatch - 1) / stage.microBatch
        let masked = "\(stage.maskedPatches) of \(stage.maskedPatches + stage.visiblePatches) patches"
        let folds = stage.folds > 1 ? "\(stage.folds) folds × " : ""
        var checkpoints = "\(ByteCount.text(Int64(stage.checkpointBytes))) each"
        if let minutes = settings.checkpointMinutes {
            checkpoints += ", every \(RunTable.shortened(minutes, 2)) minutes"
        }
        if let epochs = settings.checkpointEpochs { checkpoints += ", every \(epochs) epochs" }
        return [
            Self.labelled("stage \(stage.index + 1)", "pretrain on \(names)"),
            Self.labelled("", "\(folds)\(settings.epochs) epochs × \(steps) of \(stage.batch) images\(total)"),
            Self.labelled("", "masks \(masked), \(settings.loss.rawValue) loss"),
            Self.labelled(
                "",
                "about \(pieces) micro-batch\(pieces == 1 ? "" : "es") of \(stage.microBatch), "
                    + "\(ByteCount.text(Int64(stage.memoryBytes))) of memory besides the cache of photographs"),
            Self.labelled("", "checkpoints of \(checkpoints)"),
            Self.labelled("", "learning rate, highest \(Self.rate(stage.learningRate.peak)):"),
        ] + rateLines(stage.learningRate)
    }

    private func stageLines(_ stage: SupervisedPlan) -> [String] {
        let settings = stage.settings
        let tasks = settings.tasks.map(\.rawValue).joined(separator: ", ")
        let steps = stage.stepsPerEpoch.map { "\($0) steps" } ?? "an unknown number of steps"
        let total = stage.steps.map { " = \($0) steps" } ?? ""
        let folds = stage.folds > 1 ? "\(stage.folds) folds × " : ""
        var lines = [
            Self.labelled(
                "stage \(stage.index + 1)", "\(settings.kind.rawValue) on \(settings.data.text): \(tasks)"),
            Self.labelled("", "\(folds)\(settings.epochs) epochs × \(steps) of \(stage.batch) images\(total)"),
        ]
        if settings.freezesEncoder {
            lines.append(Self.labelled("", "frozen encoder: the head alone is trained, on features computed once"))
        }
        if settings.epochChoice == .inner {
            lines.append(Self.labelled("", "the epoch is chosen on a fifth of the training groups, held aside"))
        }
        if settings.kind == .distil {
            lines.append(
                Self.labelled(
                    "",
                    "teacher's weight \(RunTable.shortened(settings.teacherWeight, 2)), temperature "
                        + "\(RunTable.shortened(settings.temperature, 2)), on the \(settings.teacherView.rawValue) view"
                ))
        }
        lines.append(Self.labelled("", "learning rate, highest \(Self.rate(stage.learningRate.peak)):"))
        return lines + rateLines(stage.learningRate)
    }

    /// The rate at the beginning of epochs: all of a short stage, and a dozen of a long one.
    private func rateLines(_ curve: LearningRateSchedule) -> [String] {
        let shown = curve.telling
        var lines: [String] = []
        for start in stride(from: 0, to: shown.count, by: 8) {
            let row = shown[start..<min(start + 8, shown.count)]
            let width = 9
            func cells(_ text: (Int) -> String) -> String {
                row.map { epoch in
                    let cell = text(epoch)
                    return String(repeating: " ", count: max(1, width - cell.count)) + cell
                }.joined()
            }
            lines.append(Self.labelled("", "epoch" + cells { "\($0)" }))
            lines.append(Self.labelled("", "rate " + cells { Self.rate(curve.rate(atEpoch: Double($0))) }))
        }
        return lines
    }

    private var timeText: String {
        guard let seconds = estimate.seconds else {
            return "unknown, since the photographs could not be counted"
        }
        if estimate.isDone { return "almost none: every stage is reused from an earlier run" }
        let speed = String(format: "%.0f GFLOP/s", estimate.gigaflops)
        let basis =
            isMeasured
            ? "at \(speed), the usual share of the peak of \(threads) threads" : "at \(speed)"
        return "about \(TimeSpan.about(seconds)), an estimate \(basis)"
    }

    // MARK: JSON

    var json: JSONValue {
        let counts = plan.parameters
        return .object([
            "name": .text(session.name),
            "encoder": .text(session.model.encoder.encoderName),
            "decoder": .text(session.model.decoder.decoderName),
            "image": JSONValue(session.model.image),
            "patch": JSONValue(session.model.patch),
            "parameters": .object([
                "encoder": JSONValue(counts.encoder), "decoder": JSONValue(counts.decoder),
                "trained": JSONValue(counts.trained),
            ]),
            "data": .object(
                Dictionary(
                    session.data.map { source in
                        (
                            source.name,
                            .object([
                                "kind": .text(source.kind), "photos": JSONValue(photographs.counts[source.name]),
                                "skipped": JSONValue(photographs.skipped[source.name]),
                            ])
                        )
                    }, uniquingKeysWith: { first, _ in first })),
            "stages": .list(plan.stages.map(json) + plan.supervised.map(json)),
            "estimate": .object([
                "gflops": .number(estimate.gigaflops), "seconds": JSONValue(estimate.seconds),
            ]),
            "reused": .list(
                reused.map {
                    .object([
                        "stage": JSONValue($0.stage), "folds": JSONValue($0.folds),
                        "runs": .list($0.runs.map { .text($0) }),
                    ])
                }),
            "warnings": .list(estimate.warnings.map { .text($0) }),
        ])
    }

    private func json(_ stage: SupervisedPlan) -> JSONValue {
        .object([
            "kind": .text(stage.settings.kind.rawValue),
            "photos": JSONValue(stage.images),
            "folds": JSONValue(stage.folds),
            "epochs": JSONValue(stage.settings.epochs),
            "batch": JSONValue(stage.batch),
            "steps_per_epoch": JSONValue(stage.stepsPerEpoch),
            "steps": JSONValue(stage.steps),
            "operations_per_image": .number(stage.operationsPerImage),
            "learning_rate": .number(stage.learningRate.peak),
            "seconds": JSONValue(stage.seconds(atGigaflops: estimate.gigaflops)),
        ])
    }

    private func json(_ stage: StagePlan) -> JSONValue {
        .object([
            "kind": .text("pretrain"),
            "photos": JSONValue(stage.photos),
            "folds": JSONValue(stage.folds),
            "epochs": JSONValue(stage.settings.epochs),
            "batch": JSONValue(stage.batch),
            "micro_batch": JSONValue(stage.microBatch),
            "steps_per_epoch": JSONValue(stage.stepsPerEpoch),
            "steps": JSONValue(stage.steps),
            "masked_patches": JSONValue(stage.maskedPatches),
            "visible_patches": JSONValue(stage.visiblePatches),
            "operations_per_image": .number(stage.operationsPerImage),
            "memory_bytes": JSONValue(stage.memoryBytes),
            "checkpoint_bytes": JSONValue(stage.checkpointBytes),
            "learning_rate": .number(stage.learningRate.peak),
            "learning_rates": .list(stage.learningRate.rates.map { .number($0) }),
            "seconds": JSONValue(stage.seconds(atGigaflops: estimate.gigaflops)),
        ])
    }

    // MARK: Numbers

    static func millions(_ count: Int) -> String {
        count >= 1_000_000
            ? String(format: "%.1f M", Double(count) / 1e6) : String(format: "%.0f k", Double(count) / 1e3)
    }

    static func rate(_ value: Double) -> String { value == 0 ? "0" : String(format: "%.2e", value) }
}
