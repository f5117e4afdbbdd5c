import Evaluation
import Screen

/// What a person wants of a tuning.
struct TuningChoices: Equatable, Sendable {
    /// Nil for folds where there are at least two, else videos.
    var leaveOut: TuningPlan.LeaveOut?
    /// The largest sigma that is tried, in frames.
    var largest = SigmaScale.largest
    /// Chooses the three sigmas with σ2, σ3 ≥ 1 even where less of the filter does better.
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

extension Form.Name {
    fileprivate static let leaveOut = Form.Name("leave out")
    fileprivate static let rule = Form.Name("choose")
    fileprivate static let largest = Form.Name("largest sigma")
    fileprivate static let thresholds = Form.Name("thresholds")
}

extension Form {
    private static let rules = (best: "best when left out", strict: "three sigmas (strict)")
    private static let searches = (search: "search", keep: "keep the present ones")

    /// What to leave out, how far to search, and what to choose.
    static func tuning(_ smoother: SmootherState) -> Form {
        let choices = smoother.tuningChoices
        let set = smoother.set
        let leaveOut = set.map { choices.plan(for: $0, linked: true).leaveOut } ?? .videos
        let hasFolds = (set?.folds.count ?? 0) > 1
        var fields = [
            Field(
                name: .leaveOut, label: "leave out", text: leaveOut.rawValue,
                choices: (hasFolds ? TuningPlan.LeaveOut.allCases : [.videos]).map(\.rawValue),
                hint: "each is scored with what the others chose"),
            Field(
                name: .rule, label: "choose", text: choices.isStrict ? rules.strict : rules.best,
                choices: [rules.best, rules.strict],
                hint: "strict: σ2, σ3 ≥ 1, even if a plain Gaussian scores more"),
            Field(
                name: .largest, label: "largest sigma", text: Numbers.short(choices.largest),
                hint: "in frames; a choice at this limit is flagged"),
        ]
        if set?.task == .actionUnits {
            fields.append(
                Field(
                    name: .thresholds, label: "thresholds", text: choices.thresholds ? searches.search : searches.keep,
                    choices: [searches.search, searches.keep], hint: "of each action unit, from .01 to .99"))
        }
        return Form(
            title: "Tune", fields: fields,
            submit: { form, state throws(Refusal) in
                state.smoother.tuningChoices = try form.tuningChoices()
                return state.perform(SmootherActions.tune)
            })
    }

    /// What the fields say.
    private func tuningChoices() throws(Refusal) -> TuningChoices {
        guard let largest = Double(self[.largest]), (2...SliderTrack.largestTyped).contains(largest) else {
            throw Refusal(field: .largest, text: "'\(self[.largest])' is not a number of frames from 2 to 10000")
        }
        return TuningChoices(
            leaveOut: TuningPlan.LeaveOut(rawValue: self[.leaveOut]), largest: largest,
            isStrict: self[.rule] == Self.rules.strict, thresholds: self[.thresholds] != Self.searches.keep)
    }
}
