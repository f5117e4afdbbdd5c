import JSON5
import Screen
import Session

/// Reads the colour themes that people keep as `themes/*.json5`:
///
///     { name: "dark", ground: "dark", styles: { text: 252, title: { color: 231, bold: true }, ... } }
///
/// A style is a colour, or a colour with a ground and attributes. Colours are numbers of the 256 colours of xterm, or
/// "standard" for the terminal's own.
public enum ThemeFile {
    /// Why a theme file cannot be used, in a sentence that names the place.
    public struct Problem: Error, Equatable, CustomStringConvertible {
        public let description: String
    }

    /// Reads and checks one theme.
    /// - Throws: `Problem`.
    public static func read(_ path: String) throws(Problem) -> Theme {
        do {
            return try decode(try TextFile.contents(path), file: path)
        } catch let problem as Problem {
            throw problem
        } catch {
            throw Problem(description: "\(error)")
        }
    }

    /// Decodes and checks the text of a theme.
    /// - Throws: `Problem`.
    public static func decode(_ bytes: [UInt8], file: String) throws(Problem) -> Theme {
        let root: JSON5Node
        do {
            root = try JSON5Reader.read(utf8: bytes, file: file)
        } catch {
            throw Problem(description: error.description)
        }
        guard case .object(let object) = root.value else { throw at(root, "a theme is an object in braces") }
        try refuseUnknown(object, known: ["name", "ground", "styles"], of: "a theme")
        guard case .string(let name)? = object["name"]?.value, !name.isEmpty else {
            throw at(object["name"] ?? root, "name must be a text such as \"dark\"")
        }
        guard case .string(let groundName)? = object["ground"]?.value,
            let ground = Theme.Ground(rawValue: groundName)
        else {
            throw at(object["ground"] ?? root, "ground must be \"dark\" or \"light\", the background it is made for")
        }
        guard let node = object["styles"], case .object(let entries) = node.value else {
            throw at(object["styles"] ?? root, "styles must be an object with a style for every role")
        }
        var styles: [Role: Style] = [:]
        for entry in entries.members {
            guard let role = Role(rawValue: entry.key) else {
                throw Problem(description: "\(entry.keyLocation): there is no role \(entry.key)")
            }
            styles[role] = try style(entry.node)
        }
        do {
            return try Theme(name: name, ground: ground, styles: styles)
        } catch {
            throw Problem(description: "\(file): \(error.description)")
        }
    }

    private static func style(_ node: JSON5Node) throws(Problem) -> Style {
        guard case .object(let object) = node.value else { return Style(foreground: try color(node)) }
        try refuseUnknown(object, known: ["color", "on", "bold", "dim", "underline", "reverse"], of: "a style")
        var style = Style()
        if let node = object["color"] { style.foreground = try color(node) }
        if let node = object["on"] { style.background = try color(node) }
        let attributes: [(String, Style.Attributes)] = [
            ("bold", .bold), ("dim", .dim), ("underline", .underline), ("reverse", .reverse),
        ]
        for (key, attribute) in attributes {
            guard let node = object[key] else { continue }
            guard case .boolean(let isOn) = node.value else { throw at(node, "\(key) must be true or false") }
            if isOn { style.attributes.insert(attribute) }
        }
        return style
    }

    private static func color(_ node: JSON5Node) throws(Problem) -> Color {
        switch node.value {
        case .integer(let number):
            guard let index = UInt8(exactly: number) else { throw at(node, "\(number) is not a colour from 0 to 255") }
            return .indexed(index)
        case .string("standard"): return .standard
        default: throw at(node, "a colour is a number from 0 to 255, or \"standard\"")
        }
    }

    private static func refuseUnknown(
        _ object: JSON5Object, known: [String], of what: String
    ) throws(Problem) {
        for member in object.members where !known.contains(member.key) {
            throw Problem(
                description:
                    "\(member.keyLocation): \(what) has no \(member.key), only \(known.joined(separator: ", "))")
        }
    }

    private static func at(_ node: JSON5Node, _ message: String) -> Problem {
        Problem(description: "\(node.location): \(message)")
    }
}
