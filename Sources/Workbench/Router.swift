import RunStore
import Screen

/// The six views of the workbench, in the order of their numbers.
public enum WorkbenchView: Int, Sendable, CaseIterable {
    case launch = 1, monitor, smoother, runs, compare, inspect

    /// The name in the header, also what `--once` takes.
    public var title: String { Router.page(of: self).title }

    /// The view with a name, in any case; nil when there is none.
    public init?(name: String) {
        guard let view = Self.allCases.first(where: { $0.title.lowercased() == name.lowercased() }) else { return nil }
        self = view
    }
}

/// Knows which page a view is, and alone which view is current.
struct Router: Sendable {
    fileprivate var current: WorkbenchView

    init(_ view: WorkbenchView) { current = view }

    /// The page of a view: one row for each.
    static func page(of view: WorkbenchView) -> any Page {
        switch view {
        case .launch:
            PlaceholderPage(
                title: "Launch",
                text: "The Launch view is not built yet. Start runs with `maeface train SESSION` or `maeface demo`.")
        case .monitor: MonitorPage()
        case .smoother: SmootherPage()
        case .runs: RunsPage()
        case .compare:
            PlaceholderPage(
                title: "Compare",
                text: "The Compare view is not built yet. `maeface runs compare RUN RUN` compares scores.")
        case .inspect:
            PlaceholderPage(
                title: "Inspect",
                text: "The Inspect view is not built yet. The log in Monitor lists skipped images.")
        }
    }

    static let pages: [any Page] = WorkbenchView.allCases.map { page(of: $0) }

    /// The first view whose page has an action.
    static func view(with action: Action) -> WorkbenchView? {
        WorkbenchView.allCases.first { view in page(of: view).actions.contains { $0.name == action.name } }
    }
}

extension State {
    /// The view in sight.
    public var current: WorkbenchView { router.current }

    /// The page in sight.
    var page: any Page { Router.page(of: router.current) }

    /// The views for the header, and which of them is in sight.
    var tabs: [(view: WorkbenchView, isCurrent: Bool)] {
        WorkbenchView.allCases.map { ($0, $0 == router.current) }
    }

    func isInSight(_ view: WorkbenchView) -> Bool { view == router.current }

    /// Turns to a view that a person asks for.
    mutating func show(_ view: WorkbenchView) -> [Effect] {
        router.current = view
        return page.appear(&self)
    }

    /// Turns to a view for what is about to be shown in it.
    mutating func turn(to view: WorkbenchView) { router.current = view }

    /// The run that commands are for.
    var subject: Run? { page.subject(self) }

    /// Whether everything that was asked for and is shown at once has come: of the smoother the newest chart and scores.
    public var isUpToDate: Bool { page.isUpToDate(self) }
}
