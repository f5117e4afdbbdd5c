import Foundation

@testable import Checkpoints

/// The folder of files that Python wrote.
let fixtures = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Fixtures")

/// A safetensors file with this JSON and `dataBytes` zero bytes after it.
func safetensors(_ json: String, dataBytes: Int = 0) -> [UInt8] {
    let length = UInt64(json.utf8.count)
    return (0..<8).map { UInt8(truncatingIfNeeded: length >> (8 * UInt64($0))) } + Array(json.utf8)
        + [UInt8](repeating: 0, count: dataBytes)
}

/// Writes the tensors of a reference file under other names.
///
/// - Parameters:
///   - rename: the new name, or nil to leave a tensor out.
///   - more: adds tensors of its own; gets 16 ones.
func rewrite(
    _ name: String, to path: String, metadata: [String: String] = [:], _ rename: (String) -> String?,
    more: (inout SafetensorsWriter, UnsafeBufferPointer<Float>) -> Void = { _, _ in }
) throws {
    let original = try WeightsFile(path: Reference.path(name))
    let ones = [Float](repeating: 1, count: 16)
    try ones.withUnsafeBufferPointer { ones in
        var writer = SafetensorsWriter(metadata: metadata)
        for tensor in original.tensors {
            guard let new = rename(tensor.name) else { continue }
            guard let bytes = original.mappedBytes(of: tensor) else { continue }
            writer.add(new, type: tensor.type, shape: tensor.shape, bytes: bytes)
        }
        more(&writer, ones)
        try writer.write(to: path)
    }
}
