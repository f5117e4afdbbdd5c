import Foundation
import Images

/// Names what went into it, in its order: FNV-1a over bytes.
struct Fingerprint {
    private var hash: UInt64 = 0xCBF2_9CE4_8422_2325

    mutating func add(_ bytes: some Sequence<UInt8>) {
        for byte in bytes { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3 }
        // Ends each part, so that "ab", "c" is not "a", "bc".
        hash = hash &* 0x100_0000_01B3
    }

    mutating func add(_ text: String) { add(text.utf8) }

    mutating func add(_ values: UnsafeBufferPointer<Float>) { add(UnsafeRawBufferPointer(values)) }

    /// The path of a file, its size and the time of its last change; not its content, which may be gigabytes.
    mutating func add(file path: String) { add(ImageReference(path)) }

    /// What names an image, and the size and the time of the last change of its file.
    mutating func add(_ image: ImageReference) {
        add(image.description)
        var status = stat()
        guard stat(image.path, &status) == 0 else { return }
        add("\(status.st_size) \(status.st_mtim.tv_sec) \(status.st_mtim.tv_nsec)")
    }

    var text: String { String(hash, radix: 16) }

    /// Names images and their order, so that a resume notices other ones.
    static func of(_ images: some Collection<ImageReference>) -> String {
        var fingerprint = Fingerprint()
        for image in images { fingerprint.add(image.description) }
        return "\(images.count) files \(fingerprint.text)"
    }
}
