#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// The clocks of the system, in seconds.
public enum Clock {
    /// A clock that nobody sets, from an arbitrary beginning: for durations.
    public static func monotonic() -> Double { read(CLOCK_MONOTONIC) }

    /// The processor time of all threads of this process.
    public static func processor() -> Double { read(CLOCK_PROCESS_CPUTIME_ID) }

    /// How far local time is ahead of UTC at a moment, in seconds. Asked of the C library: Foundation's time zones take
    /// longer to load than the whole start.
    public static func utcOffset(at seconds: Double) -> Int {
        var time = time_t(seconds)
        var parts = tm()
        localtime_r(&time, &parts)
        return parts.tm_gmtoff
    }

    /// The year, month and day of seconds since 1970, which count local time where local time is wanted.
    public static func date(_ seconds: Double) -> (year: Int, month: Int, day: Int) {
        var time = time_t(seconds.rounded(.down))
        var parts = tm()
        gmtime_r(&time, &parts)
        return (Int(parts.tm_year) + 1900, Int(parts.tm_mon) + 1, Int(parts.tm_mday))
    }

    private static func read(_ clock: clockid_t) -> Double {
        var time = timespec()
        clock_gettime(clock, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
    }
}
