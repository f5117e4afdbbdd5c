import Affect
import Evaluation
import Screen

/// A few fields that are filled in over the view: what to open, what to write, how to filter.
struct Form: Equatable, Sendable {
    enum Purpose: Equatable, Sendable { case predictions, export, filterOptions, tuning }

    struct Field: Equatable, Sendable {
        var label: String
        var text: String
        /// What can be chosen; a field without is typed.
        var choices: [String] = []
        var hint: String
    }

    var purpose: Purpose
    var title: String
    var fields: [Field]
    var selected = 0
    /// What stands against it, in a sentence.
    var problem: String?

    func text(_ index: Int) -> String {
        fields.indices.contains(index) ? fields[index].text.trimmed : ""
    }

    mutating func select(_ step: Int) { selected = (selected + step + fields.count) % fields.count }

    /// The next of the choices of the selected field.
    mutating func turn(_ step: Int) {
        let choices = fields[selected].choices
        guard !choices.isEmpty else { return }
        let now = choices.firstIndex(of: fields[selected].text) ?? 0
        fields[selected].text = choices[(now + step + choices.count) % choices.count]
        if purpose == .export { renameExport() }
        problem = nil
    }
}

extension Form {
    static func predictions(_ smoother: SmootherState) -> Form {
        var files = PredictionFiles(paths: [])
        if case .files(let open) = smoother.source { files = open }
        func text(_ choices: [PredictionReadingOptions.ColumnChoice]) -> String {
            choices.map { "\($0.channel)=\($0.column)" }.joined(separator: ",")
        }
        return Form(
            purpose: .predictions, title: "Open predictions of any model",
            fields: [
                Field(
                    label: "predictions", text: files.paths.first ?? "",
                    hint: "a table (CSV) of frames, a folder of them, or .npy"),
                Field(
                    label: "truth", text: files.truth ?? "",
                    hint: "ABAW annotations, a table; empty: columns such as valence_truth beside them"),
                Field(
                    label: "columns", text: text(files.reading.columns),
                    hint: "channel=column,... where the names do not tell: valence=pred_v"),
                Field(
                    label: "truth columns", text: text(files.reading.truthColumns),
                    hint: "channel=column,... of the truth: valence=target"),
                Field(
                    label: "frames a second", text: files.reading.framesPerSecond.map { Numbers.short($0) } ?? "",
                    hint: "to say sigmas in seconds, too"),
            ])
    }

    /// The files that the fields name, or what stands against them.
    var files: Result<PredictionFiles, Refusal> {
        guard !text(0).isEmpty else {
            return .failure(Refusal(field: 0, text: "the path of the predictions is missing"))
        }
        var reading = PredictionReadingOptions()
        for (index, path) in [(2, \PredictionReadingOptions.columns), (3, \PredictionReadingOptions.truthColumns)] {
            for word in text(index).split(separator: ",") {
                let parts = word.split(separator: "=", maxSplits: 1).map { String($0).trimmed }
                guard parts.count == 2 else {
                    return .failure(Refusal(field: index, text: "'\(word)' is not channel=column"))
                }
                reading[keyPath: path].append(.init(channel: parts[0], column: parts[1]))
            }
        }
        if !text(4).isEmpty {
            guard let rate = Double(text(4)), rate > 0, rate.isFinite else {
                return .failure(Refusal(field: 4, text: "'\(text(4))' is not a number of frames"))
            }
            reading.framesPerSecond = rate
        }
        return .success(PredictionFiles(paths: [text(0)], truth: text(1).isEmpty ? nil : text(1), reading: reading))
    }

    struct Refusal: Error, Equatable {
        var field: Int
        var text: String
    }

    static func export(_ smoother: SmootherState) -> Form {
        let name = (smoother.set?.name ?? "predictions").map { $0 == "/" || $0 == " " ? "-" : $0 }
        return Form(
            purpose: .export, title: "Export",
            fields: [
                Field(
                    label: "what", text: ExportRequest.Kind.predictions.rawValue,
                    choices: ExportRequest.Kind.allCases.map(\.rawValue), hint: "← → changes it"),
                Field(
                    label: "file", text: String(name) + "-smoothed.csv", hint: "is not replaced without being asked"),
                Field(
                    label: "frame list", text: "",
                    hint: "for a submission: a sample of it, or a list of images or videos; may be empty"),
            ])
    }

    /// The name that was put forward follows what is written, until a person has changed it.
    private mutating func renameExport() {
        let endings = ["-smoothed.csv", "-submission.txt"]
        guard let ending = endings.first(where: { fields[1].text.hasSuffix($0) }) else { return }
        let isSubmission = text(0) == ExportRequest.Kind.submission.rawValue
        fields[1].text = fields[1].text.dropLast(ending.count) + endings[isSubmission ? 1 : 0]
    }

    func exportRequest(_ settings: SmootherSettings) -> Result<ExportRequest, Refusal> {
        guard !text(1).isEmpty else { return .failure(Refusal(field: 1, text: "the file has no name yet")) }
        let kind = ExportRequest.Kind(rawValue: text(0)) ?? .predictions
        return .success(
            ExportRequest(kind: kind, path: text(1), list: text(2).isEmpty ? nil : text(2), settings: settings))
    }

    static func filterOptions(_ smoother: SmootherState) -> Form {
        let options = smoother.settings.options
        var fields = [
            Field(
                label: "edges", text: options.edge.rawValue, choices: EdgeMode.allCases.map(\.rawValue),
                hint: "how a signal goes on past its ends, as scipy names it"),
            Field(
                label: "gaps", text: options.gaps.rawValue, choices: GapFilling.allCases.map(\.rawValue),
                hint: "what stands in for frames without a prediction"),
            Field(
                label: "afterwards", text: options.result.rawValue, choices: GapResult.allCases.map(\.rawValue),
                hint: "whether frames without a prediction are without one again"),
        ]
        if smoother.set?.task == .valenceArousal {
            fields.append(
                Field(
                    label: "clip", text: options.clips ? "yes" : "no", choices: ["yes", "no"],
                    hint: "smoothed values to -1 ... 1"))
        } else {
            fields.append(
                Field(
                    label: "smooth", text: options.domain.rawValue, choices: SmoothingDomain.allCases.map(\.rawValue),
                    hint: "probabilities as they are, or their logits"))
        }
        return Form(purpose: .filterOptions, title: "Filter", fields: fields)
    }

    func filterOptions(_ before: FilterOptions, _ task: AffectTask?) -> FilterOptions {
        var options = before
        options.edge = EdgeMode(rawValue: text(0)) ?? options.edge
        options.gaps = GapFilling(rawValue: text(1)) ?? options.gaps
        options.result = GapResult(rawValue: text(2)) ?? options.result
        if task == .valenceArousal {
            options.clips = text(3) != "no"
        } else {
            options.domain = SmoothingDomain(rawValue: text(3)) ?? options.domain
        }
        return options
    }
}

extension String {
    fileprivate var trimmed: String {
        var text = Substring(self)
        while text.first?.isWhitespace == true { text.removeFirst() }
        while text.last?.isWhitespace == true { text.removeLast() }
        return String(text)
    }
}

extension State {
    mutating func pressInForm(_ key: Key, _ form: Form) -> [Effect] {
        var form = form
        let isChoice = !form.fields[form.selected].choices.isEmpty
        switch key {
        case .escape:
            overlay = nil
            return []
        case .enter: return submit(form)
        case .tab, .down: form.select(1)
        case .backTab, .up: form.select(-1)
        case .right where isChoice, .character(" ") where isChoice, .character("l") where isChoice: form.turn(1)
        case .left where isChoice, .character("h") where isChoice: form.turn(-1)
        case .character("j") where isChoice: form.select(1)
        case .character("k") where isChoice: form.select(-1)
        default:
            if !isChoice {
                form.fields[form.selected].text.edit(key)
                form.problem = nil
            }
        }
        overlay = .form(form)
        return []
    }

    /// Where a popup lies whose bottom edge takes clicks.
    func popupRect(_ overlay: Overlay) -> Rect? {
        switch overlay {
        case .form(let form): Popups.formRect(form, size)
        case .overwrite: Popups.overwriteRect(size)
        case .choose(let kind, _): Popups.chooserRect(rows: chooserRows(kind, filter: "").count, size)
        default: nil
        }
    }

    /// A click on a field selects it; on one to be chosen from, it takes the next choice.
    mutating func pressInForm(at position: Position, _ form: Form, _ rect: Rect) -> [Effect] {
        var form = form
        let index = (position.row - rect.row - 1) / 2
        guard rect.inset(1, 1).contains(position), form.fields.indices.contains(index) else { return [] }
        form.selected = index
        form.turn(1)
        overlay = .form(form)
        return []
    }

    private mutating func submit(_ form: Form) -> [Effect] {
        func refuse(_ refusal: Form.Refusal) -> Overlay {
            var form = form
            form.selected = refusal.field
            form.problem = refusal.text
            return .form(form)
        }
        switch form.purpose {
        case .predictions:
            switch form.files {
            case .success(let files):
                overlay = nil
                current = .smoother
                return open(.files(files))
            case .failure(let refusal): overlay = refuse(refusal)
            }
        case .export:
            switch form.exportRequest(smoother.settings) {
            case .success(let request):
                overlay = nil
                notice = Notice(text: "exporting to \(request.path)")
                return [.smoother(.export(request))]
            case .failure(let refusal): overlay = refuse(refusal)
            }
        case .filterOptions:
            overlay = nil
            let options = form.filterOptions(smoother.settings.options, smoother.set?.task)
            guard options != smoother.settings.options else { return [] }
            smoother.settings.options = options
            return requestSmoothing()
        case .tuning:
            switch form.tuningChoices {
            case .success(let choices):
                overlay = nil
                smoother.tuningChoices = choices
                return tune()
            case .failure(let refusal): overlay = refuse(refusal)
            }
        }
        return []
    }

    // MARK: A typed value, and the question whether to replace a file

    mutating func pressInValue(_ key: Key, _ text: String) -> [Effect] {
        var text = text
        switch key {
        case .escape: overlay = nil
        case .backspace where text.isEmpty: overlay = nil
        case .enter:
            if text.contains(",") {
                guard let triple = Sigmas(text: text) else {
                    notice = refusal("three numbers as in 29,8,3.5, the first the largest")
                    return []
                }
                overlay = nil
                smoother.note = ""
                return setTriple(triple)
            }
            guard let value = Double(text), value.isFinite, value >= 0 else {
                notice = refusal("'\(text)' is not a number from 0")
                return []
            }
            overlay = nil
            if smoother.slider == .threshold, !(0.01...0.99).contains(value) {
                return refuse("a threshold is a probability from .01 to .99")
            }
            return set(smoother.slider, to: value)
        default:
            notice = nil
            text.edit(key)
            overlay = .value(text)
        }
        return []
    }

    mutating func pressInOverwrite(_ key: Key, _ request: ExportRequest) -> [Effect] {
        switch key {
        case .character("y"):
            guard isMeant() else { return [] }
            overlay = nil
            var request = request
            request.overwrites = true
            notice = Notice(text: "exporting to \(request.path)")
            return [.smoother(.export(request))]
        case .escape, .enter, .character("n"), .character("q"):
            overlay = nil
            notice = Notice(text: "nothing was written")
        default: break
        }
        return []
    }
}
