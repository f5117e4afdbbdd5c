import Affect
import Basics
import Dispatch
import Foundation
import Images
import RenderedFaces

extension RenderedVideos {
    /// Writes videos in the layout of Aff-Wild2: `cropped_aligned/VIDEO/00001.jpg` for each frame with a face, and
    /// annotations of all three tracks, for the training and the validation set.
    ///
    /// As in Aff-Wild2, some frames have no face, some no label (-5 and -1), and every third video has a line more than
    /// frames. A file that already says the right thing is left alone. Files appear whole or not at all.
    ///
    /// - Parameters:
    ///   - side: pixels a side.
    ///   - progress: told how many videos are there, from any thread, one call at a time.
    /// - Throws: `ImageEncodingError` with the path and the reason when a folder or a file cannot be written.
    public static func write(
        to directory: String, videos: Int, frames: Int, side: Int, seed: UInt64, quality: Int = 90,
        progress: @Sendable (_ done: Int, _ total: Int) -> Void = { _, _ in }
    ) throws {
        for video in 0..<videos {
            try createFolder("\(directory)/cropped_aligned/\(name(video: video))")
            for track in AbawLayout.tracks { try createFolder(annotations(directory, track, video)) }
        }
        let state = Guarded<(done: Int, failure: (any Error)?)>((0, nil))
        DispatchQueue.concurrentPerform(iterations: videos) { video in
            if state.withLock({ $0.failure != nil }) { return }
            do {
                try write(video, to: directory, frames: frames, side: side, seed: seed, quality: quality)
                state.withLock {
                    $0.done += 1
                    progress($0.done, videos)
                }
            } catch {
                state.withLock { $0.failure = $0.failure ?? error }
            }
        }
        if let failure = state.withLock({ $0.failure }) { throw failure }
    }

    private static func write(
        _ number: Int, to directory: String, frames: Int, side: Int, seed: UInt64, quality: Int
    ) throws {
        let video = RenderedVideo(seed: seed, video: number, frames: frames)
        let name = name(video: number)
        var lines: [AffectTask: [String]] = [:]
        for track in AbawLayout.tracks { lines[track] = [track.standardChannels.joined(separator: ",")] }
        for index in 0..<frames {
            let frame = video.frame(index)
            let labels = frame.isAnnotated ? frame.labels : nil
            for track in AbawLayout.tracks { lines[track, default: []].append(line(labels, track)) }
            guard frame.hasFace else { continue }
            let path = "\(directory)/cropped_aligned/\(name)/\(AbawLayout.frameName(index + 1)).jpg"
            let content =
                "maeface rendered frame \(RenderedFaces.version): seed \(seed), video \(number) of \(frames) frames, "
                + "frame \(index + 1), side \(side), quality \(quality);"
            if RenderedFaces.file(at: path, holds: content) { continue }
            try WholeFile.write(
                image(frame, side: side).jpeg(quality: quality, comment: content), to: path, isSynced: false)
        }
        for track in AbawLayout.tracks {
            var text = lines[track] ?? []
            if number % 3 == 2 { text.append(line(nil, track)) }
            try WholeFile.write(
                Array((text.joined(separator: "\n") + "\n").utf8),
                to: "\(annotations(directory, track, number))/\(name).txt")
        }
    }

    private static func annotations(_ directory: String, _ track: AffectTask, _ video: Int) -> String {
        let set = split(video: video) == .training ? "Train_Set" : "Validation_Set"
        return "\(directory)/annotations/\(AbawLayout.folderNames(of: track)[0])/\(set)"
    }

    /// The annotation of a frame; nil marks one without.
    private static func line(_ labels: RenderedLabels?, _ track: AffectTask) -> String {
        switch track {
        case .actionUnits:
            let units = labels.map { $0.units.map { $0 ? "1" : "0" } }
            return (units ?? Array(repeating: "-1", count: track.standardChannels.count)).joined(separator: ",")
        case .expression: return labels.map { String($0.expression) } ?? "-1"
        case .valenceArousal:
            return labels.map { "\(RenderedFaces.decimal($0.valence)),\(RenderedFaces.decimal($0.arousal))" } ?? "-5,-5"
        }
    }

    private static func createFolder(_ path: String) throws {
        do {
            try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        } catch {
            throw ImageEncodingError(description: "cannot create the folder \(path): \(error.localizedDescription)")
        }
    }
}
