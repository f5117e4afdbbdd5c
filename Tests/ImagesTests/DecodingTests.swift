import Foundation
import Testing

@testable import Images

@Suite struct DecodingTests {
    struct Case: Decodable, CustomTestStringConvertible {
        let file: String
        let width: Int
        let height: Int
        let channels: Int
        let pixels: Data
        var testDescription: String { file }
    }

    static let cases = (try? Reference.decode([Case].self, from: "decoding.json")) ?? []

    @Test func referenceIsThere() {
        #expect(Self.cases.count == 25)
    }

    /// Grey, colour, progressive, subsampled, CMYK, all eight orientations, palette, alpha, 1 and 16 bits: the very
    /// pixels that Pillow gives.
    @Test(arguments: cases) func pixelsArePillows(_ expected: Case) throws {
        let image = try decodeImage(try Reference.bytes(expected.file))
        #expect(image.width == expected.width)
        #expect(image.height == expected.height)
        #expect(image.channels == expected.channels)
        let isSame = image.pixels == [UInt8](expected.pixels)
        #expect(isSame)
    }

    @Test(arguments: cases) func headerTellsTheUprightSize(_ expected: Case) throws {
        let header = try Reference.bytes(expected.file).withUnsafeBytes { try imageHeader($0) }
        #expect(header.width == expected.width)
        #expect(header.height == expected.height)
        #expect(header.isJPEG == expected.file.hasSuffix(".jpg"))
    }

    @Test func everyOrientationIsItsOwn() throws {
        let images = try (1...8).map { try decodeImage(try Reference.bytes("orientation-\($0).jpg")) }
        for (i, a) in images.enumerated() {
            for b in images[(i + 1)...] { #expect(a != b) }
        }
    }

    @Test func orientationsUndoEachOther() {
        let image = PixelImage(width: 3, height: 2, channels: 3, pixels: (0..<18).map { UInt8($0) })
        for (there, back) in [
            (Orientation.mirrored, Orientation.mirrored), (.upsideDown, .upsideDown),
            (.mirroredUpsideDown, .mirroredUpsideDown), (.transposed, .transposed), (.turnedRight, .turnedLeft),
            (.transverse, .transverse), (.turnedLeft, .turnedRight),
        ] {
            #expect(image.oriented(there) != image)
            #expect(image.oriented(there).oriented(back) == image)
        }
    }

    @Test func reducedDecodingHalvesTheSides() throws {
        let bytes = try Reference.bytes("subsampled.jpg")
        let full = try decodeImage(bytes)
        for (scale, width, height) in [(DecodingScale.half, 23, 19), (.quarter, 12, 10), (.eighth, 6, 5)] {
            let image = try decodeImage(bytes, scale: scale)
            #expect(image.width == width)
            #expect(image.height == height)
            // The inverse DCT of fewer coefficients is a smoothing of its own, near to this one.
            let resized = Resampler(.bilinear).resize(full, width: width, height: height)
            #expect(meanDifference(image, resized) < 25)
        }
        // A PNG has no cheaper small version.
        #expect(try decodeImage(try Reference.bytes("grey.png"), scale: .eighth).width == 22)
    }

    @Test func scaleFollowsTheCrop() {
        func scale(_ side: Int) -> DecodingScale {
            .smallest(crop: PixelRectangle(left: 0, top: 0, width: side + 50, height: side), output: 224)
        }
        #expect(scale(447) == .full)
        #expect(scale(448) == .half)
        #expect(scale(896) == .quarter)
        #expect(scale(1792) == .eighth)
        #expect(scale(9000) == .eighth)
    }

    @Test func earlyEndIsAcceptedFromHalfOfTheRows() throws {
        let whole = try decodeImage(try Reference.bytes("restarts.jpg"))
        let bytes = try Reference.bytes("restarts.jpg")
        let mostly = try decodeImage(Array(bytes.prefix(bytes.count * 9 / 10)))
        #expect(mostly.width == 64)
        // The first rows are the picture, the last are filled in by libjpeg.
        let isSame = mostly.pixels.prefix(64 * 24) == whole.pixels.prefix(64 * 24)
        #expect(isSame)
        let error = imageError { _ = try decodeImage(Array(bytes.prefix(bytes.count * 5 / 10))) }
        #expect(error?.kind == .damaged)
        #expect(error?.reason.contains("rows") == true)
    }
}
