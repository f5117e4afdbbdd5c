import Foundation

extension Double {
    var logarithmToBaseTwo: Double { self > 0 ? log2(self) : 0 }
}

/// The walk from coarse to fine over a grid, for all choices that are made at once: on everything, and on everything but
/// one fold or video, for all channels together or for each. They share what they try.
struct TuningSearch {
    let grid: TuningGrid
    let table: TuningTable
    /// Places to be evaluated before the next `advance`.
    private(set) var wanted: [[Int]]
    /// The best place so far of each choice.
    private(set) var best: [[Int]]
    private var scores: [Double]
    private var stride: Int
    private var rounds = 0

    init(grid: TuningGrid, table: TuningTable) {
        self.grid = grid
        self.table = table
        table.grid = grid
        wanted = grid.first
        best = Array(repeating: grid.first.first ?? [], count: table.choices)
        scores = Array(repeating: -.infinity, count: table.choices)
        stride = grid.stride
    }

    /// The best score of the choice on everything.
    var bestScore: Double { scores.first ?? .nan }

    /// Takes in what was evaluated and asks for the neighbours of every best place, half as far away when none moved.
    mutating func advance() {
        var moved = false
        for place in wanted {
            for choice in best.indices {
                let score = table.score(place, choice: choice)
                if score > scores[choice] {
                    scores[choice] = score
                    best[choice] = place
                    moved = true
                }
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
            var asked: Set<[Int]> = []
            for place in best {
                for a in [-stride, 0, stride] {
                    for b in [-stride, 0, stride] {
                        for c in [-stride, 0, stride] {
                            let near = [place[0] + a, place[1] + b, place[2] + c]
                            if grid.contains(near), !table.isKnown(near) { asked.insert(near) }
                        }
                    }
                }
            }
            // In an order of their own, so that equals are decided alike every time.
            wanted = asked.sorted { $0.lexicographicallyPrecedes($1) }
        }
    }
}
