import Foundation

extension Double {
    var logarithmToBaseTwo: Double { self > 0 ? log2(self) : 0 }
}

/// The walks from coarse to fine over a grid, one for each choice that is made: on everything, and on everything but one
/// fold or video, for all channels together or for each.
///
/// The walks share what was evaluated, and nothing else: which places a choice tries depends on its own scores alone, so that
/// what a fold holds cannot move the choice that is judged on it.
struct TuningSearch {
    let table: TuningTable
    private var walks: [TuningWalk]

    init(grid: TuningGrid, table: TuningTable) {
        self.table = table
        table.grid = grid
        walks = Array(repeating: TuningWalk(grid), count: table.choices)
        wanted = grid.first
    }

    /// Places to be evaluated before the next `advance`.
    private(set) var wanted: [[Int]]

    /// The best place so far of each choice.
    var best: [[Int]] { walks.map(\.best) }

    /// The best score of the choice on everything.
    var bestScore: Double { walks.first?.score ?? .nan }

    /// Takes in what was evaluated and goes on with every walk until it needs a place that no walk has needed before.
    mutating func advance() {
        var needed: Set<[Int]> = []
        for choice in walks.indices {
            while !walks[choice].isDone, walks[choice].wanted.allSatisfy(table.isKnown) {
                walks[choice].advance { table.score($0, choice: choice) }
            }
            needed.formUnion(walks[choice].wanted)
        }
        wanted = needed.filter { !table.isKnown($0) }.sorted { $0.lexicographicallyPrecedes($1) }
    }
}

/// The search of one choice: all coarse places, then the neighbours of the best one, half as far away whenever none of them
/// is better.
struct TuningWalk {
    private let grid: TuningGrid
    /// The places to be scored before the next `advance`, in an order of their own, so that equals are decided alike every
    /// time; empty when the walk is done.
    private(set) var wanted: [[Int]]
    private(set) var best: [Int]
    private(set) var score = -Double.infinity
    private var tried: Set<[Int]> = []
    private var stride: Int
    private var rounds = 0

    init(_ grid: TuningGrid) {
        self.grid = grid
        wanted = grid.first
        best = grid.first.first ?? []
        stride = grid.stride
    }

    var isDone: Bool { wanted.isEmpty }

    /// Takes in the scores of the wanted places and chooses the next ones.
    mutating func advance(_ scored: ([Int]) -> Double) {
        var moved = false
        for place in wanted {
            tried.insert(place)
            let found = scored(place)
            if found > score {
                (score, best, moved) = (found, place, true)
            }
        }
        wanted = []
        rounds += 1
        guard grid.axes == 3 else { return }
        while wanted.isEmpty {
            // From the coarsest places, and whenever nothing moved, the next finer ones.
            if !moved || rounds == 1 || rounds > 40 {
                guard stride > 1 else { return }
                stride /= 2
                rounds = 2
            }
            moved = false
            wanted = neighbours.filter { grid.contains($0) && !tried.contains($0) }
        }
    }

    private var neighbours: [[Int]] {
        let steps = [-stride, 0, stride]
        return steps.flatMap { a in
            steps.flatMap { b in steps.map { c in [best[0] + a, best[1] + b, best[2] + c] } }
        }
    }
}
