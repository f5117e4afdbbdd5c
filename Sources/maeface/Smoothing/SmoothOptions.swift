import Affect
import Basics
import Evaluation
import Foundation

/// The words of `maeface smooth` and `maeface runs import` that say what the predictions are.
struct PredictionArguments {
    var reading = PredictionReadingOptions()
    var truth: String?

    static let help = """
          --truth T            ABAW annotations (the folder), a table, or one file
                               for one video; without it, columns such as
                               valence_truth or expression_truth of the predictions
          --task T             va, au or expr, if the names of the columns do not
                               show it
          --columns C,...      the columns of the scores, for example
                               valence=pred_v,arousal=pred_a
          --truth-columns C,.. the columns of the truth, in the same form
          --channels C,...     the channels of a NumPy array, which has no names
          --array A            which array of an .npz file; several of one
                               dimension, such as valence,arousal, are columns
          --truth-array A      the same of a file of truth
          --images             score every image on its own; without it,
                               x/00017.jpg is frame 17 of video x
          --logits             the scores of units or classes are logits, to be
                               turned into probabilities
          --scale LOW,HIGH     the scale of valence and arousal, for example 1,9: it is
                               mapped to -1 ... 1, and predictions beyond it are
                               clipped; without it, numbers outside of -1 ... 1 are
                               refused
          --partial-frames P   frames with -1 for some of their units: drop leaves them
                               out of the scores (used without it, as is the custom in
                               ABAW), score scores their other units
          --fps N              frames a second, to show sigmas in seconds
        """

    init(_ arguments: inout Arguments) throws {
        truth = try arguments.value("--truth")
        if let task = try arguments.task() { reading.task = task }
        reading.columns = try Self.choices("--columns", &arguments)
        reading.truthColumns = try Self.choices("--truth-columns", &arguments)
        reading.channels = try (arguments.value("--channels") ?? "").split(separator: ",").map(String.init)
        reading.arrays = try Self.names("--array", &arguments)
        reading.truthArrays = try Self.names("--truth-array", &arguments)
        reading.areLogits = arguments.flag("--logits")
        reading.rules.scale = try arguments.value("--scale").map(Self.scale)
        if let word = try arguments.value("--partial-frames") {
            guard let partialFrames = PartialFrames(rawValue: word) else {
                throw UserError.usage("--partial-frames takes drop or score, not '\(word)'.")
            }
            reading.rules.partialFrames = partialFrames
        }
        reading.singleImages = arguments.flag("--images")
        reading.framesPerSecond = try arguments.number("--fps", minimum: 1e-6)
    }

    private static func scale(_ text: String) throws -> ClosedRange<Double> {
        let ends = text.split(separator: ",", omittingEmptySubsequences: false).map { Double($0) }
        guard ends.count == 2, let low = ends[0], let high = ends[1], low.isFinite, high.isFinite, low < high else {
            throw UserError.usage("--scale takes the lowest and the highest rating, as in 1,9, not '\(text)'.")
        }
        return low...high
    }

    private static func names(_ name: String, _ arguments: inout Arguments) throws -> [String] {
        try (arguments.value(name) ?? "").split(separator: ",").map(String.init)
    }

    private static func choices(
        _ name: String, _ arguments: inout Arguments
    ) throws -> [PredictionReadingOptions.ColumnChoice] {
        try arguments.values(name).flatMap { $0.split(separator: ",") }.map { word in
            let parts = word.split(separator: "=", maxSplits: 1).map(String.init)
            guard let channel = parts.first, let column = parts.last else {
                throw UserError.usage("\(name) takes CHANNEL=COLUMN, not '\(word)'.")
            }
            return PredictionReadingOptions.ColumnChoice(channel: channel, column: column)
        }
    }
}

/// How `maeface smooth` is to smooth.
struct SmoothOptions {
    /// Triples for all channels (nil) or for one.
    var sigmas: [(channel: String?, value: Sigmas)] = []
    var thresholds: [(channel: String?, value: Double)] = []
    /// What was said of the filter; what was not stays as it is.
    private var edge: EdgeMode?
    private var gaps: GapFilling?
    private var missingAs: [(channel: String?, value: String)] = []
    private var keepsGaps = false
    private var smoothsLogits = false
    private var isUnclipped = false

    static let help = """
          --sigma S1,S2,S3     sigmas in frames, σ1 > σ2 and σ1 > σ3; one number is a
                               plain Gaussian; valence=29,8,3.5 sets one channel
                               (may be repeated)
          --threshold P        the probability from which an action unit counts as
                               active (0.5); AU1=0.3 sets one unit (may be repeated)
          --edge E             how a signal continues past its ends: reflect (used
                               without it), mirror, nearest, constant or wrap, as in
                               scipy
          --gaps G             how missing frames are filled: linear (used without
                               it), hold (the last prediction), or normalised (they
                               have no weight)
          --keep-gaps          keep the filled values; without it, missing frames are
                               missing again afterwards
          --missing-as VALUE   what is scored and written for frames without a
                               prediction, raw and smoothed: a number, or a class;
                               valence=0.1 sets one channel (may be repeated)
          --smooth-logits      smooth the logits of probabilities
          --no-clip            do not limit smoothed valence and arousal to -1 ... 1
        """

    init(_ arguments: inout Arguments) throws {
        for word in try arguments.values("--sigma") {
            let (channel, text) = Self.split(word)
            guard let value = Sigmas(text: text) else {
                throw UserError.usage(
                    "--sigma takes three numbers as in 29,8,3.5 with the first the largest, or a single one, not '\(text)'."
                )
            }
            sigmas.append((channel, value))
        }
        for word in try arguments.values("--threshold") {
            let (channel, text) = Self.split(word)
            guard let value = Double(text), (0...1).contains(value) else {
                throw UserError.usage("--threshold takes a probability from 0 to 1, not '\(text)'.")
            }
            thresholds.append((channel, value))
        }
        if let word = try arguments.value("--edge") {
            guard let edge = EdgeMode(word: word) else {
                let known = EdgeMode.allCases.map(\.rawValue).joined(separator: ", ")
                throw UserError.usage("--edge takes one of \(known), not '\(word)'.")
            }
            self.edge = edge
        }
        if let word = try arguments.value("--gaps") {
            guard let gaps = GapFilling(rawValue: word) else {
                let known = GapFilling.allCases.map(\.rawValue).joined(separator: ", ")
                throw UserError.usage("--gaps takes one of \(known), not '\(word)'.")
            }
            self.gaps = gaps
        }
        keepsGaps = arguments.flag("--keep-gaps")
        missingAs = try arguments.values("--missing-as").map(Self.split)
        smoothsLogits = arguments.flag("--smooth-logits")
        isUnclipped = arguments.flag("--no-clip")
    }

    private static func split(_ word: String) -> (String?, String) {
        let parts = word.split(separator: "=", maxSplits: 1).map(String.init)
        return parts.count == 2 ? (parts[0], parts[1]) : (nil, word)
    }

    var saysSomething: Bool { !sigmas.isEmpty || !thresholds.isEmpty }

    /// The settings for given channels.
    /// - Parameter base: what holds where nothing was said.
    func settings(channels: [String], task: AffectTask, base: SmootherSettings) throws -> SmootherSettings {
        var settings = base
        if let edge { settings.options.edge = edge }
        if let gaps { settings.options.gaps = gaps }
        if keepsGaps { settings.options.result = .kept }
        settings.options.standIn = try standIn(channels: channels, task: task) ?? settings.options.standIn
        if smoothsLogits { settings.options.domain = .logits }
        if isUnclipped { settings.options.clips = false }
        for choice in sigmas {
            for place in try places(choice.channel, among: channels) { settings.sigmas[place] = choice.value }
        }
        for choice in thresholds {
            for place in try places(choice.channel, among: channels) { settings.thresholds[place] = choice.value }
        }
        return settings
    }

    private func places(_ channel: String?, among channels: [String]) throws -> [Int] {
        guard let channel else { return Array(channels.indices) }
        guard let place = channels.firstIndex(where: { $0.lowercased() == channel.lowercased() }) else {
            throw UserError.usage(
                "There is no channel '\(channel)'; the predictions have \(channels.joined(separator: ", ")).")
        }
        return [place]
    }

    /// The values of `--missing-as`, one a channel; nil without it. Of classes it names the one that is taken to be shown.
    private func standIn(channels: [String], task: AffectTask) throws -> [Double]? {
        guard !missingAs.isEmpty else { return nil }
        var values = [Double](repeating: .nan, count: channels.count)
        for (channel, text) in missingAs {
            if task == .expression {
                guard channel == nil else {
                    throw UserError.usage("--missing-as takes one class, not '\(text)' for a class.")
                }
                values = channels.indices.map { _ in 0 }
                values[try places(text, among: channels)[0]] = 1
                continue
            }
            let range = task == .valenceArousal ? -1.0...1 : 0...1
            guard let value = Double(text), range.contains(value) else {
                throw UserError.usage(
                    "--missing-as takes a number from \(Int(range.lowerBound)) to \(Int(range.upperBound)), not '\(text)'."
                )
            }
            for place in try places(channel, among: channels) { values[place] = value }
        }
        guard let missing = values.firstIndex(where: \.isNaN) else { return values }
        throw UserError.usage("--missing-as says nothing for \(channels[missing]); say it for every channel.")
    }
}
