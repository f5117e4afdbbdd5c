import Foundation
import Images
import Session

@testable import Datasets

extension PictureFolder {
    /// Writes a file of text.
    @discardableResult
    func text(_ name: String, _ text: String) throws -> String {
        let file = "\(path)/\(name)"
        let folder = URL(filePath: file).deletingLastPathComponent().path
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        try Data(text.utf8).write(to: URL(filePath: file))
        return file
    }

    /// Writes pictures of those names, all different.
    func pictures(_ names: [String]) throws {
        for (number, name) in names.enumerated() { try add(name, Self.picture(number).png()) }
    }

    /// A table of 12 images of 6 subjects with three classes, two units, valence and arousal.
    func table(rows change: (inout [[String]]) -> Void = { _ in }) throws -> TableData {
        var rows: [[String]] = []
        for row in 0..<12 {
            let expression = ["happy", "sad", "calm"][row / 2 % 3]
            let (first, second) = (row % 2 == 0 ? "1" : "0", row % 4 < 2 ? "1" : "0")
            let affect = ["0.\(row % 10)", "-0.\(row % 10)"]
            rows.append(["images/\(row).png", expression, first, second] + affect + ["s\(row / 2)", "\(row)"])
        }
        try pictures(rows.map { $0[0] })
        change(&rows)
        let header = "image,expression,AU1,AU12,valence,arousal,subject,frame"
        let path = try text("labels.csv", ([header] + rows.map { $0.joined(separator: ",") }).joined(separator: "\n"))
        var table = TableData(path: path, expression: "expression", units: ["AU*"], subject: "subject")
        table.valence = "valence"
        table.arousal = "arousal"
        table.frame = "frame"
        return table
    }
}

/// The error that reading labels gives.
func labelError(_ body: () throws -> Void) -> LabelError? {
    do {
        try body()
        return nil
    } catch {
        return error as? LabelError
    }
}

extension TableData {
    /// A table with some of the columns that tests have.
    init(
        path: String, expression: String? = nil, units: [String] = [], subject: String? = nil, split: String? = nil
    ) {
        self.init(path: path)
        self.expression = expression
        self.units = units
        self.subject = subject
        self.split = split
    }
}
