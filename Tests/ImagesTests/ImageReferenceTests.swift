import Testing

@testable import Images

@Suite struct ImageReferenceTests {
    @Test func aFileIsNamedByItsPathAndAFrameByItsNumberToo() {
        #expect(ImageReference("/a/b.jpg").description == "/a/b.jpg")
        #expect(ImageReference("/a/b.mp4", frame: 0).description == "/a/b.mp4#0")
        #expect(ImageReference("/a/b.mp4") != ImageReference("/a/b.mp4", frame: 0))
        #expect(
            Set([ImageReference("a", frame: 1), ImageReference("a", frame: 2), ImageReference("a", frame: 1)]).count
                == 2)
    }

    @Test func theFrameOfAVideoIsRefusedByName() {
        let decoded = imageError { _ = try decodeImage(ImageReference("/dev/zero", frame: 7)) }
        #expect(decoded?.kind == .unsupported && decoded?.path == "/dev/zero")
        #expect(decoded?.reason.contains("frame 7") == true)
        #expect(imageError { _ = try ImageFile.withContent(of: ImageReference("a", frame: 0)) { $0.count } } != nil)
    }
}
