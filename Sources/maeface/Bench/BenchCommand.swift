import Compute
import Model

/// `maeface bench pretrain`: how fast a pre-training step is on this machine, on synthetic images.
enum BenchPretrainCommand: Command {
    static let path = ["bench", "pretrain"]
    static let summary = "measure the speed of a pre-training step"
    static let help = """
        Measures pre-training steps (forward, backward, AdamW) on synthetic images.
        Nothing is read or kept.

        USAGE: maeface bench pretrain [OPTIONS]

          --encoder E      vit-micro, vit-tiny, vit-small, vit-base, vit-large, or
                           width, blocks and heads as in 192d12b3h (vit-base)
          --decoder D      512d8b, 96d1b, or any width, blocks and heads as in
                           256d4b8h (512d8b)
          --image N        side of the images in pixels (224)
          --patch P        side of a patch in pixels (16)
          --batch B        images per step (16)
          --micro-batch M  images that go through the encoder together (chosen by
                           size)
          --seconds S      time to measure for, at least 3 steps (30)
          --threads T      compute threads (all processors)
          --json           print one JSON object with the keys below

        \(BenchResult.explanation)

        EXAMPLE: maeface bench pretrain --encoder vit-tiny --decoder 96d1b --json
        """

    static func run(_ arguments: inout Arguments) throws -> ExitCode {
        let options = try BenchOptions(&arguments, batch: 16)
        let decoder = try arguments.value("--decoder") ?? "512d8b"
        let configuration = try ModelConfiguration(
            image: options.image, patch: options.patch, encoder: EncoderConfiguration.named(options.encoder),
            decoder: DecoderConfiguration.named(decoder))
        let json = arguments.flag("--json")
        _ = try arguments.positionals(atMost: 0)

        let batch = options.batch
        let pool = ThreadPool(threads: options.threads)
        let model = MaskedAutoencoder(
            configuration: configuration,
            microBatch: options.microBatch ?? MaskedAutoencoder.defaultMicroBatch(configuration, batch: batch),
            pool: pool)
        model.initialise(seed: 0)
        let optimizer = AdamW(parameters: model.parameters)
        let images = FloatBuffer(count: batch * configuration.imageValues)
        BenchOptions.fillNormal(images)
        let noise = FloatBuffer(count: batch * configuration.patches)
        let key = RandomKey(seed: 0, purpose: .masking)
        let result = options.measure(
            mode: "pretrain", decoder: decoder, microBatch: model.microBatch,
            operations: model.executedFlopsPerImage * batch, pool: pool
        ) { number in
            for sample in 0..<batch {
                let row = UnsafeMutableBufferPointer(
                    start: noise.pointer + sample * configuration.patches, count: configuration.patches)
                Masking.drawNoise(row, key: key, epoch: number, sample: sample)
            }
            _ = model.lossAndGradients(images: images.pointer, noise: noise.pointer, batch: batch)
            optimizer.step(learningRate: 1e-4, pool: pool)
        }
        try result.print(json: json)
        return .done
    }
}
