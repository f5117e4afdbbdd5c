/// The ways to move in what has the focus, the same in every view and popup.
enum Motion: Sendable, CaseIterable {
    case left, right, up, down, coarseLeft, coarseRight, first, last, pageDown, pageUp
    case nextMatch, previousMatch
    case panLeft, panRight, zoomIn, zoomOut

    /// Changes the stretch of a curve that is in view.
    var isOfCurves: Bool { [.panLeft, .panRight, .zoomIn, .zoomOut].contains(self) }

    /// A selection moved in a list, and kept inside it.
    func moved(_ selected: Int, count: Int, page: Int) -> Int {
        let target =
            switch self {
            case .down: selected + 1
            case .up: selected - 1
            case .pageDown: selected + max(1, page)
            case .pageUp: selected - max(1, page)
            case .first: 0
            case .last: count - 1
            default: selected
            }
        return min(max(0, count - 1), max(0, target))
    }
}
