import CImage
import Foundation

/// Why an image could not be encoded or written.
public struct ImageEncodingError: Error, CustomStringConvertible, Equatable {
    public let description: String

    public init(description: String) {
        self.description = description
    }
}

extension PixelImage {
    /// The image as a JPEG file.
    ///
    /// - Parameters:
    ///   - quality: libjpeg's scale, 1 to 100; from 90 up colour is kept at full resolution.
    ///   - comment: text for the file's comment segment.
    /// - Throws: `ImageEncodingError` when the library refuses, with its reason.
    public func jpeg(quality: Int = 90, comment: String? = nil) throws -> [UInt8] {
        guard (1...100).contains(quality) else {
            throw ImageEncodingError(description: "JPEG quality \(quality) is not between 1 and 100")
        }
        return try encoded("JPEG") { bytes in
            image_encode_jpeg(bytes, Int32(width), Int32(height), Int32(channels), Int32(quality), comment)
        }
    }

    /// The image as a PNG file: the same pixels come back.
    ///
    /// - Throws: `ImageEncodingError` when the library refuses, with its reason.
    public func png() throws -> [UInt8] {
        try encoded("PNG") { bytes in
            image_encode_png(bytes, Int32(width), Int32(height), Int32(channels))
        }
    }

    private func encoded(_ format: String, _ encode: (UnsafePointer<UInt8>?) -> ImageEncoding) throws -> [UInt8] {
        guard width <= Int(Int32.max), height <= Int(Int32.max) else {
            throw ImageEncodingError(description: "an image of \(width)x\(height) is too large for a \(format)")
        }
        var encoding = pixels.withUnsafeBufferPointer { encode($0.baseAddress) }
        defer { image_encoding_free(&encoding) }
        guard let bytes = encoding.bytes else {
            let reason = withUnsafeBytes(of: &encoding.message) { message in
                String(decoding: message.prefix { $0 != 0 }, as: UTF8.self)
            }
            throw ImageEncodingError(description: "cannot encode \(width)x\(height) pixels as \(format): \(reason)")
        }
        return Array(UnsafeBufferPointer(start: bytes, count: encoding.count))
    }
}

/// Files that are written whole or not at all.
public enum WholeFile {
    /// Writes the bytes under a temporary name in the same folder and renames them to `path`, so that a reader sees
    /// the old file or the new one, never a part.
    ///
    /// - Throws: `ImageEncodingError` with the path and the system's reason.
    public static func write(_ bytes: [UInt8], to path: String) throws {
        let temporary = "\(path).\(getpid()).part"
        let descriptor = open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
        guard descriptor >= 0 else { throw problem("create", temporary) }
        var written = 0
        var failed: ImageEncodingError?
        bytes.withUnsafeBytes { buffer in
            guard let base = buffer.baseAddress else { return }
            while written < buffer.count {
                let count = systemWrite(descriptor, base + written, buffer.count - written)
                if count < 0 && errno == EINTR { continue }
                guard count > 0 else {
                    failed = problem("write", temporary)
                    return
                }
                written += count
            }
        }
        if close(descriptor) != 0, failed == nil { failed = problem("write", temporary) }
        if failed == nil, rename(temporary, path) != 0 { failed = problem("rename to \(path) the file", temporary) }
        if let failed {
            unlink(temporary)
            throw failed
        }
    }

    private static func systemWrite(_ descriptor: Int32, _ bytes: UnsafeRawPointer, _ count: Int) -> Int {
        Foundation.write(descriptor, bytes, count)
    }

    private static func problem(_ action: String, _ path: String) -> ImageEncodingError {
        ImageEncodingError(description: "cannot \(action) \(path): \(String(cString: strerror(errno)))")
    }
}
