/// A piece of a line in one style.
public struct Span: Equatable, Sendable {
    public var text: String
    public var style: Style
    public init(_ text: String, _ style: Style = .plain) {
        self.text = text
        self.style = style
    }

    public var width: Int { TextWidth.of(text) }
}

extension Array where Element == Span {
    public var width: Int { reduce(0) { $0 + $1.width } }
}

extension Frame {
    /// Writes spans one after another.
    /// - Returns: the column after the last one.
    @discardableResult
    public mutating func put(_ spans: [Span], at position: Position, clip: Rect? = nil) -> Int {
        var column = position.column
        for span in spans {
            column = put(span.text, at: Position(column: column, row: position.row), style: span.style, clip: clip)
        }
        return column
    }

    /// Writes spans so that they end before a column.
    public mutating func put(_ spans: [Span], endingAt column: Int, row: Int, clip: Rect? = nil) {
        put(spans, at: Position(column: column - spans.width, row: row), clip: clip)
    }
}
