import Testing

@testable import Session

@Suite("Stages with labels")
struct SupervisedStageTests {
    private func session(_ stages: String, folds: String = "{ count: 5, group: \"subject\" }") -> String {
        """
        {
          model: { encoder: "vit-tiny", image: 48, patch: 8 },
          data: {
            ck: { kind: "table", path: "labels.csv", expression: "expression", units: ["AU*"], subject: "subject" },
            photos: { kind: "folder", path: "faces" },
          },
          folds: \(folds),
          stages: [\(stages)],
        }
        """
    }

    @Test("Defaults are the paper's, a distil stage is like its teacher, and the resolved text reads the same")
    func defaults() throws {
        let session = try read(
            session(
                """
                { kind: "finetune", data: ["ck"], task: "expression", layerDecay: 0.65, crop: null, ema: 0.99 },
                { kind: "distil", epochs: 80, weight: 1, view: "clean" },
                """))
        let stages = session.stages.compactMap(\.supervised)
        let first = try #require(stages.first)
        #expect(first.epochs == 50 && first.warmup == 5 && first.batch == 512 && first.peakLearningRate == 2e-4)
        #expect(first.dropPath == 0.1 && first.classWeights == .inverse && !first.positiveWeights)
        #expect(first.randAugment == RandAugmentSetting(magnitude: 9, deviation: 0.5))
        #expect(first.labelSmoothing == 0 && first.mixup == 0 && first.cutmix == 0 && first.erasing == 0)
        #expect(first.evaluation == .resize && first.lastBatch == .drop && first.crop == nil)
        #expect(!first.freezesEncoder && first.epochChoice == .last)
        var second = first
        (second.kind, second.epochs, second.teacherWeight, second.teacherView) = (.distil, 80, 1, .clean)
        #expect(stages.last == second)
        let again = try SessionReader.read(
            text: session.resolvedText, file: "resolved", folder: "/", surroundings: surroundings)
        #expect(again == session)
    }

    @Test(
        "What cannot be is refused with the key",
        arguments: [
            ("{ kind: \"distil\" }", "needs a stage before it"),
            ("{ kind: \"finetune\", data: [\"photos\"], task: \"expression\" }", "has no labels"),
            ("{ kind: \"finetune\", data: [\"ck\"], task: \"smile\" }", "must be of"),
            ("{ kind: \"finetune\", data: [\"ck\"], task: \"expression\", dropPaht: 0.1 }", "did you mean `dropPath`"),
            (
                "{ kind: \"finetune\", data: [\"ck\"], task: \"expression\", classWeights: \"balanced\" }",
                "must be \"inverse\""
            ),
            (
                "{ kind: \"finetune\", data: [\"ck\"], task: \"expression\", freeze: true, cutmix: 1 }",
                "sees no mixture of two images"
            ),
            (
                "{ kind: \"finetune\", data: [\"ck\"], task: \"expression\", epochChoice: \"best\" }",
                "must be one of \"last\", \"inner\""
            ),
            ("{ kind: \"finetun\", data: [\"ck\"], task: \"expression\" }", "did you mean"),
        ])
    func refused(stage: String, message: String) {
        #expect {
            try read(session(stage))
        } throws: { error in
            "\(error)".contains(message)
        }
    }

    @Test("A plan counts steps over folds and warns when they are few")
    func plan() throws {
        let session = try read(session("{ kind: \"finetune\", data: [\"ck\"], task: \"expression\", batch: 32 }"))
        let plan = SessionPlan(session, photos: ["ck": 1000])
        let stage = try #require(plan.supervised.first)
        #expect(stage.folds == 5 && stage.stepsPerEpoch == 25 && stage.steps == 6250)
        #expect(plan.warnings.isEmpty)
        #expect(SessionPlan(session, photos: ["ck": 100]).warnings.contains { $0.contains("few") })
        #expect(plan.seconds(atGigaflops: 100) != nil)
        #expect(plan.warnings(atGigaflops: 100).isEmpty)
        let slow = plan.warnings(atGigaflops: 0.01)
        #expect(slow.count == 1 && slow[0].contains("days here; `freeze: true` trains the head alone"), "\(slow)")
        #expect(plan.warnings(atGigaflops: 0.01, without: [0]).isEmpty)
        var frozen = session
        if case .supervised(var stage) = frozen.stages[0] {
            stage.freezesEncoder = true
            frozen.stages[0] = .supervised(stage)
        }
        let probe = SessionPlan(frozen, photos: ["ck": 1000])
        // One look at each image in each fold, in place of fifty epochs forward and back.
        let ratio = try #require(plan.seconds(atGigaflops: 1)) / (try #require(probe.seconds(atGigaflops: 1)))
        #expect(ratio > 100 && ratio < 150)
        #expect(probe.warnings(atGigaflops: 0.01).isEmpty)
    }
}
