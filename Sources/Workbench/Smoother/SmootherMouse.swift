import Evaluation
import Screen

extension State {
    /// A click focuses and acts, a drag moves sliders, the map or the chart, the wheel zooms and scrolls.
    mutating func receiveInSmoother(_ mouse: Mouse, _ layout: SmootherLayout) -> [Effect] {
        guard smoother.set != nil else { return [] }
        if mouse.action == .release {
            smoother.drag = nil
            return []
        }
        if mouse.action == .drag { return dragInSmoother(mouse.position, layout) }
        guard let (pane, rect) = layout.panes.first(where: { $0.value.contains(mouse.position) }) else { return [] }
        if mouse.action == .press { smoother.focus = pane }
        switch pane {
        case .chart: return receiveInSmootherChart(mouse, rect)
        case .sliders: return receiveInSliders(mouse, rect)
        case .scores:
            if mouse.action == .press, let channel = ScoresView(state: self, rect: rect).channel(at: mouse.position) {
                return showChannel(channel)
            }
        case .videos: return receiveInVideos(mouse, rect)
        case .map:
            smoother.drag = mouse.action == .press ? .map : smoother.drag
            if mouse.action == .press { return dragInSmoother(mouse.position, layout) }
        case .tuning: return receiveInTuning(mouse, rect)
        }
        if mouse.action == .doubleClick { smoother.isZoomed.toggle() }
        return []
    }

    private mutating func dragInSmoother(_ position: Position, _ layout: SmootherLayout) -> [Effect] {
        switch smoother.drag {
        case .slider(let slider):
            guard let rect = layout.panes[.sliders] else { return [] }
            let track = SlidersView(state: self, rect: rect).track(slider)
            return set(slider, to: SliderTrack.value(Slider.share(atColumn: position.column, in: track), of: slider))
        case .chart(let from):
            guard let rect = layout.panes[.chart], let span = smoother.span else { return [] }
            let width = LineChart.plot(in: rect.inset(1, 1)).width
            smoother.drag = .chart(position)
            guard width > 1, from.column != position.column else { return [] }
            smoother.window = smoother.window.panned(
                Double(from.column - position.column) / Double(width - 1), in: span)
            smoother.crosshair = nil
        case .map:
            guard let rect = layout.panes[.map], let surface = smoother.surface?.surface else { return [] }
            let view = SurfaceView(state: self, rect: rect)
            guard let place = view.heatMap(surface).place(at: position, in: view.plot) else { return [] }
            return setMap(place.column, place.row)
        case nil: break
        }
        return []
    }

    private mutating func receiveInSmootherChart(_ mouse: Mouse, _ rect: Rect) -> [Effect] {
        if mouse.action == .press {
            let legend = SmootherChartView(state: self, rect: rect).legend
            if let hit = legend.first(where: { $0.rect.contains(mouse.position) }) {
                toggle(hit.curve)
                return []
            }
        }
        guard let span = smoother.span else { return [] }
        let plot = LineChart.plot(in: rect.inset(1, 1))
        let window = smoother.window.range(in: span)
        let position = LineChart.position(atColumn: mouse.position.column, plot: plot, window: window)
        switch mouse.action {
        case .press:
            smoother.drag = .chart(mouse.position)
            if plot.contains(mouse.position) { setSmootherCrosshair(position) }
        case .doubleClick:
            smoother.window = .all
            smoother.crosshair = nil
        case .scrollUp: smoother.window = smoother.window.zoomed(0.8, around: position, in: span)
        case .scrollDown: smoother.window = smoother.window.zoomed(1.25, around: position, in: span)
        case .release, .drag: break
        }
        return []
    }

    mutating func toggle(_ curve: SmootherCurve) {
        if smoother.hidden.remove(curve) == nil { smoother.hidden.insert(curve) }
    }

    private mutating func receiveInSliders(_ mouse: Mouse, _ rect: Rect) -> [Effect] {
        let view = SlidersView(state: self, rect: rect)
        if mouse.action == .press, let hit = view.presets.first(where: { $0.rect.contains(mouse.position) }) {
            return perform(hit.action)
        }
        guard let slider = view.slider(at: mouse.position) else { return [] }
        switch mouse.action {
        case .press, .doubleClick:
            smoother.slider = slider
            let track = view.track(slider)
            guard mouse.position.column >= track.column, mouse.position.column < track.endColumn else { return [] }
            smoother.drag = .slider(slider)
            return set(
                slider, to: SliderTrack.value(Slider.share(atColumn: mouse.position.column, in: track), of: slider))
        case .scrollUp: return step(slider, by: 1)
        case .scrollDown: return step(slider, by: -1)
        case .release, .drag: return []
        }
    }

    private mutating func receiveInVideos(_ mouse: Mouse, _ rect: Rect) -> [Effect] {
        switch mouse.action {
        case .press, .doubleClick:
            guard let place = VideosView(state: self, rect: rect).place(atRow: mouse.position.row) else { return [] }
            smoother.list.selected = place
            return selectedVideo.map { showVideo($0) } ?? []
        case .scrollUp, .scrollDown:
            let motion = mouse.action == .scrollUp ? Motion.up : .down
            smoother.list.selected = motion.moved(smoother.list.selected, count: smoother.listed.count, page: 3)
        case .release, .drag: break
        }
        return []
    }

    private mutating func receiveInTuning(_ mouse: Mouse, _ rect: Rect) -> [Effect] {
        let window = TuningView(state: self, rect: rect).window
        guard [.press, .doubleClick].contains(mouse.action), let index = window.line(atRow: mouse.position.row)
        else { return [] }
        smoother.tuningList.selected = index
        return mouse.action == .doubleClick ? use(index) : []
    }
}
