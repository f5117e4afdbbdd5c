import Screen

/// F1 of each class or unit, or CCC of valence and arousal, in the last epoch of a fold: bars, with the epochs before as
/// little ones, and the mean below.
struct ClassScoresView {
    let state: State
    let rect: Rect

    private var theme: Theme { state.options.theme }
    private var glyphs: GlyphSet { state.options.glyphs }

    private enum Line {
        case channel(TaskCurves.Channel)
        case mean(TaskCurves)

        var name: String {
            switch self {
            case .channel(let channel): channel.name
            case .mean(let task): task.isOfClasses ? "macro" : "mean"
            }
        }
    }

    private var tasks: [TaskCurves] { state.watched?.taskCurves(state.place) ?? [] }

    private func lines(_ tasks: [TaskCurves]) -> [Line] {
        tasks.flatMap { task in
            let channels =
                state.monitor.sortsByScore
                ? task.channels.sorted { score($0) > score($1) } : task.channels
            return channels.map { Line.channel($0) } + [.mean(task)]
        }
    }

    /// Where the sorting puts a channel: those that say nothing come last.
    private func score(_ channel: TaskCurves.Channel) -> Double {
        guard !channel.isEmpty, let last = channel.values.last, last.isFinite else { return -2 }
        return last
    }

    func draw(into frame: inout Frame) {
        let tasks = tasks
        let isConcordance = tasks.first?.isConcordance == true
        let title = isConcordance ? "CCC" : tasks.first?.isOfUnits == true ? "F1 by unit" : "F1 by class"
        let epochs = tasks.first?.values.count ?? 0
        var legend = [Span(" " + (state.place.fold.map { "fold \($0) " } ?? ""), theme[.accent])]
        if state.monitor.sortsByScore { legend.append(Span("sorted ", theme[.faint])) }
        let box = Box(
            title: title, legend: legend, note: epochs > 0 ? [Span("epoch \(epochs)", theme[.faint])] : [],
            isFocused: state.monitor.focus == .classes)
        let inner = box.draw(into: &frame, in: rect, glyphs: glyphs, theme: theme).inset(1, 0)
        let lines = lines(tasks)
        guard !lines.isEmpty else {
            frame.put(centred: "scores appear after the first epoch", in: inner, style: theme[.faint])
            return
        }
        // The mean of the last task stays in view, whatever is scrolled.
        let pinned = lines.count > inner.height && inner.height > 1 ? 1 : 0
        let rows = Rect(column: inner.column, row: inner.row, width: inner.width, height: inner.height - pinned)
        let window = ScrollWindow(count: lines.count - pinned, in: rows, .from(state.monitor.classScroll))
        let columns = Columns(lines, width: inner.width)
        for line in window.lines { draw(lines[line], columns, into: &frame, in: window.rect(of: line)) }
        if pinned > 0, let last = lines.last {
            let row = Rect(column: inner.column, row: inner.endRow - 1, width: inner.width, height: 1)
            draw(last, columns, into: &frame, in: row)
        }
        window.drawMark(into: &frame, column: rect.endColumn - 1, glyphs: glyphs, style: theme[.faint])
    }

    /// How far the list can be scrolled.
    var maximalScroll: Int { ScrollWindow.furthest(count: lines(tasks).count, height: rect.height - 2) }

    /// Widths that fit: the name, how often it is true, the bar, the score, the epochs.
    private struct Columns {
        let name, support, bar, spark: Int

        init(_ lines: [Line], width: Int) {
            let longest = lines.map { TextWidth.of($0.name) }.max() ?? 4
            name = max(4, min(longest, max(8, width / 4)))
            let digits =
                lines.compactMap { line -> Int? in
                    if case .channel(let channel) = line { channel.support.map { "\($0)".count } } else { nil }
                }.max() ?? 0
            support = width >= 34 && digits > 0 ? digits + 1 : 0
            spark = width >= 40 ? min(16, width / 5) : 0
            bar = max(0, width - name - support - 1 - 5 - (spark > 0 ? spark + 1 : 0))
        }
    }

    private func draw(_ line: Line, _ columns: Columns, into frame: inout Frame, in row: Rect) {
        var column = row.column
        func put(_ text: String, _ width: Int, _ style: Style, right: Bool = false) {
            let padded = TextWidth.pad(
                glyphs.plain(text), to: width, right ? .right : .left, ellipsis: glyphs.ellipsis)
            frame.put(padded, at: Position(column: column, row: row.row), style: style, clip: row)
            column += width
        }
        let values: [Double]
        var (support, isEmpty, isMean) = ("", false, false)
        switch line {
        case .channel(let channel):
            values = channel.values
            support = channel.support.map { "\($0)" } ?? ""
            isEmpty = channel.isEmpty
        case .mean(let task):
            values = task.values
            isMean = true
        }
        let value = values.last ?? .nan
        put(line.name, columns.name, theme[isMean ? .titleFocused : isEmpty ? .faint : .text])
        put(support, columns.support, theme[.faint], right: true)
        put("", 1, theme[.text])
        if isEmpty {
            put("no true example in this fold", columns.bar, theme[.faint])
        } else {
            let bar = Bars.bar(max(0, value), width: columns.bar, glyphs: glyphs)
            put(bar, columns.bar, theme[isMean ? .barCurrent : .bar])
        }
        put(ScoreText.of(value), 5, theme[isEmpty ? .faint : value < 0 ? .bad : .text], right: true)
        if columns.spark > 0 {
            put("", 1, theme[.text])
            put(Bars.spark(values, width: columns.spark, glyphs: glyphs), columns.spark, theme[.faint])
        }
    }
}
