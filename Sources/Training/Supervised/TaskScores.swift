import Affect
import Evaluation
import Foundation

/// What the outputs of a head mean for a task.
public struct TaskScores: Equatable, Sendable {
    public let task: AffectTask
    /// The name of each output.
    public let channels: [String]

    /// - Parameters:
    ///   - outputs: how many the head has.
    ///   - names: as the file or a person says them; nil takes what the task tells: valence and arousal, or ABAW's
    ///     twelve action units. Nothing tells the order of classes.
    /// - Throws: `TaskScoresError` when the number of outputs does not fit.
    public init(task: AffectTask, outputs: Int, names: [String]?) throws(TaskScoresError) {
        self.task = task
        if let names {
            guard names.count == outputs else {
                throw TaskScoresError("the head has \(outputs) outputs, but \(names.count) names were given")
            }
            guard Set(names).count == names.count else { throw TaskScoresError("a name was given twice") }
            channels = names
            return
        }
        switch task {
        case .valenceArousal, .actionUnits:
            guard outputs == task.standardChannels.count else {
                let wanted = task.standardChannels.count
                throw TaskScoresError(
                    "the head has \(outputs) outputs, and \(task.rawValue) has \(wanted); choose the task that the file "
                        + "was trained for, or name its outputs with --classes")
            }
            channels = task.standardChannels
        case .expression:
            guard outputs > 1 else { throw TaskScoresError("the head has one output, which is no choice of classes") }
            channels = (0..<outputs).map { "class\($0)" }
        }
    }

    /// Turns outputs into scores: probabilities of classes (softmax) or of units (sigmoid), or numbers in [-1, 1].
    public func scores(of outputs: UnsafeBufferPointer<Float>) -> [Float] {
        switch task {
        case .valenceArousal: return outputs.map { min(1, max(-1, $0)) }
        case .actionUnits: return outputs.map { Float(1 / (1 + exp(-Double($0)))) }
        case .expression:
            let highest = outputs.max() ?? 0
            let powers = outputs.map { exp(Double($0 - highest)) }
            let sum = powers.reduce(0, +)
            return powers.map { Float($0 / sum) }
        }
    }
}

/// Why outputs and a task do not go together.
public struct TaskScoresError: Error, Equatable, Sendable, CustomStringConvertible {
    public let description: String
    init(_ description: String) { self.description = description }
}
