import Compute
import Testing

@testable import Training

@Suite("What a step and a checkpoint do next")
struct PolicyTests {
    @Test("A loss that is not finite skips the step, and the fifth in a row ends the run with advice")
    func lossGuard() {
        var guardian = LossGuard()
        for count in 1...4 {
            guard case .skip(let reason) = guardian.judge(loss: .nan, gradientNorm: 1, step: 7, learningRate: 2.4e-3)
            else {
                Issue.record("step \(count) was not skipped")
                return
            }
            #expect(reason.contains("step 7"))
            #expect(reason.contains("2.40e-03"))
            #expect(reason.contains("(\(count) of 5 in a row)"))
        }
        guard case .fail(let reason) = guardian.judge(loss: .infinity, gradientNorm: 1, step: 8, learningRate: 1)
        else {
            Issue.record("the fifth bad step did not end the run")
            return
        }
        #expect(reason.contains("lower learning rate"))
    }

    @Test("A good step in between starts the count anew; a gradient can be bad too")
    func lossGuardRecovers() {
        var guardian = LossGuard()
        _ = guardian.judge(loss: .nan, gradientNorm: nil, step: 1, learningRate: 1)
        #expect(guardian.judge(loss: 0.5, gradientNorm: 2, step: 2, learningRate: 1) == .good)
        #expect(guardian.consecutive == 0)
        guard case .skip(let reason) = guardian.judge(loss: 0.5, gradientNorm: .infinity, step: 3, learningRate: 1)
        else {
            Issue.record("an infinite gradient was applied")
            return
        }
        #expect(reason.contains("gradient norm"))
    }

    @Test(
        "Rates are written with three digits",
        arguments: [(2.4e-3, "2.40e-03"), (1, "1.00e+00"), (0.00015, "1.50e-04"), (0, "0.0"), (12.5, "1.25e+01")])
    func rates(rate: Double, text: String) {
        #expect(rate.formattedRate == text)
    }

    @Test("A slow disk stretches the time between checkpoints to fifty times the writing")
    func checkpointTimes() {
        let policy = CheckpointPolicy(interval: 60)
        #expect(!policy.isDue(elapsed: 59, lastWrite: 0.1))
        #expect(policy.isDue(elapsed: 60, lastWrite: 0.1))
        #expect(!policy.isDue(elapsed: 499, lastWrite: 10))
        #expect(policy.isDue(elapsed: 500, lastWrite: 10))
        #expect(!CheckpointPolicy(interval: .infinity).isDue(elapsed: 1e9, lastWrite: 0))
    }

    @Test("The newest, the best and the requested checkpoints stay")
    func thinning() {
        let policy = CheckpointPolicy(interval: 1, recent: 2)
        func kept(_ id: Int64, _ score: Double?, requested: Bool = false) -> CheckpointPolicy.Kept {
            .init(id: id, step: id * 10, score: score, requested: requested)
        }
        let all = [
            kept(1, 0.9), kept(2, 0.4), kept(3, 0.6, requested: true), kept(4, 0.7), kept(5, nil), kept(6, .nan),
        ]
        #expect(policy.superseded(among: all).map(\.id) == [1, 4])
        #expect(policy.best(among: all)?.id == 2)
        #expect(policy.superseded(among: []).isEmpty)
    }

    @Test("Of two equally good checkpoints the later is the best")
    func bestOfEquals() {
        let policy = CheckpointPolicy(interval: 1)
        let all = [1, 2].map { CheckpointPolicy.Kept(id: $0, step: $0, score: 0.5, requested: false) }
        #expect(policy.best(among: all)?.id == 2)
    }

    @Test("Speed is that of the median step, so a pause does not show")
    func stepClock() throws {
        var clock = StepClock(batch: 8, operationsPerSample: 1e9)
        #expect(clock.samplesPerSecond == nil)
        for seconds in [0.5, 0.5, 60, 0.5] { clock.add(seconds) }
        #expect(clock.samplesPerSecond == 16)
        #expect(clock.gigaflops == 16)
    }

    @Test("Previews are spaced so that about sixty remain, with the last epoch among them")
    func previews() {
        #expect((1...10).allSatisfy { PreviewMaker.isDue(afterEpoch: $0, of: 10, every: 1) })
        let due = (1...800).filter { PreviewMaker.isDue(afterEpoch: $0, of: 800, every: 1) }
        #expect(due.count <= PreviewMaker.most + 1)
        #expect(due.last == 800)
        #expect(!(1...10).contains { PreviewMaker.isDue(afterEpoch: $0, of: 10, every: 0) })
    }

    @Test("A later measurement never lowers the peak")
    func peak() {
        let pool = ThreadPool(threads: 1)
        let gauge = PeakGauge()
        for _ in 0..<12 {
            let before = gauge.gigaflops
            gauge.measure(with: pool)
            #expect(gauge.gigaflops >= before)
        }
        #expect(gauge.gigaflops > 0)
    }
}
