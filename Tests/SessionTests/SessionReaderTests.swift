import Testing

@testable import Session

@Suite("Session files")
struct SessionReaderTests {
    @Test("What is left out has the paper's value, or MAE's")
    func defaults() throws {
        let session = try read(shortest)
        #expect(session.name == "s")
        #expect(session.seed == 0)
        #expect(session.model.encoder == TransformerShape(width: 192, depth: 12, heads: 3))
        #expect(session.model.decoder == TransformerShape(width: 512, depth: 8, heads: 16))
        #expect(session.model.image == 224)
        #expect(session.model.patch == 16)
        #expect(session.data == [DataSource(name: "photos", content: FolderData(paths: ["/sessions/faces"]))])
        guard case .pretrain(let stage) = try #require(session.stages.first) else { return }
        #expect(stage == PretrainStage(data: [DataReference(name: "photos")]))
        #expect(stage.epochs == 800)
        #expect(stage.warmup == 40)
        #expect(stage.batch == 4096)
        // 1.5e-4 × 4096 / 256, which the paper rounds to.
        #expect(abs(stage.peakLearningRate - 2.4e-3) < 1e-12)
        #expect(stage.betas == Betas(first: 0.9, second: 0.95))
        #expect(stage.maskRatio == 0.75)
        #expect(stage.loss == .l1)
        #expect(stage.gradientClip == nil)
    }

    @Test("A model begins with one of several in a file where init names its key")
    func initialKey() throws {
        let text = shortest.replacing("\"vit-tiny\"", with: "\"vit-tiny\", init: { weights: \"w.pth\", key: \"ema\" }")
        let session = try read(text)
        #expect(session.model.initialWeights == "/sessions/w.pth" && session.model.initialKey == "ema")
        #expect(try read(session.resolvedText) == session)
        let of = { (stage: String) in
            problems(shortest.replacing("\"vit-tiny\"", with: "\"vit-tiny\", init: \(stage)"))
        }
        #expect(of("{ key: \"ema\" }").contains("model.init.weights"))
        #expect(of("{ weights: \"run:7\", key: \"ema\" }").contains("the weights of a run are one model"))
        #expect(of("{ weights: \"w.pth\", keys: \"ema\" }").contains("did you mean `key`?"))
        // Where the model begins is told by the file and its key, not by the settings of the stage.
        var other = session
        other.model.initialKey = nil
        #expect(other.consequentialText(ofStage: 0) == session.consequentialText(ofStage: 0))
    }

    @Test("Every key is read")
    func everyKey() throws {
        let session = try read(complete)
        #expect(session.name == "ck-expr_2.b")
        #expect(session.seed == 9_007_199_254_740_993)
        #expect(
            session.model
                == ModelSettings(
                    encoder: TransformerShape(width: 60, depth: 3, heads: 5),
                    decoder: TransformerShape(width: 96, depth: 1, heads: 3), image: 96, patch: 8,
                    initialWeights: "/home/ada/w.safetensors", normalisation: .image))
        #expect(
            session.data == [
                DataSource(
                    name: "photos",
                    content: FolderData(paths: ["/data/faces/a", "/sessions/../b", "/c/d/e"])),
                DataSource(
                    name: "drawn faces",
                    content: RenderedData {
                        $0.identities = 5
                        $0.photosPerIdentity = 3
                        $0.side = 64
                        $0.seed = 4
                        $0.path = "/sessions/out"
                    }),
            ])
        guard case .pretrain(let stage) = try #require(session.stages.first) else { return }
        var expected = PretrainStage(data: [DataReference(name: "photos"), DataReference(name: "drawn faces")])
        expected.seed = 7
        expected.epochs = 3
        expected.warmup = 0.5
        expected.batch = 32
        expected.learningRate = .absolute(1e-3)
        expected.minimumLearningRate = 1e-6
        expected.weightDecay = 0.1
        expected.betas = Betas(first: 0.8, second: 0.99)
        expected.epsilon = 1e-6
        expected.maskRatio = 0.6
        expected.loss = .l2
        expected.crop = CropSettings(scale: 0.3...0.9, ratio: 1...1)
        expected.flip = false
        expected.gradientClip = 1
        expected.microBatch = 8
        expected.workers = 2
        expected.cacheMegabytes = 0
        expected.reducedDecode = true
        expected.checkpointMinutes = nil
        expected.checkpointEpochs = 2
        expected.keep = 0
        expected.previewEpochs = 0
        expected.previewSamples = 4
        #expect(stage == expected)
        #expect(session.stages.count == 2)
    }

    @Test(
        "Encoders and decoders by name",
        arguments: [
            ("vit-base", 768, 12, 12), ("192d12b3h", 192, 12, 3), ("128d2b", 128, 2, 2), ("100d1b", 100, 1, 1),
        ])
    func encoders(name: String, width: Int, depth: Int, heads: Int) throws {
        let session = try read(shortest, "model.encoder=\(name)")
        #expect(session.model.encoder == TransformerShape(width: width, depth: depth, heads: heads))
        #expect(TransformerShape.encoder(named: session.model.encoder.encoderName) == session.model.encoder)
    }

    @Test(
        "The name of a decoder gives the decoder back",
        arguments: [(512, 8, 16), (96, 1, 3), (96, 1, 12), (20, 2, 1), (100, 1, 2), (100, 1, 50)])
    func decoderNames(width: Int, depth: Int, heads: Int) {
        let shape = TransformerShape(width: width, depth: depth, heads: heads)
        #expect(TransformerShape.decoder(named: shape.decoderName) == shape)
    }

    @Test(
        "The default warm-up of a short stage is a twentieth of it",
        arguments: [(800, 40.0), (2000, 40.0), (100, 5.0), (3, 0.15)])
    func defaultWarmup(epochs: Int, warmup: Double) throws {
        guard case .pretrain(let stage) = try read(shortest, "stages.0.epochs=\(epochs)").stages[0] else { return }
        #expect(abs(stage.warmup - warmup) < 1e-12)
    }

    @Test("Resolved text reads back to the same session, anywhere", arguments: [shortest, complete])
    func resolved(text: String) throws {
        let session = try read(text, "data.photos.paths=['${ODD}', '$${FACES}/$$/b']")
        #expect(session.data[0].content as? FolderData == FolderData(paths: ["/x/${y}/~$", "/photos/${FACES}/$$/b"]))
        let elsewhere = Surroundings(variable: { _ in nil }, workingFolder: "/elsewhere")
        let again = try SessionReader.read(
            text: session.resolvedText, file: "resolved", folder: "/other", surroundings: elsewhere)
        #expect(again == session)
        #expect(again.resolvedText == session.resolvedText)
    }

    @Test("A variable with a relative path is relative to the folder of whoever set it")
    func relativeVariable() throws {
        let here = Surroundings(variable: { $0 == "DATA" ? "../data" : nil }, workingFolder: "/home/ada/project")
        func path(_ text: String) throws -> FolderData? {
            try SessionReader.read(
                text: shortest.replacing("\"faces\"", with: text), file: "s.json5", folder: "/sessions",
                surroundings: here
            ).data[0].content as? FolderData
        }
        #expect(
            try path("'${DATA}/faces'") == FolderData(paths: ["/home/ada/project/../data/faces"]))
        #expect(try path("'x/${DATA}'") == FolderData(paths: ["/sessions/x/../data"]))
    }

    @Test("Resolved text says every key")
    func resolvedText() throws {
        #expect(
            try read(shortest).resolvedText == """
                {
                  "name": "s",
                  "seed": 0,
                  "model": {
                    "encoder": "vit-tiny",
                    "decoder": "512d8b",
                    "image": 224,
                    "patch": 16,
                    "init": null,
                    "normalisation": "imageNet"
                  },
                  "data": {
                    "photos": {
                      "kind": "folder",
                      "paths": ["/sessions/faces"]
                    }
                  },
                  "folds": null,
                  "stages": [
                    {
                      "kind": "pretrain",
                      "data": ["photos"],
                      "seed": null,
                      "epochs": 800,
                      "warmup": 40,
                      "batch": 4096,
                      "baseLr": 0.00015,
                      "minLr": 0,
                      "weightDecay": 0.05,
                      "betas": [0.9, 0.95],
                      "epsilon": 1e-08,
                      "mask": 0.75,
                      "loss": "l1",
                      "crop": {
                        "scale": [0.2, 1],
                        "ratio": [0.75, 1.3333333333333333]
                      },
                      "flip": true,
                      "clip": null,
                      "microBatch": null,
                      "workers": null,
                      "cacheMegabytes": null,
                      "reducedDecode": false,
                      "checkpointMinutes": 10,
                      "checkpointEpochs": null,
                      "keep": 3,
                      "previewEpochs": 1,
                      "previewSamples": 8
                    }
                  ]
                }

                """)
    }

    @Test(
        "A session without a name is called after its file",
        arguments: [
            ("a/faces.json5", "faces"), ("7.json5", "session"), ("last", "session"), (".x y!.j", "x-y"),
            ("/", "session"),
        ])
    func nameOfFile(file: String, name: String) throws {
        let session = try SessionReader.read(text: shortest, file: file, folder: "/", surroundings: surroundings)
        #expect(session.name.hasPrefix(name))
    }

    @Test("A file that is not there, and a folder, are said")
    func noFile() {
        let missing = #expect(throws: SessionError.self) { try SessionReader.read(path: "/nowhere/s.json5") }
        #expect(missing?.description == "/nowhere/s.json5: cannot be opened: No such file or directory")
        let folder = #expect(throws: SessionError.self) { try SessionReader.read(path: "/") }
        #expect(folder?.description == "/: cannot be read: Is a directory")
        let endless = #expect(throws: SessionError.self) { try SessionReader.read(path: "/dev/zero") }
        #expect(endless?.description == "/dev/zero: is larger than 4 MiB, so nobody wrote it by hand")
    }

    @Test("The committed sessions are right", arguments: ["demo", "faces", "pretrain-paper"])
    func committed(name: String) throws {
        let folder = #filePath.split(separator: "/").dropLast(3).joined(separator: "/")
        let session = try SessionReader.read(
            path: "/\(folder)/sessions/\(name).json5", surroundings: surroundings)
        #expect(session.name == name)
        guard name == "pretrain-paper", case .pretrain(let stage) = session.stages[0] else { return }
        #expect(session.model.encoder == TransformerShape.encoder(named: "vit-base"))
        var paper = PretrainStage(data: [DataReference(name: "faces")])
        paper.learningRate = .absolute(2.4e-3)
        paper.checkpointMinutes = 30
        #expect(stage == paper)
    }
}
