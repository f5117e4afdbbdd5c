import Basics
import RunStore
import Screen

/// The runs of the store as a table, newest first; also in the popup that chooses one.
struct RunTable {
    let state: State
    let runs: [Run]

    private var theme: Theme { state.options.theme }

    private static let table = Table(columns: [
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

    func draw(into frame: inout Frame, in rect: Rect, selected: Int) {
        let height = max(0, rect.height - 1)
        let first = max(0, min(selected - height / 2, runs.count - height))
        Self.table.draw(
            { row(runs[$0]) }, count: runs.count, first: first, selected: selected, into: &frame, in: rect,
            glyphs: state.options.glyphs, theme: theme)
        ListView.drawScrollMark(
            into: &frame, column: rect.endColumn, row: rect.row + 1, height: height, first: first, count: runs.count,
            glyphs: state.options.glyphs, style: theme[.faint])
    }

    /// The run in a line of the table; nil beside them.
    func index(atRow row: Int, in rect: Rect, selected: Int) -> Int? {
        let height = max(0, rect.height - 1)
        let first = max(0, min(selected - height / 2, runs.count - height))
        let index = first + row - rect.row - 1
        return row > rect.row && row < rect.endRow && runs.indices.contains(index) ? index : nil
    }

    private func row(_ run: Run) -> Table.Row {
        let begun = run.started ?? run.created
        let local = begun + Double(state.utcOffset)
        let took = run.ended.map { TimeSpan.text($0 - begun) } ?? ""
        let glyphs = state.options.glyphs
        let progress = Bars.progress(
            StatusView.share(run), width: 10, glyphs: glyphs, done: theme[.progress], rest: theme[.progressRest])
        return Table.Row([
            Span(run.condition.sign, theme[run.condition.role]),
            Span(String(run.id), theme[.faint]),
            Span(run.name, theme[run.id == state.watched?.id ? .accent : .text]),
            Span(run.condition.rawValue, theme[run.condition.role]),
            Span(run.stageKind + (run.fold.map { " \($0)" } ?? ""), theme[.text]),
            Span(run.epochs > 0 ? StatusView.epoch(run) : "", theme[.text]),
            Span(progress.map(\.text).joined(), theme[.progress]),
            Span(run.score.map { "\(run.scoreName?.text ?? "") \(Numbers.significant($0))" } ?? "", theme[.text]),
            Span(Numbers.date(local) + " " + Numbers.clock(local), theme[.faint]),
            Span(took, theme[.faint]),
        ])
    }
}

/// The view of all runs.
struct RunsView {
    let state: State
    let rect: Rect

    private var theme: Theme { state.options.theme }

    func draw(into frame: inout Frame) {
        let shown = state.shownRuns
        let filter = state.runList.filter
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
        RunTable(state: state, runs: shown).draw(into: &frame, in: inner, selected: state.runList.selected)
    }
}
