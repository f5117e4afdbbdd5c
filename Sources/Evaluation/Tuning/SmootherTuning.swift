import Affect
import Basics

extension SmootherEngine {
    /// Searches every family of the plan, coarse to fine, and scores the choices on what they were not made on.
    ///
    /// The same set, settings and plan give the same result, whatever the number of threads. `settings` gives the options
    /// and, where thresholds are not tuned, the thresholds. Returns nil when cancelled.
    public func tune(
        _ plan: TuningPlan, settings: SmootherSettings, cancellation: Cancellation? = nil,
        progress: (TuningProgress) -> Void = { _ in }
    ) -> TuningResult? {
        let table = TuningTable(engine: self, plan: plan, settings: settings)
        var rows: [TuningRow] = []
        var families = plan.families
        if predictions.task != .actionUnits || !plan.thresholds { families.removeAll { $0 == .thresholds } }
        var done = 0
        let expected = families.reduce(0) { $0 + TuningGrid(family: $1, plan: plan, task: predictions.task).expected }
        for family in families {
            let grid = TuningGrid(family: family, plan: plan, task: predictions.task)
            var search = TuningSearch(grid: grid, table: table)
            repeat {
                guard table.evaluate(search.wanted, tuningThresholds: family != .raw, cancellation: cancellation)
                else { return nil }
                done += search.wanted.count
                search.advance()
                progress(
                    TuningProgress(
                        family: family, done: done, expected: max(expected, done), best: search.bestScore))
            } while !search.wanted.isEmpty
            guard let row = table.row(family, search, cancellation: cancellation) else { return nil }
            rows.append(row)
            table.forget()
        }
        return TuningResult(rows: rows, leaveOut: plan.leaveOut, channels: predictions.channels)
    }
}

/// The candidates of one family, by their places on a scale: the search begins with every `stride`-th place and halves it.
struct TuningGrid {
    let family: SmoothingFamily
    /// Places along each axis.
    let count: Int
    let axes: Int
    let stride: Int
    private let sigmas: [Double]
    private let widths: [Int]

    init(family: SmoothingFamily, plan: TuningPlan, task: AffectTask) {
        self.family = family
        // Eight places to a doubling, in whole strides.
        let coarse = task == .actionUnits ? 8 : 4
        let doublings = max(1, plan.largest.logarithmToBaseTwo)
        let intervals = max(1, Int((doublings * 8 / Double(coarse)).rounded()))
        let places = intervals * coarse + 1
        sigmas = SigmaScale(largest: max(plan.largest, 1), count: places).sigmas
        switch family {
        case .raw, .thresholds:
            (axes, count, stride, widths) = (0, 1, 1, [])
        case .gaussian:
            (axes, count, stride, widths) = (1, places, 1, [])
        case .residual:
            (axes, count, stride, widths) = (3, places, coarse, [])
        case .box, .median, .savitzkyGolay:
            // A box of half-width √3 σ has the deviation of a Gaussian of σ.
            let factor = family == .savitzkyGolay ? 3 : family == .box ? 1.75 : 1
            var found = SigmaScale(largest: max(plan.largest, 1), count: 4 * Int(doublings.rounded(.up)) + 1).sigmas
                .map { 2 * max(1, Int(($0 * factor).rounded())) + 1 }
            found = found.filter { family != .savitzkyGolay || $0 >= 5 }
            widths = Array(Set(found)).sorted()
            (axes, count, stride) = (family == .savitzkyGolay ? 2 : 1, widths.count, 1)
        }
    }

    /// About how many candidates a search tries.
    var expected: Int { first.count * 5 / 4 }

    /// The candidates a search begins with.
    var first: [[Int]] {
        switch axes {
        case 0: return [[]]
        case 1: return (0..<count).map { [$0] }
        case 2: return (0..<2).flatMap { order in (0..<count).map { [$0, order] } }
        default:
            let places = Array(Swift.stride(from: 0, to: count, by: stride))
            return places.flatMap { a in
                places.filter { $0 < a }.flatMap { b in places.filter { $0 <= b }.map { [a, b, $0] } }
            }
        }
    }

    /// Whether a place is a candidate: σ1 > σ2 ≥ σ3, for swapping σ2 and σ3 changes nothing.
    func contains(_ place: [Int]) -> Bool {
        guard axes == 3 else { return place.allSatisfy { (0..<count).contains($0) } }
        return place[0] < count && place[0] > place[1] && place[1] >= place[2] && place[2] >= 0
    }

    func method(_ place: [Int]) -> SmoothingMethod {
        switch family {
        case .raw, .thresholds: .sigmas(.identity)
        case .gaussian: .sigmas(.gaussian(sigmas[place[0]]))
        case .residual: .sigmas(Sigmas(sigmas[place[0]], sigmas[place[1]], sigmas[place[2]]))
        case .box: .box(width: widths[place[0]])
        case .median: .median(width: widths[place[0]])
        case .savitzkyGolay:
            .savitzkyGolay(width: widths[place[0]], order: place[1] == 0 || widths[place[0]] < 7 ? 2 : 4)
        }
    }

    /// What of a place lies at the end of the scale.
    func bounds(_ place: [Int]) -> [String] {
        let names = axes == 3 ? ["σ1", "σ2", "σ3"] : [family == .gaussian ? "σ" : "width"]
        return zip(names, place).compactMap { name, index in
            let value = axes == 3 || family == .gaussian ? Sigmas.text(sigmas[index]) : "\(widths[index])"
            if index == count - 1 { return "\(name) \(value) is the largest tried" }
            return index == 0 ? "\(name) \(value) is the smallest tried" : nil
        }
    }
}
