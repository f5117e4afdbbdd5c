import Evaluation
import Screen

extension State {
    /// Motions in the pane that has the focus.
    mutating func moveInSmoother(_ motion: Motion) -> [Effect] {
        switch motion {
        case .nextMatch, .previousMatch: return showNeighbour(motion == .nextMatch ? 1 : -1)
        case .zoomIn, .zoomOut:
            changeSmootherWindow(motion)
            return []
        default: break
        }
        switch smoother.focus {
        case .chart: moveInChart(motion)
        case .sliders: return moveSlider(motion)
        case .scores: return moveInScores(motion)
        case .videos:
            let page = (SmootherLayout(self)?.panes[.videos]?.height ?? 10) / 2
            smoother.list.selected = motion.moved(
                smoother.list.selected, count: smoother.listed.count, page: page)
        case .map: return moveInMap(motion)
        case .tuning:
            smoother.tuningList.selected = motion.moved(
                smoother.tuningList.selected, count: smoother.tuned?.rows.count ?? 0, page: 3)
        }
        return []
    }

    /// The next or previous video as the list has them.
    private mutating func showNeighbour(_ step: Int) -> [Effect] {
        let listed = smoother.listed
        guard !listed.isEmpty else { return refuse("no video matches /\(smoother.list.filter.text)") }
        let now = listed.firstIndex(of: smoother.video)
        let next = now.map { $0 + step } ?? 0
        guard listed.indices.contains(next) else {
            return refuse(step > 0 ? "this is the last video" : "this is the first video")
        }
        return showVideo(listed[next])
    }

    private mutating func moveSlider(_ motion: Motion) -> [Effect] {
        let sliders = smoother.sliders
        let now = sliders.firstIndex(of: smoother.slider) ?? 0
        switch motion {
        case .left, .panLeft: return step(smoother.slider, by: -1)
        case .right, .panRight: return step(smoother.slider, by: 1)
        case .coarseLeft: return step(smoother.slider, by: -10)
        case .coarseRight: return step(smoother.slider, by: 10)
        default: smoother.slider = sliders[motion.moved(now, count: sliders.count, page: sliders.count)]
        }
        return []
    }

    /// Up and down go through the channels, whose scores stand under each other.
    private mutating func moveInScores(_ motion: Motion) -> [Effect] {
        guard let set = smoother.set else { return [] }
        let target = motion.moved(smoother.channel, count: set.channels.count, page: 4)
        return showChannel(target)
    }

    // MARK: Chart

    private mutating func changeSmootherWindow(_ motion: Motion) {
        guard let span = smoother.span else { return }
        let factor = motion == .zoomIn ? 0.7 : 1 / 0.7
        let middle = smoother.window.range(in: span)
        let anchor = smoother.crosshair ?? (middle.lowerBound + middle.upperBound) / 2
        smoother.window = smoother.window.zoomed(factor, around: anchor, in: span)
    }

    private mutating func moveInChart(_ motion: Motion) {
        guard let span = smoother.span, let video = smoother.shownVideo else { return }
        let window = smoother.window.range(in: span)
        let frame = Double(video.frameStep)
        let plot = SmootherLayout(self)?.panes[.chart].map { LineChart.plot(in: $0.inset(1, 1)).width } ?? 60
        // One column at a time, and no less than a frame.
        let column = max(frame, (window.upperBound - window.lowerBound) / Double(max(1, plot - 1)))
        let now = smoother.crosshair
        var target: Double
        switch motion {
        case .panLeft, .panRight:
            if smoother.window == .all { return }
            smoother.window = smoother.window.panned(motion == .panLeft ? -0.15 : 0.15, in: span)
            return
        case .pageDown, .pageUp:
            smoother.window = smoother.window.panned(motion == .pageDown ? 0.5 : -0.5, in: span)
            return
        case .up, .down:
            _ = moveSmootherFocus(motion == .down ? 1 : -1)
            return
        case .left: target = now.map { $0 - column } ?? window.lowerBound
        case .right: target = now.map { $0 + column } ?? window.lowerBound
        case .coarseLeft: target = (now ?? window.upperBound) - 10 * column
        case .coarseRight: target = (now ?? window.lowerBound) + 10 * column
        case .first: target = span.lowerBound
        case .last: target = span.upperBound
        default: return
        }
        setSmootherCrosshair(target)
    }

    /// The crosshair stands on a frame of the video.
    mutating func setSmootherCrosshair(_ position: Double) {
        guard let span = smoother.span, let video = smoother.shownVideo, video.count > 0 else { return }
        let step = Double(video.frameStep)
        let first = Double(video.firstFrame)
        let index = ((position - first) / step).rounded()
        let frame = first + min(Double(video.count - 1), max(0, index)) * step
        smoother.crosshair = frame
        smoother.window = smoother.window.showing(frame, in: span)
    }

    // MARK: Map

    /// Moves σ1 and σ2 from cell to cell of the map.
    private mutating func moveInMap(_ motion: Motion) -> [Effect] {
        guard let surface = smoother.surface?.surface else { return [] }
        let place = Self.mapPlace(surface, smoother.sigmas)
        var (column, row) = place
        switch motion {
        case .left, .panLeft: column -= 1
        case .right, .panRight: column += 1
        case .coarseLeft, .first: column -= motion == .first ? column : 4
        case .coarseRight, .last: column += motion == .last ? surface.first.count : 4
        case .up: row += 1
        case .down: row -= 1
        case .pageUp: row += 4
        case .pageDown: row -= 4
        default: return []
        }
        return setMap(column, row)
    }

    /// Puts σ1 and σ2 where a cell of the map is, if σ1 stays the largest there.
    mutating func setMap(_ column: Int, _ row: Int) -> [Effect] {
        guard let surface = smoother.surface?.surface, !surface.first.isEmpty, !surface.second.isEmpty else {
            return []
        }
        let column = min(surface.first.count - 1, max(0, column))
        let row = min(surface.second.count - 1, max(0, row))
        var triple = smoother.sigmas
        (triple.first, triple.second) = (surface.first[column], surface.second[row])
        guard triple.isValid else { return refuse("σ1 has to be larger than σ2 and σ3") }
        smoother.note = ""
        return setTriple(triple)
    }

    /// The cell of the map nearest to where the sliders are.
    static func mapPlace(_ surface: ScoreSurface, _ sigmas: Sigmas) -> (column: Int, row: Int) {
        func nearest(_ value: Double, _ axis: [Double]) -> Int {
            func distance(_ index: Int) -> Double {
                abs(SliderTrack.share(axis[index], of: .first) - SliderTrack.share(value, of: .first))
            }
            return axis.indices.min { distance($0) < distance($1) } ?? 0
        }
        return (nearest(sigmas.first, surface.first), nearest(sigmas.second, surface.second))
    }
}
