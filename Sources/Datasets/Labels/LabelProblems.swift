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
public struct LabelError: Error, Equatable, Sendable, CustomStringConvertible {
    /// The first problems, in the order of the files.
    public let problems: [LabelProblem]
    /// How many there are in all.
    public let total: Int
    /// What may help, from all that was found.
    public let hint: String?

    public init(_ problems: [LabelProblem], total: Int? = nil, hint: String? = nil) {
        self.hint = hint
        self.problems = problems
        self.total = total ?? problems.count
    }

    public init(_ problem: LabelProblem) { self.init([problem]) }

    init(_ error: TableError) { self.init(LabelProblem(file: error.path, line: error.line, error.reason)) }

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

    public var description: String {
        let shown = problems.prefix(5).map(\.description).joined(separator: "\n")
        let more = total - min(problems.count, 5)
        let all = more > 0 ? "\(shown)\nand \(more) more problem\(more == 1 ? "" : "s")" : shown
        return hint.map { "\(all)\n\($0.prefix(1).uppercased())\($0.dropFirst())." } ?? all
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
