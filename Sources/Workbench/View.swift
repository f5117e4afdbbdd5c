import RunStore
import Screen

/// Draws the state at a size. Pure: the same state and size give an equal frame.
public func view(_ state: State, _ size: Size) -> Frame {
    var frame = Frame(size: size, style: state.options.theme[.text])
    guard let layout = Layout(state, size) else {
        drawTooSmall(state, &frame)
        return frame
    }
    HeaderView(state: state, rect: layout.header).draw(into: &frame)
    switch state.current {
    case .monitor where state.run != nil:
        MonitorView(state: state, layout: layout).draw(into: &frame)
    case .runs where !state.runs.isEmpty:
        RunsView(state: state, rect: layout.body).draw(into: &frame)
    case .monitor, .runs:
        EmptyView(state: state, rect: layout.body).drawGreeting(into: &frame)
    case .smoother: SmootherView(state: state, layout: layout).draw(into: &frame)
    case .launch, .compare, .inspect:
        EmptyView(state: state, rect: layout.body).drawComing(state.current, into: &frame)
    }
    HintsView(state: state, rect: layout.hints).draw(into: &frame)
    Popups(state: state, size: size).draw(into: &frame)
    return frame
}

/// Says how large the screen must be, in as many words as fit.
private func drawTooSmall(_ state: State, _ frame: inout Frame) {
    let least = Layout.least
    let sign = state.options.glyphs == .ascii ? "x" : "×"
    let long =
        "The workbench needs \(least.width)\(sign)\(least.height) characters; "
        + "this is \(frame.size.width)\(sign)\(frame.size.height). q quits, training goes on."
    let short = "\(least.width)\(sign)\(least.height)"
    let lines = TextWidth.wrap(long, to: frame.size.width)
    let text = lines.count <= frame.size.height && frame.size.width >= 12 ? long : short
    frame.put(centred: text, in: frame.bounds, style: state.options.theme[.warning])
}
