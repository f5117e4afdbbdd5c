import RunStore
import Screen

/// Draws the state at a size. Pure: the same state and size give an equal frame.
public func view(_ state: State, _ size: Size) -> Frame {
    var state = state
    state.size = size
    var frame = Frame(size: size, style: state.options.theme[.text])
    guard let layout = Layout(size) else {
        drawTooSmall(state, &frame)
        return frame
    }
    HeaderView(state: state, rect: layout.header).draw(into: &frame)
    state.page.draw(state, in: layout.body, into: &frame)
    HintsView(state: state, rect: layout.hints).draw(into: &frame)
    state.popup?.draw(PopupCanvas(state: state), into: &frame)
    return frame
}

/// Says how large the screen must be, in as many words as fit.
private func drawTooSmall(_ state: State, _ frame: inout Frame) {
    let least = Layout.least
    let sign = state.options.glyphs == .ascii ? "x" : "×"
    let long =
        "The workbench needs \(least.width)\(sign)\(least.height) characters; "
        + "this is \(frame.size.width)\(sign)\(frame.size.height). q quits, training continues."
    let short = "\(least.width)\(sign)\(least.height)"
    let lines = TextWidth.wrap(long, to: frame.size.width)
    let text = lines.count <= frame.size.height && frame.size.width >= 12 ? long : short
    frame.put(centred: text, in: frame.bounds, style: state.options.theme[.warning])
}
