import Basics

#if canImport(Glibc)
    import Glibc
#endif

/// Numbers as the screen shows them. Free of Foundation: `String(format:)` is too slow for a screen of numbers.
public enum Numbers {
    /// A number with a fixed count of decimals, rounded half away from zero.
    public static func fixed(_ value: Double, _ decimals: Int) -> String {
        guard value.isFinite else { return nonFinite(value) }
        let places = max(0, min(9, decimals))
        let scale = pow(10.0, Double(places))
        let scaled = (abs(value) * scale).rounded()
        guard scaled < 9e15 else { return scientific(value, 2) }
        let whole = Int64(scaled)
        let unit = Int64(scale)
        let sign = value < 0 && whole != 0 ? "-" : ""
        if places == 0 { return sign + String(whole) }
        let fraction = String(whole % unit)
        return sign + String(whole / unit) + "." + String(repeating: "0", count: places - fraction.count) + fraction
    }

    /// A number with about `digits` significant digits; very small and very large ones with an exponent.
    public static func significant(_ value: Double, _ digits: Int = 4) -> String {
        guard value.isFinite else { return nonFinite(value) }
        if value == 0 { return "0" }
        let magnitude = Int(floor(log10(abs(value)) + 1e-12))
        if magnitude < -3 || magnitude >= 7 { return scientific(value, min(digits, 3) - 1) }
        return fixed(value, max(0, digits - 1 - magnitude))
    }

    /// A number without needless zeros at its end.
    public static func short(_ value: Double, _ digits: Int = 4) -> String {
        var text = significant(value, digits)
        guard text.contains("."), !text.contains("e") else { return text }
        while text.last == "0" { text.removeLast() }
        if text.last == "." { text.removeLast() }
        return text
    }

    /// A number as 2.4e-3.
    public static func scientific(_ value: Double, _ decimals: Int) -> String {
        guard value.isFinite else { return nonFinite(value) }
        if value == 0 { return "0" }
        var exponent = Int(floor(log10(abs(value)) + 1e-12))
        var mantissa = value / pow(10.0, Double(exponent))
        let scale = pow(10.0, Double(decimals))
        if (abs(mantissa) * scale).rounded() >= 10 * scale {
            mantissa /= 10
            exponent += 1
        }
        return fixed(mantissa, decimals) + "e" + String(exponent)
    }

    /// A whole number with commas between the thousands.
    public static func grouped(_ value: Int64) -> String {
        let digits = Array(String(value.magnitude))
        var text = value < 0 ? "-" : ""
        for (index, digit) in digits.enumerated() {
            if index > 0, (digits.count - index) % 3 == 0 { text.append(",") }
            text.append(digit)
        }
        return text
    }

    /// Hours and minutes of a day, from seconds since 1970 in local time.
    public static func clock(_ seconds: Double) -> String {
        guard seconds.isFinite, abs(seconds) < 1e12 else { return "--:--" }
        let minute = Int((seconds / 60).rounded(.down))
        let ofDay = ((minute % 1440) + 1440) % 1440
        return two(ofDay / 60) + ":" + two(ofDay % 60)
    }

    /// Year, month and day of a moment, from seconds since 1970 in local time.
    public static func date(_ seconds: Double) -> String {
        guard seconds.isFinite, abs(seconds) < 1e12 else { return "----------" }
        let date = Clock.date(seconds)
        return "\(date.year)-\(two(date.month))-\(two(date.day))"
    }

    static func two(_ value: Int) -> String { value < 10 ? "0\(value)" : String(value) }

    private static func nonFinite(_ value: Double) -> String {
        value.isNaN ? "NaN" : value < 0 ? "-Inf" : "Inf"
    }
}
