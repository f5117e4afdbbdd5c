import Affect
import Evaluation

/// `maeface smooth --check`: what is wrong with a submission.
enum SubmissionReport {
    static func run(
        _ path: String, list: Submission.FrameList?, task: AffectTask?, isJSON: Bool
    ) throws -> ExitCode {
        let check = try SubmissionCheck(path: path, list: list, expected: task)
        if isJSON {
            try Output.json(
                JSONValue.object([
                    "file": .text(path), "task": JSONValue(check.task?.rawValue), "rows": JSONValue(check.rows),
                    "videos": JSONValue(check.videos), "problems": JSONValue(check.problemCount),
                    "first_problems": .list(check.problems.map { .text($0) }),
                ]))
        } else {
            let track = check.task.map { "the \($0.shortName) track" } ?? "no track"
            var lines = ["\(path): \(check.rows) frames of \(check.videos) videos for \(track)"]
            lines += check.problems
            if check.problemCount > check.problems.count {
                lines.append("and \(check.problemCount - check.problems.count) more")
            }
            lines.append(check.isFine ? "no problems found" : "\(check.problemCount) problems")
            Output.result(lines.joined(separator: "\n"))
        }
        return check.isFine ? .done : .badData
    }
}
