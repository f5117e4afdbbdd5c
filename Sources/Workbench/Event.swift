import RunStore
import Screen

/// What can happen to the workbench. The shell turns keys, the clock and what polling the store finds into these.
public enum Event: Sendable {
    /// A key, a mouse report, a paste or a new size. The shell sends the size once at the start. `inBurst`: with keys
    /// before or after it faster than a person presses them; such a key stops no training and replaces no file.
    case input(Input, inBurst: Bool = false)
    /// The time, in seconds since 1970, and the offset of local time from UTC in seconds. The screen shows minutes,
    /// so once a minute is enough.
    case clock(Double, utcOffset: Int)
    /// Every run in the store, in any order.
    case runs([Run])
    /// The stages of a run.
    case stages(RunID, [StageRecord])
    /// Points of one series, in the order of their steps. They follow those already sent; a first step at or before
    /// one already held takes the place of everything from there on.
    case points(RunID, SeriesKey, [Point])
    /// Events of a run that follow those already sent, oldest first.
    case history(RunID, [RunEvent])
    /// All previews of a run, oldest first.
    case previews(RunID, [PreviewRecord])
    /// The sheet of a preview that `Effect.loadPreview` asked for.
    case preview(RunID, PreviewRecord.ID, Bitmap)
    /// The sheet of a preview could not be read, and why.
    case previewFailed(RunID, PreviewRecord.ID, String)
    /// Something the shell was asked to do is done; shown in the last line until the next key.
    case done(String)
    /// Something the shell was asked to do failed; shown in the last line as a problem.
    case failed(String)
    /// The store cannot be read, and why; nil when it can be again.
    case storeProblem(String?)
    /// The terminal's ground is dark or light.
    case ground(Theme.Ground)
    case smoother(SmootherEvent)
    /// A line that something printed while the screen was ours.
    case stray(String)
}

/// What the workbench asks its shell to do. Results come back as events.
public enum Effect: Equatable, Sendable {
    case quit
    /// Stop as Ctrl-Z does, and come back.
    case suspend
    /// Draw the whole screen anew (Ctrl-L).
    case redraw
    /// Write a command for the run's trainer into the store.
    case send(RunCommand, RunID)
    /// Start a trainer that resumes a stopped, failed or lost run from its last checkpoint.
    case resume(RunID)
    /// Read this run from the beginning and follow it; `State.tail` says what to read next.
    case watch(RunID)
    /// Read a reconstruction sheet and send it as `Event.preview`.
    case loadPreview(RunID, PreviewRecord)
    /// Put text on the clipboard (OSC 52).
    case copy(String)
    /// Let the terminal have the mouse (false), or take it.
    case setMouse(Bool)
    /// Show the trainer's log of a run in a pager.
    case openLog(RunID)
    case smoother(SmootherEffect)
}

/// What the shell has to read of the watched run: everything after these.
public struct Tail: Equatable, Sendable {
    public let run: RunID
    /// The last step held of each series; a series that is not here is read whole.
    public let steps: [SeriesKey: Int64]
    /// The number of the last event held.
    public let event: Int64
}
