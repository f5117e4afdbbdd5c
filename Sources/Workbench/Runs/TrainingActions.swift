import RunStore
import Screen

/// What can be asked of a run that trains, or of one that has stopped. From every view: for the selected run in Runs, for
/// the watched one elsewhere.
enum TrainingActions {
    static let all: [Action] = [
        Action(
            "pause", keys: [.character("p")], help: "pause training, or continue it", in: .training,
            isEverywhere: true,
            hint: { state in
                live(state).map { Hint($0.condition == .paused ? "continue" : "pause", rank: 10) }
            }, refused: notLive
        ) { state in
            guard state.isMeant(), let run = state.subject else { return [] }
            let isPaused = run.condition == .paused
            state.notice = Notice(
                text: isPaused ? "\(run.name) will continue" : "\(run.name) will pause after this step")
            return [.send(isPaused ? .resume : .pause, run.id)]
        },
        Action(
            "stop", keys: [.character("s")], help: "stop training (asks when)", in: .training, isEverywhere: true,
            hint: { live($0) == nil ? nil : Hint("stop", rank: 11) }, refused: notLive
        ) { state in
            guard state.isMeant(), let run = state.subject else { return [] }
            return state.present(Question.stop(run))
        },
        Action(
            "checkpoint", keys: [.character("c")], help: "write a checkpoint now", in: .training, isEverywhere: true,
            hint: { live($0) == nil ? nil : Hint("checkpoint", rank: 12) }, refused: notLive
        ) { state in
            guard state.isMeant(), let run = state.subject else { return [] }
            state.notice = Notice(text: "\(run.name) will write a checkpoint")
            return [.send(.checkpoint, run.id)]
        },
        Action(
            "resume run", keys: [.character("r")], help: "resume a stopped, failed or lost run", in: .training,
            isEverywhere: true,
            hint: { $0.subject?.condition.canResume == true ? Hint("resume", rank: 10) : nil }, refused: notResumable
        ) { state in
            guard state.isMeant(), let run = state.subject else { return [] }
            state.notice = Notice(text: "resuming \(run.name) from its last checkpoint")
            return [.resume(run.id)]
        },
    ]

    private static func live(_ state: State) -> Run? { state.subject.flatMap { $0.condition.isLive ? $0 : nil } }

    @Sendable private static func notLive(_ state: State) -> String? {
        guard let run = state.subject else { return "no run is chosen" }
        return run.condition.isLive ? nil : "\(run.name) is \(run.condition.rawValue), so it is not training"
    }

    @Sendable private static func notResumable(_ state: State) -> String? {
        guard let run = state.subject else { return "no run is chosen" }
        if run.condition.canResume { return nil }
        return "\(run.name) is \(run.condition.rawValue); only a stopped, failed or lost run can be resumed"
    }
}

extension Question {
    /// When a run stops.
    static func stop(_ run: Run) -> Question {
        Question(
            title: "Stop \(TextWidth.clip(run.name, to: 30))?",
            choices: [
                Answer(key: "a", text: "at the end of this epoch") { state in
                    state.notice = Notice(text: "\(run.name) will stop after this epoch")
                    return [.send(.stopAfterEpoch, run.id)]
                },
                Answer(key: "n", text: "now, after writing a checkpoint") { state in
                    state.notice = Notice(text: "\(run.name) will write a checkpoint and stop")
                    return [.send(.stop, run.id)]
                },
                Answer(key: "c", text: "cancel", isHarmless: true) { _ in [] },
            ])
    }
}

extension RunCondition {
    /// Somebody trains, or would if let.
    var isLive: Bool { self == .running || self == .paused || self == .stalled || self == .pending }
    /// It has stopped short and can go on from its last checkpoint.
    var canResume: Bool { self == .stopped || self == .failed || self == .lost }

    var sign: String {
        switch self {
        case .running: "●"
        case .pending: "○"
        case .paused: "‖"
        case .finished: "✓"
        case .stopped: "■"
        case .failed, .lost: "✗"
        case .stalled: "▲"
        }
    }

    var role: Role {
        switch self {
        case .running, .finished: .good
        case .pending, .stopped: .faint
        case .paused, .stalled: .warning
        case .failed, .lost: .bad
        }
    }
}
