import Affect

/// Where smoothed predictions go: a table, or a submission.
package final class SmoothWriter {
    private let table: PredictionWriter?
    private let submission: SubmissionWriter?

    package init(
        path: String, isSubmission: Bool, list: Submission.FrameList?, task: AffectTask, channels: [String],
        hasFolds: Bool, hasTruth: Bool, thresholds: [Double], layout: PredictionLayout? = nil, hasImages: Bool = false
    ) throws {
        table =
            isSubmission
            ? nil
            : try PredictionWriter(
                path: path, task: task, channels: channels, hasFolds: hasFolds, hasImages: layout != nil && hasImages,
                hasTruth: hasTruth, layout: layout)
        submission =
            isSubmission
            ? try SubmissionWriter(path: path, task: task, channels: channels, thresholds: thresholds, list: list) : nil
    }

    /// Writes all videos that an engine holds, smoothed.
    /// - Returns: what a person should know of the file.
    package static func write(
        _ engine: SmootherEngine, settings: SmootherSettings, to path: String, isSubmission: Bool,
        list: Submission.FrameList?
    ) throws -> [String] {
        let set = engine.predictions
        let writer = try SmoothWriter(
            path: path, isSubmission: isSubmission, list: list, task: set.task, channels: set.channels,
            hasFolds: !set.folds.isEmpty, hasTruth: set.hasTruth, thresholds: settings.thresholds,
            layout: set.layout, hasImages: set.videos.contains { !$0.images.isEmpty })
        for (index, video) in set.videos.enumerated() {
            var video = video
            video.scores = engine.smoothed(video: index, settings: settings)
            try writer.append(video)
        }
        return try writer.finish()
    }

    package func append(_ video: PredictionVideo) throws {
        try table?.append(video)
        try submission?.append(video)
    }

    package func finish() throws -> [String] {
        try table?.finish()
        return try submission?.finish() ?? []
    }
}
