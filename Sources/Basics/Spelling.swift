/// Finds the word that a person meant.
public enum Spelling {
    /// The candidate nearest to a word, the first of equals; nil when none is near. Case does not count.
    public static func nearest(to word: String, among candidates: [String]) -> String? {
        var best: (candidate: String, distance: Int)?
        for candidate in candidates {
            let distance = distance(word, candidate)
            if best.map({ distance < $0.distance }) ?? true { best = (candidate, distance) }
        }
        guard let best, best.distance <= tolerance(for: word) else { return nil }
        return best.candidate
    }

    /// The greatest distance at which another word may be meant: a third of the letters and one more.
    public static func tolerance(for word: String) -> Int { word.count / 3 + 1 }

    /// The least number of insertions, deletions, replacements and swaps of neighbours from one word to the other
    /// (optimal string alignment), without regard to case; letters beyond the hundredth do not count.
    public static func distance(_ a: String, _ b: String) -> Int {
        let a = Array(a.lowercased().unicodeScalars.prefix(100))
        let b = Array(b.lowercased().unicodeScalars.prefix(100))
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
