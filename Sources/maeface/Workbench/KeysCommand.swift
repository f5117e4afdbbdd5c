import Workbench

/// `maeface keys`: the keys of the workbench as a page, made from the table that the workbench itself obeys.
enum KeysCommand: Command {
    static let path = ["keys"]
    static let summary = "print the keys of the workbench"
    static let help = """
        Prints every key of the workbench as Markdown, from the table that the
        workbench itself uses.

        USAGE: maeface keys

        EXAMPLE: maeface keys | less
        """

    static func run(_ arguments: inout Arguments) throws -> ExitCode {
        _ = try arguments.positionals(atMost: 0)
        Output.result(KeyPage.markdown)
        return .done
    }
}
