/// A key as a person names it.
public enum Key: Hashable, Sendable {
    case character(Character)
    case control(Character)
    /// A character typed while Alt was held.
    case alt(Character)
    case enter, escape, tab, backTab, backspace, delete, insert
    case up, down, left, right, home, end, pageUp, pageDown
    case function(Int)
}

/// A mouse report in cell coordinates.
public struct Mouse: Hashable, Sendable {
    public enum Action: Hashable, Sendable {
        case press, release, drag, doubleClick, scrollUp, scrollDown
    }
    public enum Button: Hashable, Sendable { case left, middle, right, none }

    public let action: Action
    public let button: Button
    public let position: Position
    public init(action: Action, button: Button, position: Position) {
        self.action = action
        self.button = button
        self.position = position
    }
}

/// What a terminal sends.
public enum Input: Hashable, Sendable {
    case key(Key)
    case mouse(Mouse)
    case resize(Size)
    case paste(String)
}
