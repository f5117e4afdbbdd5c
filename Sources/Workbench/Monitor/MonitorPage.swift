import RunStore
import Screen

/// A run as it trains: its curves, its pictures or scores, its log.
struct MonitorPage: Page {
    let title = "Monitor"

    var actions: [Action] { Self.actions }

    func helpOrder(_ state: State) -> [Action.Group] {
        state.monitor.focus == .log
            ? [.log, .moving, .training, .curves, .smoother, .everywhere]
            : [.curves, .moving, .training, .log, .smoother, .everywhere]
    }

    func draw(_ state: State, in body: Rect, into frame: inout Frame) {
        if state.run == nil {
            EmptyView(state: state, rect: body).draw(into: &frame)
        } else {
            MonitorView(state: state, layout: MonitorLayout(state, in: body)).draw(into: &frame)
        }
    }

    func receive(_ mouse: Mouse, in body: Rect, _ state: inout State) -> [Effect] {
        state.receiveInMonitor(mouse, MonitorLayout(state, in: body))
    }

    func move(_ motion: Motion, _ state: inout State) -> [Effect] { state.moveInMonitor(motion) }

    func refusal(of motion: Motion, _ state: State) -> String? {
        let isOfPictures = state.monitor.focus == .reconstruction && [.panLeft, .panRight].contains(motion)
        guard motion.isOfCurves, !isOfPictures else { return nil }
        if state.chartSpan == nil { return "no curve yet" }
        let isPan = motion == .panLeft || motion == .panRight
        return isPan && state.monitor.window == .all ? "the whole curve is in view; + zooms in" : nil
    }

    func hint(for motion: Motion, _ state: State) -> Hint? {
        guard state.run != nil else { return nil }
        let isOnCurve = state.monitor.focus == .loss || state.monitor.focus == .learningRate
        switch motion {
        case .left where isOnCurve: return Hint("crosshair", rank: 22, key: "h l")
        case .left where state.monitor.focus == .reconstruction: return Hint("history", rank: 20, key: "h l")
        case .panLeft where isOnCurve: return Hint("pan", rank: 23, key: state.options.glyphs.arrows)
        case .zoomIn where isOnCurve: return Hint("zoom", rank: 24, key: "+-")
        default: return nil
        }
    }

    var filter: WritableKeyPath<State, Filter>? { \.monitor.log.filter }
    func filterChanged(_ state: inout State) { state.monitor.log.selected = nil }

    func appear(_ state: inout State) -> [Effect] {
        state.monitor.isZoomed = false
        return []
    }

    func alertCount(_ state: State) -> Int { state.alertCount }
}

extension MonitorPage {
    private static let actions: [Action] = panes + curves + scores + TrainingActions.all

    /// A hint while a run is in view and one of some panes has the focus.
    private static func hint(
        _ rank: Int, in panes: Set<MonitorPane> = Set(MonitorPane.allCases),
        _ text: @escaping @Sendable (State) -> String?
    ) -> @Sendable (State) -> Hint? {
        { state in
            guard state.run != nil, panes.contains(state.monitor.focus) else { return nil }
            return text(state).map { Hint($0, rank: rank) }
        }
    }

    private static let panes: [Action] = [
        Action.focusNext.meaning { $0.moveFocus(1) },
        Action.focusPrevious.meaning { $0.moveFocus(-1) },
        Action.zoomPane.meaning(
            hint: hint(33) { $0.monitor.isZoomed ? "unzoom" : "zoom pane" },
            refused: { $0.run == nil ? "there is no pane to zoom yet" : nil }
        ) { $0.zoomPane() },
        Action.open.meaning { state in state.run == nil ? [] : state.zoomPane() },
        Action.chooseRun.hinted(hint(31) { _ in "runs" }),
        Action.filter.meaning(
            hint: hint(20, in: [.log]) { _ in "filter" }, refused: { $0.run == nil ? "nothing to filter yet" : nil }
        ) { state in
            state.monitor.showsLog = true
            state.monitor.focus = .log
            return state.startFilter()
        },
        Action.copy.meaning(
            refused: { $0.monitorText?.isEmpty == false ? nil : "nothing to copy here" }
        ) { state in state.copy(state.monitorText ?? "") },
        Action.close.meaning { $0.closeInMonitor() },
    ]

    private static let curves: [Action] = [
        Action.axisUnit.meaning(hint: hint(20, in: [.loss, .learningRate]) { _ in "step/epoch/time" }) {
            $0.nextAxisUnit()
        },
        Action.lessSmoothing.meaning(
            hint: { state in
                state.run != nil && state.monitor.focus == .loss ? Hint("smoothing", rank: 21, key: "[ ]") : nil
            }
        ) { $0.smooth($0.monitor.smoothing - 1) },
        Action.moreSmoothing.meaning { $0.smooth($0.monitor.smoothing + 1) },
        Action.showAll.meaning(refused: { $0.chartSpan == nil ? "no curve yet" : nil }) { state in
            state.monitor.window = .all
            return []
        },
        Action.logAxis.meaning(
            hint: hint(25, in: [.loss]) { $0.monitor.isLog ? "linear axis" : "log axis" },
            refused: { $0.monitor.isLog ? nil : $0.chart(.loss)?.logarithmicRefusal }
        ) { state in
            state.monitor.isLog.toggle()
            state.notice = Notice(text: state.monitor.isLog ? "log axis" : "linear axis")
            return []
        },
    ]

    private static let scores: [Action] = [
        Action.showHide.meaning(hint: hint(32) { _ in "log" }) { state in
            state.monitor.showsLog.toggle()
            if !state.monitor.showsLog, state.monitor.focus == .log { state.monitor.focus = .loss }
            return []
        },
        Action.chooseFold.meaning(
            hint: hint(30) { ($0.watched?.places.count ?? 0) > 1 ? "stage and fold" : nil },
            refused: { ($0.watched?.places.count ?? 0) > 1 ? nil : "the run has only one stage and fold so far" }
        ) { $0.present(Chooser.place($0)) },
        Action.sort.meaning(
            hint: hint(22, in: [.classes]) { $0.monitor.sortsByScore ? "by name" : "by score" },
            refused: { $0.showsScores ? nil : "only scores by class can be sorted, and there are none yet" }
        ) { state in
            state.monitor.sortsByScore.toggle()
            state.monitor.classScroll = 0
            return []
        },
        Action.export.hinted(hint(21, in: [.log]) { _ in "log in pager" }),
    ]
}

extension State {
    fileprivate mutating func zoomPane() -> [Effect] {
        monitor.isZoomed.toggle()
        return []
    }

    fileprivate mutating func moveFocus(_ step: Int) -> [Effect] {
        let order: [MonitorPane]
        if monitor.isZoomed {
            let hidden: Set<MonitorPane> = showsScores ? [.reconstruction] : [.classes, .folds]
            order = MonitorPane.allCases.filter { ($0 != .log || monitor.showsLog) && !hidden.contains($0) }
        } else {
            order = MonitorLayout(self)?.order ?? []
        }
        guard !order.isEmpty else { return [] }
        let now = order.firstIndex(of: monitor.focus) ?? 0
        monitor.focus = order[(now + step + order.count) % order.count]
        return []
    }

    /// Esc undoes one thing at a time, the one seen last first.
    fileprivate mutating func closeInMonitor() -> [Effect] {
        if !monitor.log.filter.text.isEmpty || monitor.log.selected != nil, monitor.focus == .log {
            monitor.log = LogState()
        } else if monitor.crosshair != nil {
            monitor.crosshair = nil
        } else if monitor.isZoomed {
            monitor.isZoomed = false
        } else if let newest = watched?.history.last(where: { $0.kind == .alert })?.id, newest > monitor.seenAlert {
            monitor.seenAlert = newest
        }
        return []
    }

    /// What copying gives in the pane that has the focus.
    fileprivate var monitorText: String? {
        guard let run else { return nil }
        switch monitor.focus {
        case .log:
            let lines = shownLog
            guard let last = lines.last else { return nil }
            return (monitor.log.selected.flatMap { lines.indices.contains($0) ? lines[$0] : nil } ?? last).text
        case .reconstruction: return watched?.preview(monitor.preview)?.file
        case .classes, .folds:
            let lines = (watched?.taskCurves(place) ?? []).flatMap { task in
                task.channels.map { ($0.name, $0.values.last) } + [(task.name, task.last)]
            }
            guard !lines.isEmpty else { return nil }
            return (["\(run.name)  \(title(of: place))"] + lines.map { "\($0.0)\t\($0.1.map { "\($0)" } ?? "")" })
                .joined(separator: "\n")
        case .loss, .learningRate:
            guard let position = monitor.crosshair ?? chartSpan?.upperBound else { return nil }
            let values = readings(monitor.focus, at: position).map { "\($0.name) \($0.value)" }
            return ([run.name, "step \(Int64(position.rounded()))"] + values).joined(separator: "  ")
        }
    }
}

extension Chooser {
    /// The stage and fold that Monitor shows; what is in view is selected.
    static func place(_ state: State) -> Chooser {
        let table = Table(columns: [Table.Column("", width: 20, grows: true), Table.Column("", width: 10)])
        var chooser = Chooser(title: "Which stage and fold?", table: { _ in table }, rows: places)
        let places = state.watched?.places ?? []
        chooser.list.selected = (places.firstIndex(of: state.place) ?? 0) + 1
        return chooser
    }

    @Sendable private static func places(_ state: State) -> [Row] {
        let places: [Place?] = [nil] + (state.watched?.places ?? [])
        return places.map { place in
            let task = place.flatMap { state.watched?.taskCurves($0).first }
            let score = task?.last.map { "\(task?.name ?? "") \(ScoreText.of($0))" } ?? ""
            let name = place.map { state.title(of: $0) } ?? "current stage and fold"
            return Row(state, [name, score], isCurrent: state.monitor.place == place) { state in
                state.monitor.place = place
                (state.monitor.crosshair, state.monitor.window) = (nil, .all)
                state.monitor.classScroll = 0
                return []
            }
        }
    }
}
