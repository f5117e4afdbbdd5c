import Foundation
import Testing

@testable import Images

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
