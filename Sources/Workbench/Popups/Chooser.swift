import Affect
import Evaluation
import RunStore
import Screen

/// What is chosen from lists.
enum Chooser: Equatable, Sendable {
    case run, fold, video, channel, curves
    /// Of Monitor: a stage and fold.
    case place

    var title: String {
        switch self {
        case .run: "Smooth which predictions?"
        case .fold: "Which fold?"
        case .video: "Which video?  worst first"
        case .channel: "Which channel?"
        case .curves: "Which curves?"
        case .place: "Which stage and fold?"
        }
    }
}

struct ChooserRow: Equatable, Sendable {
    /// The first cell is what the filter looks at.
    var cells: [String]
    var isCurrent: Bool
    /// What it stands for: the place of a run, a fold, video, channel or curve by its number.
    var value: Int64
}

extension State {
    func chooserRows(_ kind: Chooser, filter: String) -> [ChooserRow] {
        let words = filter.lowercased().split(separator: " ")
        return chooserRows(kind).filter { row in
            let text = row.cells.first?.lowercased() ?? ""
            return words.allSatisfy { text.contains($0) }
        }
    }

    private func chooserRows(_ kind: Chooser) -> [ChooserRow] {
        let smoother = smoother
        let set = smoother.set
        func percent(_ share: Double) -> String { share > 0 ? Numbers.fixed(share * 100, 1) + "%" : "" }
        func scores(_ pair: ScorePair?) -> [String] {
            guard let pair else { return ["", "", ""] }
            return [
                ScoreText.of(pair.raw.mean), ScoreText.of(pair.smoothed.mean), ScoreText.difference(pair.difference),
            ]
        }
        switch kind {
        case .run:
            let known = (smoother.available ?? []).enumerated().map { index, predicted in
                let run = runs.first { $0.id == predicted.run }
                return ChooserRow(
                    cells: [
                        run?.name ?? "run \(predicted.run)", "\(predicted.run)",
                        predicted.task.shortName, run?.condition.rawValue ?? "",
                        run?.score.map { ScoreText.of($0) } ?? "",
                    ], isCurrent: smoother.source == .run(predicted), value: Int64(index))
            }
            return known + [ChooserRow(cells: ["a file or folder ..."], isCurrent: false, value: -1)]
        case .fold:
            guard let set, !set.folds.isEmpty else { return [] }
            let all = ChooserRow(
                cells: ["all folds"] + scores(smoother.scores?.all), isCurrent: smoother.fold == nil, value: -1)
            return [all]
                + set.folds.map { fold in
                    let pair = smoother.scores?.folds.first { $0.fold == fold }?.scores
                    return ChooserRow(
                        cells: ["fold \(fold)"] + scores(pair), isCurrent: smoother.fold == fold, value: Int64(fold))
                }
        case .video:
            guard let set else { return [] }
            return smoother.listed.map { index in
                let standing = smoother.standing(index)
                let pair = smoother.scores.flatMap { $0.videos.indices.contains(index) ? $0.videos[index] : nil }
                return ChooserRow(
                    cells: [set.videos[index].name] + scores(pair) + [
                        percent(set.videos[index].missingShare),
                        standing.map { ScoreText.effect($0.effect) } ?? "",
                    ], isCurrent: index == smoother.video, value: Int64(index))
            }
        case .channel:
            return (set?.channels ?? []).enumerated().map { index, name in
                let all = smoother.scores?.all
                return ChooserRow(
                    cells: [
                        name, all.map { ScoreText.of($0.raw.channels[index]) } ?? "",
                        all.map { ScoreText.of($0.smoothed.channels[index]) } ?? "",
                        "σ \(smoother.settings.sigmas[index])",
                    ], isCurrent: index == smoother.channel, value: Int64(index))
            }
        case .place:
            let follow = ChooserRow(cells: ["what trains"], isCurrent: monitor.place == nil, value: -1)
            return [follow]
                + (watched?.places ?? []).enumerated().map { index, place in
                    let task = watched?.taskCurves(place).first
                    return ChooserRow(
                        cells: [words(place), task?.last.map { "\(task?.name ?? "") \(ScoreText.of($0))" } ?? ""],
                        isCurrent: monitor.place == place, value: Int64(index))
                }
        case .curves:
            return SmootherCurve.allCases.map { curve in
                let isShown = !smoother.hidden.contains(curve)
                return ChooserRow(
                    cells: ["\(isShown ? "[x]" : "[ ]") \(curve.key)  \(curve.name)"], isCurrent: isShown,
                    value: Int64(curve.rawValue))
            }
        }
    }

    mutating func pressInChoice(_ key: Key, _ kind: Chooser, _ list: ListState) -> [Effect] {
        var list = list
        if list.typeFilter(key) {
            overlay = .choose(kind, list)
            return []
        }
        if kind == .curves, case .character(let letter) = key,
            let curve = SmootherCurve.allCases.first(where: { $0.key == letter })
        {
            toggle(curve)
            return []
        }
        let rows = chooserRows(kind, filter: list.filter)
        switch key == .character("g") ? .first : KeyTable.action(for: key) {
        case .close, .quit: overlay = nil
        case .filter where kind != .curves:
            list.isTyping = true
            overlay = .choose(kind, list)
        case .open:
            guard rows.indices.contains(list.selected) else { return [] }
            return chosen(kind, rows[list.selected].value)
        case let action?:
            list.selected = Self.moved(list.selected, by: action, count: rows.count, page: size.height / 3)
            overlay = .choose(kind, list)
        case nil: break
        }
        return []
    }

    mutating func chosen(_ kind: Chooser, _ value: Int64) -> [Effect] {
        if kind == .curves {
            if let curve = SmootherCurve(rawValue: Int(value)) { toggle(curve) }
            return []
        }
        overlay = nil
        switch kind {
        case .run:
            if value < 0 {
                overlay = .form(.predictions(smoother))
                return []
            }
            guard let runs = smoother.available, runs.indices.contains(Int(value)) else { return [] }
            return open(.run(runs[Int(value)]))
        case .fold: return showFold(value < 0 ? nil : Int(value))
        case .video: return showVideo(Int(value))
        case .channel: return showChannel(Int(value))
        case .place:
            let places = watched?.places ?? []
            let index = Int(value)
            monitor.place = places.indices.contains(index) ? places[index] : nil
            (monitor.crosshair, monitor.window, monitor.classScroll) = (nil, .all, 0)
            return []
        case .curves: return []
        }
    }

    /// A click on a row of a chooser.
    mutating func pressInChoice(at position: Position, _ kind: Chooser, _ list: ListState) -> [Effect] {
        let rows = chooserRows(kind, filter: list.filter)
        let rect = Popups.chooserRect(rows: chooserRows(kind, filter: "").count, size)
        guard rect.contains(position) else {
            overlay = nil
            return []
        }
        let height = rect.height - 3
        let first = max(0, min(list.selected - height / 2, rows.count - height))
        let index = first + position.row - rect.row - 2
        return position.row > rect.row + 1 && rows.indices.contains(index) ? chosen(kind, rows[index].value) : []
    }
}
