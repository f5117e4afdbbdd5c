import Foundation

/// The folder of files that Python wrote.
let fixtures = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Fixtures")

/// A safetensors file with this JSON and `dataBytes` zero bytes after it.
func safetensors(_ json: String, dataBytes: Int = 0) -> [UInt8] {
    let length = UInt64(json.utf8.count)
    return (0..<8).map { UInt8(truncatingIfNeeded: length >> (8 * UInt64($0))) } + Array(json.utf8)
        + [UInt8](repeating: 0, count: dataBytes)
}
