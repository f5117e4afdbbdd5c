import Evaluation
import Screen

/// What a tuning found in each family of filters, fitted and on what was left out.
struct TuningView {
    let state: State
    let rect: Rect

    private var theme: Theme { state.options.theme }
    private var glyphs: GlyphSet { state.options.glyphs }
    private var smoother: SmootherState { state.smoother }

    func draw(into frame: inout Frame) {
        let inner = Box(title: title, note: note, footer: footer, isFocused: smoother.focus == .tuning)
            .draw(into: &frame, in: rect, glyphs: glyphs, theme: theme)
        guard let result = smoother.tuned else {
            let text = smoother.isTuning ? "tuning; Esc stops it" : "press a to tune"
            frame.put(centred: text, in: inner, style: theme[.faint])
            return
        }
        let best = result.rows.compactMap { $0.leftOut?.mean }.filter(\.isFinite).max()
        table.draw(
            in: window, selected: smoother.focus == .tuning ? smoother.tuningList.selected : nil, into: &frame,
            with: state.options.appearance
        ) { row(result.rows[$0], best) }
    }

    /// The rows in view.
    var window: ScrollWindow {
        Table.window(
            count: smoother.tuned?.rows.count ?? 0, in: rect.inset(1, 1), .around(smoother.tuningList.selected))
    }

    private var title: String {
        guard let result = smoother.tuned else { return "Tuning" }
        return result.leaveOut == .folds ? "Tuning: each fold left out" : "Tuning: each video left out"
    }

    private var note: [Span] {
        guard let progress = smoother.progress else { return [] }
        return [Span("\(Int(progress.share * 100))% \(progress.family.title)", theme[.accent])]
    }

    /// What of the selected choice lies at the end of what was tried.
    private var footer: [Span] {
        guard let result = smoother.tuned, result.rows.indices.contains(smoother.tuningList.selected) else { return [] }
        let row = result.rows[smoother.tuningList.selected]
        guard let bound = row.bounds.first else {
            return [Span("Enter", theme[.key]), Span(" applies it", theme[.faint])]
        }
        return [Span(TextWidth.clip(glyphs.plain(bound), to: rect.width - 6), theme[.warning])]
    }

    private var table: Table {
        Table(columns: [
            Table.Column("filter", width: 14), Table.Column("choice", width: 18, grows: true, rank: 2),
            Table.Column("fitted", width: 6, alignment: .right, rank: 1),
            Table.Column("left out", width: 8, alignment: .right),
            Table.Column("± std", width: 7, alignment: .right, rank: 3),
        ])
    }

    private func row(_ row: TuningRow, _ best: Double?) -> Table.Row {
        let isUsed = row == smoother.usedRow
        let choice = Set(row.methods).count == 1 ? row.methods[0].description : "differs by channel"
        let isBest = row.leftOut.map { $0.mean == best } ?? false
        let flag = row.bounds.isEmpty ? "" : " !"
        return Table.Row([
            Span(row.family.title, theme[isUsed ? .accent : .text]), Span(choice + flag, theme[.text]),
            Span(ScoreText.of(row.fitted.mean), theme[.text]),
            Span(row.leftOut.map { ScoreText.of($0.mean) } ?? "–", theme[isBest ? .good : .text]),
            Span(row.spread.map { ScoreText.of($0.deviation) } ?? "", theme[.faint]),
        ])
    }
}
