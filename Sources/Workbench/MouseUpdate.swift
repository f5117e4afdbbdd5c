import RunStore
import Screen

extension State {
    /// The mouse: a click focuses and acts, the wheel zooms curves and scrolls lists, a drag pans.
    mutating func take(_ mouse: Mouse) -> [Effect] {
        guard self.mouse, let layout = Layout(self, size) else { return [] }
        if overlay != nil { return takeInOverlay(mouse) }
        if mouse.action == .press || mouse.action == .doubleClick {
            let clickables =
                HeaderView(state: self, rect: layout.header).clickables
                + HintsView(state: self, rect: layout.hints).clickables
            notice = nil
            if let hit = clickables.first(where: { $0.rect.contains(mouse.position) }) { return perform(hit.action) }
        }
        if current == .runs { return takeInRuns(mouse, layout) }
        if current == .smoother { return takeInSmoother(mouse, layout) }
        guard current == .monitor else { return [] }
        if mouse.action == .release { monitor.drag = nil }
        guard let pane = layout.pane(at: mouse.position), let rect = layout.panes[pane] else { return [] }
        switch pane {
        case .loss, .learningRate: return takeInChart(mouse, pane, LineChart.plot(in: rect.inset(1, 1)))
        case .reconstruction: return takeInReconstruction(mouse)
        case .classes, .folds: takeInScores(mouse, pane)
        case .log: takeInLog(mouse, rect)
        }
        return []
    }

    private mutating func takeInChart(_ mouse: Mouse, _ pane: Pane, _ plot: Rect) -> [Effect] {
        if mouse.action == .press { focus = pane }
        guard let span = chartSpan else { return [] }
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
        return []
    }

    private mutating func takeInReconstruction(_ mouse: Mouse) -> [Effect] {
        switch mouse.action {
        case .press: focus = .reconstruction
        case .doubleClick: isZoomed.toggle()
        case .scrollUp, .scrollDown:
            let before = focus
            focus = .reconstruction
            let effects = move(mouse.action == .scrollUp ? .left : .right)
            focus = before
            return effects
        case .release, .drag: break
        }
        return []
    }

    private mutating func takeInScores(_ mouse: Mouse, _ pane: Pane) {
        switch mouse.action {
        case .press: focus = pane
        case .doubleClick: isZoomed.toggle()
        case .scrollUp, .scrollDown:
            if pane == .classes { scrollClasses(mouse.action == .scrollUp ? -3 : 3) }
        case .release, .drag: break
        }
    }

    private mutating func takeInLog(_ mouse: Mouse, _ rect: Rect) {
        switch mouse.action {
        case .press:
            focus = .log
            let lines = shownLog.count
            let height = rect.height - 2
            let now = min(lines - 1, monitor.log.selected ?? lines - 1)
            let first = max(0, min(lines - height, monitor.log.selected == nil ? lines : now - height / 2))
            let index = first + mouse.position.row - rect.row - 1
            if index >= 0, index < lines { monitor.log.selected = index }
        case .doubleClick: isZoomed.toggle()
        case .scrollUp, .scrollDown:
            let before = focus
            focus = .log
            for _ in 0..<3 { _ = move(mouse.action == .scrollUp ? .up : .down) }
            focus = before
        case .release, .drag: break
        }
    }

    private mutating func takeInRuns(_ mouse: Mouse, _ layout: Layout) -> [Effect] {
        let table = RunTable(state: self, runs: shownRuns)
        switch mouse.action {
        case .press, .doubleClick:
            let inner = layout.body.inset(1, 1)
            guard let index = table.index(atRow: mouse.position.row, in: inner, selected: runList.selected) else {
                return []
            }
            // Selecting scrolls the list; a second click on the same place must mean the same run.
            if mouse.action == .doubleClick { return perform(.open) }
            runList.selected = index
        case .scrollUp, .scrollDown: return move(mouse.action == .scrollUp ? .up : .down)
        case .release, .drag: break
        }
        return []
    }

    private mutating func takeInOverlay(_ mouse: Mouse) -> [Effect] {
        switch mouse.action {
        case .scrollUp: return press(.up)
        case .scrollDown: return press(.down)
        case .press: return pressInPopup(mouse.position)
        default: return []
        }
    }

    /// A click beside a popup closes it; in the stop popup a click on a line chooses.
    private mutating func pressInPopup(_ position: Position) -> [Effect] {
        if let overlay, let rect = popupRect(overlay) {
            if let key = Popups(state: self, size: size).key(at: position, of: overlay, in: rect) { return press(key) }
            if case .form(let form) = overlay { return pressInForm(at: position, form, rect) }
            if case .overwrite = overlay { return [] }
        }
        if case .choose(let kind, let list) = overlay { return pressInChoice(at: position, kind, list) }
        if case .stop = overlay {
            let choices = StopChoice.allCases
            let rect = Popups.rect(width: 48, height: choices.count + 4, size)
            let index = position.row - rect.row - 2
            if rect.contains(position) { return choices.indices.contains(index) ? stop(choices[index]) : [] }
            overlay = nil
        }
        return []
    }
}
