import Affect
import Evaluation
import Results
import RunStore
import Screen

/// What can be asked for in the smoother: its own actions, and what those of all pages mean there.
enum SmootherActions {
    static let all: [Action] = opening + (own + shared).map { $0.refused(nothingOpen) }

    /// Why nothing can be smoothed; nil when predictions are open.
    @Sendable static func nothingOpen(_ state: State) -> String? {
        guard state.smoother.set == nil else { return nil }
        return state.smoother.source == nil
            ? "no predictions are open: R chooses a run, O a file" : "the predictions are still loading"
    }

    /// A hint while predictions are open.
    private static func hint(
        _ rank: Int, _ text: @escaping @Sendable (State) -> String?
    ) -> @Sendable (State) -> Hint? {
        { state in state.smoother.set == nil ? nil : text(state).map { Hint($0, rank: rank) } }
    }

    private static func onSliders(_ rank: Int, _ text: String, key: String? = nil) -> @Sendable (State) -> Hint? {
        { $0.smoother.set != nil && $0.smoother.focus == .sliders ? Hint(text, rank: rank, key: key) : nil }
    }

    // MARK: Without predictions, too

    private static let opening: [Action] = [
        Action(
            "open predictions", keys: [.character("O")], help: "open predictions of any model from a file",
            in: .smoother, isEverywhere: true, hint: { _ in Hint("open file", rank: 19) }
        ) { $0.present(Form.predictions($0.smoother)) },
        Action.chooseRun.meaning(
            hint: { state in
                if state.smoother.set != nil { return Hint("runs", rank: 18) }
                return state.smoother.available?.isEmpty == false ? Hint("choose a run", rank: 30) : nil
            }
        ) { $0.present(Chooser.predictions.selectingCurrent($0)) },
        Action.close.meaning { $0.closeInSmoother() },
    ]

    // MARK: Its own

    static let plainGaussian = Action(
        "plain gaussian", keys: [.character("P")], help: "plain Gaussian, σ1 only; sliders: also g", in: .smoother,
        hint: onSliders(15, "plain", key: "g"), refused: nothingOpen
    ) { $0.preset(.gaussian($0.smoother.sigmas.first), "the plain Gaussian: σ2 and σ3 are off") }

    static let tune = Action(
        "tune", keys: [.character("a")], help: "search sigmas and thresholds, or stop", in: .smoother,
        hint: hint(10) { $0.smoother.isTuning ? "stop tuning" : "tune" },
        refused: {
            $0.smoother.set?.hasTruth == false ? "tuning needs truth; O opens the predictions with their truth" : nil
        }
    ) { state in state.smoother.isTuning ? state.cancelTuning() : state.tune() }

    static let keep = Action(
        "keep", keys: [.character("w")], help: "keep sigmas and thresholds with the run", in: .smoother,
        hint: hint(17) { $0.smoother.run == nil ? nil : "keep" },
        refused: {
            $0.smoother.run == nil
                ? "only a run keeps settings: 'maeface runs import' turns a file into a run; e exports" : nil
        }
    ) { $0.keepSettings() }

    private static let own: [Action] = [
        Action(
            "choose video", keys: [.character("V")], help: "choose a video, worst first", in: .smoother,
            hint: hint(11) { _ in "video" }
        ) { $0.present(Chooser.video.selectingCurrent($0)) },
        Action(
            "choose channel", keys: [.character("C")], help: "choose a dimension, action unit or class", in: .smoother,
            hint: hint(12) { ($0.smoother.set?.channels.count ?? 0) > 1 ? "channel" : nil }
        ) { $0.present(Chooser.channel.selectingCurrent($0)) },
        Action(
            "enter value", keys: [.character("=")], help: "type a number, or three as in 29,8,3.5", in: .smoother,
            hint: onSliders(3, "number")
        ) { $0.present(ValueEntry.slider($0.smoother)) },
        plainGaussian,
        Action(
            "link channels", keys: [.character("i")], help: "sigmas for each channel or shared by all", in: .smoother,
            hint: hint(22) { state in
                guard let set = state.smoother.set, set.channels.count > 1, set.task != .expression else { return nil }
                return state.smoother.isLinked ? "each channel" : "all channels"
            },
            refused: { state in
                guard let set = state.smoother.set else { return nil }
                if set.task == .expression {
                    return "classes are compared with each other, so they share their sigmas"
                }
                return set.channels.count > 1 ? nil : "there is only one channel"
            }
        ) { $0.linkChannels() },
        Action(
            "filter options", keys: [.character(",")], help: "set edges, gaps, logits and clipping", in: .smoother,
            hint: hint(23) { _ in "filter options" }
        ) { $0.present(Form.filterOptions($0.smoother)) },
        tune,
        Action(
            "tuning options", keys: [.character("A")], help: "set how tuning searches and validates", in: .smoother,
            hint: hint(24) { _ in "tuning options" },
            refused: { $0.smoother.isTuning ? "tuning is running; a stops it" : nil }
        ) { $0.present(Form.tuning($0.smoother)) },
        keep,
    ]

    // MARK: What all pages share

    private static let shared: [Action] = [
        Action.chooseFold.meaning(
            hint: hint(13) { ($0.smoother.set?.folds.count ?? 0) > 1 ? "fold" : nil },
            refused: { $0.smoother.set?.folds.isEmpty == true ? "these predictions have no folds" : nil }
        ) { $0.present(Chooser.fold.selectingCurrent($0)) },
        Action.showHide.meaning(
            hint: { $0.smoother.set == nil ? nil : Hint("curves", rank: $0.smoother.focus == .chart ? 4 : 21) }
        ) { $0.present(Chooser.curves.selectingCurrent($0)) },
        Action.focusNext.meaning { $0.moveSmootherFocus(1) },
        Action.focusPrevious.meaning { $0.moveSmootherFocus(-1) },
        Action.zoomPane.meaning(hint: hint(20) { $0.smoother.isZoomed ? "unzoom" : "zoom pane" }) { state in
            state.smoother.isZoomed.toggle()
            return []
        },
        Action.filter.meaning(hint: hint(2) { $0.smoother.focus == .videos ? "filter" : nil }) { state in
            state.smoother.focus = .videos
            if SmootherLayout(state)?.panes[.videos] == nil { state.smoother.isZoomed = true }
            return state.startFilter()
        },
        Action.showAll.meaning(hint: onSliders(14, "no filter")) { state in
            if state.smoother.focus != .chart { return state.preset(.identity, "no filter: nothing is smoothed") }
            state.smoother.window = .all
            return []
        },
        Action.export.meaning(hint: hint(16) { _ in "export" }) { $0.present(Form.export($0.smoother)) },
        Action.lessSmoothing.meaning { $0.step(.first, by: -10) },
        Action.moreSmoothing.meaning { $0.step(.first, by: 10) },
        Action.axisUnit.meaning(
            refused: {
                $0.smoother.seconds(1) == nil ? "the frame rate is not known; set frames a second with O" : nil
            }
        ) { state in
            state.smoother.inSeconds.toggle()
            return []
        },
        Action.logAxis.meaning(refused: { _ in "these curves cross zero: a log axis cannot show them" }) { _ in [] },
        Action.copy.meaning { state in state.copy(state.smootherText) },
        Action.open.meaning(
            hint: hint(1) { state in
                state.smoother.focus == .videos ? "show" : state.smoother.focus == .tuning ? "apply" : nil
            }
        ) { $0.openInSmoother() },
    ]
}

extension State {
    mutating func preset(_ triple: Sigmas, _ text: String) -> [Effect] {
        smoother.note = text
        return setTriple(triple)
    }

    /// Moves a slider some fine steps.
    mutating func step(_ slider: SmootherSlider, by steps: Int) -> [Effect] {
        set(slider, to: SliderTrack.moved(smoother.value(slider), by: steps, of: slider))
    }

    fileprivate mutating func linkChannels() -> [Effect] {
        smoother.isLinked.toggle()
        if smoother.isLinked {
            smoother.note = "all channels now share the sigmas of \(smoother.channelName)"
            return setTriple(smoother.sigmas)
        }
        smoother.note = "sliders now set \(smoother.channelName) only; C chooses another channel"
        return requestSmoothing()
    }

    mutating func tune() -> [Effect] {
        guard let set = smoother.set else { return [] }
        smoother.tuningNumber += 1
        let plan = smoother.tuningChoices.plan(for: set, linked: smoother.isLinked)
        smoother.progress = TuningProgress(family: .raw, done: 0, expected: 1, best: .nan)
        smoother.note = ""
        return [.smoother(.tune(smoother.tuningNumber, plan, smoother.settings))]
    }

    fileprivate mutating func cancelTuning() -> [Effect] {
        smoother.progress = nil
        smoother.tuningNumber += 1
        notice = Notice(text: "tuning cancelled")
        return [.smoother(.cancelTuning)]
    }

    fileprivate mutating func keepSettings() -> [Effect] {
        guard let set = smoother.set, let run = smoother.run else { return [] }
        let settings = smoother.settings
        // What was left out says something of these settings only while the sliders stand where the tuning put them.
        let isTuned = smoother.usedRow?.settings(options: settings.options)?.sigmas == settings.sigmas
        let kept = KeptSmoother(
            settings, of: set, scores: smoother.isUpToDate ? smoother.scores?.all : nil,
            leftOut: isTuned ? smoother.usedRow?.leftOut?.mean : nil)
        return [.smoother(.keep(kept, run))]
    }

    fileprivate mutating func closeInSmoother() -> [Effect] {
        if smoother.isTuning { return cancelTuning() }
        if smoother.crosshair != nil {
            smoother.crosshair = nil
        } else if !smoother.list.filter.text.isEmpty {
            clearFilter()
        } else if smoother.isZoomed {
            smoother.isZoomed = false
        } else {
            smoother.note = ""
        }
        return []
    }

    /// What copying gives: the values under the crosshair, or the settings as the command line takes them.
    fileprivate var smootherText: String {
        guard let set = smoother.set else { return "" }
        if smoother.focus == .chart, let position = smoother.crosshair {
            let values = smootherReadings(at: position).map { "\($0.name) \($0.value)" }
            let axis = smootherAxis.reading(position)
            return ([smoother.shownVideo?.name ?? "", axis] + values).joined(separator: "  ")
        }
        var text = "--sigma \(smoother.sigmas)"
        if !smoother.isLinked {
            text = zip(set.channels, smoother.settings.sigmas).map { "--sigma \($0)=\($1)" }.joined(separator: " ")
        }
        if set.task == .actionUnits {
            let thresholds = zip(set.channels, smoother.settings.thresholds)
            text += thresholds.map { " --threshold \($0)=\(Numbers.short($1))" }.joined()
        }
        return text
    }

    fileprivate mutating func openInSmoother() -> [Effect] {
        switch smoother.focus {
        case .videos:
            guard let selected = selectedVideo else { return refuse("no video is selected") }
            return showVideo(selected)
        case .tuning: return use(smoother.tuningList.selected)
        case .chart, .sliders, .scores, .map: smoother.isZoomed.toggle()
        }
        return []
    }

    mutating func moveSmootherFocus(_ step: Int) -> [Effect] {
        let all = SmootherPane.allCases.filter { $0 != .tuning || smoother.tuned != nil || smoother.isTuning }
        let order = smoother.isZoomed ? all : SmootherLayout(self)?.order ?? []
        guard !order.isEmpty else { return [] }
        let now = order.firstIndex(of: smoother.focus) ?? 0
        smoother.focus = order[(now + step + order.count) % order.count]
        return []
    }
}
