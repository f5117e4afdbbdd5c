import Affect
import Foundation

/// Between a probability and what a head puts out: the logit of a unit, the logarithm for one class of several.
enum Logit {
    static func of(_ probability: Double, task: AffectTask) -> Double {
        if probability.isNaN { return .nan }
        let smallest = SmoothingDomain.smallestProbability
        let p = min(1 - smallest, max(smallest, probability))
        return task == .expression ? log(p) : log(p / (1 - p))
    }

    /// For a class the exponential: classes are compared with each other only.
    static func probability(_ logit: Double, task: AffectTask) -> Double {
        task == .expression ? exp(logit) : 1 / (1 + exp(-logit))
    }
}

extension Logit {
    /// Probabilities from what a head put out: one sigmoid a unit, or a softmax over the classes.
    static func probabilities(_ logits: [Double], task: AffectTask) -> [Double] {
        switch task {
        case .valenceArousal: return logits
        case .actionUnits: return logits.map { 1 / (1 + exp(-$0)) }
        case .expression:
            guard let largest = logits.max(), !logits.contains(where: \.isNaN) else {
                return logits.map { _ in .nan }
            }
            let exponents = logits.map { exp($0 - largest) }
            let sum = exponents.reduce(0, +)
            return exponents.map { $0 / sum }
        }
    }
}
