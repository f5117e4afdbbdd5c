import Basics

/// What is wrong with the frame numbers of a video.
public enum FrameError: ExplainedError, Equatable {
    /// The same frame twice; `rows` are the places among the rows of the video.
    case duplicate(video: String, frame: Int, rows: [Int])
    case gapTooLong(video: String, from: Int, to: Int)

    public var kind: ErrorKind { .data }

    public var description: String {
        switch self {
        case .duplicate(let video, let frame, _):
            "Video '\(video)' has frame \(frame) twice. Remove one of the rows."
        case .gapTooLong(let video, let from, let to):
            "Video '\(video)' goes from frame \(from) straight to frame \(to): more than "
                + "\(PredictionVideo.longestGap) frames are missing. Is that a frame number?"
        }
    }
}
