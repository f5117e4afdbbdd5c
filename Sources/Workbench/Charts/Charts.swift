import RunStore
import Screen

extension State {
    func curve(_ name: String, split: String = "train") -> Curve? {
        watched?.curve(name, stage: place.stage, fold: place.fold, split: split)
    }

    var stageRecord: StageRecord? { watched?.stages.first { $0.index == place.stage } }

    /// The steps that the curves cover; nil before the first point.
    var chartSpan: ClosedRange<Double>? {
        LineChart.span(of: [curve(SeriesName.loss), curve(SeriesName.learningRate)].compactMap { $0 })
    }

    /// The axis asked for; steps while what it needs is not known.
    var horizontalAxis: HorizontalAxis {
        switch monitor.unit {
        case .step: return .step
        case .epoch:
            let steps = stageRecord?.stepsPerEpoch ?? 0
            return steps > 0 ? .epoch(steps: Double(steps)) : .step
        case .time:
            guard let seconds = curve(SeriesName.seconds), !seconds.isEmpty else { return .step }
            return .time(seconds)
        }
    }

    /// The chart of a pane; nil before its first point.
    func chart(_ pane: MonitorPane) -> LineChart? {
        guard let span = chartSpan else { return nil }
        let theme = options.theme
        var series: [LineChart.Series] = []
        switch pane {
        case .loss:
            if let train = curve(SeriesName.loss) {
                let raw = train.smoothing > 0 ? theme[.raw] : nil
                series.append(LineChart.Series(curve: train, style: theme.series(0), rawStyle: raw))
            }
            if let mean = curve(SeriesName.epochLoss) {
                series.append(LineChart.Series(curve: mean, style: theme.series(3)))
            }
            if let held = curve(SeriesName.loss, split: "val") {
                series.append(LineChart.Series(curve: held, style: theme.series(1)))
            }
        case .learningRate:
            if let rate = curve(SeriesName.learningRate) {
                series.append(LineChart.Series(curve: rate, style: theme.series(2)))
            }
        default: return nil
        }
        guard !series.isEmpty else { return nil }
        return LineChart(
            series: series, window: monitor.window.range(in: span), axis: horizontalAxis,
            isLogarithmic: monitor.isLog && pane == .loss, crosshair: monitor.crosshair, glyphs: options.glyphs,
            theme: theme)
    }

    /// What the curves of a pane say at a step: name, value and style.
    func readings(_ pane: MonitorPane, at position: Double) -> [(name: String, value: String, style: Style)] {
        let theme = options.theme
        var found: [(name: String, value: String, style: Style)] = []
        func add(_ curve: Curve?, _ name: String, _ style: Style) {
            guard let curve, let index = curve.nearest(to: position) else { return }
            let isSmoothed = curve.smoothing > 0
            let value = curve.front[index]
            found.append((name, Numbers.significant(value), value.isFinite ? style : theme[.bad]))
            if isSmoothed { found.append(("raw", Numbers.significant(curve.values[index]), theme[.faint])) }
        }
        switch pane {
        case .loss:
            add(curve(SeriesName.loss), "train", theme.series(0))
            add(curve(SeriesName.epochLoss), "epoch", theme.series(3))
            add(curve(SeriesName.loss, split: "val"), "val", theme.series(1))
        case .learningRate: add(curve(SeriesName.learningRate), "lr", theme.series(2))
        default: break
        }
        return found
    }
}
