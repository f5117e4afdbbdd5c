/// What is wrong with an archive: a sentence for a person.
package struct ArchiveError: Error, Equatable, Sendable, CustomStringConvertible {
    package let path: String
    /// What is wrong and what to do, without the path.
    package let message: String

    package init(path: String, _ message: String) {
        self.path = path
        self.message = message
    }

    /// `path: message`
    package var description: String { "\(path): \(message)" }
}
