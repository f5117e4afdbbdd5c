import Screen
import Testing

@testable import Terminal

func gradient(_ width: Int, _ height: Int) -> Bitmap {
    var pixels: [UInt8] = []
    for row in 0..<height {
        for column in 0..<width {
            pixels += [UInt8(column * 255 / max(1, width - 1)), UInt8(row * 255 / max(1, height - 1)), 90]
        }
    }
    return Bitmap(width: width, height: height, pixels: pixels)
}

func picture(_ key: String, _ column: Int, _ row: Int, _ width: Int = 8, _ height: Int = 4) -> Picture {
    Picture(
        key: key, rect: Rect(column: column, row: row, width: width, height: height), bitmap: gradient(16, 16))
}

@Suite struct PicturePlanTests {
    private func frame(_ pictures: [Picture]) -> Frame {
        var frame = Frame(size: Size(width: 60, height: 20))
        frame.pictures = pictures
        return frame
    }

    private func plan(_ old: [Picture], _ frame: Frame, changed: [(Int, Int)] = []) -> PicturePlan {
        var cells = ChangedCells(rows: frame.size.height)
        for (column, row) in changed { cells.insert(column: column, row: row) }
        return PicturePlan(old: old, frame: frame, changed: cells)
    }

    @Test func unchangedPicturesAreLeftAlone() {
        let faces = [picture("a", 2, 2), picture("b", 20, 2)]
        let result = plan(faces, frame(faces))
        #expect(result.send.isEmpty && result.erase.isEmpty && result.shown == faces)
    }

    @Test func newContentInTheSamePlaceIsSentOverTheOld() {
        let result = plan([picture("a", 2, 2)], frame([picture("b", 2, 2)]))
        #expect(result.erase.isEmpty && result.send == [picture("b", 2, 2)])
    }

    @Test func otherProportionsEraseFirst() {
        let wide = Picture(key: "w", rect: picture("a", 2, 2).rect, bitmap: gradient(32, 16))
        let result = plan([picture("a", 2, 2)], frame([wide]))
        #expect(result.erase == [picture("a", 2, 2)] && result.send == [wide])
    }

    @Test func movedOrGonePicturesAreErased() {
        let result = plan([picture("a", 2, 2), picture("b", 30, 2)], frame([picture("a", 3, 2)]))
        #expect(result.erase == [picture("a", 2, 2), picture("b", 30, 2)])
        #expect(result.send == [picture("a", 3, 2)])
    }

    @Test func popupTakesAwayWhatItCoversAndNothingElse() {
        let faces = [picture("a", 2, 2), picture("b", 30, 2)]
        var covered = frame(faces)
        covered.put("┌──┐", at: Position(column: 8, row: 4))
        let result = plan(faces, covered, changed: [(8, 4), (9, 4), (10, 4), (11, 4)])
        #expect(result.erase == [picture("a", 2, 2)])
        #expect(result.shown == [picture("b", 30, 2)] && result.send.isEmpty)
    }

    @Test func picturesOnTheLastRowOrOutsideAreNotDrawn() {
        let pictures = [
            picture("last", 2, 16), picture("right", 55, 2), picture("fits", 52, 15), picture("flat", 2, 2, 4, 0),
        ]
        #expect(PicturePlan.visible(frame(pictures)) == [picture("fits", 52, 15)])
    }

    @Test func cellsWrittenInOrThroughAPictureBringItBack() {
        let face = picture("a", 20, 4)
        #expect(plan([face], frame([face]), changed: [(22, 5)]).send == [face])
        // Changes close on both sides of it may be joined by writing through.
        #expect(plan([face], frame([face]), changed: [(19, 5), (28, 5)]).send == [face])
        #expect(plan([face], frame([face]), changed: [(2, 5), (40, 5)]).send.isEmpty)
        #expect(plan([face], frame([face]), changed: [(19, 5)]).send.isEmpty)
        #expect(plan([face], frame([face]), changed: [(19, 3), (28, 3)]).send.isEmpty)
    }
}

@Suite struct PictureEncodingTests {
    @Test func resamplingKeepsMeansAndFlatColours() {
        let flat = Bitmap(width: 7, height: 5, pixels: Array(repeating: 77, count: 7 * 5 * 3))
        for (width, height) in [(3, 2), (7, 5), (20, 13), (1, 1)] {
            let image = flat.resampled(width: width, height: height)
            #expect(image.width == width && image.height == height)
            #expect(image.pixels.allSatisfy { $0 == 77 })
        }
        let halves = Bitmap(width: 2, height: 1, pixels: [0, 0, 0, 200, 100, 50])
        #expect(halves.resampled(width: 1, height: 1).pixels == [100, 50, 25])
    }

    @Test func halfBlocksFillTheRectangleWithTwoPixelsACell() {
        let rect = Rect(column: 3, row: 2, width: 10, height: 5)
        let text = String(
            decoding: PictureEncoding.halfBlocks(gradient(20, 20), rect: rect, trueColor: true), as: UTF8.self)
        #expect(text.filter { $0 == "▀" }.count == 50)
        for row in 3...7 { #expect(text.contains("\u{1b}[\(row);4H")) }
        #expect(!text.contains("\u{1b}[8;"))
        #expect(text.contains("38;2;") && text.hasSuffix("\u{1b}[0m"))
        let palette = String(
            decoding: PictureEncoding.halfBlocks(gradient(20, 20), rect: rect, trueColor: false), as: UTF8.self)
        #expect(palette.contains("38;5;") && !palette.contains("38;2;"))
    }

    @Test func picturesKeepTheirProportionsInTheMiddle() {
        let rect = Rect(column: 0, row: 0, width: 20, height: 5)
        let fit = PictureFit(
            bitmap: gradient(16, 16), rect: rect, pixel: CellSize(width: 1, height: 2), shape: 1, band: 2)
        #expect([fit.column, fit.row, fit.width, fit.height] == [5, 0, 10, 10])
    }

    @Test(arguments: [(6, 13), (8, 16), (9, 18), (10, 20), (7, 15)])
    func sixelsAreWholeBandsInsideTheirCells(_ width: Int, _ height: Int) throws {
        let cell = CellSize(width: width, height: height)
        let rect = Rect(column: 4, row: 1, width: 14, height: 7)
        let bytes = PictureEncoding.sixel(gradient(112, 112), rect: rect, cell: cell)
        let text = String(decoding: bytes, as: UTF8.self)
        // "1;1;WIDTH;HEIGHT in the head.
        let head = try #require(text.split(separator: "\"").dropFirst().first)
        let numbers = head.prefix { $0 != "#" }.split(separator: ";").compactMap { Int($0) }
        try #require(numbers.count == 4)
        #expect(numbers[3] % 6 == 0 && numbers[3] <= 7 * height && numbers[3] > 7 * height - 6 - height)
        #expect(numbers[2] <= 14 * width && numbers[2] > 13 * width - width)
        #expect(text.hasSuffix("\u{1b}\\"))
        // Distortion by a row length that is no multiple of four would repeat or drop colours: the corner is blue.
        #expect(text.contains("#0;2;"))
    }

    @Test func kittySendsEveryByteInPiecesOf4096() throws {
        let rect = Rect(column: 0, row: 0, width: 10, height: 5)
        let bytes = PictureEncoding.kitty(
            gradient(60, 60), rect: rect, cell: CellSize(width: 8, height: 16), identifier: 5)
        let pieces = String(decoding: bytes, as: UTF8.self).components("\u{1b}_G").dropFirst()
        var lengths: [Int] = []
        for piece in pieces { lengths.append(piece.split(separator: ";")[1].prefix { $0 != "\u{1b}" }.count) }
        #expect(lengths.allSatisfy { $0 <= 4096 })
        let total = lengths.reduce(0, +)
        #expect(total == 60 * 60 * 3 / 3 * 4)
        #expect(pieces.first?.contains("a=T,q=2,f=24,C=1,i=5,s=60,v=60,c=10,r=5,m=1") == true)
        #expect(pieces.last?.contains("m=0;") == true)
    }

    @Test(arguments: [("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foobar", "Zm9vYmFy")])
    func base64(_ text: String, _ expected: String) {
        #expect(String(decoding: PictureEncoding.base64(Array(text.utf8)), as: UTF8.self) == expected)
    }

    @Test func cellSizesThatCannotBeAreRefused() {
        #expect(CellSize(screenWidth: 0, screenHeight: 0, columns: 80, rows: 24) == nil)
        #expect(
            CellSize(screenWidth: 640, screenHeight: 384, columns: 80, rows: 24) == CellSize(width: 8, height: 16))
    }

    @Test func cacheEncodesOnceAndForgetsTheOldest() {
        var cache = PictureCache(limit: 10)
        var encoded = 0
        func bytes(_ key: String) {
            _ = cache.bytes(of: picture(key, 0, 0), mode: .blocks, cell: .usual) {
                encoded += 1
                return [1, 2, 3, 4]
            }
        }
        for key in ["a", "b", "a", "b", "c", "a"] { bytes(key) }
        #expect(encoded == 4)
    }
}

extension String {
    fileprivate func components(_ separator: String) -> [String] {
        var parts = [""]
        var rest = Substring(self)
        while let range = rest.firstRange(of: separator) {
            parts[parts.count - 1] += rest[..<range.lowerBound]
            parts.append("")
            rest = rest[range.upperBound...]
        }
        parts[parts.count - 1] += rest
        return parts
    }
}
