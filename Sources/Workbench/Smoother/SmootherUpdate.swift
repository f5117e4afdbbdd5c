import Evaluation
import Results
import RunStore
import Screen

extension State {
    /// Receives what the shell has found out for the smoother.
    mutating func receive(_ event: SmootherEvent) -> [Effect] {
        switch event {
        case .available(let runs):
            smoother.available = runs
            return isInSight(.smoother) ? openFirst() : []
        case .open(let source):
            turn(to: .smoother)
            return openPredictions(source)
        case .opened(let number, let set, let kept, let notes):
            guard number == smoother.opening else { return [] }
            return opened(set, kept, notes)
        case .openFailed(let number, let problem):
            guard number == smoother.opening else { return [] }
            smoother.phase = .failed(problem)
        case .smoothed(let result):
            // An older result than the one in view comes too late; one on the way to the newest keeps the chart moving.
            let request = result.request
            guard request.opening == smoother.opening, request.number > (smoother.result?.request.number ?? 0),
                request.number <= smoother.number
            else { return [] }
            smoother.result = result
        case .strip(let request, let slider, let scores):
            guard isNewest(request) else { return [] }
            smoother.strips[slider] = SmootherState.Strip(request: request, scores: scores)
        case .surface(let request, let surface):
            guard isNewest(request) else { return [] }
            smoother.surface = SmootherState.Surface(request: request, surface: surface)
        case .standings(let request, let standings):
            guard isNewest(request) else { return [] }
            let selected = selectedVideo
            smoother.standings = standings
            // The list keeps the same video selected when it is sorted anew.
            if let selected, let place = smoother.listed.firstIndex(of: selected) { smoother.list.selected = place }
        case .tuning(let number, let progress):
            if number == smoother.tuningNumber, smoother.isTuning { smoother.progress = progress }
        case .tuned(let number, let result):
            guard number == smoother.tuningNumber, smoother.isTuning else { return [] }
            return tuned(result)
        case .exportExists(let request): return present(Confirmation.replace(request))
        }
        return []
    }

    /// What is refined when nothing moves is of use only for the settings in view.
    private func isNewest(_ request: SmoothRequest) -> Bool {
        request.opening == smoother.opening && request.number == smoother.number
    }

    // MARK: Opening

    /// Opens the watched run, or the newest, when it has predictions and nothing is open.
    mutating func openFirst() -> [Effect] {
        guard smoother.source == nil, let runs = smoother.available, !runs.isEmpty else { return [] }
        let watched = watched.flatMap { run in runs.first { $0.run == run.id } }
        guard let first = watched ?? runs.first else { return [] }
        return openPredictions(.run(first))
    }

    mutating func openPredictions(_ source: PredictionSource) -> [Effect] {
        let before = smoother
        var effects: [Effect] = before.isTuning ? [.smoother(.cancelTuning)] : []
        smoother = SmootherState()
        smoother.available = before.available
        smoother.opening = before.opening + 1
        // Numbers go on, so that nothing that is under way is taken for new.
        smoother.number = before.number
        smoother.tuningNumber = before.tuningNumber + 1
        smoother.hidden = before.hidden
        smoother.inSeconds = before.inSeconds
        smoother.tuningChoices.isStrict = before.tuningChoices.isStrict
        smoother.source = source
        smoother.phase = .reading(name(of: source))
        effects.append(.smoother(.open(source, smoother.opening)))
        return effects
    }

    func name(of source: PredictionSource) -> String {
        switch source {
        case .run(let predicted): runs.first { $0.id == predicted.run }?.name ?? "run \(predicted.run)"
        case .files(let files): files.paths.first ?? ""
        }
    }

    private mutating func opened(_ set: PredictionSet, _ kept: KeptSmoother?, _ notes: [String]) -> [Effect] {
        guard !set.videos.isEmpty, !set.channels.isEmpty else {
            smoother.phase = .failed("\(set.name) has no videos.")
            return []
        }
        smoother.set = set
        smoother.phase = .ready
        smoother.readingNotes = notes
        smoother.settings = SmootherSettings(
            sigmas: Sigmas(20, 5, 2), channels: set.channels.count, options: FilterOptions())
        if let kept {
            smoother.settings = kept.settings(for: set.channels, base: smoother.settings)
            smoother.isLinked = smoother.settings.areLinked
            smoother.note = "settings as kept with the run"
        }
        if let first = notes.first { notice = Notice(text: first) }
        return requestSmoothing()
    }

    // MARK: Requests

    /// Asks for chart and scores of the settings as they are.
    mutating func requestSmoothing() -> [Effect] {
        guard smoother.set != nil else { return [] }
        smoother.number += 1
        let isJoint = smoother.isLinked || smoother.set?.task == .expression
        let request = SmoothRequest(
            number: smoother.number, opening: smoother.opening, settings: smoother.settings, video: smoother.video,
            channel: smoother.channel, judged: isJoint ? nil : smoother.channel,
            scope: smoother.fold.map { .fold($0) } ?? .all)
        return [.smoother(.smooth(request))]
    }

    /// Moves a slider to a value and the others out of its way.
    mutating func set(_ slider: SmootherSlider, to value: Double) -> [Effect] {
        guard let set = smoother.set, value.isFinite, set.channels.indices.contains(smoother.channel) else { return [] }
        smoother.slider = slider
        smoother.note = ""
        guard let which = slider.sigma else {
            let threshold = min(0.99, max(0.01, value))
            guard threshold != smoother.threshold else { return [] }
            smoother.settings.thresholds[smoother.channel] = threshold
            return requestSmoothing()
        }
        let step = SliderTrack.step(value, of: slider)
        let largest = SliderTrack.largestTyped - (which == .first ? 0 : step)
        var triple = smoother.sigmas
        let moved = triple.set(which, to: min(largest, max(0, value)), step: step)
        for other in moved { triple[other] = SliderTrack.rounded(triple[other], to: 0.001) }
        guard triple != smoother.sigmas else { return [] }
        if !moved.isEmpty {
            let text = moved.map { "σ\($0.rawValue) to \(Numbers.short(triple[$0]))" }.joined(separator: ", ")
            smoother.note = "moved \(text) so that σ1 > σ2, σ3"
        }
        return setTriple(triple)
    }

    /// Sets all three sigmas, of all channels while they are linked.
    mutating func setTriple(_ triple: Sigmas) -> [Effect] {
        if smoother.isLinked {
            smoother.settings.sigmas = Array(repeating: triple, count: smoother.settings.sigmas.count)
        } else if smoother.settings.sigmas.indices.contains(smoother.channel) {
            smoother.settings.sigmas[smoother.channel] = triple
        }
        return requestSmoothing()
    }

    // MARK: Tuning

    private mutating func tuned(_ result: TuningResult) -> [Effect] {
        smoother.progress = nil
        smoother.tuned = result
        guard let best = result.usable(strict: smoother.tuningChoices.isStrict) else { return [] }
        smoother.tuningList.selected = best
        return use(best)
    }

    /// Puts the sliders where a row of the tuning has them.
    mutating func use(_ index: Int) -> [Effect] {
        guard let result = smoother.tuned, result.rows.indices.contains(index) else { return [] }
        let row = result.rows[index]
        guard var settings = row.settings(options: smoother.settings.options) else {
            return refuse("\(row.family.title) is only a baseline; the sliders cannot show it")
        }
        if row.thresholds.isEmpty { settings.thresholds = smoother.settings.thresholds }
        smoother.settings = settings
        smoother.isLinked = settings.areLinked
        smoother.tunedRow = index
        var text =
            "\(row.family.title) \(row.methods.first?.description ?? ""): fitted \(ScoreText.of(row.fitted.mean))"
        if let leftOut = row.leftOut { text += ", left out \(ScoreText.of(leftOut.mean))" }
        if let bound = row.bounds.first { text += "; \(bound)" }
        smoother.note = ""
        notice = Notice(text: text, isProblem: !row.bounds.isEmpty)
        return requestSmoothing()
    }
}
