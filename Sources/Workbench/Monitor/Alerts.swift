import RunStore
import Screen

/// What is wrong and must be seen.
struct Alert: Equatable {
    let text: String
    let isSevere: Bool
}

extension State {
    /// The one line over the status: the store first, then the run's end, then its newest alert that was not closed.
    var alert: Alert? {
        if let storeProblem { return Alert(text: storeProblem, isSevere: true) }
        guard let run, let watched else { return nil }
        switch run.condition {
        case .failed:
            let reason = run.failure ?? "it ended with an error; e opens its log, r resumes it from its last checkpoint"
            return Alert(text: "failed: \(reason)", isSevere: true)
        case .lost:
            return Alert(
                text: "lost: the trainer was killed or the machine went down; r resumes from the last checkpoint",
                isSevere: true)
        case .stalled:
            let since = run.heartbeat.map { " since " + Numbers.clock($0 + Double(utcOffset)) } ?? ""
            return Alert(text: "stalled: no heartbeat from the trainer\(since)", isSevere: true)
        default: break
        }
        guard let event = watched.history.last(where: { $0.kind == .alert }), event.id > monitor.seenAlert else {
            return nil
        }
        let time = Numbers.clock(event.time + Double(utcOffset))
        return Alert(text: "\(time)  step \(Numbers.grouped(event.step))  \(event.message)", isSevere: false)
    }

    /// How many alerts the watched run has had.
    var alertCount: Int { watched?.history.reduce(0) { $0 + ($1.kind == .alert ? 1 : 0) } ?? 0 }
}
