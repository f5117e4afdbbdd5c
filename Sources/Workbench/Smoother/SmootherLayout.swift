import Screen

extension Layout {
    /// The chart over sliders and scores; below them, where there is room, the videos, the map and a tuning.
    mutating func arrangeSmoother(_ smoother: SmootherState) {
        if smoother.isZoomed {
            self.smoother[smoother.focus] = body
            return
        }
        // Every slider has its strip below it; one line more for what they have to say.
        let middle = min(2 * smoother.sliders.count + 3, max(smoother.sliders.count + 2, body.height - 8))
        let rest = body.height - middle
        let lower = rest >= 19 ? rest * 9 / 20 : 0
        let chart = rest - lower
        func row(_ top: Int, _ height: Int, _ panes: [(SmootherPane, Int)]) {
            var column = 0
            for (pane, width) in panes {
                self.smoother[pane] = Rect(column: column, row: top, width: width, height: height)
                column += width
            }
        }
        let width = body.width
        row(body.row, chart, [(.chart, width)])
        let left = width >= 100 ? width / 2 : max(27, width * 42 / 100)
        row(body.row + chart, middle, [(.sliders, left), (.scores, width - left)])
        guard lower > 0 else { return }
        let hasTuning = smoother.tuned != nil || smoother.isTuning
        let top = body.row + chart + middle
        if width >= 150, hasTuning {
            row(top, lower, [(.videos, width / 3), (.map, width / 3), (.tuning, width - 2 * (width / 3))])
        } else {
            row(top, lower, [(hasTuning ? .tuning : .videos, left), (.map, width - left)])
        }
    }

    /// The smoother's panes in view, in the order Tab goes through them.
    var smootherOrder: [SmootherPane] { SmootherPane.allCases.filter { smoother[$0] != nil } }
}
