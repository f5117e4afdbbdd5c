import Screen

/// Where things stand on a screen of a size: shared by `view`, which draws them, and `update`, which finds out what
/// the mouse is on.
struct Layout: Equatable {
    /// The smallest size that shows anything of use.
    static let least = Size(width: 60, height: 16)

    var header: Rect
    /// Between the header and the last lines.
    var body: Rect
    /// One line over the status when something is wrong.
    var alert: Rect?
    /// One or two lines; only in Monitor.
    var status: Rect?
    var hints: Rect
    /// The panes of Monitor in view.
    var panes: [Pane: Rect] = [:]
    /// The panes of the smoother in view.
    var smoother: [SmootherPane: Rect] = [:]

    init?(_ state: State, _ size: Size) {
        guard size.width >= Self.least.width, size.height >= Self.least.height else { return nil }
        let width = size.width
        func line(_ row: Int, _ count: Int = 1) -> Rect { Rect(column: 0, row: row, width: width, height: count) }
        header = line(0)
        hints = line(size.height - 1)
        var bottom = size.height - 1
        if state.current == .monitor, state.run != nil {
            let lines = width < 110 && size.height >= 20 ? 2 : 1
            bottom -= lines
            status = line(bottom, lines)
            if state.alert != nil {
                bottom -= 1
                alert = line(bottom)
            }
        }
        body = line(1, bottom - 1)
        if state.current == .monitor, state.run != nil { arrangePanes(state) }
        if state.current == .smoother, state.smoother.set != nil { arrangeSmoother(state.smoother) }
    }

    private mutating func arrangePanes(_ state: State) {
        if state.isZoomed {
            panes[state.focus] = body
        } else if state.showsScores {
            arrangeScores(hasLog: state.monitor.showsLog)
        } else if body.width >= 100, body.height >= 26 {
            arrangeColumns(hasLog: state.monitor.showsLog)
        } else {
            arrangeGrid(hasLog: state.monitor.showsLog)
        }
    }

    /// Wide and high: curves over each other on the left, pictures and the log on the right.
    private mutating func arrangeColumns(hasLog: Bool) {
        let right = min(body.width * 2 / 5, 84)
        let left = body.width - right
        let rate = max(9, body.height * 3 / 10)
        panes[.loss] = Rect(column: 0, row: body.row, width: left, height: body.height - rate)
        panes[.learningRate] = Rect(column: 0, row: body.endRow - rate, width: left, height: rate)
        let log = hasLog ? rate : 0
        panes[.reconstruction] = Rect(column: left, row: body.row, width: right, height: body.height - log)
        if hasLog { panes[.log] = Rect(column: left, row: body.endRow - log, width: right, height: log) }
    }

    /// Small: two rows, the wide pane of each on the left.
    private mutating func arrangeGrid(hasLog: Bool) {
        let left = body.width * 2 / 3
        let upper = (body.height + 1) / 2
        let top = body.row + upper
        panes[.loss] = Rect(column: 0, row: body.row, width: left, height: upper)
        panes[.learningRate] = Rect(column: left, row: body.row, width: body.width - left, height: upper)
        let lower = body.height - upper
        let pictures = hasLog ? left : body.width
        panes[.reconstruction] = Rect(column: 0, row: top, width: pictures, height: lower)
        if hasLog { panes[.log] = Rect(column: left, row: top, width: body.width - left, height: lower) }
    }

    /// A stage with labels: curves on the left, scores by class and by fold on the right; small, one curve, no log beside
    /// both.
    private mutating func arrangeScores(hasLog: Bool) {
        let isLarge = body.width >= 100 && body.height >= 26
        let right = min(body.width / 2, 84)
        let left = body.width - right
        let lower = isLarge ? max(9, body.height * 3 / 10) : body.height / 2
        let upper = body.height - lower
        panes[.loss] = Rect(column: 0, row: body.row, width: left, height: hasLog || isLarge ? upper : body.height)
        let below = Rect(column: 0, row: body.endRow - lower, width: left, height: lower)
        if isLarge {
            let rate = hasLog ? left / 2 : left
            panes[.learningRate] = Rect(column: 0, row: below.row, width: rate, height: lower)
            if hasLog { panes[.log] = Rect(column: rate, row: below.row, width: left - rate, height: lower) }
        } else if hasLog {
            panes[.log] = below
        }
        panes[.classes] = Rect(column: left, row: body.row, width: right, height: upper)
        panes[.folds] = Rect(column: left, row: body.endRow - lower, width: right, height: lower)
    }

    /// The pane under a place.
    func pane(at position: Position) -> Pane? { panes.first { $0.value.contains(position) }?.key }

    /// The panes in view, in the order Tab goes through them.
    var order: [Pane] { Pane.allCases.filter { panes[$0] != nil } }
}

/// Text on the screen that does something when it is clicked.
struct Clickable: Equatable {
    let rect: Rect
    let action: Action
}
