import Checkpoints
import Compute
import Foundation
import Model

/// Where a stage stands between two steps: with the weights and the optimizer's moments, all it takes to go on bit
/// for bit.
struct TrainingState: Codable, Equatable {
    /// The layout of these fields; a checkpoint of another format is refused.
    static let currentFormat = 1

    var format = TrainingState.currentFormat
    var stage: Int
    /// Steps done, skipped ones included.
    var step: Int64 = 0
    /// Steps the optimizer took: AdamW's bias correction counts only these.
    var optimizerSteps: Int = 0
    /// Bad steps in a row, see `LossGuard`.
    var badSteps = 0
    /// Sum and number of the finite losses of the current epoch.
    var epochLossSum = 0.0
    var epochLossCount = 0
    /// Mean loss of the last whole epoch.
    var lastEpochLoss: Double?
    /// The score of what is held out after the last epoch, and the best one with its epoch.
    var score: Double?
    var bestScore: Double?
    var bestEpoch: Int?
    /// The epoch that was chosen on the inner split, its score there, and the step after it.
    var chosenEpoch: Int?
    var chosenScore: Double?
    var chosenStep: Int64?
    /// Seconds of training so far, pauses left out.
    var seconds = 0.0
    /// Names the samples that are trained on and their order.
    var data: String
    /// Names what decides the bits of a result: the kernel level and, where it computes, OpenBLAS.
    var engine: String
}

extension TrainingState {
    /// Mean of the finite losses of the current epoch; nil when it has none yet.
    var meanEpochLoss: Double? { epochLossCount > 0 ? epochLossSum / Double(epochLossCount) : nil }

    /// Why going on from this state with other files or another engine is not called exact; nil when it is.
    func difference(data now: String, engine nowEngine: String) -> String? {
        var differences: [String] = []
        if data != now { differences.append("the data changed (\(data), now \(now))") }
        if engine != nowEngine { differences.append("the engine changed (\(engine), now \(nowEngine))") }
        return differences.isEmpty ? nil : "not an exact continuation: " + differences.joined(separator: "; ")
    }
}

/// A training state, the parameters and the optimizer's moments in one safetensors file.
///
/// Parameters lie under their public names, so that the file serves as weights as well; the moments of NAME lie under
/// `optimizer.first.NAME` and `optimizer.second.NAME`.
enum TrainingCheckpoint {
    private static let stateKey = "maeface.state"
    private static let first = "optimizer.first."
    private static let second = "optimizer.second."

    /// Writes the file whole or not at all.
    /// - Returns: its size in bytes.
    /// - Throws: `CheckpointError` when the disk refuses, the old files untouched.
    @discardableResult
    static func write(
        to path: String, state: TrainingState, _ optimised: OptimisedParameters, metadata: [String: String]
    ) throws -> Int64 {
        let (parameters, optimizer) = (optimised.parameters, optimised.optimizer)
        var writer = SafetensorsWriter(metadata: metadata.merging([stateKey: try encoded(state)]) { $1 })
        for parameter in parameters.parameters {
            writer.add(
                parameter.name, shape: parameter.shape, values: UnsafeBufferPointer(parameters.values(of: parameter)))
        }
        for parameter in parameters.parameters where parameter.trainable {
            writer.add(first + parameter.name, shape: parameter.shape, values: optimizer.firstMoments(of: parameter))
            writer.add(second + parameter.name, shape: parameter.shape, values: optimizer.secondMoments(of: parameter))
        }
        for copy in optimised.copies {
            for parameter in parameters.parameters where parameter.trainable {
                writer.add(
                    copy.prefix + parameter.name, shape: parameter.shape,
                    values: UnsafeBufferPointer(copy.values(of: parameter)))
            }
        }
        return try writer.write(to: path)
    }

    /// Writes the parameters alone, as others read them.
    static func writeWeights(to path: String, parameters: ParameterSet, metadata: [String: String]) throws {
        var writer = SafetensorsWriter(metadata: metadata)
        for parameter in parameters.parameters {
            writer.add(
                parameter.name, shape: parameter.shape, values: UnsafeBufferPointer(parameters.values(of: parameter)))
        }
        try writer.write(to: path)
    }

    /// Restores the parameters and the optimizer from a checkpoint.
    /// - Throws: `TrainingError` when the file does not belong to this model.
    static func read(from path: String, into optimised: OptimisedParameters) throws -> TrainingState {
        let (parameters, optimizer) = (optimised.parameters, optimised.optimizer)
        let file = try SafetensorsFile(path: path)
        guard let text = file.metadata[stateKey],
            let state = try? JSONDecoder().decode(TrainingState.self, from: Data(text.utf8))
        else {
            throw TrainingError("\(path) holds weights but no training state; it cannot be resumed from.")
        }
        guard state.format == TrainingState.currentFormat else {
            throw TrainingError(
                "\(path) was written by another version (format \(state.format), this one reads "
                    + "\(TrainingState.currentFormat)).")
        }
        for parameter in parameters.parameters {
            try file.read(parameter.name, shape: parameter.shape, into: parameters.values(of: parameter))
            guard parameter.trainable else { continue }
            try file.read(first + parameter.name, shape: parameter.shape, into: optimizer.firstMoments(of: parameter))
            try file.read(second + parameter.name, shape: parameter.shape, into: optimizer.secondMoments(of: parameter))
            for copy in optimised.copies {
                try file.read(copy.prefix + parameter.name, shape: parameter.shape, into: copy.values(of: parameter))
            }
        }
        optimizer.stepCount = state.optimizerSteps
        return state
    }

    private static func encoded(_ state: TrainingState) throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = .sortedKeys
        return String(decoding: try encoder.encode(state), as: UTF8.self)
    }
}

extension AdamW {
    /// Running means of a parameter's gradient, in the order of its shape.
    func firstMoments(of parameter: Parameter) -> UnsafeMutableBufferPointer<Float> {
        UnsafeMutableBufferPointer(start: first + parameter.offset, count: parameter.count)
    }

    /// Running means of the squares of a parameter's gradient, in the order of its shape.
    func secondMoments(of parameter: Parameter) -> UnsafeMutableBufferPointer<Float> {
        UnsafeMutableBufferPointer(start: second + parameter.offset, count: parameter.count)
    }
}
