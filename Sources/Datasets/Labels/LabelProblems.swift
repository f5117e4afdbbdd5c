import Basics
import Tables

/// One thing that is wrong with a data set's labels, and where.
public struct LabelProblem: Equatable, Sendable, CustomStringConvertible {
    /// The file or folder.
    public let file: String
    /// The line in it, counted from 1; nil when the whole file is meant.
    public let line: Int?
    public let message: String

    public init(file: String, line: Int? = nil, _ message: String) {
        self.file = file
        self.line = line
        self.message = message
    }

    public var description: String {
        line.map { "\(file):\($0): \(message)" } ?? "\(file): \(message)"
    }
}

/// Why a data set's labels cannot be used: every problem found, so that all can be mended in one go.
public struct LabelError: ExplainedError, Equatable, Sendable {
    /// The first problems, in the order of the files.
    public let problems: [LabelProblem]
    /// How many there are in all.
    public let total: Int

    public init(_ problems: [LabelProblem], total: Int? = nil) {
        self.problems = problems
        self.total = total ?? problems.count
    }

    public init(_ problem: LabelProblem) { self.init([problem]) }

    init(_ error: TableError) { self.init(LabelProblem(file: error.path, line: error.line, error.message)) }

    /// Runs `body`, which reads `file`, and throws whatever it throws as the labels' own error.
    static func reading<Result>(_ file: String, _ body: () throws -> Result) throws(LabelError) -> Result {
        do {
            return try body()
        } catch let error as TableError {
            throw LabelError(error)
        } catch let error as LabelError {
            throw error
        } catch {
            throw LabelError(LabelProblem(file: file, "\(error)"))
        }
    }

    public var kind: ErrorKind { .data }

    public var description: String {
        let shown = problems.prefix(5).map(\.description).joined(separator: "\n")
        let more = total - min(problems.count, 5)
        return more > 0 ? "\(shown)\nand \(more) more problem\(more == 1 ? "" : "s")" : shown
    }
}

/// Gathers problems while labels are read. Only the first are kept: a wrong column would give one for every row.
struct LabelProblemList {
    private(set) var first: [LabelProblem] = []
    private(set) var total = 0

    mutating func add(_ file: String, _ line: Int?, _ message: String) {
        total += 1
        if first.count < 20 { first.append(LabelProblem(file: file, line: line, message)) }
    }

    func check() throws(LabelError) {
        if total > 0 { throw LabelError(first, total: total) }
    }
}
