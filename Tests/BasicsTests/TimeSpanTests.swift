import Testing

@testable import Basics

@Suite struct TimeSpanTests {
    @Test func hoursMinutesAndSeconds() {
        #expect(TimeSpan.text(0) == "0:00:00" && TimeSpan.text(2470) == "0:41:10")
        #expect(TimeSpan.text(90_061) == "25:01:01" && TimeSpan.text(200_000) == "2d 07h")
        #expect(TimeSpan.text(.nan) == "—" && TimeSpan.text(-1) == "—")
    }

    @Test func aboutHowLongInOneUnit() {
        #expect(TimeSpan.about(0) == "1 second" && TimeSpan.about(89) == "89 seconds")
        #expect(TimeSpan.about(90) == "2 minutes" && TimeSpan.about(5399) == "90 minutes")
        #expect(TimeSpan.about(5400) == "1.5 hours" && TimeSpan.about(172_799) == "48.0 hours")
        #expect(TimeSpan.about(172_800) == "2 days" && TimeSpan.about(1e30) == "1000000000 days")
    }

    @Test func datesAreThoseOfTheCalendar() {
        #expect(Clock.date(0) == (1970, 1, 1) && Clock.date(-1) == (1969, 12, 31))
        #expect(Clock.date(951_782_400) == (2000, 2, 29) && Clock.date(4_107_542_400) == (2100, 3, 1))
    }
}
