/// Finds the key that a person meant.
enum NearestKey {
    /// The candidate with the least edit distance to `key`, when that is at most a third of the key's length and one
    /// more; the first of equals. Case does not count.
    static func of(_ key: String, among candidates: [String]) -> String? {
        if let other = otherNames[key.lowercased().filter { $0 != "_" && $0 != "-" }], candidates.contains(other) {
            return other
        }
        let folded = Array(key.lowercased().unicodeScalars.prefix(100))
        var best: (candidate: String, distance: Int)?
        for candidate in candidates {
            let distance = distance(folded, Array(candidate.lowercased().unicodeScalars))
            if best.map({ distance < $0.distance }) ?? true { best = (candidate, distance) }
        }
        guard let best, best.distance <= folded.count / 3 + 1 else { return nil }
        return best.candidate
    }

    /// What other programs call our keys, without case and punctuation.
    private static let otherNames = [
        "learningrate": "lr", "blr": "baseLr", "baselearningrate": "baseLr", "minimumlearningrate": "minLr",
        "wd": "weightDecay", "maskratio": "mask", "maskingratio": "mask", "batchsize": "batch",
        "warmupepochs": "warmup",
        "imagesize": "image", "inputsize": "image", "patchsize": "patch", "clipgrad": "clip", "numworkers": "workers",
        "weights": "init", "folder": "path",
    ]

    /// The least number of insertions, deletions, replacements and swaps of neighbours from one word to the other.
    private static func distance(_ a: [Unicode.Scalar], _ b: [Unicode.Scalar]) -> Int {
        var beforeLast: [Int] = []
        var last = Array(0...b.count)
        for i in 0..<a.count {
            var current = [i + 1]
            for j in 0..<b.count {
                var least = min(last[j] + (a[i] == b[j] ? 0 : 1), last[j + 1] + 1, current[j] + 1)
                if i > 0, j > 0, a[i] == b[j - 1], a[i - 1] == b[j] {
                    least = min(least, beforeLast[j - 1] + 1)
                }
                current.append(least)
            }
            beforeLast = last
            last = current
        }
        return last[b.count]
    }
}
