import RunStore
import Screen

extension State {
    /// A click focuses and acts, the wheel zooms curves and scrolls lists, a drag pans.
    mutating func receiveInMonitor(_ mouse: Mouse, _ layout: MonitorLayout) -> [Effect] {
        if mouse.action == .release { monitor.drag = nil }
        guard let pane = layout.pane(at: mouse.position), let rect = layout.panes[pane] else { return [] }
        if mouse.action == .press { monitor.focus = pane }
        switch pane {
        case .loss, .learningRate: receiveInChart(mouse, LineChart.plot(in: rect.inset(1, 1)))
        case .reconstruction: return receiveInList(mouse, up: .left, down: .right, on: pane)
        case .classes:
            if mouse.action == .scrollUp { scrollClasses(-3) }
            if mouse.action == .scrollDown { scrollClasses(3) }
            fallthrough
        case .folds: if mouse.action == .doubleClick { monitor.isZoomed.toggle() }
        case .log:
            let window = LogView(state: self, rect: rect).window(shownLog.count)
            if mouse.action == .press, let line = window.line(atRow: mouse.position.row) { monitor.log.selected = line }
            return receiveInList(mouse, up: .up, down: .down, on: pane, lines: 3)
        }
        return []
    }

    /// The wheel moves through a pane that need not have the focus; a double click zooms it.
    private mutating func receiveInList(
        _ mouse: Mouse, up: Motion, down: Motion, on pane: MonitorPane, lines: Int = 1
    ) -> [Effect] {
        switch mouse.action {
        case .doubleClick: monitor.isZoomed.toggle()
        case .scrollUp, .scrollDown:
            let before = monitor.focus
            monitor.focus = pane
            defer { monitor.focus = before }
            return (0..<lines).flatMap { _ in moveInMonitor(mouse.action == .scrollUp ? up : down) }
        case .press, .release, .drag: break
        }
        return []
    }

    private mutating func receiveInChart(_ mouse: Mouse, _ plot: Rect) {
        guard let span = chartSpan else { return }
        let window = monitor.window.range(in: span)
        let position = LineChart.position(atColumn: mouse.position.column, plot: plot, window: window)
        switch mouse.action {
        case .press:
            monitor.drag = mouse.position
            guard mouse.button == .left, plot.contains(mouse.position), let curve = curve(SeriesName.loss),
                let index = curve.nearest(to: position)
            else { break }
            monitor.crosshair = curve.positions[index]
        case .doubleClick:
            monitor.window = .all
            monitor.crosshair = nil
        case .drag:
            guard let from = monitor.drag, plot.width > 1 else { break }
            monitor.drag = mouse.position
            let moved = Double(from.column - mouse.position.column) / Double(plot.width - 1)
            if moved != 0 {
                monitor.window = monitor.window.panned(moved, in: span)
                monitor.crosshair = nil
            }
        case .scrollUp: monitor.window = monitor.window.zoomed(0.8, around: position, in: span)
        case .scrollDown: monitor.window = monitor.window.zoomed(1.25, around: position, in: span)
        case .release: break
        }
    }
}
