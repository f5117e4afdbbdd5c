import Checkpoints
import Compute
import Foundation
import Model
import Session
import Testing

@testable import Training

/// Forward passes from files that PyTorch wrote, against PyTorch's.
@Suite("Models from files of weights")
struct LoadedWeightsTests {
    static let folder = URL(filePath: #filePath).deletingLastPathComponent()
        .appending(path: "../../CheckpointsTests/Reference").standardizedFileURL.path

    static func path(_ name: String) -> String { folder + "/" + name }

    static func expected(_ name: String) throws -> [Float] {
        let file = try WeightsFile(path: path("forward.safetensors"))
        return file.floats(of: try #require(file[name]))
    }

    /// ‖a − b‖ / ‖b‖
    static func relativeError(_ a: [Float], _ b: [Float]) -> Double {
        guard a.count == b.count else { return .infinity }
        let difference = zip(a, b).reduce(0.0) { $0 + pow(Double($1.0) - Double($1.1), 2) }
        return (difference / b.reduce(0.0) { $0 + Double($1) * Double($1) }).squareRoot()
    }

    static func settings(
        _ name: String, encoder: TransformerShape = TransformerShape(width: 16, depth: 2, heads: 2),
        decoder: TransformerShape = TransformerShape(width: 8, depth: 1, heads: 2), image: Int = 16
    ) -> ModelSettings {
        ModelSettings(encoder: encoder, decoder: decoder, image: image, patch: 4, initialWeights: path(name))
    }

    static func load(_ settings: ModelSettings) throws -> (MaskedAutoencoder, WeightsReport) {
        let configuration = try settings.configuration(for: PretrainStage(data: []))
        let model = MaskedAutoencoder(configuration: configuration, pool: ThreadPool(threads: 2))
        model.initialise(seed: 1)
        let initial = try #require(try InitialWeights(settings))
        let report = try initial.load(into: model.parameters, of: configuration)
        #expect(try initial.check(configuration) == report)
        return (model, report)
    }

    @Test(
        "Pre-training goes on from a full checkpoint: loss and prediction are PyTorch's",
        arguments: ["full.pth", "deflated.pth", "legacy.pth.tar", "huggingface.safetensors", "module.pth"])
    func autoencoder(name: String) throws {
        let (model, report) = try Self.load(Self.settings(name))
        #expect(report.missing.isEmpty && report.leftOut.isEmpty && report.unexpected.isEmpty)
        #expect(report.loaded.count == model.parameters.parameters.count)
        let (images, noise) = (try Self.expected("images"), try Self.expected("noise"))
        let loss = model.loss(images: images, noise: noise, batch: 2)
        let error = Self.relativeError([loss], try Self.expected("loss"))
        let rebuilt = model.reconstruct(images: images, noise: noise, batch: 2)
        let predictionError = Self.relativeError(rebuilt.prediction, try Self.expected("prediction"))
        print("\(name): loss \(error), prediction \(predictionError)")
        #expect(error < 1e-5)
        #expect(predictionError < 1e-5)
    }

    @Test(
        "Features and outputs of a fine-tuned file are PyTorch's",
        arguments: [
            ("classifier.pth", LoadedClassifier.Use.outputs, "logits"), ("classifier.pth", .features, "features"),
            ("compiled.pth", .outputs, "half_logits"), ("encoder.pth", .features, "pretrained_features"),
            ("full.pth", .features, "pretrained_features"), ("first-format.tar", .features, "pretrained_features"),
            ("prefixed.safetensors", .features, "pretrained_features"),
            ("huggingface.safetensors", .features, "pretrained_features"),
        ])
    func classifier(name: String, use: LoadedClassifier.Use, output: String) throws {
        let model = try LoadedClassifier(
            path: Self.path(name), use: use, heads: 2, batch: 2, pool: ThreadPool(threads: 2))
        #expect(model.image == 16)
        var values = [Float](repeating: 0, count: 2 * model.columns)
        model.run(images: try Self.expected("images"), batch: 2, into: &values)
        let error = Self.relativeError(values, try Self.expected(output))
        print("\(name) \(output): \(error)")
        #expect(error < 1e-5)
        if use == .features { #expect(model.columns == 16) }
    }

    @Test(
        "Heads of timm and transformers on the class token and on the mean give their programs' numbers",
        arguments: [
            ("timm-token", LoadedClassifier.Use.outputs, Pooling.classToken), ("timm-token", .features, .classToken),
            ("timm-avg", .outputs, .mean), ("timm-avg", .features, .mean),
            ("timm-beit", .outputs, .mean), ("timm-beit", .features, .mean),
            ("transformers-classifier", .outputs, .classToken),
        ])
    func pooling(name: String, use: LoadedClassifier.Use, pooling: Pooling) throws {
        let model = try LoadedClassifier(
            path: Self.path("other/\(name).safetensors"), use: use, heads: 2, batch: 2, pool: ThreadPool(threads: 2))
        #expect(model.pooling == pooling)
        let theirs = try WeightsFile(path: Self.path("other/outputs.safetensors"))
        let images = theirs.floats(of: try #require(theirs["images"]))
        let expected = theirs.floats(
            of: try #require(theirs[name + (use == .outputs ? "/logits" : "/features")]))
        var values = [Float](repeating: 0, count: 2 * model.columns)
        model.run(images: images, batch: 2, into: &values)
        let error = Self.relativeError(values, expected)
        print("\(name) \(use): \(error)")
        #expect(error < 1e-5)
        // One image at a time: the class token of every image is found.
        var single = [Float](repeating: 0, count: model.columns)
        images.withUnsafeBufferPointer { images in
            guard let second = images.baseAddress.map({ $0 + 3 * 16 * 16 }) else { return }
            model.run(images: second, batch: 1, into: &single)
        }
        #expect(Self.relativeError(single, Array(expected.dropFirst(model.columns))) < 1e-5)
    }

    @Test("A session begins with the model of the file that its key names")
    func key() throws {
        var settings = Self.settings(
            "other/averaged.pth", encoder: TransformerShape(width: 16, depth: 1, heads: 2))
        let average = try Self.load(settings)
        settings.initialKey = "state_dict"
        let trained = try Self.load(settings)
        for (model, key) in [(average.0, "state_dict_ema"), (trained.0, "state_dict")] {
            let file = try WeightsFile(path: Self.path("other/averaged.pth"), key: key)
            let token = try #require(model.parameters["cls_token"])
            #expect(Array(model.parameters.values(of: token)) == file.floats(of: try #require(file["cls_token"])))
        }
        #expect(trained.1.notes.contains { $0.contains("state_dict is taken, not state_dict_ema") })
        settings.initialKey = "sate_dict"
        let wrong = #expect(throws: TrainingError.self) { try Self.load(settings) }
        #expect(wrong?.description.contains("has nothing under the key \"sate_dict\"") == true)
    }

    @Test("What a file lacks for its use is said")
    func reports() throws {
        let pool = ThreadPool(threads: 1)
        let features = try LoadedClassifier(
            path: Self.path("full.pth"), use: .features, heads: 2, batch: 1, pool: pool)
        #expect(features.report.missing == ["fc_norm.weight", "fc_norm.bias"])
        #expect(features.report.leftOut.contains("decoder_pred.weight"))
        #expect(features.report.notes.count == 1)
        let dropped = try LoadedClassifier(
            path: Self.path("classifier.pth"), use: .features, heads: 2, batch: 1, pool: pool)
        #expect(dropped.report.leftOut == ["head.weight", "head.bias"])
        #expect(dropped.report.missing.isEmpty && dropped.report.notes.isEmpty)
        let larger = try LoadedClassifier(
            path: Self.path("classifier.pth"), use: .outputs, heads: 2, image: 24, batch: 1, pool: pool)
        #expect(larger.report.resized.map(\.name) == ["pos_embed"])
        let headless = #expect(throws: CheckpointError.self) {
            try LoadedClassifier(path: Self.path("encoder.pth"), use: .outputs, heads: 2, batch: 1, pool: pool)
        }
        #expect(headless?.message.hasPrefix("has no head: it was pre-trained") == true)
        let heads = #expect(throws: CheckpointError.self) {
            try LoadedClassifier(path: Self.path("encoder.pth"), use: .features, batch: 1, pool: pool)
        }
        #expect(heads?.message.contains("--heads N") == true)
    }

    @Test("An encoder alone begins a session; the decoder stays random")
    func encoderAlone() throws {
        let (model, report) = try Self.load(Self.settings("encoder.pth"))
        #expect(report.missing.allSatisfy { $0.hasPrefix("decoder_") || $0 == "mask_token" })
        #expect(report.missing.count == 20)
        #expect(report.notes == ["the file has no decoder: that begins random"])
        let fresh = MaskedAutoencoder(configuration: model.configuration, pool: ThreadPool(threads: 1))
        fresh.initialise(seed: 1)
        for (loaded, random) in zip(model.parameters.parameters, fresh.parameters.parameters) {
            let same = Array(model.parameters.values(of: loaded)) == Array(fresh.parameters.values(of: random))
            let isFixed = loaded.name.hasSuffix("pos_embed")
            #expect(same == (isFixed || report.missing.contains(loaded.name)), "\(loaded.name)")
        }
    }

    @Test("A fine-tuned file begins a session without its head; norm stays fresh")
    func fineTuned() throws {
        let (_, report) = try Self.load(Self.settings("classifier.pth"))
        #expect(report.leftOut == ["fc_norm.weight", "fc_norm.bias", "head.weight", "head.bias"])
        #expect(report.missing.prefix(2) == ["norm.weight", "norm.bias"])
    }

    @Test("Another image size resizes the positions")
    func imageSize() throws {
        let (_, report) = try Self.load(Self.settings("full.pth", image: 24))
        #expect(report.resized.map(\.name) == ["pos_embed", "decoder_pos_embed"])
    }

    @Test("A session's model of another size is refused with the one that fits")
    func wrongSize() throws {
        func failure(_ settings: ModelSettings) -> String? {
            #expect(throws: TrainingError.self) { try Self.load(settings) }?.description
        }
        let tiny = failure(
            Self.settings("full.pth", encoder: TransformerShape(width: 192, depth: 12, heads: 3)))
        #expect(
            tiny?.contains("is a 16d2b (16 channels, 2 blocks, patches of 4), which does not fit the session's model")
                == true)
        #expect(tiny?.contains("vit-tiny") == true && tiny?.hasSuffix("16d2b fits") == true)
        let decoder = failure(
            Self.settings("full.pth", decoder: TransformerShape(width: 16, depth: 1, heads: 2)))
        #expect(decoder?.contains("has the decoder 8d1b, which does not fit") == true)
        #expect(failure(Self.settings("types.pth"))?.contains("holds no vision transformer") == true)
        #expect(failure(Self.settings("script.pt"))?.contains("TorchScript") == true)
        #expect(failure(Self.settings("nowhere.pth"))?.contains("No such file") == true)
    }
}
