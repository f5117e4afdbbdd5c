import Compute
import Foundation
import Testing

@testable import Model

/// The losses of fine-tuning against PyTorch (losses.tensors) and against differences of their own values. Outputs and
/// targets have 13 columns: 7 expressions, valence, arousal, 4 action units.
@Suite struct LossTests {
    static let width = 13
    static let classWeights = [1.0, 10.4, 16.23, 19.61, 1.856, 2.225, 5.611]
    static let unitWeights = [5.278, 12.427, 1.0, 22.66]

    static func terms(_ name: String, temperature: Double = 1) -> [TaskLoss.Term] {
        switch name {
        case "expression": [.init(ExpressionLoss(weights: classWeights))]
        case "expression smoothed": [.init(ExpressionLoss(weights: classWeights, smoothing: 0.1))]
        case "units": [.init(ActionUnitLoss(weights: unitWeights), column: 9)]
        case "units positive":
            [.init(ActionUnitLoss(weights: unitWeights, positiveWeights: [3, 9, 1.5, 0.5]), column: 9)]
        case "affect": [.init(ConcordanceLoss(), column: 7)]
        case "joint":
            [
                .init(ExpressionLoss(weights: classWeights)),
                .init(ActionUnitLoss(weights: unitWeights), column: 9, weight: 0.5),
                .init(ConcordanceLoss(), column: 7),
            ]
        case "distil expression":
            [.init(SelfDistillation.Expression(classes: 7, temperature: temperature), targets: .teacher)]
        case "distil units":
            [.init(SelfDistillation.ActionUnits(units: 4, temperature: temperature), column: 9, targets: .teacher)]
        case "distil affect": [.init(SelfDistillation.ValenceArousal(), column: 7, targets: .teacher)]
        default: []
        }
    }

    static func evaluate(
        _ terms: [TaskLoss.Term], outputs: [Float], targets: [Float], teacher: [Float] = []
    ) -> (loss: Double, gradient: [Float]) {
        let loss = TaskLoss(terms, outputs: width)
        let rows = outputs.count / width
        var gradient = [Float](repeating: .nan, count: outputs.count)
        return targets.withUnsafeBufferPointer { labels in
            teacher.withUnsafeBufferPointer { soft in
                guard let base = labels.baseAddress else { return (.nan, []) }
                loss.begin(targets: base, teacher: teacher.isEmpty ? nil : soft.baseAddress, batch: rows)
                let value = gradient.withUnsafeMutableBufferPointer {
                    loss.add(outputs: outputs, rows: 0..<rows, gradient: $0.baseAddress)
                }
                return (value, gradient)
            }
        }
    }

    static let labelled =
        ["expression", "expression smoothed", "units", "units positive", "affect", "joint"]
        .flatMap { name in ["whole", "partial"].map { (name, $0) } }
        + [("expression", "mixed"), ("units", "mixed"), ("affect", "constant"), ("affect", "same")]

    @Test(arguments: labelled)
    func aLossOnLabelsMatches(name: String, targets: String) throws {
        let fixture = try Fixture("losses.tensors")
        let outputs = fixture[targets == "constant" ? "constant/outputs" : "outputs"]
        let result = Self.evaluate(
            Self.terms(name), outputs: outputs, targets: fixture[targets == "constant" ? "whole" : targets])
        let key = "\(name)/\(targets)"
        #expect(relativeError([Float(result.loss)], fixture[key + "/loss"]) < 1e-6)
        let expected = fixture[key + "/gradient"]
        // Where the exact gradient is zero, as for a constant truth, only its size can be judged.
        if expected.allSatisfy({ abs($0) < 1e-7 }) {
            #expect(result.gradient.allSatisfy { abs($0) < 1e-6 })
        } else {
            #expect(relativeError(result.gradient, expected) < 1e-6)
        }
    }

    @Test(arguments: ["expression", "units", "affect"], [1, 2])
    func aLossOnATeacherMatches(name: String, temperature: Int) throws {
        let fixture = try Fixture("losses.tensors")
        let result = Self.evaluate(
            Self.terms("distil " + name, temperature: Double(temperature)), outputs: fixture["outputs"],
            targets: fixture["whole"], teacher: fixture["teacher"])
        #expect(relativeError([Float(result.loss)], fixture["distil \(name)/\(temperature)/loss"]) < 1e-6)
        #expect(relativeError(result.gradient, fixture["distil \(name)/\(temperature)/gradient"]) < 1e-6)
    }

    @Test(arguments: labelled.map(\.0) + ["distil expression", "distil units", "distil affect"])
    func gradientsAreTheSlopeOfTheLoss(name: String) throws {
        let fixture = try Fixture("losses.tensors")
        let terms = Self.terms(name, temperature: 1.5)
        func loss(_ outputs: [Float]) -> (loss: Double, gradient: [Float]) {
            Self.evaluate(terms, outputs: outputs, targets: fixture["partial"], teacher: fixture["teacher"])
        }
        let outputs = fixture["outputs"]
        let gradient = loss(outputs).gradient
        let largest = Double(gradient.map(abs).max() ?? 0)
        #expect(largest > 0)
        for index in outputs.indices {
            let step = Float(0x1p-8)
            var (above, below) = (outputs, outputs)
            above[index] += step
            below[index] -= step
            let slope = (loss(above).loss - loss(below).loss) / (Double(above[index]) - Double(below[index]))
            #expect(abs(slope - Double(gradient[index])) < 1e-4 * largest, "output \(index)")
        }
    }

    @Test func rowsThatAreSeparableAddUpToTheWhole() throws {
        let fixture = try Fixture("losses.tensors")
        let (outputs, targets) = (fixture["outputs"], fixture["partial"])
        for name in ["expression smoothed", "units"] {
            let loss = TaskLoss(Self.terms(name), outputs: Self.width)
            #expect(!loss.needsWholeBatch)
            let whole = Self.evaluate(Self.terms(name), outputs: outputs, targets: targets)
            var (sum, gradient) = (0.0, [Float]())
            targets.withUnsafeBufferPointer { labels in
                guard let base = labels.baseAddress else { return }
                loss.begin(targets: base, batch: 9)
                for rows in [0..<4, 4..<5, 5..<9] {
                    var part = [Float](repeating: 0, count: rows.count * Self.width)
                    let slice = Array(outputs[rows.lowerBound * Self.width..<rows.upperBound * Self.width])
                    sum += part.withUnsafeMutableBufferPointer {
                        loss.add(outputs: slice, rows: rows, gradient: $0.baseAddress)
                    }
                    gradient += part
                }
            }
            #expect(abs(sum - whole.loss) < 1e-12)
            #expect(gradient == whole.gradient)
        }
        #expect(TaskLoss(Self.terms("joint"), outputs: Self.width).needsWholeBatch)
    }

    /// Nothing that a batch may hold makes a loss or a gradient that is not finite.
    @Test func degenerateBatchesAreSafe() {
        let outputs = [Float](repeating: 300, count: 2 * Self.width)
        for targets in [Float.nan, 0, 1] {
            for name in ["joint", "distil affect", "distil expression", "distil units"] {
                let matrix = [Float](repeating: targets, count: outputs.count)
                let result = Self.evaluate(Self.terms(name), outputs: outputs, targets: matrix, teacher: matrix)
                #expect(result.loss.isFinite, "\(name) \(targets)")
                #expect(result.gradient.allSatisfy { $0.isFinite }, "\(name) \(targets)")
                if targets.isNaN { #expect(result.loss == 0) }
            }
        }
    }

    @Test func anOutputBeyondOneKeepsItsGradient() {
        var (outputs, targets) = (
            [Float](repeating: 0, count: 4 * Self.width), [Float](repeating: 0, count: 4 * Self.width)
        )
        for (row, pair) in [(3, 0.9), (-2, -0.5), (1.5, 0.1), (0, -0.9)].enumerated() {
            outputs[row * Self.width + 7] = Float(pair.0)
            targets[row * Self.width + 7] = Float(pair.1)
        }
        let gradient = Self.evaluate(Self.terms("affect"), outputs: outputs, targets: targets).gradient
        for row in 0..<4 { #expect(gradient[row * Self.width + 7] != 0) }
    }

    @Test func weightsAreInverseToCounts() {
        #expect(ClassWeights.inverse(counts: [100, 50, 10, 0]) == [1, 2, 10, 0])
        #expect(ClassWeights.inverse(positives: [100, 25, 0]) == [1, 4, 4])
        #expect(ClassWeights.inverse(positives: [0, 0]) == [1, 1])
        #expect(ClassWeights.positive(positives: [25, 0], labelled: [100, 100]) == [3, 1])
    }
}
