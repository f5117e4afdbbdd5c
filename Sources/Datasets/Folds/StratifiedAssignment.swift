import Compute

/// Deals groups to folds so that every label is spread over the folds as evenly as the groups allow, as
/// scikit-learn's StratifiedGroupKFold does for classes, here for classes, action units and affect together.
struct StratifiedAssignment {
    /// For each group, its fold.
    let foldOf: [Int]

    /// - Parameter samples: those that count; nil for all. A group that has none of them may be in any fold.
    init(
        _ set: LabelledSet, _ grouping: LabelledSet.Grouping, samples: [Int]? = nil, folds: Int, seed: UInt64
    ) {
        let labels = Self.labelCounts(set, grouping, samples ?? Array(0..<set.count))
        let width = labels.width
        let groups = grouping.names.count
        var totals = [Double](repeating: 0, count: width)
        for group in 0..<groups {
            for label in 0..<width { totals[label] += Double(labels.counts[group * width + label]) }
        }

        // A random order of their own for groups that are alike, whatever order the table has.
        var random = RandomKey(seed: seed, purpose: .folds).stream()
        var names = grouping.names.indices.sorted {
            grouping.names[$0].utf8.lexicographicallyPrecedes(grouping.names[$1].utf8)
        }
        for i in stride(from: names.count - 1, to: 0, by: -1) { names.swapAt(i, random.nextInt(below: i + 1)) }
        var weight = [Double](repeating: 0, count: groups)
        for group in 0..<groups {
            for label in 0..<width where totals[label] > 0 {
                let share = Double(labels.counts[group * width + label]) / totals[label]
                weight[group] += share * share
            }
        }
        let order = names.enumerated().sorted {
            weight[$0.element] != weight[$1.element]
                ? weight[$0.element] > weight[$1.element] : $0.offset < $1.offset
        }.map(\.element)

        var foldOf = [Int](repeating: 0, count: groups)
        var filled = [Double](repeating: 0, count: folds * width)
        for group in order {
            var best = (fold: 0, cost: Double.infinity)
            for fold in 0..<folds {
                // The sum of squared shares over folds and labels grows least where the labels are missing most.
                var cost = 0.0
                for label in 0..<width where totals[label] > 0 {
                    let added = Double(labels.counts[group * width + label]) / totals[label]
                    cost += added * (2 * filled[fold * width + label] / totals[label] + added)
                }
                if cost < best.cost - 1e-12 { best = (fold, cost) }
            }
            foldOf[group] = best.fold
            for label in 0..<width {
                filled[best.fold * width + label] += Double(labels.counts[group * width + label])
            }
        }
        self.foldOf = foldOf
    }

    /// (G, L): how many samples of each group there are, in all, of each class, with each unit active, and in each
    /// quarter of the plane of valence and arousal.
    private static func labelCounts(
        _ set: LabelledSet, _ grouping: LabelledSet.Grouping, _ samples: [Int]
    ) -> (counts: [Int32], width: Int) {
        let width = 1 + set.classes.count + set.units.count + (set.hasValenceArousal ? 4 : 0)
        var counts = [Int32](repeating: 0, count: grouping.names.count * width)
        for sample in samples {
            let row = Int(grouping.of[sample]) * width
            counts[row] += 1
            if let expression = set.expression(sample) { counts[row + 1 + expression] += 1 }
            let units = row + 1 + set.classes.count
            for unit in set.units.indices where set.unit(unit, of: sample) == true { counts[units + unit] += 1 }
            if let valence = set.valence(sample), let arousal = set.arousal(sample) {
                counts[units + set.units.count + (valence < 0 ? 0 : 1) + (arousal < 0 ? 0 : 2)] += 1
            }
        }
        return (counts, width)
    }
}
