import CImage
import Compute
import Foundation
import TestSupport
import Testing

@testable import Images

@Suite struct RefusalTests {
    @Test(arguments: [
        ("RIFF\u{1}\u{2}\u{3}\u{4}WEBPVP8 ", "WebP"), ("GIF89a....", "GIF"), ("BM123456", "BMP"),
        ("\0\0\0\u{18}ftypheic\0\0", "HEIC"), ("\0\0\0\u{18}ftypavif\0\0", "AVIF"), ("II*\0....", "TIFF"),
        ("\0\0\0\u{18}ftypisom\0\0", "video"), ("  <!DOCTYPE html><html>404</html>", "HTML"), ("%PDF-1.4", "PDF"),
        ("PK\u{3}\u{4}....", "ZIP"), ("<svg xmlns='a'>", "SVG"), ("version https://git-lfs.github.com/", "LFS"),
        ("hello", "text"), ("\0\0\0\0\0", "zero"), ("\u{1}\u{2}\u{3}", "not an image"),
    ])
    func otherFormatsAreNamed(_ content: String, _ word: String) {
        let error = imageError { _ = try decodeImage(Array(content.utf8)) }
        #expect(error?.kind == .otherFormat)
        #expect(error?.reason.contains(word) == true, "\(error?.reason ?? "no error")")
    }

    @Test func webPNamedJPEG() throws {
        let error = imageError { _ = try decodeImage(Reference.url("webp.jpg").path) }
        #expect(error?.kind == .otherFormat)
        #expect(error?.description.hasSuffix("webp.jpg: a WebP image; only JPEG and PNG are read") == true)
    }

    @Test func promisesAreRefusedBeforeAllocating() throws {
        let png = imageError { _ = try decodeImage(try Reference.bytes("enormous.png")) }
        #expect(png?.kind == .tooLarge)
        #expect(png?.reason.contains("60000 x 60000") == true)
        let jpeg = imageError { _ = try decodeImage(try jpegPromising(60000, 60000)) }
        #expect(jpeg?.kind == .tooLarge)
        #expect(jpeg?.reason.contains("60000 x 60000") == true)
        // Below the limit, but no 500 bytes can hold it.
        let hollow = imageError { _ = try decodeImage(try jpegPromising(9000, 9000)) }
        #expect(hollow?.kind == .tooLarge)
        #expect(hollow?.reason.contains("in 455 bytes") == true)
    }

    /// grey.jpg with another size in its frame header.
    private func jpegPromising(_ width: Int, _ height: Int) throws -> [UInt8] {
        var bytes = try Reference.bytes("grey.jpg")
        let frame = try #require(bytes.indices.dropLast().first { bytes[$0] == 0xFF && bytes[$0 + 1] == 0xC0 })
        bytes.replaceSubrange(
            frame + 5..<frame + 9,
            with: [UInt8(height >> 8), UInt8(height & 255), UInt8(width >> 8), UInt8(width & 255)])
        return bytes
    }

    @Test func whatIsNotAFile() throws {
        let folder = try TemporaryFolder()
        func kind(_ name: String) -> ImageError.Kind? {
            imageError { _ = try decodeImage("\(folder.path)/\(name)") }?.kind
        }
        let files = FileManager.default
        try files.createDirectory(atPath: "\(folder.path)/folder.jpg", withIntermediateDirectories: true)
        try files.createSymbolicLink(atPath: "\(folder.path)/broken.jpg", withDestinationPath: "nowhere")
        try files.createSymbolicLink(atPath: "\(folder.path)/circle.jpg", withDestinationPath: "circle.jpg")
        #expect(mkfifo("\(folder.path)/fifo.jpg", 0o600) == 0)
        _ = try folder.write("empty.jpg", [])
        #expect(kind("folder.jpg") == .notAFile)
        #expect(kind("broken.jpg") == .missing)
        #expect(kind("circle.jpg") == .missing)
        #expect(kind("absent.jpg") == .missing)
        #expect(kind("fifo.jpg") == .notAFile)
        #expect(kind("empty.jpg") == .empty)
        #expect(imageError { _ = try decodeImage("/dev/zero") }?.kind == .notAFile)
        #expect(imageError { _ = try decodeImage([UInt8]()) }?.kind == .empty)
    }

    @Test func unreadableFile() throws {
        let folder = try TemporaryFolder()
        let path = try folder.write("locked.jpg", try Reference.bytes("grey.jpg"))
        #expect(chmod(path, 0) == 0)
        let error = try withoutRootsRights { imageError { _ = try decodeImage(path) } }
        #expect(error?.kind == .unreadable)
        #expect(error?.reason == "cannot be read: Permission denied")
    }

    @Test(arguments: ["colour.png", "palette.png", "deep-colour.png"])
    func truncatedPNG(_ name: String) throws {
        let bytes = try Reference.bytes(name)
        for length in stride(from: 8, to: bytes.count - 12, by: 7) {
            #expect(imageError { _ = try decodeImage(Array(bytes.prefix(length))) }?.kind == .damaged)
        }
    }

    /// Flipped, cut and repeated bytes of every fixture: an image of the promised size or an `ImageError`.
    @Test func mutationsNeverCrash() throws {
        let names = [
            "orientation-6.jpg", "grey.jpg", "progressive.jpg", "subsampled.jpg", "restarts.jpg", "cmyk.jpg",
            "grey.png", "palette.png", "one-bit.png", "alpha.png", "deep-colour.png", "orientation-6.png",
        ]
        var random = RandomKey(seed: 5, purpose: .test).stream()
        var (good, bad) = (0, 0)
        for name in names {
            let original = try Reference.bytes(name)
            for _ in 0..<60 {
                var bytes = original
                for _ in 0...random.nextInt(below: 6) {
                    bytes[random.nextInt(below: bytes.count)] = UInt8(truncatingIfNeeded: random.next())
                }
                if random.nextInt(below: 4) == 0 { bytes.removeLast(random.nextInt(below: bytes.count)) }
                if random.nextInt(below: 4) == 0 {
                    let at = random.nextInt(below: bytes.count)
                    bytes.insert(contentsOf: bytes[at...].prefix(20), at: at)
                }
                do {
                    let image = try decodeImage(bytes)
                    #expect(image.pixels.count == image.width * image.height * image.channels)
                    good += 1
                } catch {
                    #expect(!error.reason.isEmpty)
                    bad += 1
                }
            }
        }
        // Both ways must have been taken for this to mean anything.
        #expect(good > 50)
        #expect(bad > 50)
    }

    /// EXIF blocks whose offsets and counts point anywhere.
    @Test func exifIsBounded() throws {
        let whole: [UInt8] = [
            0x4D, 0x4D, 0, 42, 0, 0, 0, 8, 0, 1, 0x01, 0x12, 0, 3, 0, 0, 0, 1, 0, 6, 0, 0, 0, 0, 0, 0,
        ]
        #expect(orientation(whole) == 6)
        for length in 0..<20 { #expect(orientation(Array(whole.prefix(length))) == 0) }
        var random = RandomKey(seed: 6, purpose: .test).stream()
        for _ in 0..<2000 {
            var bytes = whole
            for _ in 0..<3 { bytes[2 + random.nextInt(below: 18)] = UInt8(truncatingIfNeeded: random.next()) }
            #expect(orientation(bytes) <= 8)
        }
    }

    @Test(.enabled(if: SharedData.path != nil, Comment(rawValue: SharedData.missing))) func brokenPhotographs() throws {
        let folder = "\(try #require(SharedData.path))/jpeg-corrupt"
        let names = try FileManager.default.contentsOfDirectory(atPath: folder).filter { $0.hasSuffix(".jpg") }
        #expect(names.count == 55)
        var decoded: [String] = []
        for name in names.sorted() {
            do {
                let image = try decodeImage("\(folder)/\(name)")
                #expect(image.pixels.count == image.width * image.height * image.channels)
                decoded.append(name)
            } catch {
                #expect(error.path == "\(folder)/\(name)")
                #expect(!error.reason.isEmpty)
            }
        }
        // Whole, or short of less than half of their rows. The rest is broken, mostly missing, or noise.
        #expect(decoded.count == 7, "\(decoded)")
    }
}

private func orientation(_ bytes: [UInt8]) -> UInt32 {
    // A copy of exactly this size, so that AddressSanitizer sees a read past it.
    let copy = UnsafeMutableBufferPointer<UInt8>.allocate(capacity: bytes.count)
    defer { copy.deallocate() }
    _ = copy.initialize(from: bytes)
    return image_exif_orientation(copy.baseAddress, bytes.count)
}
