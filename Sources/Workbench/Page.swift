import RunStore
import Screen

/// A view of the workbench: its actions, what it draws, and what the mouse does there. A page, its state and its layout live
/// in one folder; `Router` has one row for it.
///
/// Pages hold nothing themselves: what they know is in `State`, so that `update` and `view` stay pure.
protocol Page: Sendable {
    /// The name in the header; `--once` takes it in any case.
    var title: String { get }
    /// Its own actions, and what shared ones mean here. What is not here is as everywhere, or refused.
    var actions: [Action] { get }
    /// The groups of the help, what matters most here first.
    func helpOrder(_ state: State) -> [Action.Group]

    /// Draws it between the header and the last line.
    func draw(_ state: State, in body: Rect, into frame: inout Frame)
    /// The mouse between the header and the last line.
    func receive(_ mouse: Mouse, in body: Rect, _ state: inout State) -> [Effect]

    /// Moves in what has the focus.
    func move(_ motion: Motion, _ state: inout State) -> [Effect]
    /// Why a motion cannot be done here; nil when it can.
    func refusal(of motion: Motion, _ state: State) -> String?
    /// What the last line says of a motion.
    func hint(for motion: Motion, _ state: State) -> Hint?
    /// What the first `g` of `g g` does.
    func pressG(_ state: inout State) -> [Effect]

    /// The filter that can be typed here.
    var filter: WritableKeyPath<State, Filter>? { get }
    /// The text of the filter is another one.
    func filterChanged(_ state: inout State)

    /// It was asked for, by its number or its name.
    func appear(_ state: inout State) -> [Effect]
    /// The run that commands of training are for.
    func subject(_ state: State) -> Run?
    /// Alerts that the header counts.
    func alertCount(_ state: State) -> Int
    /// Whether everything that was asked for and is shown at once has come.
    func isUpToDate(_ state: State) -> Bool
}

extension Page {
    func helpOrder(_ state: State) -> [Action.Group] { [.moving, .training, .everywhere, .curves, .log, .smoother] }
    func receive(_ mouse: Mouse, in body: Rect, _ state: inout State) -> [Effect] { [] }
    func move(_ motion: Motion, _ state: inout State) -> [Effect] { [] }
    func refusal(of motion: Motion, _ state: State) -> String? {
        motion.isOfCurves ? "the curves are in the Monitor view (press 2)" : nil
    }
    func hint(for motion: Motion, _ state: State) -> Hint? { nil }
    func pressG(_ state: inout State) -> [Effect] { [] }
    var filter: WritableKeyPath<State, Filter>? { nil }
    func filterChanged(_ state: inout State) {}
    func appear(_ state: inout State) -> [Effect] { [] }
    func subject(_ state: State) -> Run? { state.run }
    func alertCount(_ state: State) -> Int { 0 }
    func isUpToDate(_ state: State) -> Bool { true }
}
