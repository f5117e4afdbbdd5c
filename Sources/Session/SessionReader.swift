import JSON5

/// Reads session files.
public enum SessionReader {
    /// The session of a file.
    ///
    /// - Parameters:
    ///   - path: the session file; relative paths in it are relative to its folder.
    ///   - overrides: `key.path=value`, applied in order; relative paths in them are relative to the working folder.
    /// - Throws: everything that is wrong, at once.
    public static func read(
        path: String, overrides: [String] = [], surroundings: Surroundings = .process
    ) throws(SessionError) -> Session {
        let bytes: [UInt8]
        do {
            bytes = try TextFile.contents(path)
        } catch {
            throw SessionError(problems: [SessionProblem(at: error.location, error.message)])
        }
        let absolute = path.hasPrefix("/") ? path : surroundings.workingFolder + "/" + path
        let folder = absolute.lastIndex(of: "/").map { String(absolute[..<$0]) } ?? ""
        return try read(
            utf8: bytes, file: path, folder: folder, overrides: overrides, surroundings: surroundings)
    }

    /// The session of a text.
    ///
    /// - Parameters:
    ///   - file: what errors call the text; its last part without the extension names a session that has no name.
    ///   - folder: the absolute folder that relative paths in the text are relative to.
    public static func read(
        text: String, file: String, folder: String, overrides: [String] = [], surroundings: Surroundings = .process
    ) throws(SessionError) -> Session {
        try read(
            utf8: Array(text.utf8), file: file, folder: folder, overrides: overrides, surroundings: surroundings)
    }

    private static func read(
        utf8 bytes: [UInt8], file: String, folder: String, overrides: [String], surroundings: Surroundings
    ) throws(SessionError) -> Session {
        let problems = ProblemList()
        var root: JSON5Node
        do {
            root = try JSON5Reader.read(utf8: bytes, file: file)
        } catch {
            throw SessionError(problems: [SessionProblem(at: error.location, error.message)])
        }
        for text in overrides {
            do {
                root = try Override(text).applied(to: root)
            } catch {
                problems.add(error.location, "", error.message)
            }
        }
        let context = ReadingContext(problems: problems, file: file, folder: folder, surroundings: surroundings)
        var session: Session?
        if var fields = FieldReader(SettingField(node: root, path: "", context: context)) {
            session = Session.read(&fields)
        }
        guard problems.problems.isEmpty, let session else { throw SessionError(problems: problems.sorted) }
        return session
    }
}
