import Evaluation
import Screen

/// The scores of a stage fold by fold, last epoch, as bars, with their mean; the best epoch of each stands beside it, dim:
/// it was selected on that fold.
struct FoldScoresView {
    let state: State
    let rect: Rect

    private var theme: Theme { state.options.theme }
    private var glyphs: GlyphSet { state.options.glyphs }

    private struct Fold {
        var place: Place
        var tasks: [TaskCurves]
        var isDone: Bool
    }

    private var folds: [Fold] {
        guard let watched = state.watched else { return [] }
        return watched.places.filter { $0.stage == state.place.stage }.compactMap { place -> Fold? in
            let tasks = watched.taskCurves(place)
            let isAt = state.run.map { Place(stage: $0.stage, fold: $0.fold) == place } ?? false
            guard !tasks.isEmpty || isAt else { return nil }
            return Fold(place: place, tasks: tasks, isDone: state.isDone(place))
        }
    }

    func draw(into frame: inout Frame) {
        let folds = folds
        let tasks = folds.first { !$0.tasks.isEmpty }?.tasks ?? []
        let box = Box(
            title: "\(tasks.first?.name ?? "Scores") by fold",
            legend: [Span(" last epoch ", theme[.faint])],
            footer: [Span("best epoch: chosen on the same fold", theme[.faint])],
            isFocused: state.monitor.focus == .folds)
        let inner = box.draw(into: &frame, in: rect, glyphs: glyphs, theme: theme)
        guard !tasks.isEmpty else {
            frame.put(centred: "scores appear after the first epoch", in: inner, style: theme[.faint])
            return
        }
        let table = table(tasks, width: inner.width - 2)
        let rows = folds.map { row($0, tasks, table.bar) } + (folds.count > 1 ? [mean(folds, tasks, table.bar)] : [])
        // The mean is the last; the fold that trains stands before it.
        table.table.draw(
            in: Table.window(count: rows.count, in: inner, .end), selected: nil, into: &frame,
            with: state.options.appearance
        ) { rows[$0] }
    }

    /// Valence and arousal for CCC; beside the first task the means of the others.
    private func parts(_ task: TaskCurves) -> [String] { task.isConcordance ? task.channels.map(\.name) : [] }

    private func table(_ tasks: [TaskCurves], width: Int) -> (table: Table, bar: Int) {
        let bar = max(0, min(24, width - 44))
        var columns = [Table.Column("fold", width: 4)]
        for (index, task) in tasks.enumerated() {
            for part in parts(task) {
                columns.append(Table.Column(String(part.prefix(7)), width: 7, alignment: .right, rank: 2))
            }
            columns.append(
                Table.Column(
                    tasks.count > 1 ? String(task.name.prefix(7)) : "mean", width: index == 0 ? 12 : 7,
                    alignment: .left, rank: index))
            if index == 0, bar >= 6 { columns.append(Table.Column("", width: bar, rank: 4)) }
        }
        columns.append(Table.Column("best epoch", width: 12, grows: true, rank: 3))
        return (Table(columns: columns), bar)
    }

    private func row(_ fold: Fold, _ tasks: [TaskCurves], _ bar: Int) -> Table.Row {
        let isShown = fold.place == state.place
        let style = theme[fold.isDone ? .text : .accent]
        var cells = [Span(fold.place.fold.map { "\($0)" } ?? "all", theme[isShown ? .titleFocused : .text])]
        for (index, task) in tasks.enumerated() {
            let own = fold.tasks.first { $0.name == task.name }
            for part in parts(task) {
                let value = own?.channels.first { $0.name == part }?.values.last
                cells.append(Span(value.map { ScoreText.of($0) } ?? "···", style))
            }
            cells.append(Span(own?.last.map { ScoreText.of($0) } ?? "···", style))
            if index == 0, bar >= 6 {
                cells.append(Span(Bars.bar(max(0, own?.last ?? 0), width: bar, glyphs: glyphs), theme[.bar]))
            }
        }
        let best = fold.tasks.first?.best.map { "\(ScoreText.of($0.score)) @ \($0.epoch)" } ?? ""
        let isLive = !fold.isDone && state.run?.condition.isLive == true
        cells.append(isLive && best.isEmpty ? Span("training", theme[.accent]) : Span(best, theme[.faint]))
        return Table.Row(cells)
    }

    /// Mean ± standard deviation (n − 1) over the folds that are done.
    private func mean(_ folds: [Fold], _ tasks: [TaskCurves], _ bar: Int) -> Table.Row {
        let done = folds.filter(\.isDone)
        func spread(_ pick: (TaskCurves) -> Double?, _ name: String) -> ScoreSpread {
            ScoreSpread(done.compactMap { $0.tasks.first { $0.name == name }.flatMap(pick) })
        }
        let bold = theme[.titleFocused]
        var cells = [Span("mean", bold)]
        for (index, task) in tasks.enumerated() {
            for part in parts(task) {
                let known = spread({ $0.channels.first { $0.name == part }?.values.last }, task.name)
                cells.append(Span(ScoreText.of(known.mean ?? .nan), bold))
            }
            let known = spread(\.last, task.name)
            var text = ScoreText.of(known.mean ?? .nan)
            if index == 0, let deviation = known.deviation { text += " ± " + ScoreText.of(deviation) }
            cells.append(Span(text, bold))
            if index == 0, bar >= 6 {
                cells.append(
                    Span(
                        Bars.bar(max(0, known.mean ?? 0), width: bar, glyphs: glyphs), theme[.barCurrent]
                    ))
            }
        }
        cells.append(Span("of \(done.count) done", theme[.faint]))
        return Table.Row(cells)
    }
}
