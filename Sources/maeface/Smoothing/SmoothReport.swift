import Evaluation
import Foundation

/// What came of smoothing, as text for a person or JSON for a script.
struct SmoothReport {
    var set: PredictionSet
    var settings: SmootherSettings
    /// Videos and frames, where the set itself was not kept.
    var counts: (videos: Int, frames: Int)?
    var scores: SmootherScores?
    var tuning: TuningResult?
    var worst: [VideoStanding] = []
    var notes: [String] = []
    /// Frames with a label and without a prediction.
    var unpredictedFrames = 0

    init(set: PredictionSet, settings: SmootherSettings) {
        self.set = set
        self.settings = settings
    }

    private var videos: Int { counts?.videos ?? set.videos.count }
    private var frames: Int { counts?.frames ?? set.frameCount }

    static func fixed(_ value: Double) -> String { value.isNaN ? "-" : String(format: "%.4f", value) }
    private static func signed(_ value: Double) -> String { value.isNaN ? "-" : String(format: "%+.4f", value) }

    var text: String {
        var sections = ["\(set.name)  \(set.task.shortName)  \(videos) videos, \(frames) frames"]
        if let tuning { sections.append(text(of: tuning)) }
        if tuning == nil || scores != nil { sections.append(sigmas) }
        if let scores { sections.append(text(of: scores)) }
        if !worst.isEmpty { sections.append(worstText) }
        return sections.joined(separator: "\n\n")
    }

    private var sigmas: String {
        let groups =
            settings.areLinked
            ? [("all channels", settings.sigmas.first ?? .identity)]
            : Array(zip(set.channels, settings.sigmas))
        var rows = groups.map { name, sigmas in
            [name, sigmas.description + " frames", seconds(sigmas)]
        }
        if set.task == .actionUnits {
            rows.append([
                "thresholds", settings.thresholds.map { RunTable.shortened($0, 3) }.joined(separator: " "), "",
            ])
        }
        return RunTable.aligned(rows)
    }

    private func seconds(_ sigmas: Sigmas) -> String {
        guard let rate = set.framesPerSecond else { return "" }
        return [sigmas.first, sigmas.second, sigmas.third].map { RunTable.shortened($0 / rate, 2) }
            .joined(separator: ", ") + " s"
    }

    private func text(of scores: SmootherScores) -> String {
        func row(_ name: String, _ pair: ScorePair) -> [String] {
            [name, Self.fixed(pair.raw.mean), Self.fixed(pair.smoothed.mean), Self.signed(pair.difference)]
        }
        var rows = [[set.task.scoreName, "raw", "smoothed", "difference"]]
        for (index, channel) in set.channels.enumerated() {
            let (raw, smoothed) = (scores.all.raw.channels[index], scores.all.smoothed.channels[index])
            rows.append([channel, Self.fixed(raw), Self.fixed(smoothed), Self.signed(smoothed - raw)])
        }
        for fold in scores.folds { rows.append(row("fold \(fold.fold) (pooled)", fold.scores)) }
        if scores.videos.count > 1 {
            let mean = scores.meanOverVideos
            rows.append([
                "mean per video", Self.fixed(mean.raw), Self.fixed(mean.smoothed),
                Self.signed(mean.smoothed - mean.raw),
            ])
        }
        rows.append(row("all frames (pooled)", scores.all))
        var text = RunTable.aligned(rows, right: [1, 2, 3])
        let empty = scores.all.smoothed.emptyChannels.map { set.channels[$0] }
        if !empty.isEmpty {
            text += "\nnever in the truth, so their F1 of 0 says nothing: \(empty.joined(separator: ", "))"
        }
        if unpredictedFrames > 0 { text += "\n" + unpredicted }
        return text
    }

    /// How frames that have a label and no prediction count.
    private var unpredicted: String {
        let frames = unpredictedFrames == 1 ? "1 frame has" : "\(unpredictedFrames) frames have"
        let options = settings.options
        let how: String
        if let standIn = options.standIn {
            let values = zip(set.channels, standIn).map { "\($0) \(RunTable.shortened($1, 3))" }.joined(separator: ", ")
            how = "scored as \(values), raw and smoothed"
        } else if options.result == .kept {
            how =
                options.gaps == .hold
                ? "scored as the last prediction before them, raw and smoothed"
                : "scored as the line between the predictions around them, raw and smoothed"
        } else {
            how = "not scored; --keep-gaps or --missing-as scores them, as the challenges do"
        }
        return "\(frames) a label but no prediction: \(how)"
    }

    private func text(of tuning: TuningResult) -> String {
        let leftOut = tuning.leaveOut == .folds ? "folds left out" : "videos left out"
        var rows = [["method", "chosen on all", "fitted", leftOut, "mean ± std", ""]]
        for row in tuning.rows {
            let isLinked = Set(row.methods).count <= 1
            let spread = row.spread.map { "\(Self.fixed($0.mean)) ± \(Self.fixed($0.deviation))" } ?? "-"
            let isBest = row.family == tuning.recommended?.family
            rows.append([
                row.family.title, isLinked ? row.methods.first?.description ?? "-" : "each its own",
                Self.fixed(row.fitted.mean), row.leftOut.map { Self.fixed($0.mean) } ?? "-", spread,
                (isBest ? "best" : "")
                    + (row.bounds.isEmpty ? "" : (isBest ? "; " : "") + row.bounds.joined(separator: "; ")),
            ])
            if !isLinked {
                for (channel, method) in zip(set.channels, row.methods) {
                    rows.append(["  " + channel, method.description, "", "", "", ""])
                }
            }
        }
        return
            "\(set.task.scoreName), pooled over frames; 'fitted' is scored where it was chosen, '\(leftOut)' elsewhere; "
            + "the spread is over \(tuning.leaveOut == .folds ? "folds" : "videos") on their own\n"
            + RunTable.aligned(rows, right: [2, 3])
    }

    private var worstText: String {
        RunTable.aligned(
            [["worst videos", "raw", "smoothed", "missing", "all without it"]]
                + worst.map { standing in
                    [
                        set.videos[standing.video].name, Self.fixed(standing.scores.raw.mean),
                        Self.fixed(standing.scores.smoothed.mean),
                        RunTable.shortened(standing.missingShare * 100, 1) + " %", Self.signed(standing.effect),
                    ]
                }, right: [1, 2, 3, 4])
    }
}

extension SmoothReport {
    var json: JSONValue {
        var object: [String: JSONValue] = [
            "name": .text(set.name), "task": .text(set.task.rawValue),
            "channels": .list(set.channels.map { .text($0) }),
            "videos": JSONValue(videos), "frames": JSONValue(frames), "fps": JSONValue(set.framesPerSecond),
            "score": .text(set.task.scoreName), "notes": .list(notes.map { .text($0) }),
            "settings": Self.json(settings, set),
        ]
        object["all"] = scores.map { Self.json($0.all) } ?? .null
        object["folds"] = .list(
            (scores?.folds ?? []).map { fold in
                .object(["fold": JSONValue(fold.fold), "scores": Self.json(fold.scores)])
            })
        object["per_video"] = .list(
            zip(set.videos, scores?.videos ?? []).map { video, pair in
                .object(["video": .text(video.name), "fold": JSONValue(video.fold), "scores": Self.json(pair)])
            })
        object["unpredicted_frames"] = JSONValue(unpredictedFrames)
        object["tuning"] = tuning.map { json($0) } ?? .null
        object["worst"] = .list(
            worst.map { standing in
                .object([
                    "video": .text(set.videos[standing.video].name), "scores": Self.json(standing.scores),
                    "missing_share": .number(standing.missingShare), "effect": .number(standing.effect),
                ])
            })
        return .object(object)
    }

    private static func json(_ settings: SmootherSettings, _ set: PredictionSet) -> JSONValue {
        .object([
            "sigmas": .object(
                Dictionary(zip(set.channels, settings.sigmas)) { first, _ in first }.mapValues { json($0) }),
            "thresholds": set.task == .actionUnits
                ? .object(
                    Dictionary(zip(set.channels, settings.thresholds)) { first, _ in first }.mapValues { .number($0) })
                : .null,
            "edge": .text(settings.options.edge.rawValue), "gaps": .text(settings.options.gaps.rawValue),
            "result": .text(settings.options.result.rawValue), "domain": .text(settings.options.domain.rawValue),
            "clips": .flag(settings.options.clips),
        ])
    }

    private static func json(_ sigmas: Sigmas) -> JSONValue {
        .list([.number(sigmas.first), .number(sigmas.second), .number(sigmas.third)])
    }

    private static func json(_ score: Score) -> JSONValue {
        .object([
            "mean": .number(score.mean), "channels": .list(score.channels.map { .number($0) }),
            "frames": JSONValue(score.frames), "accuracy": JSONValue(score.accuracy),
        ])
    }

    private static func json(_ pair: ScorePair) -> JSONValue {
        .object([
            "raw": json(pair.raw), "smoothed": json(pair.smoothed), "difference": .number(pair.difference),
        ])
    }

    private static func json(_ method: SmoothingMethod) -> JSONValue {
        switch method {
        case .sigmas(let sigmas): .object(["sigmas": json(sigmas)])
        case .box(let width): .object(["box": JSONValue(width)])
        case .median(let width): .object(["median": JSONValue(width)])
        case .savitzkyGolay(let width, let order):
            .object(["savitzky_golay": JSONValue(width), "order": JSONValue(order)])
        }
    }

    private func json(_ tuning: TuningResult) -> JSONValue {
        .object([
            "leave_out": .text(tuning.leaveOut.rawValue), "best": JSONValue(tuning.recommended?.family.rawValue),
            "rows": .list(
                tuning.rows.map { row in
                    .object([
                        "family": .text(row.family.rawValue), "methods": .list(row.methods.map { Self.json($0) }),
                        "thresholds": .list(row.thresholds.map { .number($0) }), "fitted": Self.json(row.fitted),
                        "left_out": row.leftOut.map { Self.json($0) } ?? .null,
                        "bounds": .list(row.bounds.map { .text($0) }),
                        "parts": .list(
                            row.parts.map { part in
                                .object([
                                    "name": .text(part.name), "methods": .list(part.methods.map { Self.json($0) }),
                                    "thresholds": .list(part.thresholds.map { .number($0) }),
                                    "score": Self.json(part.score),
                                ])
                            }),
                    ])
                }),
        ])
    }
}
