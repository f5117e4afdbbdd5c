import RunStore
import Screen

/// The explorer of the smoother: one channel of one video, the sliders, and what the scores say.
struct SmootherPage: Page {
    let title = "Smoother"

    var actions: [Action] { Self.actions }

    func helpOrder(_ state: State) -> [Action.Group] { [.smoother, .curves, .moving, .everywhere, .training, .log] }

    func draw(_ state: State, in body: Rect, into frame: inout Frame) {
        SmootherView(state: state, body: body).draw(into: &frame)
    }

    func receive(_ mouse: Mouse, in body: Rect, _ state: inout State) -> [Effect] {
        state.receiveInSmoother(mouse, SmootherLayout(state, in: body))
    }

    func move(_ motion: Motion, _ state: inout State) -> [Effect] {
        state.smoother.set == nil ? [] : state.moveInSmoother(motion)
    }

    func refusal(of motion: Motion, _ state: State) -> String? {
        if let reason = SmootherActions.nothingOpen(state) { return reason }
        let isPan = state.smoother.focus == .chart && [.panLeft, .panRight].contains(motion)
        return isPan && state.smoother.window == .all ? "the whole video is in view; + zooms in" : nil
    }

    func hint(for motion: Motion, _ state: State) -> Hint? {
        guard state.smoother.set != nil else { return nil }
        switch (motion, state.smoother.focus) {
        case (.left, .sliders): return Hint("fine", rank: 1, key: "h l")
        case (.coarseLeft, .sliders): return Hint("coarse", rank: 2, key: "H L")
        case (.left, .chart): return Hint("crosshair", rank: 1, key: "h l")
        case (.panLeft, .chart): return Hint("pan", rank: 2, key: state.options.glyphs.arrows)
        case (.zoomIn, .chart): return Hint("zoom", rank: 3, key: "+-")
        case (.down, .scores): return Hint("channel", rank: 1, key: "j k")
        case (.left, .map): return Hint("move σ1, σ2", rank: 1, key: "h j k l")
        default: return nil
        }
    }

    /// Between sliders there is no way to go: the first one is at the beginning already.
    func pressG(_ state: inout State) -> [Effect] {
        state.smoother.focus == .sliders ? state.perform(SmootherActions.plainGaussian) : []
    }

    var filter: WritableKeyPath<State, Filter>? { \.smoother.list.filter }
    func filterChanged(_ state: inout State) { state.smoother.list.selected = 0 }

    func appear(_ state: inout State) -> [Effect] { state.openFirst() }

    func isUpToDate(_ state: State) -> Bool { state.smoother.set == nil || state.smoother.isUpToDate }

    private static let actions = SmootherActions.all
}
