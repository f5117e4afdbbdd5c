import CChafa
import Foundation
import Screen

/// A character cell in pixels.
struct CellSize: Hashable {
    var width: Int
    var height: Int

    /// The usual cell, where a terminal does not say.
    static let usual = CellSize(width: 8, height: 16)

    /// From the pixels and cells of a whole screen; nil when they cannot be true, as where a link reports zeros.
    init?(screenWidth: Int, screenHeight: Int, columns: Int, rows: Int) {
        guard columns > 0, rows > 0, screenWidth >= 2 * columns, screenHeight >= 4 * rows else { return nil }
        self.init(width: screenWidth / columns, height: screenHeight / rows)
    }

    init(width: Int, height: Int) {
        self.width = width
        self.height = height
    }
}

/// Where a picture lies inside its rectangle: as large as fits with its proportions kept, in the middle.
struct PictureFit: Equatable {
    /// Cells to the left of the picture and above it.
    var column = 0
    var row = 0
    /// Pixels to send; with half blocks a pixel is half a cell high.
    var width = 0
    var height = 0

    /// - Parameters:
    ///   - pixel: how many pixels a cell has.
    ///   - shape: the proportions of one pixel, width over height.
    ///   - band: the height is a multiple of this.
    init(bitmap: Bitmap, rect: Rect, pixel: CellSize, shape: Double, band: Int) {
        let room = (width: rect.width * pixel.width, height: rect.height * pixel.height)
        guard bitmap.width > 0, bitmap.height > 0, room.width > 0, room.height >= band else { return }
        let proportions = Double(bitmap.width) / Double(bitmap.height) / shape
        var width = Double(room.width)
        var height = width / proportions
        if height > Double(room.height) {
            height = Double(room.height)
            width = height * proportions
        }
        // A picture that misses the room by less than a cell fills it: a rim of one dark column is uglier.
        if Double(room.width) - width < Double(pixel.width) { width = Double(room.width) }
        if Double(room.height) - height < Double(pixel.height) { height = Double(room.height) }
        self.width = max(1, Int(width))
        self.height = max(band, Int(height) / band * band)
        column = (room.width - self.width) / pixel.width / 2
        row = (room.height - self.height) / pixel.height / 2
    }
}

/// Pictures as bytes for a terminal, the cursor at the first cell of `at`. All positions are absolute.
enum PictureEncoding {
    /// Two pixels a cell: the upper one as the foreground of a half block, the lower one as its background.
    static func halfBlocks(_ bitmap: Bitmap, rect: Rect, trueColor: Bool) -> [UInt8] {
        let fit = PictureFit(bitmap: bitmap, rect: rect, pixel: CellSize(width: 1, height: 2), shape: 1, band: 2)
        guard fit.width > 0, fit.height > 0 else { return [] }
        let image = bitmap.resampled(width: fit.width, height: fit.height)
        var bytes: [UInt8] = []
        bytes.reserveCapacity(fit.width * fit.height / 2 * 40)
        for row in 0..<fit.height / 2 {
            append(cursor(column: rect.column + fit.column, row: rect.row + fit.row + row), to: &bytes)
            var last: (UInt32, UInt32) = (.max, .max)
            for column in 0..<fit.width {
                let upper = color(image, column, 2 * row, trueColor: trueColor)
                let lower = color(image, column, 2 * row + 1, trueColor: trueColor)
                if upper != last.0 { append("\u{1b}[38;\(parameters(upper, trueColor))m", to: &bytes) }
                if lower != last.1 { append("\u{1b}[48;\(parameters(lower, trueColor))m", to: &bytes) }
                last = (upper, lower)
                append("▀", to: &bytes)
            }
            append("\u{1b}[0m", to: &bytes)
        }
        return bytes
    }

    /// Sixel through libchafa, in whole bands of six pixels inside the rectangle.
    static func sixel(_ bitmap: Bitmap, rect: Rect, cell: CellSize) -> [UInt8] {
        let fit = PictureFit(bitmap: bitmap, rect: rect, pixel: cell, shape: 1, band: 6)
        guard fit.width > 0, fit.height > 0 else { return [] }
        let image = bitmap.resampled(width: fit.width, height: fit.height)
        var pixels = [UInt8](repeating: 255, count: fit.width * fit.height * 4)
        for index in 0..<fit.width * fit.height {
            pixels[4 * index] = image.pixels[3 * index]
            pixels[4 * index + 1] = image.pixels[3 * index + 1]
            pixels[4 * index + 2] = image.pixels[3 * index + 2]
        }
        maeface_sixel_single_thread()
        guard let string = maeface_sixel(pixels, Int32(fit.width), Int32(fit.height)) else { return [] }
        defer { maeface_sixel_free(string) }
        var bytes: [UInt8] = []
        append(cursor(column: rect.column + fit.column, row: rect.row + fit.row), to: &bytes)
        let body = UnsafeBufferPointer(start: maeface_sixel_bytes(string), count: maeface_sixel_length(string))
        bytes.append(contentsOf: body.lazy.map { UInt8(bitPattern: $0) })
        return bytes
    }

    /// The graphics protocol of kitty: RGB in base64, in pieces of 4096 characters, placed without moving the cursor.
    static func kitty(_ bitmap: Bitmap, rect: Rect, cell: CellSize, identifier: Int) -> [UInt8] {
        let fit = PictureFit(bitmap: bitmap, rect: rect, pixel: cell, shape: 1, band: 1)
        guard fit.width > 0, fit.height > 0 else { return [] }
        // The terminal scales: never send more pixels than the bitmap has.
        let image =
            fit.width < bitmap.width ? bitmap.resampled(width: fit.width, height: fit.height) : bitmap
        let columns = max(1, (fit.width + cell.width - 1) / cell.width)
        let rows = max(1, (fit.height + cell.height - 1) / cell.height)
        let text = base64(image.pixels)
        var bytes: [UInt8] = []
        append(cursor(column: rect.column + fit.column, row: rect.row + fit.row), to: &bytes)
        var begin = 0
        while begin < text.count {
            let end = min(text.count, begin + 4096)
            let head =
                begin > 0
                ? "" : "a=T,q=2,f=24,C=1,i=\(identifier),s=\(image.width),v=\(image.height),c=\(columns),r=\(rows),"
            append("\u{1b}_G\(head)m=\(end < text.count ? 1 : 0);", to: &bytes)
            bytes.append(contentsOf: text[begin..<end])
            append("\u{1b}\\", to: &bytes)
            begin = end
        }
        return bytes
    }

    /// Takes a picture of kitty's protocol off the screen and out of the terminal's memory.
    static func kittyDeletion(identifier: Int) -> [UInt8] { Array("\u{1b}_Ga=d,d=I,q=2,i=\(identifier)\u{1b}\\".utf8) }

    static func cursor(column: Int, row: Int) -> String { "\u{1b}[\(row + 1);\(column + 1)H" }

    static func base64(_ bytes: [UInt8]) -> [UInt8] { Array(Data(bytes).base64EncodedData()) }

    private static func append(_ text: String, to bytes: inout [UInt8]) { bytes.append(contentsOf: text.utf8) }

    /// A colour as one number: packed 24 bits, or the nearest of the palette.
    private static func color(_ image: Bitmap, _ column: Int, _ row: Int, trueColor: Bool) -> UInt32 {
        let at = (row * image.width + column) * 3
        let (red, green, blue) = (image.pixels[at], image.pixels[at + 1], image.pixels[at + 2])
        if trueColor { return UInt32(red) << 16 | UInt32(green) << 8 | UInt32(blue) }
        return UInt32(Palette.nearest(Int(red), Int(green), Int(blue)))
    }

    private static func parameters(_ color: UInt32, _ trueColor: Bool) -> String {
        trueColor ? "2;\(color >> 16);\(color >> 8 & 255);\(color & 255)" : "5;\(color)"
    }
}
