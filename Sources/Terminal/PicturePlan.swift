import Screen

/// Which cells of a frame are written anew, row by row.
struct ChangedCells {
    private var columns: [[Int]]

    init(rows: Int) { columns = Array(repeating: [], count: rows) }

    /// Columns of a row must come in rising order.
    mutating func insert(column: Int, row: Int) { columns[row].append(column) }

    /// What is kept between two changes when it is short: ncurses then writes on through it, because moving the
    /// cursor would cost as much. Generous.
    static let writtenThrough = 16

    /// Whether writing the changes may write into the rectangle.
    func mayTouch(_ rect: Rect) -> Bool {
        for row in rect.row..<min(rect.endRow, columns.count) {
            var before: Int?
            var after: Int?
            for column in columns[row] {
                if column < rect.column {
                    before = column
                } else if column < rect.endColumn {
                    return true
                } else {
                    after = column
                    break
                }
            }
            if let before, let after, after - before <= Self.writtenThrough { return true }
        }
        return false
    }
}

/// What has to happen to the pictures on the screen when the next frame comes.
struct PicturePlan: Equatable {
    /// Pictures to take off: gone, covered or changed in shape.
    var erase: [Picture] = []
    /// Pictures to send.
    var send: [Picture] = []
    /// Pictures on the screen afterwards.
    var shown: [Picture] = []

    /// - Parameters:
    ///   - old: the pictures on the screen.
    ///   - frame: the frame to come.
    ///   - changed: cells of the frame that will be written.
    init(old: [Picture], frame: Frame, changed: ChangedCells) {
        shown = Self.visible(frame)
        // A picture of the same rectangle and proportions covers the old one whole.
        erase = old.filter { was in
            !shown.contains { now in
                now.rect == was.rect
                    && now.bitmap.width * was.bitmap.height == was.bitmap.width * now.bitmap.height
            }
        }
        send = shown.filter { now in
            !old.contains(now) || changed.mayTouch(now.rect)
                || erase.contains { !$0.rect.intersection(now.rect).isEmpty }
        }
    }

    /// The pictures that can be seen: inside the screen, never on its last row (the terminal would scroll), and with
    /// nothing written over them: their cells are blank and of one style.
    static func visible(_ frame: Frame) -> [Picture] {
        let room = Rect(column: 0, row: 0, width: frame.size.width, height: frame.size.height - 1)
        return frame.pictures.filter { picture in
            let rect = picture.rect
            guard !rect.isEmpty, rect.intersection(room) == rect else { return false }
            let ground = frame[rect.column, rect.row].style
            for row in rect.row..<rect.endRow {
                for column in rect.column..<rect.endColumn {
                    let cell = frame[column, row]
                    if cell.text != " " || cell.style != ground { return false }
                }
            }
            return true
        }
    }
}
