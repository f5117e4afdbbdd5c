import Basics

/// What keeps a person from their runs, said so that they know what to do.
public enum RunStoreError: ExplainedError, Equatable {
    /// The file named runs.db is something else.
    case foreign(path: String)
    /// The file was written by a later version of this program.
    case newer(path: String, version: Int64)
    /// The file is of an earlier version and may not be changed, because it was opened only for reading.
    case older(path: String, version: Int64)
    /// There is no runs.db in the folder.
    case noStore(home: String)
    case unreadable(path: String, reason: String)
    case noFolder(path: String, reason: String)
    /// The file is in write-ahead mode, lies on a network file system, and another process has it open.
    case writeAheadOverNetwork(path: String, system: String)
    case noRuns(home: String)
    case noSuchRun(reference: String, near: [String], home: String)
    case noSuchRunID(RunID)
    /// Another process trains this run.
    case locked(name: String, holder: String)
    case unlockable(path: String, reason: String)

    public var kind: ErrorKind {
        switch self {
        case .noRuns, .noSuchRun, .noSuchRunID, .noStore: .usage
        case .foreign, .newer, .older, .unreadable: .data
        case .noFolder, .writeAheadOverNetwork, .locked, .unlockable: .environment
        }
    }

    public var description: String {
        switch self {
        case .foreign(let path):
            "\(path) is not a run store of maeface and is left as it is. Choose another folder with --home."
        case .newer(let path, let version):
            "\(path) was written by a newer maeface (version \(version), this one knows \(Schema.version)) and is left "
                + "as it is. Update maeface, or choose another folder with --home."
        case .older(let path, let version):
            "\(path) is of an older maeface (version \(version), this one writes \(Schema.version)) and may not be "
                + "changed here. Open it once with write access, and it is brought up to date."
        case .noStore(let home):
            "There are no runs in \(home) yet. Start one with 'maeface demo', or choose a folder with --home."
        case .unreadable(let path, let reason):
            "\(path) cannot be read: \(reason)"
        case .noFolder(let path, let reason):
            "The folder \(path) cannot be made: \(reason)"
        case .writeAheadOverNetwork(let path, let system):
            "\(path) lies on \(system), where it must be used without a write-ahead log, but another process has it "
                + "open with one. End that process first, or work on its machine."
        case .noRuns(let home):
            "There are no runs in \(home) yet."
        case .noSuchRun(let reference, let near, let home):
            "There is no run '\(reference)' in \(home)."
                + (near.isEmpty
                    ? " 'maeface runs list' shows all." : " Did you mean \(near.joined(separator: " or "))?")
        case .noSuchRunID(let id):
            "Run \(id) is no longer in the store."
        case .locked(let name, let holder):
            "Run \(name) is being trained by \(holder). Stop it first."
        case .unlockable(let path, let reason):
            "The lock \(path) cannot be taken: \(reason)"
        }
    }
}
