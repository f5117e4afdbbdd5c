import Screen

/// Where the panes of the smoother stand: shared by what draws them and by what finds out what the mouse is on.
struct SmootherLayout: Equatable {
    /// The panes in view.
    private(set) var panes: [SmootherPane: Rect] = [:]

    init(_ state: State, in body: Rect) {
        if state.smoother.set != nil { arrange(state.smoother, body) }
    }

    /// Nil when the screen is too small.
    init?(_ state: State) {
        guard let layout = Layout(state.size) else { return nil }
        self.init(state, in: layout.body)
    }

    /// The panes in view, in the order Tab goes through them.
    var order: [SmootherPane] { SmootherPane.allCases.filter { panes[$0] != nil } }

    /// The chart over sliders and scores; below them, where there is room, the videos, the map and a tuning.
    private mutating func arrange(_ smoother: SmootherState, _ body: Rect) {
        if smoother.isZoomed {
            panes[smoother.focus] = body
            return
        }
        // Every slider has its strip below it; one line more for what they have to say.
        let middle = min(2 * smoother.sliders.count + 3, max(smoother.sliders.count + 2, body.height - 8))
        let rest = body.height - middle
        let lower = rest >= 19 ? rest * 9 / 20 : 0
        let chart = rest - lower
        let width = body.width
        arrange([(.chart, width)], row: body.row, height: chart)
        let left = width >= 100 ? width / 2 : max(27, width * 42 / 100)
        arrange([(.sliders, left), (.scores, width - left)], row: body.row + chart, height: middle)
        guard lower > 0 else { return }
        let hasTuning = smoother.tuned != nil || smoother.isTuning
        let top = body.row + chart + middle
        if width >= 150, hasTuning {
            let third = width / 3
            arrange([(.videos, third), (.map, third), (.tuning, width - 2 * third)], row: top, height: lower)
        } else {
            arrange([(hasTuning ? .tuning : .videos, left), (.map, width - left)], row: top, height: lower)
        }
    }

    /// Panes of some widths beside each other.
    private mutating func arrange(_ widths: [(pane: SmootherPane, width: Int)], row: Int, height: Int) {
        var column = 0
        for (pane, width) in widths {
            panes[pane] = Rect(column: column, row: row, width: width, height: height)
            column += width
        }
    }
}
