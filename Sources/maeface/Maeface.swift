import Basics
import CSystem
import Foundation
import RunStore

/// The program: picks the command, prints what went wrong, and exits with the designed code.
@main
struct Maeface {
    /// Every command, in the order of the overview.
    static var commands: [any Command.Type] {
        [
            WorkbenchCommand.self,
            DemoCommand.self,
            TrainCommand.self,
            RunsListCommand.self,
            RunsShowCommand.self,
            RunsCompareCommand.self,
            RunsImportCommand.self,
            RunsDeleteCommand.self,
            SmoothCommand.self,
            PlanCommand.self,
            SettingsCommand.self,
            BenchPretrainCommand.self,
            BenchSmoothCommand.self,
            BenchFinetuneCommand.self,
            BenchInferCommand.self,
            BenchWeightsCommand.self,
            EmbedCommand.self,
            PredictCommand.self,
            WeightsInspectCommand.self,
            WeightsConvertCommand.self,
            KeysCommand.self,
        ]
    }

    static func main() {
        // A pipe that closes early (`maeface runs list | head`) and a file that may not grow end a write with an error,
        // not the program.
        maeface_fail_writes_instead_of_signals()
        maeface_hold_standard_descriptors()
        var code = run(Array(CommandLine.arguments.dropFirst()))
        if let problem = Output.endResults() {
            Output.say("maeface: \(problem)")
            if code == .done { code = .failed }
        }
        exit(code.rawValue)
    }

    static func run(_ words: [String]) -> ExitCode {
        if words == ["--help"] || words == ["-h"] || words == ["help"] {
            Output.result(overview)
            return .done
        }
        guard let command = command(for: words) else {
            Output.say(unknown(words))
            return .usage
        }
        let rest = Array(words.dropFirst(command.path.count))
        if rest.prefix(while: { $0 != "--" }).contains(where: { $0 == "--help" || $0 == "-h" }) {
            Output.result(command.help)
            return .done
        }
        var arguments = Arguments(rest)
        do {
            return try command.run(&arguments)
        } catch let error as any ExplainedError {
            Output.say("maeface: \(error)")
            if error.kind == .usage {
                Output.say("Try 'maeface \((command.path + ["--help"]).joined(separator: " "))'.")
            }
            return ExitCode(error.kind)
        } catch {
            Output.say("maeface: \(error)")
            return .failed
        }
    }

    /// The command whose path begins the words; the longest path wins.
    static func command(for words: [String]) -> (any Command.Type)? {
        // A word that is no command must not open the workbench.
        let wantsWorkbench = words.first?.hasPrefix("-") ?? true
        return commands.filter { words.starts(with: $0.path) && (!$0.path.isEmpty || wantsWorkbench) }.max {
            $0.path.count < $1.path.count
        }
    }

    static func unknown(_ words: [String]) -> String {
        let word = words.first ?? ""
        let group = commands.filter { $0.path.count > 1 && $0.path.first == word }.map { $0.path[1] }
        if !group.isEmpty {
            return "maeface: '\(word)' takes one of: \(group.joined(separator: ", "))."
        }
        let names = commands.compactMap { $0.path.first }
        let nearest = Spelling.nearest(to: word, among: names).map { " Did you mean '\($0)'?" } ?? ""
        return "maeface: there is no command '\(word)'.\(nearest) Try 'maeface --help'."
    }

    static var overview: String {
        let rows = commands.map { command in
            (command.path.isEmpty ? "(none)" : command.path.joined(separator: " "), command.summary)
        }
        let width = rows.map(\.0.count).max() ?? 0
        return """
            maeface: pre-train, fine-tune, watch and compare models of facial affect.

            USAGE: maeface [COMMAND] [OPTIONS]

            \(rows.map { "  " + $0.0.padding(toLength: width + 2, withPad: " ", startingAt: 0) + $0.1 }
                .joined(separator: "\n"))

            Every command has --help with an example.
            Runs are kept in --home, MAEFACE_HOME or ./runs.
            Exit codes: 0 done, 1 failed, 2 wrong usage, 3 bad input data.
            """
    }
}
