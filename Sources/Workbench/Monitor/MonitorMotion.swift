import RunStore
import Screen

extension State {
    mutating func smooth(_ step: Int) -> [Effect] {
        monitor.smoothing = min(Smoothing.ladder.count - 1, max(0, step))
        watched?.setSmoothing(monitor.smoothingWeight)
        let weight = monitor.smoothingWeight
        notice = Notice(text: weight == 0 ? "smoothing off" : "smoothing \(Numbers.short(weight))")
        return []
    }

    mutating func nextAxisUnit() -> [Effect] {
        let units = AxisUnit.allCases
        let now = units.firstIndex(of: monitor.unit) ?? 0
        monitor.unit = units[(now + 1) % units.count]
        if horizontalAxis.name != monitor.unit.rawValue {
            return refuse("the axis in \(monitor.unit.rawValue) is not known yet; it shows steps until then")
        }
        return []
    }

    /// Pans and zooms all curves, which share their window.
    private mutating func changeWindow(_ motion: Motion) {
        guard let span = chartSpan else { return }
        switch motion {
        case .panLeft: monitor.window = monitor.window.panned(-0.15, in: span)
        case .panRight: monitor.window = monitor.window.panned(0.15, in: span)
        case .zoomIn: monitor.window = monitor.window.zoomed(0.7, around: monitor.crosshair, in: span)
        default: monitor.window = monitor.window.zoomed(1 / 0.7, around: monitor.crosshair, in: span)
        }
    }

    // MARK: Motions

    /// h j k l and their kin, in what has the focus.
    mutating func moveInMonitor(_ motion: Motion) -> [Effect] {
        guard run != nil else { return [] }
        switch monitor.focus {
        case .reconstruction where motion == .panLeft: return moveThroughPreviews(.left)
        case .reconstruction where motion == .panRight: return moveThroughPreviews(.right)
        case _ where motion.isOfCurves: changeWindow(motion)
        case .loss, .learningRate: moveCrosshair(motion)
        case .reconstruction: return moveThroughPreviews(motion)
        case .classes: moveInClasses(motion)
        case .folds: moveFocusVertically(motion == .up ? -1 : 1)
        case .log: moveInLog(motion)
        }
        return []
    }

    private mutating func moveCrosshair(_ motion: Motion) {
        guard let span = chartSpan, let curve = curve(SeriesName.loss) ?? curve(SeriesName.learningRate) else { return }
        let window = monitor.window.range(in: span)
        let now = monitor.crosshair ?? window.upperBound
        // One column at a time: the finest move that is seen.
        let plot = MonitorLayout(self)?.panes[monitor.focus].map { LineChart.plot(in: $0.inset(1, 1)).width } ?? 60
        let column = (window.upperBound - window.lowerBound) / Double(max(1, plot - 1))
        var target = now
        switch motion {
        case .left: target = monitor.crosshair == nil ? now : now - column
        case .right: target = monitor.crosshair == nil ? now : now + column
        case .coarseLeft: target = now - 10 * column
        case .coarseRight: target = now + 10 * column
        case .first: target = span.lowerBound
        case .last:
            monitor.crosshair = nil
            if case .fixed(let range) = monitor.window { monitor.window = .tail(range.upperBound - range.lowerBound) }
            return
        case .pageDown, .pageUp:
            monitor.window = monitor.window.panned(motion == .pageDown ? 0.5 : -0.5, in: span)
            return
        case .nextMatch, .previousMatch:
            let alerts = (watched?.history ?? []).filter { $0.kind == .alert }.map { Double($0.step) }
            let found =
                motion == .nextMatch ? alerts.first { $0 > now + 0.5 } : alerts.last { $0 < now - 0.5 }
            guard let found else {
                notice = refusal(motion == .nextMatch ? "no later alert" : "no earlier alert")
                return
            }
            target = found
        default:
            // Up and down have nothing to move in a curve: they go to the pane there.
            moveFocusVertically(motion == .down ? 1 : -1)
            return
        }
        target = min(span.upperBound, max(span.lowerBound, target))
        // The crosshair stands on a step that was measured, and always moves on.
        var index = curve.nearest(to: target) ?? 0
        if monitor.crosshair != nil, let last = curve.nearest(to: now), index == last {
            if target > now { index = min(curve.count - 1, index + 1) }
            if target < now { index = max(0, index - 1) }
        }
        let position = curve.positions[index]
        monitor.crosshair = position
        monitor.window = monitor.window.showing(position, in: span)
    }

    private mutating func moveFocusVertically(_ step: Int) {
        guard !monitor.isZoomed, let layout = MonitorLayout(self), let here = layout.panes[monitor.focus] else {
            return
        }
        let middle = here.column + here.width / 4
        let row = step > 0 ? here.endRow : here.row - 1
        if let other = layout.pane(at: Position(column: middle, row: row)) { monitor.focus = other }
    }

    private mutating func moveThroughPreviews(_ motion: Motion) -> [Effect] {
        guard let previews = watched?.previews, !previews.isEmpty else { return [] }
        let last = previews.count - 1
        let now = monitor.preview.flatMap { id in previews.firstIndex { $0.id == id } } ?? last
        let target: Int
        switch motion {
        case .left, .pageUp, .previousMatch: target = now - 1
        case .right, .pageDown, .nextMatch: target = now + 1
        case .coarseLeft: target = now - 10
        case .coarseRight: target = now + 10
        case .first: target = 0
        case .last: target = last
        default:
            moveFocusVertically(motion == .down ? 1 : -1)
            return []
        }
        let index = min(last, max(0, target))
        // At the end it follows: the next one is shown when it comes.
        monitor.preview = index == last ? nil : previews[index].id
        return loadPreviewInView()
    }

    private mutating func moveInClasses(_ motion: Motion) {
        let page = (MonitorLayout(self)?.panes[.classes]?.height ?? 10) / 2
        switch motion {
        case .down: scrollClasses(1)
        case .up: scrollClasses(-1)
        case .pageDown: scrollClasses(page)
        case .pageUp: scrollClasses(-page)
        case .first: scrollClasses(-monitor.classScroll)
        case .last: scrollClasses(Int(Int32.max))
        default: break
        }
    }

    mutating func scrollClasses(_ lines: Int) {
        guard let rect = MonitorLayout(self)?.panes[.classes] else { return }
        let most = ClassScoresView(state: self, rect: rect).maximalScroll
        monitor.classScroll = min(most, max(0, monitor.classScroll + lines))
    }

    private mutating func moveInLog(_ motion: Motion) {
        let lines = shownLog
        guard !lines.isEmpty else { return }
        let last = lines.count - 1
        let now = min(last, monitor.log.selected ?? last)
        switch motion {
        case .last: monitor.log.selected = nil
        case .nextMatch, .previousMatch:
            // Every line in view matches a filter; without one, alerts are what people look for.
            let isFiltered = !monitor.log.filter.text.isEmpty
            func isFound(_ index: Int) -> Bool { isFiltered || lines[index].kind == .alert }
            let found =
                motion == .nextMatch
                ? (now + 1..<max(now + 1, lines.count)).first(where: isFound) : (0..<now).last(where: isFound)
            guard let found else {
                notice = refusal(motion == .nextMatch ? "no later line found" : "no earlier line found")
                return
            }
            monitor.log.selected = found
        default:
            let page = (MonitorLayout(self)?.panes[.log]?.height ?? 10) / 2
            let target = motion.moved(now, count: lines.count, page: page)
            monitor.log.selected = target == last && motion != .up ? nil : target
        }
    }
}
