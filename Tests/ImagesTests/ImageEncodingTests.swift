import Foundation
import Testing

@testable import Images

@Suite struct ImageEncodingTests {
    /// A smooth colourful picture with an odd size.
    static func picture(width: Int = 61, height: Int = 47, channels: Int = 3) -> PixelImage {
        var pixels: [UInt8] = []
        for y in 0..<height {
            for x in 0..<width {
                for c in 0..<channels {
                    pixels.append(UInt8((x * 3 * (c + 1) + y * 2 * (3 - c)) % 256 / 2 + 60))
                }
            }
        }
        return PixelImage(width: width, height: height, channels: channels, pixels: pixels)
    }

    @Test func filesBeginWithTheirFormatsSignature() throws {
        #expect(try Self.picture().png().prefix(8) == [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A])
        let jpeg = try Self.picture(channels: 1).jpeg()
        #expect(jpeg.prefix(3) == [0xFF, 0xD8, 0xFF])
        #expect(jpeg.suffix(2) == [0xFF, 0xD9])
    }

    @Test(arguments: [1, 3]) func aPNGGivesTheSamePixelsBack(_ channels: Int) throws {
        let image = Self.picture(channels: channels)
        #expect(try decodeImage(image.png()) == image)
    }

    @Test(arguments: [1, 3]) func aJPEGGivesNearlyTheSamePixelsBack(_ channels: Int) throws {
        let image = Self.picture(channels: channels)
        let decoded = try decodeImage(image.jpeg(quality: 95))
        #expect(decoded.width == image.width && decoded.height == image.height && decoded.channels == channels)
        let squares = zip(image.pixels, decoded.pixels).map { (Double($0) - Double($1)) * (Double($0) - Double($1)) }
        let meanSquare = squares.reduce(0, +) / Double(squares.count)
        let decibels = 10 * log10(255 * 255 / meanSquare)
        #expect(decibels > 36)
    }

    @Test func theSamePixelsGiveTheSameFile() throws {
        let image = Self.picture()
        #expect(try image.jpeg() == image.jpeg())
        #expect(try image.png() == image.png())
    }

    @Test func theCommentIsInTheFile() throws {
        let jpeg = try Self.picture().jpeg(comment: "a remark of mine")
        #expect(String(decoding: jpeg, as: UTF8.self).contains("a remark of mine"))
    }

    @Test func higherQualityMakesALargerFile() throws {
        let image = Self.picture()
        #expect(try image.jpeg(quality: 95).count > image.jpeg(quality: 30).count)
    }

    @Test func whatCannotBeEncodedIsAnErrorWithAReason() throws {
        let empty = PixelImage(width: 0, height: 0, channels: 3, pixels: [])
        #expect(throws: ImageEncodingError.self) { try empty.jpeg() }
        #expect(throws: ImageEncodingError.self) { try empty.png() }
        #expect(throws: ImageEncodingError.self) { try Self.picture().jpeg(quality: 0) }
        let wide = PixelImage(width: 70_000, height: 1, channels: 1, pixels: Array(repeating: 0, count: 70_000))
        let error = #expect(throws: ImageEncodingError.self) { try wide.jpeg() }
        #expect(error?.description.contains("65500") == true)
    }
}
