import RunStore
import Screen

extension State {
    /// Does what a key, a name in the palette or a click asks for. What cannot be done says why.
    mutating func perform(_ action: Action) -> [Effect] {
        if current == .smoother, let effects = performInSmoother(action) { return effects }
        switch action {
        case .show(let view):
            current = view
            if view == .monitor { isZoomed = false }
            if view == .smoother { return openFirst() }
        case .focusNext: moveFocus(1)
        case .focusPrevious: moveFocus(-1)
        case .zoomPane:
            guard current == .monitor, run != nil else { return refuse("only the panes of Monitor can be zoomed") }
            isZoomed.toggle()
        case .chooseRun:
            guard !runs.isEmpty else { return refuse("no runs yet") }
            let selected = runs.firstIndex { $0.id == watched?.id } ?? 0
            overlay = .chooser(ListState(selected: selected))
        case .help: overlay = .help(scroll: 0)
        case .palette: overlay = .palette(ListState())
        case .filter: return startFilter()
        case .copy: return copy()
        case .toggleMouse:
            mouse.toggle()
            notice = Notice(
                text: mouse ? "the mouse is ours" : "the mouse is the terminal's: select text; m takes it back")
            return [.setMouse(mouse)]
        case .nextTheme: nextTheme()
        case .redraw: return [.redraw]
        case .suspend: return [.suspend]
        case .quit: return [.quit]
        case .close: close()
        case .left, .right, .up, .down, .coarseLeft, .coarseRight, .first, .last, .pageDown, .pageUp, .nextMatch,
            .previousMatch:
            return move(action)
        case .open: return open()
        case .pause, .stop, .checkpoint, .resumeRun: return command(action)
        case .axisUnit, .lessSmoothing, .moreSmoothing, .panLeft, .panRight, .zoomIn, .zoomOut, .showAll, .logAxis:
            return changeChart(action)
        case .showHide:
            guard current == .monitor else { return refuse("the log belongs to Monitor: 2") }
            monitor.showsLog.toggle()
            if !monitor.showsLog, focus == .log { focus = .loss }
        case .openFile: overlay = .form(.predictions(smoother))
        case .sort:
            guard current == .monitor, showsScores else { return refuse("only scores by class are sorted: Monitor, 2") }
            monitor.sortsByScore.toggle()
            monitor.classScroll = 0
        case .chooseFold where current == .monitor:
            let places = watched?.places ?? []
            guard places.count > 1 else { return refuse("there is no other stage or fold yet") }
            overlay = .choose(.place, ListState(selected: (places.firstIndex(of: place) ?? 0) + 1))
        case .chooseFold, .chooseVideo, .chooseChannel, .enterValue, .plainGaussian, .linkChannels, .filterOptions,
            .tune, .tuningOptions, .keep:
            return refuse("that belongs to the Smoother: 3")
        case .takeOut:
            guard let id = subject?.id else { return refuse("no run is chosen") }
            return [.openLog(id)]
        }
        return []
    }

    func refusal(_ text: String) -> Notice { Notice(text: text, isProblem: true) }

    /// Whether a person can have meant what is asked for: text that is pasted into a terminal that does not mark pastes
    /// comes as keys, and must not stop a run.
    mutating func isMeant() -> Bool {
        guard isInBurst else { return true }
        notice = refusal("many keys came at once, as from a paste; press this one alone if you meant it")
        return false
    }

    mutating func refuse(_ text: String) -> [Effect] {
        notice = refusal(text)
        return []
    }

    /// The run that commands are for: the selected one in Runs, the watched one elsewhere.
    var subject: Run? {
        if current == .runs { return shownRuns.indices.contains(runList.selected) ? shownRuns[runList.selected] : nil }
        return run
    }

    // MARK: Everywhere

    private mutating func moveFocus(_ step: Int) {
        guard current == .monitor else { return }
        if isZoomed {
            let hidden: Set<Pane> = showsScores ? [.reconstruction] : [.classes, .folds]
            let all = Pane.allCases.filter { ($0 != .log || monitor.showsLog) && !hidden.contains($0) }
            let now = all.firstIndex(of: focus) ?? 0
            focus = all[(now + step + all.count) % all.count]
        } else if let order = Layout(self, size)?.order, !order.isEmpty {
            let now = order.firstIndex(of: focus) ?? 0
            focus = order[(now + step + order.count) % order.count]
        }
    }

    private mutating func startFilter() -> [Effect] {
        switch current {
        case .runs: setFilter("", isTyping: true)
        case .monitor:
            guard run != nil else { return refuse("nothing to filter yet") }
            monitor.showsLog = true
            focus = .log
            setFilter("", isTyping: true)
        default: return refuse("nothing to filter here")
        }
        return []
    }

    private mutating func nextTheme() {
        let themes = options.themes.isEmpty ? [Theme.standard, Theme.mono] : options.themes
        let now = themes.firstIndex { $0.name == options.theme.name } ?? -1
        options.theme = themes[(now + 1) % themes.count]
        options.followsGround = false
        notice = Notice(text: "theme \(options.theme.name)")
    }

    /// Esc undoes one thing at a time, the one seen last first.
    private mutating func close() {
        guard current == .monitor else {
            if current == .runs, !runList.filter.isEmpty { setFilter("", isTyping: false) }
            return
        }
        if !monitor.log.filter.isEmpty || monitor.log.selected != nil, focus == .log {
            monitor.log = LogState()
        } else if monitor.crosshair != nil {
            monitor.crosshair = nil
        } else if isZoomed {
            isZoomed = false
        } else if let newest = watched?.history.last(where: { $0.kind == .alert })?.id, newest > monitor.seenAlert {
            monitor.seenAlert = newest
        }
    }

    private mutating func open() -> [Effect] {
        switch current {
        case .runs:
            guard let subject else { return refuse("no run is selected") }
            current = .monitor
            isZoomed = false
            return watch(subject.id)
        case .monitor where run != nil: isZoomed.toggle()
        default: break
        }
        return []
    }

    // MARK: Training

    private mutating func command(_ action: Action) -> [Effect] {
        guard isMeant() else { return [] }
        guard let run = subject else { return refuse("no run is chosen") }
        if action == .resumeRun {
            guard run.condition.canResume else {
                return refuse("\(run.name) is \(run.condition.rawValue); only a stopped, failed or lost run resumes")
            }
            notice = Notice(text: "resuming \(run.name) from its last checkpoint")
            return [.resume(run.id)]
        }
        guard run.condition.isLive else {
            return refuse("\(run.name) is \(run.condition.rawValue): nothing trains")
        }
        switch action {
        case .pause:
            let isPaused = run.condition == .paused
            notice = Notice(text: isPaused ? "\(run.name) goes on" : "\(run.name) will pause after this step")
            return [.send(isPaused ? .resume : .pause, run.id)]
        case .checkpoint:
            notice = Notice(text: "\(run.name) will write a checkpoint")
            return [.send(.checkpoint, run.id)]
        default:
            if current == .runs, watched?.id != run.id {
                let effects = watch(run.id)
                overlay = .stop(0)
                return effects
            }
            overlay = .stop(0)
            return []
        }
    }

    // MARK: Copying

    private mutating func copy() -> [Effect] {
        guard let text = selectedText, !text.isEmpty else { return refuse("nothing to copy here") }
        notice = Notice(
            text: "copied \(TextWidth.clip(text.split(separator: "\n").first.map(String.init) ?? text, to: 50))")
        return [.copy(text)]
    }

    private var selectedText: String? {
        if current == .runs { return subject?.name }
        guard current == .monitor, let run else { return nil }
        switch focus {
        case .log:
            let lines = shownLog
            guard let last = lines.last else { return nil }
            return (monitor.log.selected.flatMap { lines.indices.contains($0) ? lines[$0] : nil } ?? last).text
        case .reconstruction:
            guard let preview = watched?.preview(monitor.preview) else { return nil }
            return preview.file
        case .classes, .folds:
            let lines = (watched?.taskCurves(place) ?? []).flatMap { task in
                task.channels.map { ($0.name, $0.values.last) } + [(task.name, task.last)]
            }
            guard !lines.isEmpty else { return nil }
            return (["\(run.name)  \(words(place))"] + lines.map { "\($0.0)\t\($0.1.map { "\($0)" } ?? "")" })
                .joined(separator: "\n")
        case .loss, .learningRate:
            guard let position = monitor.crosshair ?? chartSpan?.upperBound else { return nil }
            let values = readings(focus, at: position).map { "\($0.name) \($0.value)" }
            return ([run.name, "step \(Int64(position.rounded()))"] + values).joined(separator: "  ")
        }
    }
}
