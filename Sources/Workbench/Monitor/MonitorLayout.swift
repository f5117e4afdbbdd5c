import Screen

/// Where the panes of Monitor stand: shared by what draws them and by what finds out what the mouse is on.
struct MonitorLayout: Equatable {
    /// The panes in view.
    private(set) var panes: [MonitorPane: Rect] = [:]
    /// One or two lines below the panes.
    let status: Rect
    /// One line over the status when something is wrong.
    let alert: Rect?
    /// What the panes share.
    private let body: Rect

    init(_ state: State, in body: Rect) {
        let lines = body.width < 110 && body.height >= 18 ? 2 : 1
        var bottom = body.endRow - lines
        status = Rect(column: 0, row: bottom, width: body.width, height: lines)
        if state.alert == nil {
            alert = nil
        } else {
            bottom -= 1
            alert = Rect(column: 0, row: bottom, width: body.width, height: 1)
        }
        self.body = Rect(column: body.column, row: body.row, width: body.width, height: bottom - body.row)
        if state.run != nil { arrange(state) }
    }

    /// Nil when the screen is too small.
    init?(_ state: State) {
        guard let layout = Layout(state.size) else { return nil }
        self.init(state, in: layout.body)
    }

    /// The pane under a place.
    func pane(at position: Position) -> MonitorPane? { panes.first { $0.value.contains(position) }?.key }

    /// The panes in view, in the order Tab goes through them.
    var order: [MonitorPane] { MonitorPane.allCases.filter { panes[$0] != nil } }

    private mutating func arrange(_ state: State) {
        let hasLog = state.monitor.showsLog
        if state.monitor.isZoomed {
            panes[state.monitor.focus] = body
        } else if state.showsScores {
            arrangeScores(hasLog: hasLog)
        } else if body.width >= 100, body.height >= 26 {
            arrangeColumns(hasLog: hasLog)
        } else {
            arrangeGrid(hasLog: hasLog)
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
}
