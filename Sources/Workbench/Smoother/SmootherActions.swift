import Evaluation
import Results
import RunStore
import Screen

extension State {
    /// Does what an action means in the smoother; nil when it means the same as everywhere.
    mutating func performInSmoother(_ action: Action) -> [Effect]? {
        switch action {
        case .show, .help, .palette, .toggleMouse, .nextTheme, .redraw, .suspend, .quit, .openFile: return nil
        case .pause, .stop, .checkpoint, .resumeRun: return nil
        case .chooseRun: return choose(.run)
        case .close: return closeInSmoother()
        default: break
        }
        guard smoother.set != nil else {
            return refuse(
                smoother.source == nil
                    ? "no predictions are open: R chooses a run, O a file" : "the predictions are not read yet")
        }
        switch action {
        case .chooseFold: return choose(.fold)
        case .chooseVideo: return choose(.video)
        case .chooseChannel: return choose(.channel)
        case .showHide: return choose(.curves)
        case .focusNext: moveSmootherFocus(1)
        case .focusPrevious: moveSmootherFocus(-1)
        case .zoomPane: smoother.isZoomed.toggle()
        case .filter:
            smoother.focus = .videos
            if Layout(self, size)?.smoother[.videos] == nil { smoother.isZoomed = true }
            setFilter("", isTyping: true)
        case .enterValue: overlay = .value("")
        case .plainGaussian: return preset(.gaussian(smoother.sigmas.first), "the plain Gaussian: σ2 and σ3 are off")
        case .showAll:
            if smoother.focus == .chart {
                smoother.window = .all
            } else {
                return preset(.identity, "identity: nothing is smoothed")
            }
        case .linkChannels: return link()
        case .filterOptions: overlay = .form(.filterOptions(smoother))
        case .tune: return smoother.isTuning ? cancelTuning() : tune()
        case .tuningOptions:
            if smoother.isTuning { return refuse("a tuning runs; a stops it") }
            overlay = .form(.tuning(smoother))
        case .keep: return keep()
        case .takeOut: overlay = .form(.export(smoother))
        case .lessSmoothing: return step(.first, by: -10)
        case .moreSmoothing: return step(.first, by: 10)
        case .axisUnit: return changeUnit()
        case .copy: return copySmoother()
        case .logAxis: return refuse("these curves cross zero: a log axis cannot show them")
        case .panLeft, .panRight, .zoomIn, .zoomOut, .left, .right, .up, .down, .coarseLeft, .coarseRight, .first,
            .last, .pageDown, .pageUp, .nextMatch, .previousMatch:
            return moveInSmoother(action)
        case .open: return openInSmoother()
        default: return []
        }
        return []
    }

    private mutating func choose(_ kind: Chooser) -> [Effect] {
        let rows = chooserRows(kind, filter: "")
        if kind == .fold, rows.count < 2 { return refuse("these predictions have no folds") }
        overlay = .choose(kind, ListState(selected: rows.firstIndex { $0.isCurrent } ?? 0))
        return []
    }

    private mutating func preset(_ triple: Sigmas, _ text: String) -> [Effect] {
        smoother.note = text
        return setTriple(triple)
    }

    /// Moves a slider some fine steps.
    mutating func step(_ slider: SmootherSlider, by steps: Int) -> [Effect] {
        set(slider, to: SliderTrack.moved(smoother.value(slider), by: steps, of: slider))
    }

    private mutating func link() -> [Effect] {
        if smoother.set?.task == .expression {
            return refuse("classes are compared with each other, so they share their sigmas")
        }
        guard (smoother.set?.channels.count ?? 0) > 1 else { return refuse("there is one channel") }
        smoother.isLinked.toggle()
        if smoother.isLinked {
            smoother.note = "all channels as \(smoother.channelName) has them"
            return setTriple(smoother.sigmas)
        }
        smoother.note = "\(smoother.channelName) alone from now on; C chooses another"
        return requestSmoothing()
    }

    mutating func tune() -> [Effect] {
        guard let set = smoother.set else { return [] }
        guard set.hasTruth else { return refuse("there is no truth to tune on: O opens predictions with their truth") }
        smoother.tuningNumber += 1
        let plan = smoother.tuningChoices.plan(for: set, linked: smoother.isLinked)
        smoother.progress = TuningProgress(family: .raw, done: 0, expected: 1, best: .nan)
        smoother.note = ""
        return [.smoother(.tune(smoother.tuningNumber, plan, smoother.settings))]
    }

    private mutating func cancelTuning() -> [Effect] {
        smoother.progress = nil
        smoother.tuningNumber += 1
        notice = Notice(text: "tuning cancelled")
        return [.smoother(.cancelTuning)]
    }

    private mutating func keep() -> [Effect] {
        guard let set = smoother.set, case .run(let predicted) = smoother.source else {
            return refuse("w keeps with a run; 'maeface runs import' makes one of a file, e exports")
        }
        let settings = smoother.settings
        // What was left out says something of these settings only while the sliders stand where the tuning put them.
        let isTuned = smoother.usedRow?.settings(options: settings.options)?.sigmas == settings.sigmas
        let kept = KeptSmoother(
            settings, of: set, scores: smoother.isUpToDate ? smoother.scores?.all : nil,
            leftOut: isTuned ? smoother.usedRow?.leftOut?.mean : nil)
        return [.smoother(.keep(kept, predicted.run))]
    }

    private mutating func changeUnit() -> [Effect] {
        guard smoother.seconds(1) != nil else {
            return refuse("the frame rate is not known: O opens predictions with frames a second")
        }
        smoother.inSeconds.toggle()
        return []
    }

    private mutating func closeInSmoother() -> [Effect] {
        if smoother.isTuning { return cancelTuning() }
        if smoother.crosshair != nil {
            smoother.crosshair = nil
        } else if !smoother.list.filter.isEmpty {
            setFilter("", isTyping: false)
        } else if smoother.isZoomed {
            smoother.isZoomed = false
        } else {
            smoother.note = ""
        }
        return []
    }

    private mutating func copySmoother() -> [Effect] {
        guard let set = smoother.set else { return [] }
        var text: String
        if smoother.focus == .chart, let position = smoother.crosshair {
            let values = smootherReadings(at: position).map { "\($0.name) \($0.value)" }
            let axis = smootherAxis.reading(position)
            text = ([smoother.shownVideo?.name ?? "", axis] + values).joined(separator: "  ")
        } else {
            text = "--sigma \(smoother.sigmas)"
            if !smoother.isLinked {
                text = zip(set.channels, smoother.settings.sigmas).map { "--sigma \($0)=\($1)" }.joined(separator: " ")
            }
            if set.task == .actionUnits {
                let thresholds = zip(set.channels, smoother.settings.thresholds)
                text += thresholds.map { " --threshold \($0)=\(Numbers.short($1))" }.joined()
            }
        }
        notice = Notice(text: "copied \(TextWidth.clip(text, to: 50))")
        return [.copy(text)]
    }

    /// Shows another video, of the list or by its number.
    mutating func showVideo(_ index: Int) -> [Effect] {
        guard smoother.set?.videos.indices.contains(index) == true else { return [] }
        if let place = smoother.listed.firstIndex(of: index) { smoother.list.selected = place }
        guard index != smoother.video else { return [] }
        smoother.video = index
        smoother.window = .all
        smoother.crosshair = nil
        return requestSmoothing()
    }

    mutating func showChannel(_ index: Int) -> [Effect] {
        guard smoother.set?.channels.indices.contains(index) == true, index != smoother.channel else { return [] }
        smoother.channel = index
        smoother.note = ""
        smoother.strips[.threshold] = nil
        return requestSmoothing()
    }

    mutating func showFold(_ fold: Int?) -> [Effect] {
        smoother.fold = fold
        smoother.list.selected = 0
        if fold != nil, smoother.shownVideo?.fold != fold, let first = smoother.listed.first {
            return showVideo(first)
        }
        return requestSmoothing()
    }

    var selectedVideo: Int? {
        let listed = smoother.listed
        return listed.indices.contains(smoother.list.selected) ? listed[smoother.list.selected] : nil
    }

    private mutating func openInSmoother() -> [Effect] {
        switch smoother.focus {
        case .videos:
            guard let selected = selectedVideo else { return refuse("no video is selected") }
            return showVideo(selected)
        case .tuning: return use(smoother.tuningList.selected)
        case .chart, .sliders, .scores, .map: smoother.isZoomed.toggle()
        }
        return []
    }

    mutating func moveSmootherFocus(_ step: Int) {
        let all = SmootherPane.allCases.filter { $0 != .tuning || smoother.tuned != nil || smoother.isTuning }
        let order = smoother.isZoomed ? all : Layout(self, size)?.smootherOrder ?? []
        guard !order.isEmpty else { return }
        let now = order.firstIndex(of: smoother.focus) ?? 0
        smoother.focus = order[(now + step + order.count) % order.count]
    }
}
