import RunStore
import Session

extension RunStore {
    /// The session that a run was trained with; nil for predictions of a model trained elsewhere.
    public func session(of run: RunID) throws -> Session? {
        guard try self.run(run).origin == .trained else { return nil }
        return try keptSession(of: run)
    }

    /// The session that is kept with a run.
    public func keptSession(of run: RunID) throws -> Session {
        try SessionReader.read(text: sessionText(of: run), file: "session of run \(run)", folder: "/")
    }
}
