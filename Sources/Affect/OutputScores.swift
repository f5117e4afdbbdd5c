import Basics
import Foundation

/// What the outputs of a head mean, and the one rule that turns them into scores: valence and arousal clipped to
/// [-1, 1], a probability for each action unit (sigmoid), and probabilities of the classes (softmax).
///
/// Participants of the challenges clip as well before they compute CCC: `compute_VA_CCC` of FuxiVirtualHuman/ABAW5.
/// Scores are computed in double precision from the outputs as they are, so that whoever asks gets the same to the bit.
/// An output that is not a number gives a score that is none; one such class leaves the frame without any.
public struct OutputScores: Equatable, Sendable {
    public let task: AffectTask
    /// The name of each output.
    public let channels: [String]

    /// - Parameters:
    ///   - outputs: how many the head has.
    ///   - names: as the file or a person says them; nil takes what the task tells: valence and arousal, or ABAW's
    ///     twelve action units. Nothing tells the order of classes.
    /// - Throws: `OutputScoresError` when the number of outputs does not fit.
    public init(task: AffectTask, outputs: Int, names: [String]?) throws(OutputScoresError) {
        self.task = task
        if let names {
            guard names.count == outputs else {
                throw OutputScoresError("the head has \(outputs) outputs, but \(names.count) names were given")
            }
            guard Set(names).count == names.count else { throw OutputScoresError("a name was given twice") }
            channels = names
            return
        }
        switch task {
        case .valenceArousal, .actionUnits:
            guard outputs == task.standardChannels.count else {
                let wanted = task.standardChannels.count
                throw OutputScoresError(
                    "the head has \(outputs) outputs, and \(task.rawValue) has \(wanted); choose the task that the file "
                        + "was trained for, or name its outputs with --classes")
            }
            channels = task.standardChannels
        case .expression:
            guard outputs > 1 else { throw OutputScoresError("the head has one output, which is no choice of classes") }
            channels = (0..<outputs).map { "class\($0)" }
        }
    }

    /// The scores of one image.
    public func scores(of outputs: UnsafeBufferPointer<Float>) -> [Double] {
        Self.scores(of: outputs.map(Double.init), task: task)
    }

    /// The scores of what a head put out: logits of units and classes, and valence and arousal themselves.
    public static func scores(of outputs: [Double], task: AffectTask) -> [Double] {
        switch task {
        case .valenceArousal: return outputs.map(clipped)
        case .actionUnits: return outputs.map { 1 / (1 + exp(-$0)) }
        case .expression:
            guard let largest = outputs.max(), !outputs.contains(where: \.isNaN) else {
                return outputs.map { _ in .nan }
            }
            let powers = outputs.map { exp($0 - largest) }
            let sum = powers.reduce(0, +)
            return powers.map { $0 / sum }
        }
    }

    /// Valence or arousal within [-1, 1]; NaN stays NaN.
    public static func clipped(_ value: Double) -> Double { value.isNaN ? value : min(1, max(-1, value)) }
}

/// Why outputs and a task do not go together.
public struct OutputScoresError: ExplainedError, Equatable {
    public var kind: ErrorKind { .data }
    public let description: String
    init(_ description: String) { self.description = description + "." }
}
