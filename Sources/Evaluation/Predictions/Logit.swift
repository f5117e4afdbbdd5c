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
