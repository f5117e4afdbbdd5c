import Basics
import CImage
import Foundation

/// Why an image could not be encoded or written.
public struct ImageEncodingError: ExplainedError, Equatable {
    public var kind: ErrorKind { .environment }
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
