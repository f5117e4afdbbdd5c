import RunStore
import Screen

/// Draws the state at a size. Pure: the same state and size give an equal frame.
public func view(_ state: State, _ size: Size) -> Frame {
    var frame = Frame(size: size, style: state.options.theme[.text])
    frame.put("maeface", at: Position(column: 1, row: 0), style: state.options.theme[.title])
    return frame
}
