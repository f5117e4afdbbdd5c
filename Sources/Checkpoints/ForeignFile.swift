/// Recognises what people hand over in place of the file they meant.
enum ForeignFile {
    /// A sentence that says what the bytes are, or nil when nothing is recognised.
    static func description(of bytes: UnsafeRawBufferPointer) -> String? {
        if begins(bytes, "version https://git-lfs.github.com/spec/") {
            return "is a Git LFS pointer, not the weights; fetch them with `git lfs pull`"
        }
        if begins(bytes, "PK\u{03}\u{04}") {
            return "is a zip archive, as PyTorch writes, not a safetensors file"
        }
        if bytes.count >= 2, bytes[0] == 0x80, (2...5).contains(bytes[1]) {
            return "is a Python pickle, as older PyTorch versions write, not a safetensors file"
        }
        if bytes.count >= 2, bytes[0] == 0x1F, bytes[1] == 0x8B {
            return "is compressed with gzip; unpack it first"
        }
        if begins(bytes, "\u{89}HDF\r\n") || (bytes.count > 8 && bytes[0] == 0x89 && bytes[1] == UInt8(ascii: "H")) {
            return "is an HDF5 file, as Keras writes; weights are read from PyTorch's files and safetensors"
        }
        if begins(bytes, "\u{93}NUMPY") || (bytes.count > 6 && bytes[0] == 0x93 && bytes[1] == UInt8(ascii: "N")) {
            return "is one NumPy array, not a file of named weights"
        }
        if bytes.allSatisfy({ $0 == 0 }) {
            return "is all zeros, as a download that never finished leaves it; download it again"
        }
        let start = firstText(bytes)
        if start.hasPrefix("<!doctype") || start.hasPrefix("<html") || start.hasPrefix("<?xml") {
            return "is a web page, not the weights; the download was answered with an error or a login page"
        }
        if start.hasPrefix("{\"error") || start.hasPrefix("{\"message") {
            return "is an error message of a server, not the weights; download it again"
        }
        return nil
    }

    private static func begins(_ bytes: UnsafeRawBufferPointer, _ prefix: String) -> Bool {
        bytes.starts(with: prefix.utf8)
    }

    /// The first characters without leading space, in lower case.
    private static func firstText(_ bytes: UnsafeRawBufferPointer) -> String {
        let visible = bytes.prefix(256).drop { $0 <= 0x20 || $0 == 0xEF || $0 == 0xBB || $0 == 0xBF }
        return String(decoding: visible.prefix(16), as: UTF8.self).lowercased()
    }
}
