import Compute
import Foundation
import Testing

@testable import Model

/// The classifier against PyTorch (classifier.tensors) and against itself.
@Suite struct ClassifierTests {
    static let tasks = ["expression", "units", "affect"]
    static let levelsAndTasks = KernelLevel.supported.flatMap { level in tasks.map { (level, $0) } }

    static func micro(
        microBatch: Int = 6, threads: Int = 1, level: KernelLevel = .standard, dropPath: Double = 0,
        training: Bool = true
    ) throws -> Classifier {
        let configuration = try ClassifierConfiguration(
            encoder: EncoderShape(image: 16, patch: 4, transformer: EncoderConfiguration.named("24d2b2h")),
            outputs: LossTests.width, dropPath: dropPath)
        let model = Classifier(
            configuration: configuration, microBatch: microBatch, training: training,
            pool: ThreadPool(threads: threads, level: level))
        model.parameters.setHashedWeights()
        return model
    }

    /// `task_batch` of Reference/generate.py.
    static func targets(salt: UInt64, batch: Int, missing: Bool) -> [Float] {
        let width = LossTests.width
        let u = Hashed.values(salt: salt, count: batch * width)
        var t = [Float](repeating: 0, count: batch * width)
        for row in 0..<batch {
            t[row * width + Int(7 * u[row * width])] = 1
            for column in 7..<9 { t[row * width + column] = Float(2 * u[row * width + column] - 1) }
            for column in 9..<13 { t[row * width + column] = u[row * width + column] < 0.4 ? 1 : 0 }
        }
        guard missing else { return t }
        let gaps = (0..<7).map { (1, $0) } + [(2, 7), (3, 7), (3, 8), (0, 9), (4, 11), (4, 12)]
        for (row, column) in gaps { t[row * width + column] = .nan }
        return t
    }

    static func lossAndGradients(
        _ model: Classifier, _ terms: [TaskLoss.Term], images: [Float], targets: [Float], draw: DropPathDraw? = nil
    ) -> Double {
        let loss = TaskLoss(terms, outputs: LossTests.width)
        let batch = targets.count / LossTests.width
        return targets.withUnsafeBufferPointer { labels in
            guard let base = labels.baseAddress else { return .nan }
            loss.begin(targets: base, batch: batch)
            return model.lossAndGradients(images: images, batch: batch, loss: loss, dropPath: draw)
        }
    }

    @Test(arguments: levelsAndTasks)
    func theMicroModelMatches(level: KernelLevel, task: String) throws {
        let fixture = try Fixture("classifier.tensors")
        let model = try Self.micro(level: level)
        let images = Hashed.images(salt: 1, batch: 6, side: 16)
        let value = Self.lossAndGradients(
            model, LossTests.terms(task), images: images, targets: Self.targets(salt: 201, batch: 6, missing: true))
        #expect(relativeError([Float(value)], fixture[task + "/loss"]) < 1e-5)
        #expect(model.parameters.gradientsByName.count == fixture.names(under: task + "/gradient/").count)
        for (name, gradient) in model.parameters.gradientsByName {
            #expect(Hashed.summaryError(gradient, fixture["\(task)/gradient/\(name)"]) < 1e-5, "\(name)")
        }
        let inference = try Self.micro(microBatch: 4, level: level, training: false)
        var outputs = [Float](repeating: 0, count: 6 * LossTests.width)
        inference.outputs(images: images, batch: 6, into: &outputs)
        #expect(relativeError(outputs, fixture["outputs"]) < 1e-5)
        var features = [Float](repeating: 0, count: 6 * 24)
        inference.features(images: images, batch: 6, into: &features)
        #expect(relativeError(features, fixture["features"]) < 1e-5)
    }

    @Test(arguments: KernelLevel.supported)
    func tinyMatchesAt224Pixels(level: KernelLevel) throws {
        let fixture = try Fixture("classifier.tensors")
        let configuration = try ClassifierConfiguration(
            encoder: EncoderShape(transformer: EncoderConfiguration.named("vit-tiny")), outputs: LossTests.width)
        let model = Classifier(configuration: configuration, microBatch: 2, pool: ThreadPool(threads: 2, level: level))
        model.parameters.setHashedWeights()
        let terms = Self.tasks.flatMap { LossTests.terms($0) }
        let value = Self.lossAndGradients(
            model, terms, images: Hashed.images(salt: 1, batch: 5, side: 224),
            targets: Self.targets(salt: 201, batch: 5, missing: true))
        #expect(relativeError([Float(value)], fixture["tiny/loss"]) < 1e-5)
        for (name, gradient) in model.parameters.gradientsByName {
            #expect(Hashed.summaryError(gradient, fixture["tiny/gradient/" + name]) < 1e-4, "\(name)")
        }
    }

    @Test(arguments: levelsAndTasks)
    func fiftyStepsFollowTheReference(level: KernelLevel, task: String) throws {
        let expected = try Fixture("classifier.tensors")[task + "/curve"]
        let model = try Self.micro(level: level)
        let decay = LayerDecay(0.75, depth: 2)
        let optimizer = AdamW(parameters: model.parameters, betas: (0.9, 0.999), scale: decay.scale)
        var curve: [Float] = []
        for step in 0..<50 {
            let value = Self.lossAndGradients(
                model, LossTests.terms(task), images: Hashed.images(salt: UInt64(1 + step % 4), batch: 6, side: 16),
                targets: Self.targets(salt: UInt64(201 + step % 4), batch: 6, missing: step % 4 == 3))
            curve.append(Float(value))
            optimizer.step(learningRate: 1e-3 * min(1, Double(step + 1) / 5), pool: model.workspace.pool)
        }
        let worst = zip(curve, expected).map { abs(Double($0) / Double($1) - 1) }.max() ?? .infinity
        print("curve \(level) \(task): from \(curve[0]) to \(curve[49]), worst step \(worst)")
        #expect(curve.count == expected.count)
        #expect(worst < 1e-3)
        #expect(expected[48] < 0.97 * expected[0], "the curve must go somewhere")
    }

    /// The losses of every kind, in pieces of every size, with branches left out.
    @Test(arguments: [1, 3, 8, 13], ["expression smoothed", "units", "affect", "joint"])
    func microBatchesEqualTheWhole(microBatch: Int, task: String) throws {
        let images = Hashed.images(salt: 7, batch: 32, side: 16)
        let targets = Self.targets(salt: 8, batch: 32, missing: true)
        let samples = (0..<32).map { 100 - $0 }
        func gradients(_ model: Classifier) -> (Double, [String: [Float]]) {
            samples.withUnsafeBufferPointer { samples in
                let value = Self.lossAndGradients(
                    model, LossTests.terms(task), images: images, targets: targets,
                    draw: DropPathDraw(seed: 3, epoch: 2, samples: samples))
                return (value, model.parameters.gradientsByName)
            }
        }
        let whole = gradients(try Self.micro(microBatch: 32, dropPath: 0.4))
        let pieces = gradients(try Self.micro(microBatch: microBatch, threads: 2, dropPath: 0.4))
        #expect(abs(pieces.0 / whole.0 - 1) < 1e-6)
        for (name, gradient) in pieces.1 {
            #expect(relativeError(gradient, whole.1[name] ?? []) < 1e-5, "\(name)")
        }
    }

    @Test(arguments: KernelLevel.supported)
    func gradientsAreTheSlopeOfTheLoss(level: KernelLevel) throws {
        let model = try Self.micro(level: level, dropPath: 0.4)
        let images = Hashed.images(salt: 5, batch: 6, side: 16)
        let targets = Self.targets(salt: 6, batch: 6, missing: true)
        let samples = [5, 3, 8, 13, 21, 34]
        func loss() -> Double {
            samples.withUnsafeBufferPointer {
                Self.lossAndGradients(
                    model, LossTests.terms("joint"), images: images, targets: targets,
                    draw: DropPathDraw(seed: 1, epoch: 0, samples: $0))
            }
        }
        _ = loss()
        let gradients = model.parameters.gradientsByName
        for parameter in model.parameters.parameters {
            let gradient = gradients[parameter.name] ?? []
            let values = model.parameters.values(of: parameter)
            let largest = Double(gradient.map(abs).max() ?? 0)
            let steepest = gradient.indices.max { abs(gradient[$0]) < abs(gradient[$1]) } ?? 0
            for index in [steepest, gradient.count / 3, gradient.count - 1] {
                let (kept, step) = (values[index], Float(0x1p-8))
                values[index] = kept + step
                let above = loss()
                values[index] = kept - step
                let below = loss()
                values[index] = kept
                let slope = (above - below) / Double(2 * step)
                #expect(
                    abs(slope - Double(gradient[index])) < 5e-3 * largest + 5e-4,
                    "\(parameter.name)[\(index)]: \(slope), not \(gradient[index])")
            }
        }
    }

    @Test func dropPathRisesWithDepthAndKeepsTheMean() {
        #expect(DropPath.rates(0.1, depth: 5).map { ($0 * 1000).rounded() } == [0, 25, 50, 75, 100])
        #expect(DropPath.rates(0.1, depth: 1) == [0.1])
        let images = 4000
        let path = DropPath(rate: 0.25, depth: 2, images: images)
        #expect(path.branches(ofBlock: 0) == nil)
        let samples = (0..<images).map { $0 }
        var first: [Float] = []
        for epoch in [0, 1, 0] {
            samples.withUnsafeBufferPointer {
                path.draw(DropPathDraw(seed: 9, epoch: epoch, samples: $0), first: 0, count: images)
            }
            guard let branches = path.branches(ofBlock: 1) else { return }
            let values = (0..<images).map { branches.attention[$0] }
            #expect(Set(values) == [0, Float(1 / 0.75)])
            #expect(abs(values.reduce(0, +) / Float(images) - 1) < 0.03)
            #expect(values != (0..<images).map { branches.perceptron[$0] })
            if epoch == 1 { #expect(values != first) }
            if first.isEmpty { first = values } else if epoch == 0 { #expect(values == first) }
        }
    }

    @Test(arguments: KernelLevel.supported)
    func threadsDoNotChangeABit(level: KernelLevel) throws {
        var weights: [[Float]] = []
        let samples = (0..<7).map { $0 }
        for threads in [1, 2, 5] {
            let model = try Self.micro(microBatch: 3, threads: threads, level: level, dropPath: 0.2)
            let optimizer = AdamW(parameters: model.parameters)
            for step in 0..<3 {
                _ = samples.withUnsafeBufferPointer { samples in
                    Self.lossAndGradients(
                        model, LossTests.terms("joint"), images: Hashed.images(salt: 4, batch: 7, side: 16),
                        targets: Self.targets(salt: 5, batch: 7, missing: false),
                        draw: DropPathDraw(seed: 2, epoch: step, samples: samples))
                }
                optimizer.step(learningRate: 1e-3, pool: model.workspace.pool)
            }
            weights.append(model.parameters.allValues)
        }
        #expect(weights[0].allSatisfy { $0.isFinite })
        #expect(weights[0] == weights[1] && weights[0] == weights[2])
    }

    @Test func aFrozenEncoderLearnsFromWhatWasKept() throws {
        let model = try Self.micro(microBatch: 4)
        let images = Hashed.images(salt: 5, batch: 9, side: 16)
        let targets = Self.targets(salt: 6, batch: 9, missing: true)
        let whole = Self.lossAndGradients(model, LossTests.terms("joint"), images: images, targets: targets)
        let expected = model.parameters.gradientsByName
        var pooled = [Float](repeating: 0, count: 9 * 24)
        model.pooled(images: images, batch: 9, into: &pooled)
        model.parameters.gradients.update(repeating: 0, count: model.parameters.flatCount)
        let loss = TaskLoss(LossTests.terms("joint"), outputs: LossTests.width)
        let value = targets.withUnsafeBufferPointer { labels in
            labels.baseAddress.map { base in
                loss.begin(targets: base, batch: 9)
                return model.lossAndGradients(pooled: pooled, batch: 9, loss: loss)
            }
        }
        #expect(abs((value ?? 0) / whole - 1) < 1e-6)
        for parameter in model.parameters.parameters {
            let gradient = Array(model.parameters.gradient(of: parameter))
            if parameter.belongsToHead {
                #expect(relativeError(gradient, expected[parameter.name] ?? []) < 1e-5, "\(parameter.name)")
            } else {
                #expect(gradient.allSatisfy { $0 == 0 }, "\(parameter.name)")
            }
        }
        let before = model.parameters.allValues
        let optimizer = AdamW(parameters: model.parameters, scale: { $0.belongsToHead ? 1 : 0 })
        optimizer.step(learningRate: 0.1, pool: model.workspace.pool)
        for parameter in model.parameters.parameters {
            let changed = Array(model.parameters.values(of: parameter)) != Array(before[parameter.range])
            #expect(changed == parameter.belongsToHead, "\(parameter.name)")
        }
    }

    @Test func layersLearnAtDecayingRates() throws {
        let model = try Classifier(
            configuration: ClassifierConfiguration(
                encoder: EncoderShape(
                    image: 16, patch: 8, transformer: EncoderConfiguration.named("24d12b2h")), outputs: 3),
            microBatch: 1, pool: ThreadPool(threads: 1))
        let decay = LayerDecay(0.65, depth: 12)
        func scale(_ name: String) throws -> Double { decay.scale(try #require(model.parameters[name])) }
        for name in ["cls_token", "pos_embed", "patch_embed.proj.weight"] {
            #expect(abs(try scale(name) - 0.0037) < 1e-5)
        }
        #expect(abs(try scale("blocks.0.norm1.weight") - 0.00569) < 1e-5)
        #expect(abs(try scale("blocks.10.mlp.fc2.bias") - 0.4225) < 1e-9)
        #expect(abs(try scale("blocks.11.attn.qkv.weight") - 0.65) < 1e-9)
        for name in ["fc_norm.weight", "head.bias"] { #expect(try scale(name) == 1) }
        for name in ["cls_token", "pos_embed", "fc_norm.weight", "head.bias"] {
            #expect(model.parameters[name]?.decays == false)
        }
        #expect(model.parameters["head.weight"]?.decays == true)
        #expect(model.parameters["pos_embed"]?.trainable == true)
        #expect(model.parameters["norm.weight"] == nil)
    }

    @Test func theHeadBeginsNearlyZero() throws {
        let model = try Self.micro()
        model.initialise(seed: 4)
        let head = try #require(model.parameters["head.weight"])
        let values = model.parameters.values(of: head)
        let deviation = (values.reduce(0) { $0 + Double($1) * Double($1) } / Double(values.count)).squareRoot()
        #expect(deviation > 1.5e-5 && deviation < 2.5e-5)
        #expect(
            Array(model.parameters.values(of: try #require(model.parameters["fc_norm.weight"])))
                == Array(repeating: 1, count: 24))
    }

    @Test func averagesFollowTheWeights() throws {
        let model = try Self.micro()
        let average = WeightAverage(model.parameters, decay: 0.75)
        let bias = try #require(model.parameters["head.bias"])
        let before = model.parameters.values(of: bias)[0]
        model.parameters.values(of: bias)[0] = before + 1
        average.update(pool: model.workspace.pool)
        #expect(abs(average.values(of: bias)[0] - (before + 0.25)) < 1e-6)
        let inside = average.withAverages { model.parameters.values(of: bias)[0] }
        #expect(abs(inside - (before + 0.25)) < 1e-6)
        #expect(model.parameters.values(of: bias)[0] == before + 1)
        #expect(abs(average.values(of: bias)[0] - (before + 0.25)) < 1e-6)
    }

    @Test func countedOperationsAreThoseOfTheClosedForm() throws {
        let model = try Self.micro(microBatch: 2)
        let images = Hashed.images(salt: 1, batch: 5, side: 16)
        // The closed form leaves out the head: 2 · 24 · 13 operations forward, three times that in a step.
        let head = 2 * 24 * LossTests.width
        model.workspace.operations = 0
        _ = Self.lossAndGradients(
            model, LossTests.terms("units"), images: images, targets: Self.targets(salt: 2, batch: 5, missing: false))
        #expect(model.workspace.operations == 5 * (model.executedFlopsPerImage(training: true) + 3 * head))
        model.workspace.operations = 0
        var outputs = [Float](repeating: 0, count: 5 * LossTests.width)
        model.outputs(images: images, batch: 5, into: &outputs)
        #expect(model.workspace.operations == 5 * (model.executedFlopsPerImage(training: false) + head))
        let base = try EncoderShape(transformer: EncoderConfiguration.named("vit-base"))
        #expect(abs(Double(base.executedFlopsPerImage(training: false)) / 35.1e9 - 1) < 0.01)
    }
}
