import Foundation
import Testing

@testable import Faces

/// Files that `Reference/generate.py` wrote.
enum Reference {
    static func bytes(_ name: String) throws -> [UInt8] {
        [UInt8](try Data(contentsOf: url(name)))
    }

    static func decode<Value: Decodable>(_ type: Value.Type, from name: String) throws -> Value {
        try JSONDecoder().decode(type, from: Data(contentsOf: url(name)))
    }

    static func url(_ name: String) -> URL {
        URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Reference/\(name)")
    }
}

/// An image as the reference files hold it.
struct StoredImage: Decodable {
    let width: Int
    let height: Int
    let channels: Int
    let pixels: Data

    var image: PixelImage {
        PixelImage(width: width, height: height, channels: channels, pixels: [UInt8](pixels))
    }
}

/// The real data that development machines have beside the checkout.
enum SharedData {
    static let missing: Comment = "no shared data beside the checkout (../shared/data, or MAEFACE_SHARED)"

    static let folder: String? = {
        let package = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        let beside = package.deletingLastPathComponent().appending(path: "shared/data").path
        let named = ProcessInfo.processInfo.environment["MAEFACE_SHARED"].map { "\($0)/data" }
        return [named, beside].compactMap { $0 }.first { FileManager.default.fileExists(atPath: $0) }
    }()
}

/// A folder that goes away with the test.
final class TemporaryFolder {
    let path: String

    init() throws {
        path = FileManager.default.temporaryDirectory.appending(path: "maeface-\(UUID().uuidString)").path
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    func write(_ bytes: [UInt8], as name: String) throws -> String {
        let file = "\(path)/\(name)"
        try Data(bytes).write(to: URL(filePath: file))
        return file
    }
}

/// The mean absolute difference of two images of one shape, in byte steps; infinite when the shapes differ.
func meanDifference(_ a: PixelImage, _ b: PixelImage) -> Double {
    guard a.width == b.width, a.height == b.height, a.channels == b.channels else { return .infinity }
    let sum = zip(a.pixels, b.pixels).reduce(0) { $0 + abs(Int($1.0) - Int($1.1)) }
    return Double(sum) / Double(max(a.pixels.count, 1))
}

/// The error that `body` throws, which must be an `ImageError`.
func imageError(_ body: () throws -> Void) -> ImageError? {
    do {
        try body()
        return nil
    } catch {
        return error as? ImageError
    }
}

/// Runs `body` without root's right to read everything. The file system's user is a property of the thread on Linux, so
/// that tests beside this one notice nothing; threads that `body` starts inherit it.
func withoutRootsRights<Result>(_ body: () throws -> Result) throws -> Result {
    guard geteuid() == 0 else { return try body() }
    typealias Change = @convention(c) (UInt32) -> Int32
    let symbol = try #require(dlsym(nil, "setfsuid"), "this system cannot change the file system's user")
    let change = unsafeBitCast(symbol, to: Change.self)
    _ = change(65534)
    defer { _ = change(0) }
    return try body()
}
