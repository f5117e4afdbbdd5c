import Affect
import Evaluation
import Screen

extension Form.Name {
    // Of the form that opens predictions.
    fileprivate static let predictions = Form.Name("predictions")
    fileprivate static let truth = Form.Name("truth")
    fileprivate static let columns = Form.Name("columns")
    fileprivate static let truthColumns = Form.Name("truth columns")
    fileprivate static let framesPerSecond = Form.Name("frames a second")
    // Of the form that exports.
    fileprivate static let kind = Form.Name("what")
    fileprivate static let file = Form.Name("file")
    fileprivate static let frameList = Form.Name("frame list")
    // Of the options of the filter.
    fileprivate static let edge = Form.Name("edges")
    fileprivate static let gaps = Form.Name("gaps")
    fileprivate static let result = Form.Name("afterwards")
    fileprivate static let clips = Form.Name("clip")
    fileprivate static let domain = Form.Name("smooth")
}

// MARK: Opening predictions

extension Form {
    static func predictions(_ smoother: SmootherState) -> Form {
        var files = PredictionFiles(paths: [])
        if case .files(let open) = smoother.source { files = open }
        func text(_ choices: [PredictionReadingOptions.ColumnChoice]) -> String {
            choices.map { "\($0.channel)=\($0.column)" }.joined(separator: ",")
        }
        return Form(
            title: "Open predictions of any model",
            fields: [
                Field(
                    name: .predictions, label: "predictions", text: files.paths.first ?? "",
                    hint: "a CSV table of frames, a folder of tables, or .npy"),
                Field(
                    name: .truth, label: "truth", text: files.truth ?? "",
                    hint: "ABAW annotations or a table; empty: columns such as valence_truth"),
                Field(
                    name: .columns, label: "columns", text: text(files.reading.columns),
                    hint: "channel=column,... if the names differ: valence=pred_v"),
                Field(
                    name: .truthColumns, label: "truth columns", text: text(files.reading.truthColumns),
                    hint: "channel=column,... of the truth: valence=target"),
                Field(
                    name: .framesPerSecond, label: "frames a second",
                    text: files.reading.framesPerSecond.map { Numbers.short($0) } ?? "",
                    hint: "to show sigmas in seconds too"),
            ],
            submit: { form, state throws(Refusal) in
                let files = try form.predictionFiles()
                state.turn(to: .smoother)
                return state.openPredictions(.files(files))
            })
    }

    /// The files that the fields name.
    private func predictionFiles() throws(Refusal) -> PredictionFiles {
        let path = self[.predictions]
        if path.isEmpty { throw Refusal(field: .predictions, text: "the path of the predictions is missing") }
        var reading = PredictionReadingOptions()
        reading.columns = try columnChoices(.columns)
        reading.truthColumns = try columnChoices(.truthColumns)
        let rate = self[.framesPerSecond]
        if !rate.isEmpty {
            guard let value = Double(rate), value > 0, value.isFinite else {
                throw Refusal(field: .framesPerSecond, text: "'\(rate)' is not a number of frames")
            }
            reading.framesPerSecond = value
        }
        let truth = self[.truth]
        return PredictionFiles(paths: [path], truth: truth.isEmpty ? nil : truth, reading: reading)
    }

    private func columnChoices(_ name: Name) throws(Refusal) -> [PredictionReadingOptions.ColumnChoice] {
        var choices: [PredictionReadingOptions.ColumnChoice] = []
        for word in self[name].split(separator: ",") {
            let parts = word.split(separator: "=", maxSplits: 1).map { String($0).trimmed }
            guard parts.count == 2 else {
                throw Refusal(field: name, text: "'\(word)' is not of the form channel=column")
            }
            choices.append(.init(channel: parts[0], column: parts[1]))
        }
        return choices
    }
}

// MARK: Exporting

extension Form {
    private static let endings = (predictions: "-smoothed.csv", submission: "-submission.txt")

    static func export(_ smoother: SmootherState) -> Form {
        let name = (smoother.set?.name ?? "predictions").map { $0 == "/" || $0 == " " ? "-" : $0 }
        return Form(
            title: "Export",
            fields: [
                Field(
                    name: .kind, label: "what", text: ExportRequest.Kind.predictions.rawValue,
                    choices: ExportRequest.Kind.allCases.map(\.rawValue), hint: "← → changes it"),
                Field(
                    name: .file, label: "file", text: String(name) + endings.predictions,
                    hint: "asks before it replaces a file"),
                Field(
                    name: .frameList, label: "frame list", text: "",
                    hint: "for a submission: its sample file, or a list of images or videos; optional"),
            ],
            follow: { $0.renameExport() },
            submit: { form, state throws(Refusal) in
                let request = try form.exportRequest(state.smoother.settings)
                state.notice = Notice(text: "exporting to \(request.path)")
                return [.smoother(.export(request))]
            })
    }

    private var exportKind: ExportRequest.Kind { ExportRequest.Kind(rawValue: self[.kind]) ?? .predictions }

    /// The name that was put forward follows what is written, until a person has changed it.
    private mutating func renameExport() {
        let name = self[.file]
        guard let ending = [Self.endings.predictions, Self.endings.submission].first(where: { name.hasSuffix($0) })
        else { return }
        let wanted = exportKind == .submission ? Self.endings.submission : Self.endings.predictions
        set(.file, to: name.dropLast(ending.count) + wanted)
    }

    private func exportRequest(_ settings: SmootherSettings) throws(Refusal) -> ExportRequest {
        if self[.file].isEmpty { throw Refusal(field: .file, text: "the name of the file is missing") }
        let list = self[.frameList]
        return ExportRequest(
            kind: exportKind, path: self[.file], list: list.isEmpty ? nil : list, settings: settings)
    }
}

extension Confirmation {
    /// Whether an export may replace the file that is there.
    static func replace(_ request: ExportRequest) -> Confirmation {
        Confirmation(
            title: "Replace the file?", text: "\(request.path) already exists.", verb: "replace",
            refusal: "nothing was written"
        ) { state in
            var request = request
            request.overwrites = true
            state.notice = Notice(text: "exporting to \(request.path)")
            return [.smoother(.export(request))]
        }
    }
}

// MARK: The filter

extension Form {
    static func filterOptions(_ smoother: SmootherState) -> Form {
        let options = smoother.settings.options
        let last =
            smoother.set?.task == .valenceArousal
            ? Field(
                name: .clips, label: "clip", text: options.clips ? "yes" : "no", choices: ["yes", "no"],
                hint: "limit smoothed values to -1 ... 1")
            : Field(
                name: .domain, label: "smooth", text: options.domain.rawValue,
                choices: SmoothingDomain.allCases.map(\.rawValue), hint: "smooth the probabilities or their logits")
        return Form(
            title: "Filter",
            fields: [
                Field(
                    name: .edge, label: "edges", text: options.edge.rawValue,
                    choices: EdgeMode.allCases.map(\.rawValue),
                    hint: "how a signal continues past its ends (names of scipy)"),
                Field(
                    name: .gaps, label: "gaps", text: options.gaps.rawValue,
                    choices: GapFilling.allCases.map(\.rawValue), hint: "how frames without a prediction are filled"),
                Field(
                    name: .result, label: "afterwards", text: options.result.rawValue,
                    choices: GapResult.allCases.map(\.rawValue),
                    hint: "whether the filled frames become missing again"),
                last,
            ],
            submit: { form, state throws(Refusal) in
                let options = form.filterOptions(state.smoother.settings.options)
                guard options != state.smoother.settings.options else { return [] }
                state.smoother.settings.options = options
                return state.requestSmoothing()
            })
    }

    private func filterOptions(_ before: FilterOptions) -> FilterOptions {
        var options = before
        options.edge = EdgeMode(rawValue: self[.edge]) ?? options.edge
        options.gaps = GapFilling(rawValue: self[.gaps]) ?? options.gaps
        options.result = GapResult(rawValue: self[.result]) ?? options.result
        options.domain = SmoothingDomain(rawValue: self[.domain]) ?? options.domain
        if !self[.clips].isEmpty { options.clips = self[.clips] == "yes" }
        return options
    }
}

// MARK: A number for a slider

extension ValueEntry {
    static func slider(_ smoother: SmootherState) -> ValueEntry {
        ValueEntry(
            label: smoother.slider.name, help: "29,8,3.5 sets all three",
            submit: { text, state throws(Refusal) in
                if text.contains(",") {
                    guard let triple = Sigmas(text: text) else {
                        throw Refusal(text: "expected three numbers such as 29,8,3.5, the first the largest")
                    }
                    state.smoother.note = ""
                    return state.setTriple(triple)
                }
                guard let value = Double(text), value.isFinite, value >= 0 else {
                    throw Refusal(text: "'\(text)' is not a number of at least 0")
                }
                if state.smoother.slider == .threshold, !(0.01...0.99).contains(value) {
                    return state.refuse("a threshold is a probability from .01 to .99")
                }
                return state.set(state.smoother.slider, to: value)
            })
    }
}
