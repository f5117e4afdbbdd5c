import Basics
import Dispatch
import Foundation
import Images
import RenderedFaces

extension RenderedFaces {
    /// Which drawing the files hold; changed whenever the same parameters give other pixels.
    static let version = 2

    /// Writes a demo set of JPEGs in one folder for each person, `identity-007/photo-003.jpg`, counted from 0.
    ///
    /// Each file says in its comment what it shows, and a file that already says the right thing is left alone, so an
    /// interrupted call goes on where it stopped. Files appear whole or not at all.
    ///
    /// - Parameters:
    ///   - side: pixels a side.
    ///   - progress: told how many files are there and how many there will be, from any thread, one call at a time.
    /// - Throws: `ImageEncodingError` or `FileError` with the path and the reason when a folder or a file cannot be
    ///   written.
    public static func write(
        to directory: String, identities: Int, photosPerIdentity: Int, side: Int, seed: UInt64, quality: Int = 90,
        progress: @Sendable (_ done: Int, _ total: Int) -> Void = { _, _ in }
    ) throws {
        for identity in 0..<identities {
            let folder = "\(directory)/identity-\(padded(identity))"
            do {
                try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
            } catch {
                throw ImageEncodingError(
                    description: "cannot create the folder \(folder): \(error.localizedDescription)")
            }
        }
        let total = identities * photosPerIdentity
        let state = Guarded<(done: Int, failure: (any Error)?)>((0, nil))
        DispatchQueue.concurrentPerform(iterations: total) { index in
            if state.withLock({ $0.failure != nil }) { return }
            let identity = index / photosPerIdentity
            let photo = index % photosPerIdentity
            let path = "\(directory)/identity-\(padded(identity))/photo-\(padded(photo)).jpg"
            let content =
                "maeface rendered face \(version): seed \(seed), identity \(identity), photo \(photo), "
                + "side \(side), quality \(quality);"
            do {
                if !file(at: path, holds: content) {
                    let parameters = parameters(seed: seed, identity: identity, photo: photo)
                    let jpeg = try render(parameters, side: side).jpeg(quality: quality, comment: content)
                    // A file that a power cut emptied lacks its comment, and is drawn again.
                    try WholeFile.write(jpeg, to: path, isSynced: false)
                }
                state.withLock {
                    $0.done += 1
                    progress($0.done, total)
                }
            } catch {
                state.withLock { $0.failure = $0.failure ?? error }
            }
        }
        if let failure = state.withLock({ $0.failure }) { throw failure }
    }

    /// Whether a JPEG's comment, which stands before its pixels, is the expected one.
    static func file(at path: String, holds content: String) -> Bool {
        guard let handle = FileHandle(forReadingAtPath: path) else { return false }
        defer { try? handle.close() }
        guard let head = try? handle.read(upToCount: 1024) else { return false }
        return head.range(of: Data(content.utf8)) != nil
    }
}
