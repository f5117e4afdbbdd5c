import Evaluation
import Screen

/// Scores raw and smoothed, and their difference: of this video, its fold, and everything; and of each channel.
struct ScoresView {
    let state: State
    let rect: Rect

    private var theme: Theme { state.options.theme }
    private var glyphs: GlyphSet { state.options.glyphs }
    private var smoother: SmootherState { state.smoother }
    private var inner: Rect { rect.inset(1, 1) }

    private struct Line {
        var name: String
        var raw: Double
        var smoothed: Double
        var elsewhere = ""
        var channel: Int?
    }

    func draw(into frame: inout Frame) {
        let name = smoother.set?.task.scoreName ?? ""
        var note: [Span] = []
        if !smoother.isUpToDate { note = [Span("computing", theme[.warning])] }
        Box(title: "\(name) raw and smoothed", note: note, isFocused: smoother.focus == .scores)
            .draw(into: &frame, in: rect, glyphs: glyphs, theme: theme)
        guard smoother.set?.hasTruth == true else {
            frame.put(
                centred: "no truth, so nothing can be scored; O opens the predictions with their truth",
                in: inner.inset(1, 0), style: theme[.faint])
            return
        }
        let lines = lines
        guard !lines.isEmpty else {
            frame.put(centred: "scoring", in: inner, style: theme[.faint])
            return
        }
        let first = firstLine(lines.count)
        table.draw(
            { row(lines[$0]) }, count: lines.count, first: first,
            selected: smoother.focus == .scores ? lines.firstIndex { $0.channel == smoother.channel } : nil,
            into: &frame, in: inner, glyphs: glyphs, theme: theme)
        ListView.drawScrollMark(
            into: &frame, column: rect.endColumn - 1, row: inner.row + 1, height: inner.height - 1, first: first,
            count: lines.count, glyphs: glyphs, style: theme[.faint])
    }

    private var isWide: Bool { inner.width >= 54 }

    private var hasRoom: Bool { inner.width >= 64 }

    private var table: Table {
        func column(_ title: String, _ width: Int, _ rank: Int = 0) -> Table.Column {
            Table.Column(title, width: width, alignment: .right, rank: rank)
        }
        return Table(columns: [
            Table.Column("", width: isWide ? 18 : 10, grows: true), column("raw", 5),
            column(isWide ? "smoothed" : "smooth", isWide ? 8 : 6), column("Δ", 5),
            column(hasRoom ? "tuned elsewhere" : "elsewhere", hasRoom ? 15 : isWide ? 11 : 9, 1),
        ])
    }

    private func firstLine(_ count: Int) -> Int {
        let height = inner.height - 1
        guard count > height, smoother.focus == .scores else { return 0 }
        let selected = count - (smoother.set?.channels.count ?? 0) + smoother.channel
        return max(0, min(selected - height / 2, count - height))
    }

    private func row(_ line: Line) -> Table.Row {
        let difference = line.smoothed - line.raw
        let role: Role = !difference.isFinite || abs(difference) < 0.0005 ? .text : difference > 0 ? .good : .bad
        let isChannel = line.channel == smoother.channel
        return Table.Row([
            Span(line.name, theme[isChannel ? .accent : .text]), Span(ScoreText.of(line.raw), theme[.text]),
            Span(ScoreText.of(line.smoothed), theme[.text]), Span(ScoreText.difference(difference), theme[role]),
            Span(line.elsewhere, theme[.text]),
        ])
    }

    private var lines: [Line] {
        guard let set = smoother.set, let scores = smoother.scores, let video = smoother.shownVideo,
            scores.videos.indices.contains(smoother.video)
        else { return [] }
        let tuned = smoother.usedRow
        func elsewhere(_ name: String) -> String {
            tuned?.parts.first { $0.name == name }.map { ScoreText.of($0.score.mean) } ?? ""
        }
        func line(_ name: String, _ pair: ScorePair, _ elsewhere: String) -> Line {
            Line(name: name, raw: pair.raw.mean, smoothed: pair.smoothed.mean, elsewhere: elsewhere)
        }
        let byVideo = smoother.tuned?.leaveOut == .videos
        func named(_ name: String, _ kind: String) -> String { isWide ? "\(name) (\(kind))" : name }
        var lines = [
            line(
                isWide ? named(hasRoom ? "this video" : "this", "per video") : "this video",
                scores.videos[smoother.video],
                byVideo ? elsewhere(video.name) : "")
        ]
        if let fold = video.fold, let pair = scores.folds.first(where: { $0.fold == fold })?.scores {
            lines.append(line(named("fold \(fold)", "pooled"), pair, byVideo ? "" : elsewhere("\(fold)")))
        }
        var honest = tuned?.leftOut.map { ScoreText.of($0.mean) } ?? ""
        if isWide, !honest.isEmpty, let spread = tuned?.spread { honest += " ± \(ScoreText.of(spread.deviation))" }
        let everything = set.folds.isEmpty ? "all videos" : "all folds"
        lines.append(line(isWide ? named(everything, "pooled") : "all pooled", scores.all, honest))
        let means = scores.meanOverVideos
        lines.append(
            Line(name: isWide ? named("mean", "per video") : "per video", raw: means.raw, smoothed: means.smoothed))
        guard set.channels.count > 1 else { return lines }
        for (index, name) in set.channels.enumerated() {
            let known = tuned?.leftOut?.channels
            let honest = known.flatMap { $0.indices.contains(index) ? ScoreText.of($0[index]) : nil } ?? ""
            let isUnit = set.task == .actionUnits
            let label =
                isUnit
                ? "\(name) \(glyphs == .ascii ? ">=" : "≥") \(ScoreText.of(smoother.settings.thresholds[index]))" : name
            lines.append(
                Line(
                    name: label, raw: scores.all.raw.channels[index], smoothed: scores.all.smoothed.channels[index],
                    elsewhere: honest, channel: index))
        }
        return lines
    }

    /// The channel in a row.
    func channel(at position: Position) -> Int? {
        let lines = lines
        let index = position.row - inner.row - 1 + firstLine(lines.count)
        return inner.contains(position) && lines.indices.contains(index) ? lines[index].channel : nil
    }
}
