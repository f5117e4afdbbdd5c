import RunStore
import Testing

@testable import Results

@Suite struct RunLayoutTests {
    private let once = StageFold(stage: 0)
    private let folded = StageFold(stage: 2, fold: 3)

    /// The names that runs have had from the beginning: old runs must open.
    @Test func namesOfFiles() {
        #expect(RunLayout.weights(once) == "weights/stage-0.safetensors")
        #expect(RunLayout.weights(folded) == "weights/stage-2-fold-3.safetensors")
        #expect(RunLayout.predictions(folded, of: .actionUnits) == "predictions/stage-2-fold-3-au.csv")
        #expect(RunLayout.preview(once, step: 40) == "previews/stage-0-step-40.png")
        #expect(RunLayout.checkpoint(once, step: 40) == "checkpoints/stage-0-step-00000040.safetensors")
        #expect(
            RunLayout.checkpoint(folded, step: 123_456_789) == "checkpoints/stage-2-fold-3-step-123456789.safetensors")
    }

    @Test func aStageWithoutFoldsDoesNotTakeThoseOfFoldsForItsOwn() {
        let name = RunLayout.checkpoint(StageFold(stage: 2, fold: 3), step: 1).split(separator: "/")[1]
        #expect(name.hasPrefix(RunLayout.checkpointPrefix(folded)))
        #expect(!name.hasPrefix(RunLayout.checkpointPrefix(StageFold(stage: 2))))
    }
}
