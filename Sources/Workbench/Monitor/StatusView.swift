import Basics
import RunStore
import Screen

/// The line of the run: where it is, how far, how fast, how long still.
struct StatusView {
    let state: State
    let run: Run
    let rect: Rect

    private var theme: Theme { state.options.theme }
    private var glyphs: GlyphSet { state.options.glyphs }

    func draw(into frame: inout Frame) {
        let place = placeSpans
        let rates = rateSpans
        if rect.height > 1 {
            drawProgress(after: place, before: percent, into: &frame, row: rect.row)
            drawRates(rates, into: &frame, row: rect.row + 1)
        } else {
            // Rates go one by one, the least important first, until the bar has room.
            var kept = rates
            while kept.count > 1, place.width + joined(kept).width + 24 > rect.width { kept.removeLast() }
            drawProgress(after: place, before: joined(kept), into: &frame, row: rect.row)
        }
    }

    /// Run ▸ stage ▸ fold ▸ epoch, and the condition unless it simply runs.
    private var placeSpans: [Span] {
        let arrow = Span(glyphs.plain(" ▸ "), theme[.faint])
        var spans = [Span(TextWidth.clip(run.name, to: max(8, rect.width / 4)), theme[.titleFocused])]
        if !run.stageKind.isEmpty { spans += [arrow, Span(run.stageKind, theme[.text])] }
        if let fold = run.fold { spans += [arrow, Span("fold \(fold)", theme[.text])] }
        if run.epochs > 0 { spans += [arrow, Span("epoch \(epochText)", theme[.text])] }
        if run.condition != .running {
            spans += [
                Span("  "),
                Span(glyphs.plain(run.condition.sign) + " " + run.condition.rawValue, theme[run.condition.role]),
            ]
        }
        return spans
    }

    private var epochText: String { Self.epoch(run) }

    /// The epoch a run is in, counted from one, of how many.
    static func epoch(_ run: Run) -> String {
        let begun = run.epoch.isFinite ? Int(max(0, min(1e9, run.epoch)).rounded(.up)) : 0
        let now = run.condition == .finished ? run.epochs : min(run.epochs, max(1, begun))
        return "\(now)/\(run.epochs)"
    }

    static func share(_ run: Run) -> Double {
        if run.condition == .finished { return 1 }
        if run.steps > 0 { return run.progress }
        return run.epochs > 0 && run.epoch.isFinite ? run.epoch / Double(run.epochs) : 0
    }

    private var percent: [Span] {
        let share = min(1, max(0, Self.share(run)))
        return [Span("\(Int((share * 100).rounded(.down)))%", theme[.text])]
    }

    private func joined(_ parts: [[Span]]) -> [Span] { Array(parts.joined(separator: [Span("  ")])) }

    /// Speed, time left, share of the peak, memory: the most important first.
    private var rateSpans: [[Span]] {
        let speed = run.throughput
        func pair(_ value: String, _ unit: String) -> [Span] {
            [Span(value, theme[.text]), Span(unit.isEmpty ? "" : " " + unit, theme[.faint])]
        }
        var parts: [[Span]] = []
        if run.condition.isLive, let left = secondsLeft {
            parts.append([Span("ETA ", theme[.faint]), Span(TimeSpan.text(left), theme[.text])])
        } else if !run.condition.isLive, let seconds = state.watched?.seconds {
            parts.append([Span("took ", theme[.faint]), Span(TimeSpan.text(seconds), theme[.text])])
        }
        if let rate = speed.imagesPerSecond {
            parts.append(pair(Numbers.fixed(rate, rate < 100 ? 1 : 0), "img/s"))
        }
        if let rate = speed.gflops {
            var spans = pair(Numbers.fixed(rate, rate < 10 ? 1 : 0), "GFLOP/s")
            if let share = speed.peakShare, share.isFinite, abs(share) < 100 {
                spans.append(Span(" \(Int((share * 100).rounded()))% of peak", theme[.faint]))
            }
            parts.append(spans)
        }
        if let bytes = speed.residentBytes {
            parts.append([Span(ByteCount.text(Int64(bytes)), theme[.text])])
        }
        return parts
    }

    /// As the trainer says, else from the time of the last steps: the newest tenth, at least 20 of them.
    private var secondsLeft: Double? {
        if let left = run.throughput.secondsLeft { return left }
        guard run.steps > 0, run.step < run.steps, let curve = state.curve(SeriesName.seconds), curve.count > 1
        else { return nil }
        let last = curve.count - 1
        let first = max(0, last - max(20, curve.count / 10))
        let steps = curve.positions[last] - curve.positions[first]
        let seconds = curve.values[last] - curve.values[first]
        guard steps > 0, seconds.isFinite, seconds > 0 else { return nil }
        return seconds / steps * Double(run.steps - max(run.step, Int64(curve.positions[last])))
    }

    private func drawProgress(after place: [Span], before numbers: [Span], into frame: inout Frame, row: Int) {
        let end = rect.endColumn - 1
        let column = frame.put(place, at: Position(column: rect.column + 1, row: row), clip: rect)
        frame.put(numbers, endingAt: end, row: row, clip: rect)
        let room = end - numbers.width - 2 - (column + 2)
        guard room >= 6 else { return }
        let bar = Bars.progress(
            Self.share(run), width: room, glyphs: glyphs, done: theme[.progress], rest: theme[.progressRest])
        frame.put(bar, at: Position(column: column + 2, row: row), clip: rect)
    }

    private func drawRates(_ rates: [[Span]], into frame: inout Frame, row: Int) {
        var kept = rates
        while kept.count > 1, joined(kept).width + 2 > rect.width { kept.removeLast() }
        // The time left stands at the right end, under the end of the bar.
        guard let first = kept.first else { return }
        frame.put(joined(Array(kept.dropFirst())), at: Position(column: rect.column + 1, row: row), clip: rect)
        frame.put(first, endingAt: rect.endColumn - 1, row: row, clip: rect)
    }
}
