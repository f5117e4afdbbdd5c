import Screen

/// Where things stand on a screen of a size: the header, the page, the last line. Pages divide their part themselves.
struct Layout: Equatable {
    /// The smallest size that shows anything of use.
    static let least = Size(width: 60, height: 16)

    let header: Rect
    /// Between the header and the last line.
    let body: Rect
    let hints: Rect

    /// Nil when the screen is too small.
    init?(_ size: Size) {
        guard size.width >= Self.least.width, size.height >= Self.least.height else { return nil }
        header = Rect(column: 0, row: 0, width: size.width, height: 1)
        hints = Rect(column: 0, row: size.height - 1, width: size.width, height: 1)
        body = Rect(column: 0, row: 1, width: size.width, height: size.height - 2)
    }
}

/// Text on the screen that does something when it is clicked.
struct Clickable: Sendable {
    let rect: Rect
    let action: Action
}
