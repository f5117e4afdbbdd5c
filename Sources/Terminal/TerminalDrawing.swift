import Basics
import CNcurses
import CSystem
import Glibc
import Screen

/// Puts frames on the screen: text through ncurses, then pictures past it.
extension Terminal {
    /// Shows a frame: writes the cells that changed and the pictures that changed. An equal frame writes nothing.
    public func draw(_ frame: Frame) {
        guard isEntered, !isGone, let standard = maeface_standard_screen() else { return }
        var next = frame
        if pictureMode == .none || pictureMode == .ascii { next.pictures = [] }
        next.pictures = PicturePlan.visible(next)
        for picture in next.pictures { next.restyle(picture.rect) { $0.attributes.insert(.underPicture) } }
        if let shown, !isIncomplete, next.cells == shown.cells, next.pictures == shown.pictures,
            next.cursor == shown.cursor, next.size == shown.size
        {
            return
        }
        write(RestoreSequence.beginFrame)
        if shown?.size != next.size { shown = nil }
        if shown == nil {
            werase(standard)
            // The screen may show anything: ncurses clears it instead of trusting its memory.
            clearok(maeface_current_screen(), true)
        }
        let changed = put(next, on: standard)
        let plan = PicturePlan(old: pictures, frame: next, changed: changed)
        erase(plan.erase)
        place(next.cursor, on: standard)
        wnoutrefresh(standard)
        doupdate()
        send(plan)
        write(RestoreSequence.endFrame)
        shown = next
    }

    private func put(_ frame: Frame, on window: UnsafeMutablePointer<WINDOW>) -> ChangedCells {
        let width = min(frame.size.width, size.width)
        let height = min(frame.size.height, size.height)
        var changed = ChangedCells(rows: frame.size.height)
        var scalars: [UInt32] = []
        for row in 0..<height {
            for column in 0..<width {
                let index = row * frame.size.width + column
                let cell = frame.cells[index]
                if let shown, shown.cells[index] == cell { continue }
                changed.insert(column: column, row: row)
                // The second half of a wide character is written with the first.
                if cell.text.isEmpty { continue }
                scalars.removeAll(keepingCapacity: true)
                for scalar in cell.text.unicodeScalars { scalars.append(scalar.value) }
                if scalars[0] < 0x20 || (0x7f..<0xa0).contains(scalars[0]) { scalars = [0x20] }
                let mapped = mapping.map(cell.style)
                let pair = pairs.number(foreground: mapped.foreground, background: mapped.background) {
                    init_extended_pair($0, Int32($1), Int32($2))
                }
                maeface_put_cell(
                    window, Int32(row), Int32(column), scalars, Int32(scalars.count), attributes(mapped.attributes),
                    pair)
            }
        }
        return changed
    }

    private func attributes(_ attributes: Style.Attributes) -> UInt32 {
        var bits: UInt32 = 0
        if attributes.contains(.bold) { bits |= maeface_attribute_bold() }
        if attributes.contains(.dim) { bits |= maeface_attribute_dim() }
        if attributes.contains(.underline) { bits |= maeface_attribute_underline() }
        if attributes.contains(.reverse) { bits |= maeface_attribute_reverse() }
        // A blank that differs from other blanks: ncurses then never clears across a picture to the end of a line.
        if attributes.contains(.underPicture) { bits |= maeface_attribute_bold() | maeface_attribute_dim() }
        return bits
    }

    private func place(_ cursor: Position?, on window: UnsafeMutablePointer<WINDOW>) {
        guard let cursor, cursor.row < size.height, cursor.column < size.width else {
            curs_set(0)
            return
        }
        curs_set(1)
        wmove(window, Int32(cursor.row), Int32(cursor.column))
    }

    /// Takes pictures off with blanks in the colours ncurses believes to be there, since it would not write a blank
    /// over a blank.
    private func erase(_ gone: [Picture]) {
        guard !gone.isEmpty else { return }
        var bytes: [UInt8] = Array("\u{1b}7".utf8)
        for picture in gone {
            if let identifier = identifiers.removeValue(forKey: picture.rect) {
                bytes += PictureEncoding.kittyDeletion(identifier: identifier)
            }
            let style = shown?[picture.rect.column, picture.rect.row].style ?? .plain
            let ground = mapping.map(style).background
            let blanks = String(repeating: " ", count: picture.rect.width)
            for row in picture.rect.row..<picture.rect.endRow {
                let start = PictureEncoding.cursor(column: picture.rect.column, row: row)
                bytes += Array("\(start)\u{1b}[0m\(ground < 0 ? "" : Self.background(ground))\(blanks)".utf8)
            }
        }
        write(bytes + Array("\u{1b}8".utf8))
    }

    private static func background(_ number: Int16) -> String {
        switch number {
        case 0..<8: "\u{1b}[\(40 + number)m"
        case 8..<16: "\u{1b}[\(92 + number)m"
        default: "\u{1b}[48;5;\(number)m"
        }
    }

    /// Sends pictures until a key would have to wait; the rest follows with the next `draw`.
    private func send(_ plan: PicturePlan) {
        isIncomplete = false
        pictures = plan.shown.filter { !plan.send.contains($0) }
        let start = Clock.monotonic()
        for picture in plan.send {
            if Clock.monotonic() - start > 0.03 {
                isIncomplete = true
                return
            }
            let bytes = cache.bytes(of: picture, mode: pictureMode, cell: cell) { encode(picture) }
            write(Array("\u{1b}7".utf8) + bytes + Array("\u{1b}8".utf8))
            pictures.append(picture)
        }
    }

    private func encode(_ picture: Picture) -> [UInt8] {
        switch pictureMode {
        case .sixel: return PictureEncoding.sixel(picture.bitmap, rect: picture.rect, cell: cell)
        case .kitty:
            let identifier = identifiers[picture.rect] ?? Self.identifier(of: picture.rect)
            identifiers[picture.rect] = identifier
            return PictureEncoding.kitty(picture.bitmap, rect: picture.rect, cell: cell, identifier: identifier)
        case .blocks:
            return PictureEncoding.halfBlocks(picture.bitmap, rect: picture.rect, trueColor: traits.trueColor)
        case .ascii, .none: return []
        }
    }

    /// A number for the picture at a place, which kitty replaces when a new picture takes it.
    private static func identifier(of rect: Rect) -> Int { 7000 + rect.row * 1000 + rect.column }
}
