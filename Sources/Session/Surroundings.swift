#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// What the paths of a session depend on besides its text.
public struct Surroundings: Sendable {
    /// The value of an environment variable, or nil.
    public var variable: @Sendable (String) -> String?
    /// The absolute path that overrides are relative to.
    public var workingFolder: String

    public init(variable: @escaping @Sendable (String) -> String?, workingFolder: String) {
        self.variable = variable
        self.workingFolder = workingFolder
    }

    /// The environment and the working folder of this process.
    public static var process: Surroundings {
        var folder = "/"
        if let path = getcwd(nil, 0) {
            folder = String(cString: path)
            free(path)
        }
        return Surroundings(variable: { getenv($0).map { String(cString: $0) } }, workingFolder: folder)
    }
}

/// Paths as a session file writes them.
enum SessionPath {
    /// Why a path cannot be expanded.
    struct Failure: Error {
        let message: String
    }

    /// The absolute path that `text` means: `${NAME}` comes from the environment (`$${` is a literal `${`), `~` is the
    /// home folder, and the rest is relative to `folder`. What begins with a variable that holds a relative path is relative
    /// to the working folder, as it is to whoever set the variable. Single dots and doubled slashes vanish; `..` stays,
    /// since a link may change its meaning.
    static func absolute(
        _ text: String, folder: String, surroundings: Surroundings
    ) throws(Failure) -> String {
        var path = try expandVariables(text, surroundings)
        if path == "~" || path.hasPrefix("~/") {
            guard let home = surroundings.variable("HOME"), !home.isEmpty else {
                throw Failure(message: "`~` needs the environment variable HOME, which is not set")
            }
            path = home + path.dropFirst()
        } else if path.hasPrefix("~") {
            throw Failure(message: "the home folder of another user (`\(path)`) is not looked up; write the whole path")
        }
        guard !path.isEmpty else { throw Failure(message: "the path is empty") }
        guard !path.utf8.contains(0) else { throw Failure(message: "the path contains a zero byte") }
        if !path.hasPrefix("/") {
            let isFromVariable = text.hasPrefix("${")
            path = (isFromVariable ? surroundings.workingFolder : folder) + "/" + path
        }
        let parts = path.split(separator: "/").filter { $0 != "." }
        return "/" + parts.joined(separator: "/")
    }

    /// A path that is read back as it is.
    static func escaped(_ path: String) -> String {
        var result = ""
        var rest = path[...]
        while let dollar = rest.firstIndex(of: "$") {
            result += rest[..<dollar]
            rest = rest[dollar...].dropFirst()
            result += rest.first == "{" ? "$$" : "$"
        }
        return result + rest
    }

    private static func expandVariables(_ text: String, _ surroundings: Surroundings) throws(Failure) -> String {
        var result = ""
        var rest = text[...]
        while let dollar = rest.firstIndex(of: "$") {
            result += rest[..<dollar]
            rest = rest[rest.index(after: dollar)...]
            if rest.hasPrefix("${") {
                result += "${"
                rest = rest.dropFirst(2)
                continue
            }
            guard rest.first == "{" else {
                result += "$"
                continue
            }
            guard let end = rest.firstIndex(of: "}") else {
                throw Failure(message: "`${` has no closing `}`")
            }
            let name = String(rest[rest.index(after: rest.startIndex)..<end])
            guard !name.isEmpty, name.unicodeScalars.allSatisfy({ isNameCharacter($0) }) else {
                throw Failure(message: "`${\(name)}` is not the name of an environment variable")
            }
            guard let value = surroundings.variable(name), !value.isEmpty else {
                throw Failure(message: "the environment variable \(name) is not set; `${\(name)}` needs it")
            }
            result += value
            rest = rest[rest.index(after: end)...]
        }
        return result + rest
    }

    private static func isNameCharacter(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar {
        case "A"..."Z", "a"..."z", "0"..."9", "_": true
        default: false
        }
    }
}
