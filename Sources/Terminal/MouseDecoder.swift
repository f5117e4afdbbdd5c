import Screen

/// Reads mouse reports in the SGR form (mode 1006) and finds double clicks.
struct MouseDecoder {
    private var lastPress: (position: Position, time: Double)?

    /// Seconds between the presses of a double click.
    static let doubleClick = 0.4

    /// - Parameters:
    ///   - code: button in bits 0, 1 and 6; 4, 8 and 16 are Shift, Alt and Control; 32 is motion.
    ///   - column: from one; `row` alike.
    mutating func decode(code: Int, column: Int, row: Int, released: Bool, time: Double) -> Mouse? {
        guard column >= 1, row >= 1 else { return nil }
        let position = Position(column: column - 1, row: row - 1)
        if code & 64 != 0 {
            switch code & 3 {
            case 0: return Mouse(action: .scrollUp, button: .none, position: position)
            case 1: return Mouse(action: .scrollDown, button: .none, position: position)
            default: return nil
            }
        }
        let button: Mouse.Button =
            switch code & 3 {
            case 0: .left
            case 1: .middle
            case 2: .right
            default: .none
            }
        if released { return Mouse(action: .release, button: button, position: position) }
        if code & 32 != 0 {
            lastPress = nil
            return button == .none ? nil : Mouse(action: .drag, button: button, position: position)
        }
        guard button == .left else {
            lastPress = nil
            return button == .none ? nil : Mouse(action: .press, button: button, position: position)
        }
        if let last = lastPress, last.position == position, time - last.time <= Self.doubleClick {
            lastPress = nil
            return Mouse(action: .doubleClick, button: .left, position: position)
        }
        lastPress = (position, time)
        return Mouse(action: .press, button: .left, position: position)
    }
}
