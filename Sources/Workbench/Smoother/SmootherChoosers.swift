import Affect
import Evaluation
import RunStore
import Screen

/// What is chosen from lists in the smoother: the predictions, a fold, a video, a channel, the curves.
extension Chooser {
    private static func number(_ title: String, _ width: Int, rank: Int = 0) -> Table.Column {
        Table.Column(title, width: width, alignment: .right, rank: rank)
    }

    /// Raw, smoothed and their difference.
    private static func scores(_ pair: ScorePair?) -> [String] {
        guard let pair else { return ["", "", ""] }
        return [ScoreText.of(pair.raw.mean), ScoreText.of(pair.smoothed.mean), ScoreText.difference(pair.difference)]
    }

    /// The runs that have predictions, once for every task, and a file.
    static let predictions = Chooser(
        title: "Smooth which predictions?",
        table: { _ in
            table([
                number("id", 5), Table.Column("task", width: 4), Table.Column("condition", width: 9),
                number("score", 6),
            ])
        },
        rows: { state in
            let known = (state.smoother.available ?? []).map { predicted in
                let run = state.runs.first { $0.id == predicted.run }
                let cells = [
                    run?.name ?? "run \(predicted.run)", "\(predicted.run)",
                    predicted.task.shortName, run?.condition.rawValue ?? "",
                    run?.score.map { ScoreText.of($0) } ?? "",
                ]
                return Row(state, cells, isCurrent: state.smoother.source == .run(predicted)) {
                    $0.openPredictions(.run(predicted))
                }
            }
            return known + [Row(state, ["a file or folder ..."]) { $0.present(Form.predictions($0.smoother)) }]
        })

    /// The fold that list, strips and map are about.
    static let fold = Chooser(
        title: "Which fold?", table: { _ in table([number("raw", 6), number("smoothed", 8), number("Δ", 6)]) },
        rows: { state in
            let smoother = state.smoother
            let folds: [Int?] = [nil] + (smoother.set?.folds ?? [])
            return folds.map { fold in
                let pair =
                    fold == nil ? smoother.scores?.all : smoother.scores?.folds.first { $0.fold == fold }?.scores
                let name = fold.map { "fold \($0)" } ?? "all folds"
                return Row(state, [name] + scores(pair), isCurrent: smoother.fold == fold) { $0.showFold(fold) }
            }
        })

    static let video = Chooser(
        title: "Which video? (worst first)",
        table: { state in
            let score = state.smoother.set?.task.scoreName ?? "score"
            return table([
                number("\(score) raw", 8), number("smoothed", 8), number("Δ", 6), number("missing", 7),
                number("effect", 7, rank: 1),
            ])
        },
        rows: { state in
            let smoother = state.smoother
            guard let set = smoother.set else { return [] }
            return smoother.listed.map { index in
                let pair = smoother.scores.flatMap { $0.videos.indices.contains(index) ? $0.videos[index] : nil }
                let missing = set.videos[index].missingShare
                let cells =
                    [set.videos[index].name] + scores(pair) + [
                        missing > 0 ? Numbers.fixed(missing * 100, 1) + "%" : "",
                        smoother.standing(index).map { ScoreText.effect($0.effect) } ?? "",
                    ]
                return Row(state, cells, isCurrent: index == smoother.video) { $0.showVideo(index) }
            }
        })

    static let channel = Chooser(
        title: "Which channel?",
        table: { _ in table([number("raw", 6), number("smoothed", 8), number("sigmas", 18)]) },
        rows: { state in
            let smoother = state.smoother
            let all = smoother.scores?.all
            return (smoother.set?.channels ?? []).enumerated().map { index, name in
                let cells = [
                    name, all.map { ScoreText.of($0.raw.channels[index]) } ?? "",
                    all.map { ScoreText.of($0.smoothed.channels[index]) } ?? "",
                    "σ \(smoother.settings.sigmas[index])",
                ]
                return Row(state, cells, isCurrent: index == smoother.channel) { $0.showChannel(index) }
            }
        })

    /// The curves of the chart, each shown or hidden by its letter.
    static let curves = Chooser(
        title: "Which curves?", verb: "show or hide", isToggle: true, table: { _ in table([]) },
        rows: { state in
            SmootherCurve.allCases.map { curve in
                let isShown = !state.smoother.hidden.contains(curve)
                let text = "\(isShown ? "[x]" : "[ ]") \(curve.key)  \(curve.name)"
                return Row(state, [text], isCurrent: isShown, letter: curve.key) { state in
                    state.toggle(curve)
                    return []
                }
            }
        })
}

extension State {
    /// Shows another video, of the list or by its number.
    mutating func showVideo(_ index: Int) -> [Effect] {
        guard smoother.set?.videos.indices.contains(index) == true else { return [] }
        if let place = smoother.listed.firstIndex(of: index) { smoother.list.selected = place }
        guard index != smoother.video else { return [] }
        smoother.video = index
        smoother.window = .all
        smoother.crosshair = nil
        return requestSmoothing()
    }

    mutating func showChannel(_ index: Int) -> [Effect] {
        guard smoother.set?.channels.indices.contains(index) == true, index != smoother.channel else { return [] }
        smoother.channel = index
        smoother.note = ""
        smoother.strips[.threshold] = nil
        return requestSmoothing()
    }

    mutating func showFold(_ fold: Int?) -> [Effect] {
        smoother.fold = fold
        smoother.list.selected = 0
        if fold != nil, smoother.shownVideo?.fold != fold, let first = smoother.listed.first {
            return showVideo(first)
        }
        return requestSmoothing()
    }

    var selectedVideo: Int? {
        let listed = smoother.listed
        return listed.indices.contains(smoother.list.selected) ? listed[smoother.list.selected] : nil
    }
}
