import Foundation

/// The real data that lies beside the checkout on development machines and that users do not have.
public enum SharedData {
    /// Why a test is skipped without it.
    public static let missing = "no shared data beside the checkout (../shared/data, or MAEFACE_SHARED)"

    /// The folder of all of it; nil where there is none.
    public static let path: String? = {
        let package = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        let beside = package.deletingLastPathComponent().appending(path: "shared/data").path
        let named = ProcessInfo.processInfo.environment["MAEFACE_SHARED"].map { "\($0)/data" }
        return [named, beside].compactMap { $0 }.first { FileManager.default.fileExists(atPath: $0) }
    }()

    /// A part of it; says that the test is skipped when it is not there.
    public static func folder(_ name: String) -> String? {
        guard let folder = path.map({ "\($0)/\(name)" }), FileManager.default.fileExists(atPath: folder) else {
            print("skipped: \(name): \(missing)")
            return nil
        }
        return folder
    }
}
