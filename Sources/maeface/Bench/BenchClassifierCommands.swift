import Compute
import Model

/// `maeface bench finetune`: how fast a fine-tuning step is on this machine, on synthetic images.
enum BenchFinetuneCommand: Command {
    static let path = ["bench", "finetune"]
    static let summary = "measure the speed of a fine-tuning step"
    static let help = """
        Measures fine-tuning steps with 8 classes (forward, cross-entropy, backward,
        AdamW) on synthetic images. Nothing is read or kept.

        USAGE: maeface bench finetune [OPTIONS]

          --encoder E      vit-micro, vit-tiny, vit-small, vit-base, vit-large, or
                           width, blocks and heads as in 192d12b3h (vit-base)
          --image N        side of the images in pixels (224)
          --patch P        side of a patch in pixels (16)
          --batch B        images per step (16)
          --micro-batch M  images that go through the encoder together (chosen by
                           size)
          --drop-path R    rate of drop path (stochastic depth) (0)
          --seconds S      time to measure for, at least 3 steps (30)
          --threads T      compute threads (all processors)
          --json           print one JSON object with the keys below

        \(BenchResult.explanation)

        EXAMPLE: maeface bench finetune --encoder vit-tiny --batch 16 --json
        """

    static func run(_ arguments: inout Arguments) throws -> ExitCode {
        let options = try BenchOptions(&arguments, batch: 16)
        let dropPath = try arguments.number("--drop-path") ?? 0
        let (classes, batch) = (8, options.batch)
        let configuration = try options.classifier(outputs: classes, dropPath: dropPath)
        let json = arguments.flag("--json")
        _ = try arguments.positionals(atMost: 0)

        let pool = ThreadPool(threads: options.threads)
        let model = Classifier(
            configuration: configuration,
            microBatch: options.microBatch ?? configuration.defaultMicroBatch(batch: batch, training: true), pool: pool)
        model.initialise(seed: 0)
        let optimizer = AdamW(parameters: model.parameters, betas: (0.9, 0.999))
        let images = FloatBuffer(count: batch * configuration.encoder.imageValues)
        BenchOptions.fillNormal(images)
        let targets = FloatBuffer(count: batch * classes)
        for image in 0..<batch { targets[image * classes + image % classes] = 1 }
        let loss = TaskLoss([TaskLoss.Term(ExpressionLoss(classes: classes))], outputs: classes)
        let samples = (0..<batch).map { $0 }
        let result = samples.withUnsafeBufferPointer { samples in
            options.measure(
                mode: "finetune", microBatch: model.microBatch,
                operations: model.executedFlopsPerImage(training: true) * batch, pool: pool
            ) { number in
                loss.begin(targets: targets.pointer, batch: batch)
                let draw = dropPath > 0 ? DropPathDraw(seed: 0, epoch: number, samples: samples) : nil
                _ = model.lossAndGradients(images: images.pointer, batch: batch, loss: loss, dropPath: draw)
                optimizer.step(learningRate: 1e-4, pool: pool)
            }
        }
        try result.print(json: json)
        return .done
    }
}

/// `maeface bench infer`: how fast a classifier answers on this machine, on synthetic images.
enum BenchInferCommand: Command {
    static let path = ["bench", "infer"]
    static let summary = "measure the speed of a classifier's forward pass"
    static let help = """
        Measures forward passes through a classifier of 8 classes on synthetic images.
        Nothing is read or kept.

        USAGE: maeface bench infer [OPTIONS]

          --encoder E      vit-micro, vit-tiny, vit-small, vit-base, vit-large, or
                           width, blocks and heads as in 192d12b3h (vit-base)
          --image N        side of the images in pixels (224)
          --patch P        side of a patch in pixels (16)
          --batch B        images per pass (32)
          --micro-batch M  images that go through the encoder together (chosen by
                           size)
          --seconds S      time to measure for, at least 3 passes (30)
          --threads T      compute threads (all processors)
          --json           print one JSON object with the keys below

        \(BenchResult.explanation)

        EXAMPLE: maeface bench infer --encoder vit-tiny --batch 1 --json
        """

    static func run(_ arguments: inout Arguments) throws -> ExitCode {
        let options = try BenchOptions(&arguments, batch: 32)
        let batch = options.batch
        let configuration = try options.classifier(outputs: 8, dropPath: 0)
        let json = arguments.flag("--json")
        _ = try arguments.positionals(atMost: 0)

        let pool = ThreadPool(threads: options.threads)
        let model = Classifier(
            configuration: configuration,
            microBatch: options.microBatch ?? configuration.defaultMicroBatch(batch: batch, training: false),
            training: false, pool: pool)
        model.initialise(seed: 0)
        let images = FloatBuffer(count: batch * configuration.encoder.imageValues)
        BenchOptions.fillNormal(images)
        let outputs = FloatBuffer(count: batch * configuration.outputs)
        let result = options.measure(
            mode: "infer", microBatch: model.microBatch,
            operations: model.executedFlopsPerImage(training: false) * batch, pool: pool
        ) { _ in
            model.outputs(images: images.pointer, batch: batch, into: outputs.pointer)
        }
        try result.print(json: json)
        return .done
    }
}

extension BenchOptions {
    fileprivate func classifier(outputs: Int, dropPath: Double) throws -> ClassifierConfiguration {
        try ClassifierConfiguration(
            encoder: EncoderShape(image: image, patch: patch, transformer: EncoderConfiguration.named(encoder)),
            outputs: outputs, dropPath: dropPath)
    }
}
