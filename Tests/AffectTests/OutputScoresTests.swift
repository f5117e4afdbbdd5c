import Affect
import Testing

@Suite("Scores of the tasks")
struct OutputScoresTests {
    @Test("Probabilities, units, and numbers within bounds")
    func scores() throws {
        func run(_ task: OutputScores, _ outputs: [Float]) -> [Double] { outputs.withUnsafeBufferPointer(task.scores) }
        let classes = run(try OutputScores(task: .expression, outputs: 3, names: nil), [1000, 1000, -1000])
        #expect(classes == [0.5, 0.5, 0])
        let units = try OutputScores(task: .actionUnits, outputs: 2, names: ["AU1", "AU2"])
        #expect(run(units, [0, 40]) == [0.5, 1])
        #expect(run(try OutputScores(task: .valenceArousal, outputs: 2, names: nil), [-1.5, 0.25]) == [-1, 0.25])
    }

    @Test("What is no number stays none; one such class leaves no probabilities")
    func nothing() {
        let numbers = OutputScores.scores(of: [.nan, 3], task: .valenceArousal)
        #expect(numbers[0].isNaN && numbers[1] == 1)
        let units = OutputScores.scores(of: [.nan, 0], task: .actionUnits)
        #expect(units[0].isNaN && units[1] == 0.5)
        #expect(OutputScores.scores(of: [1, .nan, 0], task: .expression).allSatisfy { $0.isNaN })
    }

    @Test("A head of another task is refused")
    func mismatch() throws {
        #expect(throws: OutputScoresError.self) { try OutputScores(task: .valenceArousal, outputs: 8, names: nil) }
        #expect(throws: OutputScoresError.self) { try OutputScores(task: .actionUnits, outputs: 8, names: nil) }
        #expect(throws: OutputScoresError.self) { try OutputScores(task: .expression, outputs: 1, names: nil) }
        #expect(throws: OutputScoresError.self) { try OutputScores(task: .expression, outputs: 8, names: ["a"]) }
        #expect(throws: OutputScoresError.self) { try OutputScores(task: .expression, outputs: 2, names: ["a", "a"]) }
        #expect(try OutputScores(task: .expression, outputs: 2, names: nil).channels == ["class0", "class1"])
        #expect(try OutputScores(task: .actionUnits, outputs: 12, names: nil).channels[2] == "AU4")
    }
}
