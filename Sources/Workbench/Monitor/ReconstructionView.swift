import RunStore
import Screen
import Session

/// Faces as they are, as the model sees them, and as it rebuilds them.
struct ReconstructionView {
    let state: State
    let rect: Rect

    private var theme: Theme { state.options.theme }
    private var glyphs: GlyphSet { state.options.glyphs }

    func draw(into frame: inout Frame) {
        let record = state.watched?.preview(state.monitor.preview)
        let box = Box(
            title: "Reconstruction", legend: [Span(glyphs.plain("original · masked · rebuilt "), theme[.faint])],
            note: note(record), isFocused: state.monitor.focus == .reconstruction)
        let inner = box.draw(into: &frame, in: rect, glyphs: glyphs, theme: theme)
        guard let record, let watched = state.watched else {
            frame.put(centred: whyNothing, in: inner, style: theme[.faint])
            return
        }
        if let problem = watched.sheetProblems[record.id] {
            frame.put(centred: problem, in: inner, style: theme[.warning])
        } else if let sheet = watched.sheets[record.id] {
            draw(sheet, record, watched.id, into: &frame, inner: inner)
        } else {
            frame.put(centred: "loading the pictures", in: inner, style: theme[.faint])
        }
    }

    private var whyNothing: String {
        let stage = state.watched?.stages.first { $0.index == state.place.stage }
        guard let stage, stage.kind != StageKind.pretrain.rawValue else {
            return "pictures appear with the first preview"
        }
        return "a \(stage.kind) stage reconstructs no pictures"
    }

    /// Which preview of how many, and its epoch.
    private func note(_ record: PreviewRecord?) -> [Span] {
        guard let record, let watched = state.watched else { return [] }
        let index = (watched.previews.firstIndex { $0.id == record.id } ?? 0) + 1
        let isOld = state.monitor.preview != nil
        return [
            Span("epoch " + Numbers.fixed(record.epoch, record.epoch < 10 ? 1 : 0), theme[isOld ? .accent : .text]),
            Span("  \(index)/\(watched.previews.count)", theme[.faint]),
        ]
    }

    private func draw(_ sheet: Sheet, _ record: PreviewRecord, _ run: RunID, into frame: inout Frame, inner: Rect) {
        let grid = PictureGrid(samples: sheet.tiles.count, in: inner)
        for (sample, column, place) in grid.places {
            let bitmap = sheet.tiles[sample][column]
            let key = "run \(run) preview \(record.id) sample \(sample) column \(column)"
            switch state.options.pictures {
            case .overlay: frame.pictures.append(Picture(key: key, rect: place, bitmap: bitmap))
            case .halfBlocks: frame.draw(bitmap, in: place, as: .halfBlocks)
            case .characters: frame.draw(bitmap, in: place, as: glyphs == .ascii ? .ascii : .shades)
            }
        }
    }
}

/// Where the pictures of a sheet go: triplets in a grid, as large as they can be, square on cells twice as high as
/// wide.
struct PictureGrid {
    let places: [(sample: Int, column: Int, rect: Rect)]

    init(samples: Int, in rect: Rect) {
        var best = (height: 0, across: 1, down: 1)
        // More triplets are worth smaller pictures, but not tiny ones: the score is the area that shows faces, and
        // below six rows a face is not one.
        var bestScore = 0.0
        for across in 1...max(1, samples) {
            let width = (rect.width - (across - 1) * 3) / across
            for down in 1...max(1, (samples + across - 1) / across) {
                let fromWidth = (width - 2) / 3 / 2
                let fromHeight = (rect.height - (down - 1)) / down
                let height = min(fromWidth, fromHeight)
                guard height >= 1 else { continue }
                let count = Double(min(samples, across * down))
                let size = Double(height)
                let score = count * size * size * (size < 6 ? 0.1 * size : size < 10 ? 0.3 + 0.07 * size : 1)
                if score > bestScore * 1.0001 {
                    bestScore = score
                    best = (height, across, down)
                }
            }
        }
        guard best.height > 0 else {
            places = []
            return
        }
        let (height, width) = (best.height, best.height * 2)
        let tripletWidth = 3 * width + 2
        let usedWidth = best.across * tripletWidth + (best.across - 1) * 3
        let usedHeight = best.down * height + (best.down - 1)
        let left = rect.column + (rect.width - usedWidth) / 2
        let top = rect.row + (rect.height - usedHeight) / 2
        var found: [(Int, Int, Rect)] = []
        for sample in 0..<min(samples, best.across * best.down) {
            let row = top + sample / best.across * (height + 1)
            let start = left + sample % best.across * (tripletWidth + 3)
            for column in 0..<3 {
                let place = Rect(column: start + column * (width + 1), row: row, width: width, height: height)
                found.append((sample, column, place))
            }
        }
        places = found
    }
}
