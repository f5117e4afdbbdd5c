/// What a file is, told by its content: names lie. Read by hand: it is a few bytes, and libmagic takes a database.
public enum ImageFormat: Equatable, Sendable {
    case jpeg
    case png
    /// Anything else, in words: "a WebP image".
    case other(String)

    /// Recognises the first bytes of a file.
    public static func recognise(_ bytes: UnsafeRawBufferPointer) -> ImageFormat {
        func has(_ signature: [UInt8], at offset: Int = 0) -> Bool {
            bytes.count >= offset + signature.count && bytes[offset..<offset + signature.count].elementsEqual(signature)
        }
        func has(_ text: StaticString, at offset: Int = 0) -> Bool {
            text.withUTF8Buffer { signature in
                bytes.count >= offset + signature.count
                    && bytes[offset..<offset + signature.count].elementsEqual(signature)
            }
        }
        if has([0xFF, 0xD8]) { return .jpeg }
        if has([0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]) { return .png }
        if has([0x89, 0x50, 0x4E, 0x47]) { return .other("a PNG image broken by a transfer in text mode") }
        if has("RIFF"), has("WEBP", at: 8) { return .other("a WebP image") }
        if has("GIF87a") || has("GIF89a") { return .other("a GIF image") }
        if has("BM") { return .other("a BMP image") }
        if has([0x49, 0x49, 0x2A, 0x00]) || has([0x4D, 0x4D, 0x00, 0x2A]) {
            return .other("a TIFF or raw camera image")
        }
        if has("ftyp", at: 4) { return .other(isoMedia(bytes)) }
        if has([0xFF, 0x0A]) || has("JXL ", at: 4) { return .other("a JPEG XL image") }
        if has([0xFF, 0x4F, 0xFF, 0x51]) || has("jP  ", at: 4) { return .other("a JPEG 2000 image") }
        if has("8BPS") { return .other("a Photoshop document") }
        if has("%PDF") { return .other("a PDF document") }
        if has([0x50, 0x4B, 0x03, 0x04]) { return .other("a ZIP archive") }
        if has([0x1F, 0x8B]) { return .other("a gzip archive") }
        if has([0x00, 0x05, 0x16, 0x07]) { return .other("a macOS resource fork, not a picture") }
        if has([0x1A, 0x45, 0xDF, 0xA3]) { return .other("a Matroska or WebM video") }
        if has("version https://git-lfs") { return .other("a Git LFS pointer: fetch the file with git lfs pull") }
        return .other(textKind(bytes))
    }

    private static func isoMedia(_ bytes: UnsafeRawBufferPointer) -> String {
        let brand = bytes.count >= 12 ? String(decoding: bytes[8..<12], as: UTF8.self) : ""
        switch brand {
        case "heic", "heix", "heim", "heis", "hevc", "hevx", "mif1", "msf1": return "a HEIC image"
        case "avif", "avis": return "an AVIF image"
        default: return "an MP4 or QuickTime video"
        }
    }

    private static func textKind(_ bytes: UnsafeRawBufferPointer) -> String {
        let head = bytes.prefix(512)
        if head.allSatisfy({ $0 == 0 }) { return "only zero bytes at its start, not an image" }
        let isText = head.allSatisfy { $0 >= 0x20 || $0 == 0x09 || $0 == 0x0A || $0 == 0x0D }
        guard isText else { return "not an image of a known kind" }
        let text = String(decoding: head, as: UTF8.self).lowercased()
        if text.contains("<!doctype html") || text.contains("<html") || text.contains("<head") {
            return "a web page (HTML), perhaps the error page of a download"
        }
        if text.contains("<svg") { return "an SVG drawing" }
        if text.contains("<?xml") { return "an XML document" }
        return "a text file"
    }
}
