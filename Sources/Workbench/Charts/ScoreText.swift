import Screen

/// Scores as tables of the field show them: three digits, and no zero before the point.
enum ScoreText {
    static func of(_ score: Double, digits: Int = 3) -> String {
        guard score.isFinite else { return "–" }
        let text = Numbers.fixed(score, digits)
        if text.hasPrefix("0.") { return String(text.dropFirst()) }
        if text.hasPrefix("-0.") { return "-" + text.dropFirst(2) }
        return text
    }

    static func difference(_ value: Double, digits: Int = 3) -> String {
        guard value.isFinite else { return "–" }
        let text = of(value, digits: digits)
        return value > 0 && text.contains { ("1"..."9").contains($0) } ? "+" + text : text
    }

    /// How much the pooled score would rise without a video: of many videos each does little.
    static func effect(_ value: Double) -> String { difference(value, digits: 4) }
}
