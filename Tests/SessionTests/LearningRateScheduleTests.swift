import Testing

@testable import Session

@Suite("The learning rate") struct LearningRateScheduleTests {
    @Test func warmsUpLinearlyThenFollowsHalfACosine() {
        let schedule = LearningRateSchedule(peak: 2.4e-3, minimum: 1e-5, warmup: 40, epochs: 800)
        for (epoch, expected) in [
            (0.0, 0.0), (10, 6e-4), (39.5, 2.37e-3), (40, 2.4e-3), (230, 2.049992603517924e-3), (420, 1.205e-3),
            (800, 1e-5), (900, 1e-5),
        ] {
            #expect(abs(schedule.rate(atEpoch: epoch) - expected) < 1e-12, "epoch \(epoch)")
        }
    }

    @Test func degenerateSchedulesStayFinite() {
        #expect(LearningRateSchedule(peak: 1, warmup: 0, epochs: 10).rate(atEpoch: 0) == 1)
        #expect(LearningRateSchedule(peak: 1, warmup: 10, epochs: 10).rate(atEpoch: 5) == 0.5)
        #expect(LearningRateSchedule(peak: 1, warmup: 10, epochs: 10).rate(atEpoch: 10).isFinite)
    }
}
