import RunStore
import Screen

/// All runs of the store, newest first.
struct RunsPage: Page {
    let title = "Runs"

    var actions: [Action] { Self.actions }

    private static let actions: [Action] =
        [
            Action.open.meaning(
                hint: { $0.runs.isEmpty ? nil : Hint("watch", rank: 1) },
                refused: { $0.selectedRun == nil ? "no run is selected" : nil }
            ) { $0.watchSelectedRun() },
            Action.filter.meaning(hint: { $0.runs.isEmpty ? nil : Hint("filter", rank: 2) }) { $0.startFilter() },
            Action.copy.meaning(
                hint: { $0.runs.isEmpty ? nil : Hint("copy name", rank: 20) },
                refused: { $0.selectedRun == nil ? "nothing to copy here" : nil }
            ) { state in state.copy(state.selectedRun?.name ?? "") },
            Action.close.meaning { state in
                state.clearFilter()
                return []
            },
        ] + TrainingActions.all

    func draw(_ state: State, in body: Rect, into frame: inout Frame) {
        if state.runs.isEmpty {
            EmptyView(state: state, rect: body).draw(into: &frame)
        } else {
            RunsView(state: state, rect: body).draw(into: &frame)
        }
    }

    func receive(_ mouse: Mouse, in body: Rect, _ state: inout State) -> [Effect] {
        switch mouse.action {
        case .press, .doubleClick:
            let window = RunsView(state: state, rect: body).window
            guard let index = window.line(atRow: mouse.position.row) else { return [] }
            // Selecting scrolls the list; a second click on the same place must mean the same run.
            if mouse.action == .doubleClick { return state.perform(.open) }
            state.runList.selected = index
        case .scrollUp: return move(.up, &state)
        case .scrollDown: return move(.down, &state)
        case .release, .drag: break
        }
        return []
    }

    func move(_ motion: Motion, _ state: inout State) -> [Effect] {
        state.runList.selected = motion.moved(
            state.runList.selected, count: state.shownRuns.count, page: max(1, state.size.height / 2))
        return []
    }

    var filter: WritableKeyPath<State, Filter>? { \.runList.filter }
    func filterChanged(_ state: inout State) { state.runList.selected = 0 }
    func subject(_ state: State) -> Run? { state.selectedRun }
}

extension State {
    /// The runs that the filter of Runs lets through.
    var shownRuns: [Run] { runs.filter { runList.filter.passes($0.filterText) } }

    var selectedRun: Run? {
        let shown = shownRuns
        return shown.indices.contains(runList.selected) ? shown[runList.selected] : nil
    }

    fileprivate mutating func watchSelectedRun() -> [Effect] {
        guard let selectedRun else { return [] }
        return show(.monitor) + watch(selectedRun.id)
    }
}

extension Run {
    /// What filters look at: number, name, stage and condition.
    var filterText: String { "\(id) \(name) \(stageKind) \(condition.rawValue)" }
}

extension Chooser {
    /// Which run Monitor shows.
    static func watch(_ state: State) -> Chooser {
        let chooser = Chooser(
            title: "Watch which run?", width: 90, verb: "watch", table: { _ in RunTable.table },
            rows: { state in
                state.runs.map { run in
                    Row(
                        cells: RunTable(state: state).cells(run), text: run.filterText,
                        isCurrent: run.id == state.watched?.id
                    ) { state in
                        state.turn(to: .monitor)
                        return state.watch(run.id)
                    }
                }
            })
        return chooser.selectingCurrent(state)
    }
}
