import RunStore
import Screen

/// Takes one event into the state and says what the shell has to do about it. Pure: no clock, no terminal, no store.
public func update(_ state: inout State, _ event: Event) -> [Effect] {
    switch event {
    case .input(let input): return take(input, &state)
    case .clock(let seconds, let offset):
        state.utcOffset = offset
        state.minute = ((seconds + Double(offset)) / 60).rounded(.down) * 60
    case .runs(let runs): return take(runs, &state)
    case .stages(let run, let stages):
        if state.watched?.id == run { state.watched?.stages = stages }
    case .points(let run, let key, let points):
        if state.watched?.id == run { state.watched?.append(points, to: key) }
    case .history(let run, let events):
        if state.watched?.id == run { state.watched?.append(events) }
    case .previews(let run, let previews):
        guard state.watched?.id == run else { break }
        state.watched?.previews = previews
        return loadPreviewInView(&state)
    case .preview(let run, let id, let bitmap):
        if state.watched?.id == run { state.watched?.keep(bitmap, of: id) }
    case .previewFailed(let run, let id, let problem):
        if state.watched?.id == run { state.watched?.sheetProblems[id] = problem }
    case .done(let text): state.notice = Notice(text: text)
    case .failed(let text): state.notice = Notice(text: text, isProblem: true)
    case .storeProblem(let problem): state.storeProblem = problem
    case .stray(let line):
        state.strays.append(line)
        if state.strays.count > 1000 { state.strays.removeFirst(state.strays.count - 1000) }
    }
    return []
}

/// A new look at the list of runs: keep them newest first, choose one to watch when none is.
private func take(_ runs: [Run], _ state: inout State) -> [Effect] {
    state.hasLooked = true
    if state.runs != runs { state.runs = runs.sorted { ($0.created, $0.id) > ($1.created, $1.id) } }
    return []
}

private func take(_ input: Input, _ state: inout State) -> [Effect] {
    switch input {
    case .resize(let size): state.size = size
    case .key(.character("q")), .key(.control("c")): return [.quit]
    default: break
    }
    return []
}

func loadPreviewInView(_ state: inout State) -> [Effect] { [] }
