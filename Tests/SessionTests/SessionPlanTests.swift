import Testing

@testable import Session

@Suite("Plans")
struct SessionPlanTests {
    @Test(
        "Parameters of the published models",
        arguments: [
            ("vit-tiny", 5_524_416, 25_814_272), ("vit-small", 21_665_664, 25_912_576),
            ("vit-base", 85_798_656, 26_109_184), ("vit-large", 303_301_632, 26_240_256),
        ])
    func parameters(name: String, encoder: Int, decoder: Int) throws {
        let counts = try read(shortest, "model.encoder=\(name)").model.parameterCounts
        #expect(counts.encoder == encoder)
        #expect(counts.decoder == decoder)
        let width = try #require(TransformerShape.encoder(named: name)).width
        #expect(counts.trained == encoder + decoder - 197 * (width + 512))
    }

    @Test("Steps are whole batches; a set smaller than the batch gives one")
    func steps() throws {
        let session = try read(shortest, "stages.0.epochs=10", "stages.0.batch=64")
        let plan = SessionPlan(session, photos: ["photos": 1869])
        #expect(plan.stages[0].stepsPerEpoch == 29)
        #expect(plan.stages[0].steps == 290)
        #expect(plan.stages[0].batch == 64)
        let small = SessionPlan(session, photos: ["photos": 63])
        #expect(small.stages[0].batch == 63)
        #expect(small.stages[0].stepsPerEpoch == 1)
        #expect(
            small.warnings == [
                "stages[0]: 63 photographs are fewer than the batch of 64, so an epoch is one step of 63; "
                    + "the learning rate is still the one for 64",
                "stages[0]: 10 steps are few; reconstructions begin to look like faces after some thousands",
            ])
        let unknown = SessionPlan(session)
        #expect(unknown.stages[0].steps == nil && unknown.seconds(atGigaflops: 100) == nil)
    }

    @Test("Photographs of several sets add up, and rendered ones are known")
    func several() throws {
        let plan = SessionPlan(try read(complete), photos: ["photos": 100])
        #expect(plan.stages[0].photos == 115)
        #expect(plan.stages[0].stepsPerEpoch == 3)
        #expect(plan.stages[1].photos == 100)
    }

    @Test("The learning rate warms up and follows half a cosine")
    func learningRate() throws {
        let session = try read(
            shortest, "stages.0={kind: 'pretrain', data: 'photos', epochs: 10, warmup: 2, lr: 1, minLr: 0.1}")
        let curve = SessionPlan(session).stages[0].learningRate
        #expect(curve.rates.count == 10)
        #expect(curve.rates[0] == 0 && curve.rates[1] == 0.5 && curve.rates[2] == 1)
        #expect(abs(curve.rates[6] - 0.55) < 1e-12)
        #expect(abs(curve.rate(atEpoch: 10) - 0.1) < 1e-12)
        #expect(curve.rate(atEpoch: 0.5) == 0.25)
    }

    @Test("A long warm-up and missing checkpoints are warned of")
    func warnings() throws {
        let session = try read(shortest, "stages.0.epochs=10", "stages.0.warmup=6", "stages.0.checkpointMinutes=null")
        #expect(
            SessionPlan(session).warnings == [
                "stages[0]: the warm-up takes 6 of 10 epochs, more than half; a twentieth is usual",
                "stages[0]: no checkpoint is written before the end; a run that is killed begins again",
            ])
    }

    @Test("Sizes of ViT-Base with MAE's decoder")
    func sizes() throws {
        let plan = SessionPlan(try read(shortest, "model.encoder=vit-base", "stages.0.batch=64"))
        let stage = plan.stages[0]
        #expect(stage.visiblePatches == 49 && stage.maskedPatches == 147)
        // 111.9 M values and two moments of nearly all of them.
        #expect(stage.checkpointBytes == 4 * (111_907_840 + 2 * (111_907_840 - 197 * 1280)))
        // 9.8 GMAC forward, three times that in a step, less what need not be computed.
        #expect((52e9...60e9).contains(stage.operationsPerImage))
        #expect(stage.microBatch == 32 || 64 % stage.microBatch == 0)
        #expect((3e9...5e9).contains(Double(stage.memoryBytes)))
    }
}
