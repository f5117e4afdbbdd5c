/// Bitmaps as characters: two pixels a cell in 256 colours, or shades where there are no colours.
extension Frame {
    public enum BitmapStyle: Sendable { case halfBlocks, shades, ascii }

    /// Draws a bitmap over a rectangle, each pixel of the screen the mean of what it covers.
    public mutating func draw(_ bitmap: Bitmap, in rect: Rect, as style: BitmapStyle) {
        guard !rect.isEmpty, bitmap.width > 0, bitmap.height > 0 else { return }
        switch style {
        case .halfBlocks:
            let scaled = bitmap.averaged(width: rect.width, height: rect.height * 2)
            for row in 0..<rect.height {
                for column in 0..<rect.width {
                    let upper = scaled[row * 2 * rect.width + column]
                    let lower = scaled[(row * 2 + 1) * rect.width + column]
                    let cell = Style(
                        foreground: .indexed(Palette.nearest(upper.0, upper.1, upper.2)),
                        background: .indexed(Palette.nearest(lower.0, lower.1, lower.2)))
                    put(Cell("▀", style: cell), column: rect.column + column, row: rect.row + row)
                }
            }
        case .shades, .ascii:
            let ramp = style == .ascii ? Array(" .:-=+*#%@").map(String.init) : [" ", "░", "▒", "▓", "█"]
            let scaled = bitmap.averaged(width: rect.width, height: rect.height)
            for row in 0..<rect.height {
                for column in 0..<rect.width {
                    let pixel = scaled[row * rect.width + column]
                    let light = (299 * pixel.0 + 587 * pixel.1 + 114 * pixel.2) / 1000
                    let text = ramp[min(ramp.count - 1, light * ramp.count / 256)]
                    put(Cell(text), column: rect.column + column, row: rect.row + row)
                }
            }
        }
    }

    /// Turns pictures that a rectangle touches into cells, so that what is drawn over them next is seen.
    public mutating func flattenPictures(under rect: Rect, as style: BitmapStyle) {
        let touched = pictures.filter { !$0.rect.intersection(rect).isEmpty }
        guard !touched.isEmpty else { return }
        pictures.removeAll { !$0.rect.intersection(rect).isEmpty }
        for picture in touched { draw(picture.bitmap, in: picture.rect, as: style) }
    }
}

extension Bitmap {
    /// A part of the bitmap, clipped to it.
    public func cropped(x: Int, y: Int, width: Int, height: Int) -> Bitmap {
        let left = min(max(0, x), self.width)
        let top = min(max(0, y), self.height)
        let (columns, rows) = (min(max(0, width), self.width - left), min(max(0, height), self.height - top))
        var kept: [UInt8] = []
        kept.reserveCapacity(columns * rows * 3)
        for row in top..<(top + rows) {
            let start = (row * self.width + left) * 3
            kept.append(contentsOf: pixels[start..<(start + columns * 3)])
        }
        return Bitmap(width: columns, height: rows, pixels: kept)
    }

    /// The mean colour of each field of a grid laid over the bitmap, row by row.
    func averaged(width: Int, height: Int) -> [(Int, Int, Int)] {
        var means: [(Int, Int, Int)] = []
        means.reserveCapacity(width * height)
        for row in 0..<height {
            let (top, bottom) = Self.field(row, of: height, in: self.height)
            for column in 0..<width {
                let (left, right) = Self.field(column, of: width, in: self.width)
                var sum = (0, 0, 0)
                for y in top..<bottom {
                    for x in left..<right {
                        let index = (y * self.width + x) * 3
                        sum.0 += Int(pixels[index])
                        sum.1 += Int(pixels[index + 1])
                        sum.2 += Int(pixels[index + 2])
                    }
                }
                let count = (bottom - top) * (right - left)
                means.append((sum.0 / count, sum.1 / count, sum.2 / count))
            }
        }
        return means
    }

    /// Where the n-th of `count` fields begins and ends among `length` pixels; at least one pixel.
    private static func field(_ index: Int, of count: Int, in length: Int) -> (Int, Int) {
        let start = min(length - 1, index * length / count)
        return (start, max(start + 1, min(length, (index + 1) * length / count)))
    }
}
