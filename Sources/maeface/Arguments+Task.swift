import Affect
import Basics
import Evaluation

extension Arguments {
    /// The task that `--task` names, in short; nil without the option.
    mutating func task() throws -> AffectTask? {
        try value("--task").map { word in
            guard let task = AffectTask(word: word) else {
                throw UserError.usage("--task takes va, au or expr, not '\(word)'.")
            }
            return task
        }
    }
}
