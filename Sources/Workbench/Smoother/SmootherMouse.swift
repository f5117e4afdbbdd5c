import Evaluation
import Screen

extension State {
    mutating func takeInSmoother(_ mouse: Mouse, _ layout: Layout) -> [Effect] {
        guard smoother.set != nil else { return [] }
        if mouse.action == .release {
            smoother.drag = nil
            return []
        }
        if mouse.action == .drag { return dragInSmoother(mouse.position, layout) }
        guard let (pane, rect) = layout.smoother.first(where: { $0.value.contains(mouse.position) }) else { return [] }
        if mouse.action == .press { smoother.focus = pane }
        switch pane {
        case .chart: return takeInSmootherChart(mouse, rect)
        case .sliders: return takeInSliders(mouse, rect)
        case .scores:
            if mouse.action == .press, let channel = ScoresView(state: self, rect: rect).channel(at: mouse.position) {
                return showChannel(channel)
            }
        case .videos: return takeInVideos(mouse, rect)
        case .map:
            smoother.drag = mouse.action == .press ? .map : smoother.drag
            if mouse.action == .press { return dragInSmoother(mouse.position, layout) }
        case .tuning: return takeInTuning(mouse, rect)
        }
        if mouse.action == .doubleClick { smoother.isZoomed.toggle() }
        return []
    }

    private mutating func dragInSmoother(_ position: Position, _ layout: Layout) -> [Effect] {
        switch smoother.drag {
        case .slider(let slider):
            guard let rect = layout.smoother[.sliders] else { return [] }
            let track = SlidersView(state: self, rect: rect).track(slider)
            return set(slider, to: SliderTrack.value(Slider.share(atColumn: position.column, in: track), of: slider))
        case .chart(let from):
            guard let rect = layout.smoother[.chart], let span = smoother.span else { return [] }
            let width = LineChart.plot(in: rect.inset(1, 1)).width
            smoother.drag = .chart(position)
            guard width > 1, from.column != position.column else { return [] }
            smoother.window = smoother.window.panned(
                Double(from.column - position.column) / Double(width - 1), in: span)
            smoother.crosshair = nil
        case .map:
            guard let rect = layout.smoother[.map], let surface = smoother.surface?.surface else { return [] }
            let view = SurfaceView(state: self, rect: rect)
            guard let place = view.heatMap(surface).place(at: position, in: view.plot) else { return [] }
            return setMap(place.column, place.row)
        case nil: break
        }
        return []
    }

    private mutating func takeInSmootherChart(_ mouse: Mouse, _ rect: Rect) -> [Effect] {
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

    private mutating func takeInSliders(_ mouse: Mouse, _ rect: Rect) -> [Effect] {
        let view = SlidersView(state: self, rect: rect)
        if mouse.action == .press, let action = view.preset(at: mouse.position) { return perform(action) }
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

    private mutating func takeInVideos(_ mouse: Mouse, _ rect: Rect) -> [Effect] {
        switch mouse.action {
        case .press, .doubleClick:
            guard let place = VideosView(state: self, rect: rect).place(atRow: mouse.position.row) else { return [] }
            smoother.list.selected = place
            return selectedVideo.map { showVideo($0) } ?? []
        case .scrollUp, .scrollDown:
            let action: Action = mouse.action == .scrollUp ? .up : .down
            smoother.list.selected = Self.moved(
                smoother.list.selected, by: action, count: smoother.listed.count, page: 3)
        case .release, .drag: break
        }
        return []
    }

    private mutating func takeInTuning(_ mouse: Mouse, _ rect: Rect) -> [Effect] {
        guard let result = smoother.tuned else { return [] }
        let index = mouse.position.row - rect.row - 2
        guard [.press, .doubleClick].contains(mouse.action), result.rows.indices.contains(index) else { return [] }
        smoother.tuningList.selected = index
        return mouse.action == .doubleClick ? use(index) : []
    }
}
