import Affect
import Evaluation
import Foundation

/// What the outputs of a classifier are, as a file of weights says it in `maeface.outputs`: its heads, one after the other.
public struct HeadOutputs: Codable, Equatable, Sendable {
    public var task: AffectTask
    public var channels: [String]

    public init(task: AffectTask, channels: [String]) {
        self.task = task
        self.channels = channels
    }

    static let key = "maeface.outputs"

    /// For the metadata of a file.
    static func text(_ heads: [HeadOutputs]) -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = .sortedKeys
        return (try? encoder.encode(heads)).map { String(decoding: $0, as: UTF8.self) } ?? ""
    }

    /// Nil for files that do not say it.
    public static func read(_ metadata: [String: String]) -> [HeadOutputs]? {
        guard let text = metadata[key] else { return nil }
        if let heads = try? JSONDecoder().decode([HeadOutputs].self, from: Data(text.utf8)) { return heads }
        // As the first files had it: expression: a,b; actionUnits: AU1,AU2
        let heads = text.split(separator: ";").compactMap { part -> HeadOutputs? in
            let sides = part.split(separator: ":", maxSplits: 1).map { $0.trimmingCharacters(in: .whitespaces) }
            guard sides.count == 2, let task = AffectTask(rawValue: sides[0]) else { return nil }
            return HeadOutputs(task: task, channels: sides[1].split(separator: ",").map(String.init))
        }
        return heads.isEmpty ? nil : heads
    }
}
