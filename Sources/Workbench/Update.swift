import RunStore
import Screen

/// Receives one event into the state and says what the shell has to do about it. Pure: no clock, no terminal, no store.
public func update(_ state: inout State, _ event: Event) -> [Effect] {
    switch event {
    case .input(let input, let inBurst):
        state.isInBurst = inBurst
        return state.receive(input)
    case .clock(let seconds, let offset):
        state.utcOffset = offset
        state.minute = ((seconds + Double(offset)) / 60).rounded(.down) * 60
    case .runs(let runs): return state.receive(runs)
    case .stages(let run, let stages):
        guard state.watched?.id == run else { break }
        state.watched?.stages = stages
        state.watched?.isRead = true
    case .points(let run, let key, let points):
        guard state.watched?.id == run else { break }
        state.watched?.append(points, to: key)
        state.watched?.isRead = true
    case .history(let run, let events):
        if state.watched?.id == run { state.watched?.append(events) }
    case .previews(let run, let previews):
        guard state.watched?.id == run else { break }
        state.watched?.setPreviews(previews)
        return state.loadPreviewInView()
    case .preview(let run, let id, let bitmap):
        if state.watched?.id == run { state.watched?.keep(bitmap, of: id) }
    case .previewFailed(let run, let id, let problem):
        if state.watched?.id == run { state.watched?.failSheet(id, problem) }
    case .done(let text): state.notice = Notice(text: text)
    case .failed(let text): state.notice = Notice(text: text, isProblem: true)
    case .storeProblem(let problem): state.storeProblem = problem
    case .ground(let ground):
        if state.options.followsGround, state.options.theme.ground != ground,
            let theme = state.options.themes.first(where: { $0.ground == ground && !$0.isMono })
        {
            state.options.theme = theme
        }
    case .smoother(let event): return state.receive(event)
    case .stray(let text):
        let line = LogLine(stray: text)
        state.strays.append(line)
        if state.strays.count > 1000 { state.strays.removeFirst(state.strays.count - 1000) }
        state.watched?.append(line)
    }
    return []
}

extension State {
    fileprivate mutating func receive(_ input: Input) -> [Effect] {
        switch input {
        case .resize(let size):
            self.size = size
            return []
        case .key(let key):
            // What a burst was refused is still to be read after its last key.
            if !isInBurst { notice = nil }
            return press(key)
        case .mouse(let mouse): return receive(mouse)
        case .paste(let text):
            paste(text)
            return []
        }
    }

    /// The store was polled: keep the runs newest first, and choose one to watch when none is.
    fileprivate mutating func receive(_ new: [Run]) -> [Effect] {
        hasPolled = true
        let sorted = new.sorted { ($0.created, $0.id) > ($1.created, $1.id) }
        guard sorted != runs else { return [] }
        let before = run
        // The list keeps the same run selected while others come and go.
        let selected = selectedRun?.id
        runs = sorted
        if let selected, let index = shownRuns.firstIndex(where: { $0.id == selected }) { runList.selected = index }
        if let before, let now = run, now.revision != before.revision {
            // History was rolled back by a resume: what was read may not have happened. Read it all again.
            watched = WatchedRun(id: now.id, smoothing: monitor.smoothingWeight, strays: strays)
            return [.watch(now.id)]
        }
        if watched != nil, run == nil { watched = nil }
        if watched == nil, let first = runToWatch { return watch(first.id) }
        return []
    }
}
