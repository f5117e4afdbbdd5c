/// A span of time as a person reads it.
public enum TimeSpan {
    /// As h:mm:ss, from two days on as days and hours; a dash for what is no span.
    public static func text(_ seconds: Double) -> String {
        guard seconds.isFinite, seconds >= 0, seconds < 3.2e9 else { return "—" }
        let whole = Int(seconds.rounded())
        if whole >= 86_400 * 2 { return "\(whole / 86_400)d \(two(whole / 3600 % 24))h" }
        return "\(whole / 3600):\(two(whole / 60 % 60)):\(two(whole % 60))"
    }

    /// About how long, in one unit: "40 seconds", "12 minutes", "3.5 hours", "6 days".
    public static func about(_ seconds: Double) -> String {
        switch seconds {
        case ..<90:
            let whole = Int(max(1, seconds.rounded()))
            return "\(whole) second\(whole == 1 ? "" : "s")"
        case ..<5400: return "\(Int((seconds / 60).rounded())) minutes"
        case ..<172_800:
            let tenths = Int((seconds / 360).rounded())
            return "\(tenths / 10).\(tenths % 10) hours"
        default: return "\(Int(min(seconds / 86_400, 1e9).rounded())) days"
        }
    }

    private static func two(_ value: Int) -> String { value < 10 ? "0\(value)" : String(value) }
}
