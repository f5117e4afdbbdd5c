import JSON5

/// Writing sessions.
extension Session {
    /// The session as JSON with every default written out and every path absolute: what the store keeps of a run.
    ///
    /// Reading it gives this session again, on any machine and with any environment.
    public var resolvedText: String { JSON5Writer.text(resolved) }

    /// The settings that the weights of a stage follow from, of that stage alone, as text: where it begins, how it is
    /// watched and how many threads read images is left out.
    public func consequentialText(ofStage index: Int) -> String {
        var model = model
        model.initialWeights = nil
        model.initialKey = nil
        let stage = stages[index]
        let names = Set(stage.data.map(\.name))
        return JSON5Writer.text(
            .record([
                ("seed", .integer(Int64(clamping: seed(ofStage: index)))), ("model", model.resolved),
                ("data", .record(data.filter { names.contains($0.name) }.map { ($0.name, $0.resolved) })),
                ("stage", stage.resolved { $0 == .weights }),
            ]))
    }
}

extension JSON5Value {
    static func path(_ path: String) -> JSON5Value { .string(SessionPath.escaped(path)) }
}
