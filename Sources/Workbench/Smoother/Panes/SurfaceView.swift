import Evaluation
import Screen

/// The score over σ1 and σ2 as a heat map: the cross is the best, the dot is where the sliders are.
struct SurfaceView {
    let state: State
    let rect: Rect

    private var theme: Theme { state.options.theme }
    private var glyphs: GlyphSet { state.options.glyphs }
    private var smoother: SmootherState { state.smoother }
    private static let gutter = 6

    /// The part that the cells take.
    var plot: Rect {
        let inner = rect.inset(1, 1)
        return Rect(
            column: inner.column + Self.gutter, row: inner.row, width: inner.width - Self.gutter,
            height: inner.height - 1)
    }

    func heatMap(_ surface: ScoreSurface) -> HeatMap {
        HeatMap(
            values: surface.scores, columns: surface.first.count, marked: State.mapPlace(surface, smoother.sigmas))
    }

    func draw(into frame: inout Frame) {
        let score = smoother.set?.task.scoreName ?? ""
        let known = smoother.surface
        var note: [Span] = []
        if let surface = known?.surface, let best = heatMap(surface).best {
            let value = surface.scores[best.row * surface.first.count + best.column]
            note = [
                Span("best ", theme[.faint]), Span(ScoreText.of(value), theme[.match]),
                Span(
                    " at \(Numbers.short(surface.first[best.column], 3)), \(Numbers.short(surface.second[best.row], 3))",
                    theme[.faint]),
            ]
        }
        let title = "\(score) over σ1 (across) and σ2 (up)"
        let inner = Box(title: glyphs.plain(title), note: note, isFocused: smoother.focus == .map)
            .draw(into: &frame, in: rect, glyphs: glyphs, theme: theme)
        guard let known, !known.surface.first.isEmpty else {
            let text = smoother.set?.hasTruth == true ? "computing" : "no truth, so no scores"
            frame.put(centred: text, in: inner, style: theme[.faint])
            return
        }
        let plot = plot
        heatMap(known.surface).draw(into: &frame, in: plot, glyphs: glyphs, theme: theme)
        drawAxes(known.surface, into: &frame, inner: inner, plot: plot)
    }

    private func drawAxes(_ surface: ScoreSurface, into frame: inout Frame, inner: Rect, plot: Rect) {
        guard plot.height > 1, plot.width > 8 else { return }
        for line in 0..<plot.height where line % 3 == 0 || line == plot.height - 1 {
            let row = (plot.height - 1 - line) * surface.second.count / plot.height
            let label = TextWidth.pad(Numbers.short(surface.second[row], 3), to: Self.gutter - 1, .right)
            frame.put(
                label, at: Position(column: inner.column, row: plot.row + line), style: theme[.faint], clip: inner)
        }
        var free = 0
        for offset in 0..<plot.width {
            guard offset >= free else { continue }
            let label = Numbers.short(surface.first[offset * surface.first.count / plot.width], 3)
            guard offset + TextWidth.of(label) <= plot.width else { break }
            frame.put(
                label, at: Position(column: plot.column + offset, row: plot.endRow), style: theme[.faint], clip: inner)
            free = offset + max(8, TextWidth.of(label) + 2)
        }
        let third = glyphs.plain("σ3 ") + Numbers.short(smoother.sigmas.third, 3)
        let isCurrent = smoother.surface?.request.number == smoother.number
        let text = isCurrent ? " \(third) " : " \(third), computing "
        frame.put(
            [Span(text, theme[isCurrent ? .faint : .warning])], endingAt: rect.endColumn - 2, row: rect.endRow - 1,
            clip: rect)
    }
}
