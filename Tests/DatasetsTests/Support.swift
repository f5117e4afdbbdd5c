import Compute
import Foundation
import Images
import Testing

/// A folder of small pictures that goes away with the test.
final class PictureFolder {
    let path: String
    private(set) var files: [String] = []

    init() throws {
        path = FileManager.default.temporaryDirectory.appending(path: "maeface-\(UUID().uuidString)").path
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    /// Writes `count` pictures of noise, half of them grey, all different.
    convenience init(pictures count: Int) throws {
        try self.init()
        for i in 0..<count { try add("picture-\(100 + i).png", Self.picture(i).png()) }
    }

    static func picture(_ number: Int) -> PixelImage {
        var random = RandomKey(seed: 3, purpose: .test).stream(sample: number)
        let (width, height, channels) = (30 + number % 7, 28 + number % 5, number % 2 == 0 ? 1 : 3)
        let pixels = (0..<width * height * channels).map { _ in UInt8(truncatingIfNeeded: random.nextUInt32()) }
        return PixelImage(width: width, height: height, channels: channels, pixels: pixels)
    }

    @discardableResult
    func add(_ name: String, _ bytes: [UInt8]) throws -> String {
        let file = "\(path)/\(name)"
        let folder = URL(filePath: file).deletingLastPathComponent().path
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        try Data(bytes).write(to: URL(filePath: file))
        files.append(file)
        return file
    }

    func link(_ name: String, to destination: String) throws {
        try FileManager.default.createSymbolicLink(atPath: "\(path)/\(name)", withDestinationPath: destination)
    }

    /// The files as images.
    var images: [ImageReference] { files.map { ImageReference($0) } }

    /// Paths without the folder's own.
    func relative(_ images: [ImageReference]) -> [String] { relative(images.map(\.description)) }

    /// Paths without the folder's own.
    func relative(_ paths: [String]) -> [String] {
        paths.map { $0.hasPrefix(path + "/") ? String($0.dropFirst(path.count + 1)) : $0 }
    }
}
