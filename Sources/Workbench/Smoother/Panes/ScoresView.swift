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
        var leftOut = ""
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
                centred: "no truth, so no scores; O opens the predictions with their truth",
                in: inner.inset(1, 0), style: theme[.faint])
            return
        }
        let lines = lines
        guard !lines.isEmpty else {
            frame.put(centred: "computing", in: inner, style: theme[.faint])
            return
        }
        let window = window(lines.count)
        table.draw(
            in: window,
            selected: smoother.focus == .scores ? lines.firstIndex { $0.channel == smoother.channel } : nil,
            into: &frame, with: state.options.appearance
        ) { row(lines[$0]) }
        window.drawMark(into: &frame, column: rect.endColumn - 1, glyphs: glyphs, style: theme[.faint])
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
            column(hasRoom ? "tuned, left out" : "left out", hasRoom ? 15 : isWide ? 11 : 9, 1),
        ])
    }

    private func window(_ count: Int) -> ScrollWindow {
        let selected = count - (smoother.set?.channels.count ?? 0) + smoother.channel
        return Table.window(count: count, in: inner, smoother.focus == .scores ? .around(selected) : .from(0))
    }

    private func row(_ line: Line) -> Table.Row {
        let difference = line.smoothed - line.raw
        let role: Role = !difference.isFinite || abs(difference) < 0.0005 ? .text : difference > 0 ? .good : .bad
        let isChannel = line.channel == smoother.channel
        return Table.Row([
            Span(line.name, theme[isChannel ? .accent : .text]), Span(ScoreText.of(line.raw), theme[.text]),
            Span(ScoreText.of(line.smoothed), theme[.text]), Span(ScoreText.difference(difference), theme[role]),
            Span(line.leftOut, theme[.text]),
        ])
    }

    private var lines: [Line] {
        guard let set = smoother.set, let scores = smoother.scores, let video = smoother.shownVideo,
            scores.videos.indices.contains(smoother.video)
        else { return [] }
        let tuned = smoother.usedRow
        func leftOutScore(_ name: String) -> String {
            tuned?.parts.first { $0.name == name }.map { ScoreText.of($0.score.mean) } ?? ""
        }
        func line(_ name: String, _ pair: ScorePair, _ leftOut: String) -> Line {
            Line(name: name, raw: pair.raw.mean, smoothed: pair.smoothed.mean, leftOut: leftOut)
        }
        let byVideo = smoother.tuned?.leaveOut == .videos
        func named(_ name: String, _ kind: String) -> String { isWide ? "\(name) (\(kind))" : name }
        var lines = [
            line(
                isWide ? named(hasRoom ? "this video" : "this", "per video") : "this video",
                scores.videos[smoother.video],
                byVideo ? leftOutScore(video.name) : "")
        ]
        if let fold = video.fold, let pair = scores.folds.first(where: { $0.fold == fold })?.scores {
            lines.append(line(named("fold \(fold)", "pooled"), pair, byVideo ? "" : leftOutScore("\(fold)")))
        }
        var leftOut = tuned?.leftOut.map { ScoreText.of($0.mean) } ?? ""
        if isWide, !leftOut.isEmpty, let spread = tuned?.spread { leftOut += " ± \(ScoreText.of(spread.deviation))" }
        let everything = set.folds.isEmpty ? "all videos" : "all folds"
        lines.append(line(isWide ? named(everything, "pooled") : "all pooled", scores.all, leftOut))
        let means = scores.meanOverVideos
        lines.append(
            Line(name: isWide ? named("mean", "per video") : "per video", raw: means.raw, smoothed: means.smoothed))
        guard set.channels.count > 1 else { return lines }
        for (index, name) in set.channels.enumerated() {
            let known = tuned?.leftOut?.channels
            let leftOut = known.flatMap { $0.indices.contains(index) ? ScoreText.of($0[index]) : nil } ?? ""
            let isUnit = set.task == .actionUnits
            let label =
                isUnit
                ? "\(name) \(glyphs == .ascii ? ">=" : "≥") \(ScoreText.of(smoother.settings.thresholds[index]))" : name
            lines.append(
                Line(
                    name: label, raw: scores.all.raw.channels[index], smoothed: scores.all.smoothed.channels[index],
                    leftOut: leftOut, channel: index))
        }
        return lines
    }

    /// The channel in a row.
    func channel(at position: Position) -> Int? {
        let lines = lines
        return window(lines.count).line(at: position).flatMap { lines[$0].channel }
    }
}
