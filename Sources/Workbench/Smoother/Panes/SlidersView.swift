import Evaluation
import Screen

/// The sliders of the three sigmas, and of the threshold of a unit, each with the score along it.
struct SlidersView {
    let state: State
    let rect: Rect

    private var theme: Theme { state.options.theme }
    private var glyphs: GlyphSet { state.options.glyphs }
    private var smoother: SmootherState { state.smoother }
    private var inner: Rect { rect.inset(1, 1) }

    /// Whether every slider has a second row, for its strip.
    private var hasStrips: Bool { inner.height >= 2 * smoother.sliders.count }
    private var rowsPerSlider: Int { hasStrips ? 2 : 1 }
    private var hasSeconds: Bool { smoother.seconds(1) != nil && inner.width >= 30 }

    /// Columns before the track: a mark, the name, the value, seconds.
    private var labels: Int { 2 + 3 + 6 + (hasSeconds ? 7 : 0) + 1 }

    /// The track of a slider; its strip lies below it.
    func track(_ slider: SmootherSlider) -> Rect {
        let index = smoother.sliders.firstIndex(of: slider) ?? 0
        return Rect(
            column: inner.column + labels, row: inner.row + index * rowsPerSlider,
            width: max(1, inner.width - labels - 1), height: 1)
    }

    /// The slider in a row.
    func slider(at position: Position) -> SmootherSlider? {
        guard inner.contains(position) else { return nil }
        let index = (position.row - inner.row) / rowsPerSlider
        return smoother.sliders.indices.contains(index) ? smoother.sliders[index] : nil
    }

    func draw(into frame: inout Frame) {
        let isFocused = smoother.focus == .sliders
        let box = Box(
            title: glyphs.plain("Sigmas in frames"), note: linkNote, footer: footer,
            isFocused: isFocused)
        box.draw(into: &frame, in: rect, glyphs: glyphs, theme: theme)
        for slider in smoother.sliders { draw(slider, isFocused, into: &frame) }
        drawNote(into: &frame)
    }

    private var linkNote: [Span] {
        guard let set = smoother.set, set.channels.count > 1 else { return [] }
        return smoother.isLinked
            ? [Span("all channels", theme[.faint])] : [Span("\(smoother.channelName) only", theme[.accent])]
    }

    /// What the bottom edge names, as far as there is room.
    private var edge: [(key: String, text: String, action: Action)] {
        let all: [(key: String, text: String, action: Action)] = [
            ("a", "tune", SmootherActions.tune), ("0", "no filter", .showAll),
            ("g", "plain", SmootherActions.plainGaussian), ("w", "keep", SmootherActions.keep),
        ]
        return all.indices.reversed().lazy.map { Array(all[...$0]) }
            .first { items in items.flatMap { spans($0.key, $0.text) }.width + 2 * (items.count - 1) <= rect.width - 6 }
            ?? []
    }

    private func spans(_ key: String, _ text: String) -> [Span] {
        [Span(key, theme[.key]), Span(" " + text, theme[.faint])]
    }

    private var footer: [Span] {
        Array(edge.map { spans($0.key, $0.text) }.joined(separator: [Span("  ", theme[.faint])]))
    }

    /// The words on the bottom edge, and what a click on them does.
    var presets: [Clickable] {
        guard var column = Box(title: "", footer: footer).footerColumn(in: rect) else { return [] }
        return edge.map { item in
            let place = Rect(
                column: column, row: rect.endRow - 1, width: spans(item.key, item.text).width, height: 1)
            column = place.endColumn + 2
            return Clickable(rect: place, action: item.action)
        }
    }

    private func draw(_ slider: SmootherSlider, _ isFocused: Bool, into frame: inout Frame) {
        let track = track(slider)
        guard track.row < inner.endRow else { return }
        let isSelected = slider == smoother.slider
        let value = smoother.value(slider)
        let start = Position(column: inner.column, row: track.row)
        let mark = isSelected ? glyphs.plain("▸ ") : "  "
        let name = slider == .threshold ? "p ≥" : slider.name
        var column = frame.put(
            [
                Span(mark, theme[isFocused ? .key : .faint]),
                Span(
                    TextWidth.pad(glyphs == .ascii && slider == .threshold ? "p>=" : glyphs.plain(name), to: 3),
                    theme[isSelected ? .titleFocused : .text]),
            ], at: start, clip: inner)
        column = frame.put(
            TextWidth.pad(Self.text(value, slider), to: 6, .right), at: Position(column: column, row: track.row),
            style: theme[isSelected ? .titleFocused : .text], clip: inner)
        if hasSeconds, slider != .threshold, let seconds = smoother.seconds(value) {
            frame.put(
                TextWidth.pad(Numbers.fixed(seconds, 2) + "s", to: 7, .right),
                at: Position(column: column, row: track.row), style: theme[.faint], clip: inner)
        }
        Slider(share: SliderTrack.share(value, of: slider), isSelected: isSelected && isFocused)
            .draw(into: &frame, in: track, glyphs: glyphs, theme: theme)
        if hasStrips { drawStrip(slider, below: track, into: &frame) }
    }

    static func text(_ value: Double, _ slider: SmootherSlider) -> String {
        if slider == .threshold { return ScoreText.of(value) }
        if value < Sigmas.smallest { return "off" }
        return Numbers.fixed(value, value >= 1000 ? 0 : 1)
    }

    private func drawStrip(_ slider: SmootherSlider, below track: Rect, into frame: inout Frame) {
        guard let strip = smoother.strips[slider], track.row + 1 < inner.endRow else { return }
        let isCurrent = strip.request.number == smoother.number
        let spans = Bars.strip(
            strip.scores, width: track.width, glyphs: glyphs, style: theme[isCurrent ? .progress : .faint],
            best: theme[isCurrent ? .match : .faint])
        frame.put(spans, at: Position(column: track.column, row: track.row + 1), clip: inner)
        let finite = strip.scores.filter(\.isFinite)
        guard let high = finite.max() else { return }
        let room = labels - 3
        let text = TextWidth.pad("best " + ScoreText.of(high), to: room, .right)
        frame.put(text, at: Position(column: inner.column + 2, row: track.row + 1), style: theme[.faint], clip: inner)
    }

    /// What was moved, or how far a tuning is.
    private func drawNote(into frame: inout Frame) {
        let row = inner.endRow - 1
        guard inner.row + rowsPerSlider * smoother.sliders.count <= row else { return }
        let start = Position(column: inner.column + 1, row: row)
        guard let progress = smoother.progress else {
            let text = TextWidth.clip(
                glyphs.plain(smoother.note), to: inner.width - 2, ellipsis: glyphs.ellipsis)
            frame.put(text, at: start, style: theme[.accent], clip: inner)
            return
        }
        var spans = [
            Span("tuning \(Int(progress.share * 100))% ", theme[.accent]),
            Span(progress.family.title, theme[.text]),
        ]
        if progress.best.isFinite { spans.append(Span(" \(ScoreText.of(progress.best))", theme[.good])) }
        spans.append(Span("  Esc stops ", theme[.faint]))
        let column = frame.put(spans, at: start, clip: inner)
        let width = inner.endColumn - 1 - column
        if width >= 5 {
            let bar = Bars.progress(
                progress.share, width: width, glyphs: glyphs, done: theme[.progress], rest: theme[.progressRest])
            frame.put(bar, at: Position(column: column, row: row), clip: inner)
        }
    }
}
