import Basics

/// Why a data set's labels cannot be used: every problem found, so that all can be mended in one go.
public struct LabelError: ExplainedError, Equatable, Sendable {
    /// The first problems, in the order of the files.
    public let problems: [FileError]
    /// How many there are in all.
    public let total: Int
    /// What may help, from all that was found.
    public let hint: String?

    public init(_ problems: [FileError], total: Int? = nil, hint: String? = nil) {
        self.hint = hint
        self.problems = problems
        self.total = total ?? problems.count
    }

    public init(_ problem: FileError) { self.init([problem]) }

    /// Runs `body`, which reads `file`, and throws whatever it throws as the labels' own error.
    static func reading<Result>(_ file: String, _ body: () throws -> Result) throws(LabelError) -> Result {
        do {
            return try body()
        } catch let error as FileError {
            throw LabelError(error)
        } catch let error as LabelError {
            throw error
        } catch {
            throw LabelError(FileError(path: file, "\(error)"))
        }
    }

    public var kind: ErrorKind { .data }

    public var description: String {
        let shown = problems.prefix(5).map(\.description).joined(separator: "\n")
        let more = total - min(problems.count, 5)
        let all = more > 0 ? "\(shown)\nand \(more) more problem\(more == 1 ? "" : "s")" : shown
        return hint.map { "\(all)\n\($0.prefix(1).uppercased())\($0.dropFirst())." } ?? all
    }
}

/// Gathers problems while labels are read. Only the first are kept: a wrong column would give one for every row.
struct LabelProblemList {
    private(set) var first: [FileError] = []
    private(set) var total = 0

    mutating func add(_ file: String, _ line: Int?, _ message: String) {
        total += 1
        if first.count < 20 { first.append(FileError(path: file, line: line, message)) }
    }

    /// A sentence for the frames that scores of units leave out.
    static func partialFrames(_ count: Int) -> String {
        "\(count) frame\(count == 1 ? "" : "s") with -1 for some units trained on and not scored; "
            + "partialFrames: \"score\" scores the other units"
    }

    /// - Parameter hint: what may help against all of them.
    func check(hint: String? = nil) throws(LabelError) {
        if total > 0 { throw LabelError(first, total: total, hint: hint) }
    }
}
