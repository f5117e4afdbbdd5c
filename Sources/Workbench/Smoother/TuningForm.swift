import Evaluation
import Screen

/// What a person wants of a tuning.
struct TuningChoices: Equatable, Sendable {
    /// Nil for folds where there are at least two, else videos.
    var leaveOut: TuningPlan.LeaveOut?
    /// The largest sigma that is tried, in frames.
    var largest = SigmaScale.largest
    /// Takes the three sigmas with σ2, σ3 ≥ 1 even where less of the filter does better.
    var isStrict = false
    /// Searches thresholds of units as well.
    var thresholds = true

    func plan(for set: PredictionSet, linked: Bool) -> TuningPlan {
        var plan = TuningPlan.standard(for: set)
        plan.linked = linked
        plan.largest = largest
        plan.thresholds = thresholds
        if let leaveOut, leaveOut == .videos || set.folds.count > 1 { plan.leaveOut = leaveOut }
        return plan
    }
}

extension Form {
    private static let rules = ["the best left out", "three sigmas (strict)"]
    private static let searches = ["searched", "as they are"]

    /// What to leave out, how far to search, and what to take.
    static func tuning(_ smoother: SmootherState) -> Form {
        let choices = smoother.tuningChoices
        let set = smoother.set
        let leaveOut = set.map { choices.plan(for: $0, linked: true).leaveOut } ?? .videos
        let hasFolds = (set?.folds.count ?? 0) > 1
        var fields = [
            Field(
                label: "leave out", text: leaveOut.rawValue,
                choices: (hasFolds ? TuningPlan.LeaveOut.allCases : [.videos]).map(\.rawValue),
                hint: "each in turn, scored with what the others chose"),
            Field(
                label: "take", text: rules[choices.isStrict ? 1 : 0], choices: rules,
                hint: "strict: σ2, σ3 ≥ 1, even if a plain Gaussian does better"),
            Field(
                label: "largest sigma", text: Numbers.short(choices.largest),
                hint: "in frames; a choice at the end of the search is flagged"),
        ]
        if set?.task == .actionUnits {
            fields.append(
                Field(
                    label: "thresholds", text: searches[choices.thresholds ? 0 : 1], choices: searches,
                    hint: "of each unit, from .01 to .99"))
        }
        return Form(purpose: .tuning, title: "Tune", fields: fields)
    }

    /// What the fields say, or what stands against it.
    var tuningChoices: Result<TuningChoices, Refusal> {
        guard let largest = Double(text(2)), (2...SliderTrack.largestTyped).contains(largest) else {
            return .failure(Refusal(field: 2, text: "'\(text(2))' is not a number of frames from 2 to 10000"))
        }
        return .success(
            TuningChoices(
                leaveOut: TuningPlan.LeaveOut(rawValue: text(0)), largest: largest, isStrict: text(1) == Self.rules[1],
                thresholds: text(3) != Self.searches[1]))
    }
}
