import Screen

/// A view that is not built yet: says what does its work until then.
struct PlaceholderPage: Page {
    let title: String
    let text: String

    var actions: [Action] { Self.actions }

    private static let actions = [
        Action.show(.monitor).hinted { _ in Hint(WorkbenchView.monitor.title, rank: 1) }
    ]

    func draw(_ state: State, in body: Rect, into frame: inout Frame) {
        frame.put(centred: text, in: body.inset(2, 0), style: state.options.theme[.faint])
    }
}
