import Foundation
import Testing

@Suite("The documents")
struct DocumentationTests {
    private static let package = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent()

    /// README, ARCHITECTURE and every page of Documentation, by their paths in the package.
    private static let pages: [(path: String, text: String)] = {
        let folder = package.appendingPathComponent("Documentation").path
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
        let paths = ["README.md", "ARCHITECTURE.md"] + names.sorted().map { "Documentation/\($0)" }
        return paths.compactMap { path in
            (try? String(contentsOf: package.appendingPathComponent(path), encoding: .utf8)).map { (path, $0) }
        }
    }()

    /// Whether a path of the package is there; a `*` in its last part stands for any characters.
    private static func exists(_ path: String) -> Bool {
        let url = package.appendingPathComponent(path)
        guard let star = url.lastPathComponent.firstIndex(of: "*") else {
            return FileManager.default.fileExists(atPath: url.path)
        }
        let before = url.lastPathComponent[..<star]
        let after = url.lastPathComponent[url.lastPathComponent.index(after: star)...]
        let names = try? FileManager.default.contentsOfDirectory(atPath: url.deletingLastPathComponent().path)
        return names?.contains { $0.hasPrefix(before) && $0.hasSuffix(after) } ?? false
    }

    @Test("Every file and folder that a document names is there")
    func paths() throws {
        #expect(Self.pages.count > 9)
        var count = 0
        for page in Self.pages {
            for match in page.text.matches(
                of: /`((?:Sources|Tests|Benchmarks|Documentation|sessions|themes)\/[^`\s]*)`/)
            {
                count += 1
                #expect(Self.exists(String(match.1)), "\(page.path) names \(match.1), which is not there")
            }
        }
        #expect(count > 40)
    }

    @Test("Every link of a document leads to a page and to a heading in it")
    func links() throws {
        for page in Self.pages {
            let folder = (page.path as NSString).deletingLastPathComponent
            for match in page.text.matches(of: /\]\((?<file>[^)#:\s]*)(?:#(?<heading>[^)\s]*))?\)/) {
                let path =
                    match.file.isEmpty ? page.path : (folder as NSString).appendingPathComponent(String(match.file))
                let target = Self.pages.first { $0.path == path }
                #expect(target != nil, "\(page.path) links to \(path), which is not there")
                guard let heading = match.heading, let target else { continue }
                let headings = target.text.split(separator: "\n").filter { $0.hasPrefix("#") }.map(Self.anchor)
                #expect(
                    headings.contains(String(heading)),
                    "\(page.path) links to \(path)#\(heading), which has no such heading")
            }
        }
    }

    /// The anchor that a Markdown heading gets: in lower case, spaces as hyphens, without punctuation.
    private static func anchor(_ heading: Substring) -> String {
        String(
            heading.drop { $0 == "#" }.trimmingCharacters(in: .whitespaces).lowercased().compactMap { character in
                if character == " " { return "-" }
                return character.isLetter || character.isNumber || character == "-" ? character : nil
            })
    }

    /// The rows of the table that begins below a line of ARCHITECTURE: the words in backticks of each cell.
    private func table(below line: String) throws -> [[[String]]] {
        let page = try #require(Self.pages.first { $0.path == "ARCHITECTURE.md" })
        let lines = page.text.split(separator: "\n", omittingEmptySubsequences: false)
        let start = try #require(lines.firstIndex { $0.hasPrefix(line) })
        let rows = lines[start...].drop { !$0.hasPrefix("|") }.prefix { $0.hasPrefix("|") }.dropFirst(2)
        return rows.map { row in
            row.split(separator: "|").map { cell in cell.matches(of: /`([^`]+)`/).map { String($0.1) } }
        }
    }

    @Test("A target imports only targets above it in the table of ARCHITECTURE, which has all of them")
    func targets() throws {
        let order = try table(below: "## Targets").flatMap { $0.first ?? [] }
        let manifest = try String(contentsOf: Self.package.appendingPathComponent("Package.swift"), encoding: .utf8)
        let folder = Self.package.appendingPathComponent("Sources").path
        let targets = try FileManager.default.contentsOfDirectory(atPath: folder).filter { !$0.hasPrefix(".") }
        #expect(Set(order) == Set(targets))
        #expect(order.count == targets.count)
        let declarations = manifest.matches(of: /library\(\s*"(\w+)"(?:,\s*\[([^\]]*)\])?/)
        #expect(declarations.count > 15)
        for declaration in declarations {
            let name = String(declaration.1)
            let place = try #require(order.firstIndex(of: name), "\(name) is not in the table")
            for word in (declaration.2 ?? "").matches(of: /"(\w+)"/) {
                let isAbove = order[..<place].contains(String(word.1))
                #expect(isAbove, "\(name) imports \(word.1), which is not above it")
            }
        }
    }

    @Test("The table of folders in ARCHITECTURE has all of them, and none has more than 16 source files")
    func folders() throws {
        let listed = Set(
            try table(below: "Folders group").flatMap { row in
                row.dropFirst().flatMap { $0 }.map { "\(row.first?.first ?? "")/\($0)" }
            })
        let root = Self.package.appendingPathComponent("Sources")
        var counts: [String: Int] = [:]
        let files = try #require(FileManager.default.enumerator(atPath: root.path))
        for case let file as String in files where file.hasSuffix(".swift") {
            counts[(file as NSString).deletingLastPathComponent, default: 0] += 1
        }
        #expect(Set(counts.keys.filter { $0.contains("/") }) == listed)
        for (folder, count) in counts { #expect(count <= 16, "\(folder) has \(count) source files") }
    }

    @Test("README is read in one sitting: at most 9 KB")
    func size() throws {
        let readme = try #require(Self.pages.first { $0.path == "README.md" })
        #expect(readme.text.utf8.count <= 9 * 1024)
    }
}
