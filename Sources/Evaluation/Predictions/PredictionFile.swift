import Affect
import Basics
import Foundation
import Tables

/// The table in which predictions are kept with a run and exported, and which `PredictionReader` reads back: CSV with the
/// columns `fold` (where there are folds), `group` and `image` (where they are known), `video`, `frame`, one for each
/// channel, and the truth as `<channel>_truth` (`expression_truth`, a class index, for expression). Nothing stands for what
/// is missing.
///
/// A trainer keeps the predictions of a fold's held-out videos (or images, each a video of one frame) like this:
///
///     let set = PredictionSet(name: run.name, task: .valenceArousal, channels: ["valence", "arousal"],
///                             framesPerSecond: nil, videos: [PredictionVideo(name: ..., fold: 2, frames: ..., ...)])
///     try PredictionFile.write(set, to: store.predictionsFolder(of: run) + "/stage-1-fold-2-val.csv")
///     try store.append(PredictionRecord(stage: 1, fold: 2, step: step, task: set.task, channels: set.channels,
///                                       videos: set.videos.count, frames: set.frameCount,
///                                       file: "predictions/stage-1-fold-2-val.csv"), to: run)
///
/// Units and expressions are kept as probabilities.
public enum PredictionFile {
    /// Writes a whole set; the file has its name only once it is complete and on the disk. Its folder is made.
    public static func write(_ set: PredictionSet, to path: String) throws(FileError) {
        let writer = try PredictionWriter(
            path: path, task: set.task, channels: set.channels, hasFolds: !set.folds.isEmpty,
            hasGroups: set.videos.contains { $0.group != nil }, hasImages: set.videos.contains { !$0.images.isEmpty },
            hasTruth: set.hasTruth)
        for video in set.videos { try writer.append(video) }
        try writer.finish()
    }

    /// Reads files as `write` leaves them, as one set.
    public static func read(
        _ paths: [String], name: String, framesPerSecond: Double? = nil
    ) throws(FileError) -> PredictionSet {
        var options = PredictionReadingOptions(framesPerSecond: framesPerSecond)
        options.clipsScores = true
        var set = try PredictionReader(paths, options: options).read()
        set.name = name
        return set
    }
}

extension PredictionReadingOptions {
    /// How to read what `PredictionFile` has written, whatever units and classes are called: `AU01`, `smile`, `3`.
    ///
    /// - Parameter channels: those of the set that was written, in its order.
    public static func written(
        _ task: AffectTask, channels: [String], framesPerSecond: Double? = nil
    ) -> PredictionReadingOptions {
        let columns = channels.map { ColumnChoice(channel: $0, column: $0) }
        let truth =
            task == .expression
            ? [ColumnChoice(channel: "expression", column: "expression_truth")]
            : channels.map { ColumnChoice(channel: $0, column: $0 + "_truth") }
        var options = PredictionReadingOptions(
            task: task, columns: columns, truthColumns: truth, framesPerSecond: framesPerSecond)
        options.truthIsPlace = true
        options.clipsScores = true
        return options
    }
}

/// Writes predictions one video after the other.
public final class PredictionWriter {
    private let file: WholeTextFile
    private let task: AffectTask
    private let layout: PredictionLayout

    /// - Parameter layout: the columns of the table that was read; otherwise those of `PredictionFile`.
    public init(
        path: String, task: AffectTask, channels: [String], hasFolds: Bool, hasGroups: Bool = false,
        hasImages: Bool = false, hasTruth: Bool, layout: PredictionLayout? = nil
    ) throws(FileError) {
        makeFolder(of: path)
        file = try WholeTextFile(path: path)
        self.task = task
        self.layout =
            layout?.completed(task, channels, hasTruth: hasTruth, hasImages: hasImages)
            ?? PredictionLayout(
                task: task, channels: channels, hasFolds: hasFolds, hasGroups: hasGroups, hasImages: hasImages,
                hasTruth: hasTruth)
        try file.write(self.layout.columns.map(\.name.asTableField).joined(separator: ",") + "\n")
    }

    /// A frame that no row was read for, and that has neither a prediction nor a truth, gets no row.
    public func append(_ video: PredictionVideo) throws(FileError) {
        let hasTruth = layout.columns.contains { if case .truth = $0.role { true } else { false } }
        for index in 0..<video.count {
            let isKnown =
                video.scores.contains { !$0[index].isNaN } || hasTruth && video.truth.contains { !$0[index].isNaN }
            guard isKnown || video.emptyRows.contains(index) else { continue }
            try file.write(layout.fields(video, index, task).joined(separator: ",") + "\n")
        }
    }

    public func finish() throws(FileError) { try file.finish() }
}

/// The shortest digits that give the same number back; nothing for what is no number.
func number(_ value: Double) -> String {
    guard value.isFinite else { return "" }
    return value == value.rounded() && abs(value) < 1e15 ? String(Int(value)) : "\(value)"
}

/// Makes the folder that a file will lie in; that it cannot be made shows when the file is opened.
func makeFolder(of path: String) {
    let folder = (path as NSString).deletingLastPathComponent
    if !folder.isEmpty { try? FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true) }
}
