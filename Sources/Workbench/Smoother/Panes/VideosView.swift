import Evaluation
import Screen

/// The videos, worst first: their scores, how much of them is missing, and what they do to the pooled score.
struct VideosView {
    let state: State
    let rect: Rect

    private var theme: Theme { state.options.theme }
    private var glyphs: GlyphSet { state.options.glyphs }
    private var smoother: SmootherState { state.smoother }
    private var inner: Rect { rect.inset(1, 1) }

    func draw(into frame: inout Frame) {
        let listed = smoother.listed
        let filter = smoother.list.filter.text
        var note: [Span] = []
        if let fold = smoother.fold { note.append(Span("fold \(fold)  ", theme[.accent])) }
        if !filter.isEmpty { note.append(Span("/\(filter)  ", theme[.match])) }
        note.append(Span("\(listed.count)", theme[.faint]))
        Box(title: "Videos, worst first", note: note, isFocused: smoother.focus == .videos)
            .draw(into: &frame, in: rect, glyphs: glyphs, theme: theme)
        guard !listed.isEmpty else {
            frame.put(centred: "nothing matches /\(filter); Esc clears the filter", in: inner, style: theme[.faint])
            return
        }
        let window = window(listed.count)
        table.draw(
            in: window, selected: smoother.focus == .videos ? smoother.list.selected : nil, into: &frame,
            with: state.options.appearance
        ) { row(listed[$0]) }
        window.drawMark(into: &frame, column: rect.endColumn - 1, glyphs: glyphs, style: theme[.faint])
    }

    private var hasFolds: Bool { smoother.set?.folds.isEmpty == false }

    private func window(_ count: Int) -> ScrollWindow {
        Table.window(count: count, in: inner, .around(smoother.list.selected))
    }

    private var table: Table {
        func column(_ title: String, _ width: Int, _ rank: Int = 0) -> Table.Column {
            Table.Column(title, width: width, alignment: .right, rank: rank)
        }
        var columns = [Table.Column("video", width: 16, grows: true)]
        if hasFolds { columns.append(column("fold", 4, 3)) }
        return Table(
            columns: columns + [
                column("frames", 7, 4), column("raw", 5, 2), column("smoothed", 8), column("missing", 7, 1),
                column("effect", 7),
            ])
    }

    private func row(_ index: Int) -> Table.Row {
        guard let set = smoother.set else { return Table.Row([]) }
        let video = set.videos[index]
        let standing = smoother.standing(index)
        let pair = smoother.scores.flatMap { $0.videos.indices.contains(index) ? $0.videos[index] : nil }
        let missing = standing?.missingShare ?? 0
        // A video that spoils the pooled score is what one looks for here.
        let effect = standing?.effect ?? 0
        let role: Role = effect >= 0.00005 ? .warning : effect <= -0.00005 ? .good : .text
        func score(_ score: Score?) -> String {
            guard let score else { return "" }
            let isJudged = smoother.isLinked || set.task == .expression
            return ScoreText.of(isJudged ? score.mean : score.channels[smoother.channel])
        }
        var cells = [Span(video.name, theme[index == smoother.video ? .accent : .text])]
        if hasFolds { cells.append(Span(video.fold.map(String.init) ?? "", theme[.faint])) }
        cells += [
            Span(Numbers.grouped(Int64(video.count)), theme[.faint]), Span(score(pair?.raw), theme[.text]),
            Span(score(pair?.smoothed), theme[.text]),
            Span(missing > 0 ? Numbers.fixed(missing * 100, 1) + "%" : "", theme[missing > 0.2 ? .warning : .faint]),
            Span(standing == nil ? "" : ScoreText.effect(effect), theme[role]),
        ]
        return Table.Row(cells)
    }

    /// The place in the list of a row.
    func place(atRow row: Int) -> Int? { window(smoother.listed.count).line(atRow: row) }
}
