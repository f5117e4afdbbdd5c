import CSystem
import Foundation

/// Tells when something in the store's folder changes. While there is no such folder, its nearest parent is watched.
final class FolderWatch {
    private let home: String
    private var watched = ""
    /// Can be read from after a change; -1 when the system does not tell.
    private(set) var descriptor: Int32 = -1

    init(_ home: String) {
        self.home = home
        renew()
    }

    deinit { if descriptor >= 0 { close(descriptor) } }

    /// Reads the changes away. True when there were any.
    func drain() -> Bool {
        guard descriptor >= 0, maeface_drain(descriptor) > 0 else { return false }
        renew()
        return true
    }

    /// Moves on to the folder itself when it has come into being.
    func renew() {
        var nearest = home
        while nearest.count > 1, !FileManager.default.fileExists(atPath: nearest) {
            nearest = (nearest as NSString).deletingLastPathComponent
        }
        guard nearest != watched else { return }
        if descriptor >= 0 { close(descriptor) }
        descriptor = -1
        watched = maeface_watch_folder(nearest, &descriptor) == 0 ? nearest : ""
    }
}
