import RunStore
import Screen

/// The table of all runs.
struct RunsView {
    let state: State
    let rect: Rect

    private var theme: Theme { state.options.theme }

    /// The runs in view.
    var window: ScrollWindow {
        Table.window(count: state.shownRuns.count, in: rect.inset(1, 1), .around(state.runList.selected))
    }

    func draw(into frame: inout Frame) {
        let shown = state.shownRuns
        let filter = state.runList.filter.text
        var note: [Span] = []
        if !filter.isEmpty { note = [Span("/" + filter, theme[.match]), Span("  ")] }
        let count = shown.count == state.runs.count ? "\(shown.count)" : "\(shown.count) of \(state.runs.count)"
        note.append(Span(count, theme[.faint]))
        let inner = Box(title: "Runs", note: note, isFocused: true)
            .draw(into: &frame, in: rect, glyphs: state.options.glyphs, theme: theme)
        guard !shown.isEmpty else {
            frame.put(centred: "nothing matches /\(filter); Esc clears the filter", in: inner, style: theme[.faint])
            return
        }
        let (window, table) = (window, RunTable(state: state))
        RunTable.table.draw(
            in: window, selected: state.runList.selected, into: &frame, with: state.options.appearance
        ) { Table.Row(table.cells(shown[$0])) }
        window.drawMark(into: &frame, column: inner.endColumn, glyphs: state.options.glyphs, style: theme[.faint])
    }
}

/// The columns of runs, in Runs and in the popup that chooses one.
struct RunTable {
    let state: State

    private var theme: Theme { state.options.theme }

    static let table = Table(columns: [
        Table.Column("", width: 1),
        Table.Column("id", width: 4, alignment: .right, rank: 5),
        Table.Column("name", width: 12, grows: true),
        Table.Column("condition", width: 9, rank: 1),
        Table.Column("stage", width: 9, rank: 3),
        Table.Column("epoch", width: 9, alignment: .right, rank: 2),
        Table.Column("progress", width: 10, rank: 6),
        Table.Column("score", width: 12, alignment: .right, rank: 1),
        Table.Column("begun", width: 16, rank: 4),
        Table.Column("time", width: 8, alignment: .right, rank: 7),
    ])

    /// A run, column by column.
    func cells(_ run: Run) -> [Span] {
        let begun = run.started ?? run.created
        let local = begun + Double(state.utcOffset)
        let took = run.ended.map { Numbers.duration($0 - begun) } ?? ""
        let glyphs = state.options.glyphs
        let progress = Bars.progress(
            StatusView.share(run), width: 10, glyphs: glyphs, done: theme[.progress], rest: theme[.progressRest])
        return [
            Span(run.condition.sign, theme[run.condition.role]),
            Span(String(run.id), theme[.faint]),
            Span(run.name, theme[run.id == state.watched?.id ? .accent : .text]),
            Span(run.condition.rawValue, theme[run.condition.role]),
            Span(run.stageKind + (run.fold.map { " \($0)" } ?? ""), theme[.text]),
            Span(run.epochs > 0 ? StatusView.epoch(run) : "", theme[.text]),
            Span(progress.map(\.text).joined(), theme[.progress]),
            Span(run.score.map { "\(run.scoreName ?? "") \(Numbers.significant($0))" } ?? "", theme[.text]),
            Span(Numbers.date(local) + " " + Numbers.clock(local), theme[.faint]),
            Span(took, theme[.faint]),
        ]
    }
}
