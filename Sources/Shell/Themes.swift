import Foundation
import Screen
import Workbench

/// Finds the colour themes and the one to begin with.
package enum Themes {
    package struct Found {
        package var current: Theme
        package var all: [Theme]
        /// Theme files that cannot be used, in sentences.
        package var problems: [String]
        /// Neither the person nor the terminal's variables said which.
        package var isUnchosen = false
    }

    /// The theme that `MAEFACE_THEME` names (a name, or a file), else one for the terminal's ground.
    package static func find(environment: [String: String]) -> Found {
        var found = Found(current: .standard, all: [], problems: [])
        for path in files() {
            do {
                found.all.append(try ThemeFile.read(path))
            } catch {
                found.problems.append(error.description)
            }
        }
        if !found.all.contains(where: { $0.name == Theme.standard.name }) { found.all.insert(.standard, at: 0) }
        found.all.append(.mono)
        let wish = environment["MAEFACE_THEME"] ?? ""
        if wish.contains("/") || wish.hasSuffix(".json5") {
            do {
                let theme = try ThemeFile.read(wish)
                found.all.removeAll { $0.name == theme.name }
                found.all.insert(theme, at: 0)
                found.current = theme
            } catch {
                found.problems.append(error.description)
            }
            return found
        }
        if let named = found.all.first(where: { $0.name == wish }) {
            found.current = named
        } else if !wish.isEmpty {
            let names = found.all.map(\.name).joined(separator: ", ")
            found.problems.append("MAEFACE_THEME: there is no theme '\(wish)'; the themes are \(names).")
        } else if isLight(environment["COLORFGBG"] ?? ""), let light = found.all.first(where: { $0.ground == .light }) {
            found.current = light
        } else {
            found.isUnchosen = (environment["COLORFGBG"] ?? "").isEmpty
        }
        return found
    }

    /// Some terminals say which of the 16 colours their text and their ground have: `0;15`, `0;default;15`.
    package static func isLight(_ colors: String) -> Bool {
        guard let ground = colors.split(separator: ";").last.flatMap({ Int($0) }) else { return false }
        return ground == 7 || (9...15).contains(ground)
    }

    /// The theme files of the folder `themes` here, else of the one beside or above the program.
    private static func files() -> [String] {
        let program = (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")) ?? ""
        var folders = [FileManager.default.currentDirectoryPath]
        var folder = (program as NSString).deletingLastPathComponent
        // .build/<machine>/release lies three levels below the package.
        for _ in 0..<4 where folder.count > 1 {
            folders.append(folder)
            folder = (folder as NSString).deletingLastPathComponent
        }
        for folder in folders {
            let names = (try? FileManager.default.contentsOfDirectory(atPath: folder + "/themes")) ?? []
            let files = names.filter { $0.hasSuffix(".json5") }.sorted()
            if !files.isEmpty { return files.map { "\(folder)/themes/\($0)" } }
        }
        return []
    }
}
