import Basics

/// What is wrong with predictions, their truth or a submission, said so that a person knows where and what to do.
public enum PredictionError: ExplainedError, Equatable {
    /// The same frame of a video twice; `rows` are the places among the rows of that video.
    case duplicateFrame(video: String, frame: Int, rows: [Int])
    case gapTooLong(video: String, from: Int, to: Int)
    /// Anything with a place: a file, and a line of it where there is one.
    case bad(file: String, line: Int?, String)

    public var kind: ErrorKind { .data }

    public var description: String {
        switch self {
        case .duplicateFrame(let video, let frame, _):
            "Video '\(video)' has frame \(frame) twice. Remove one of the rows."
        case .gapTooLong(let video, let from, let to):
            "Video '\(video)' goes from frame \(from) straight to frame \(to): more than "
                + "\(PredictionVideo.longestGap) frames are missing. Is that a frame number?"
        case .bad(let file, let line, let text):
            line.map { "\(file), line \($0): \(text)" } ?? "\(file): \(text)"
        }
    }
}

extension PredictionError {
    init(_ error: FileError) { self = .bad(file: error.path, line: error.line, error.message) }

    /// Runs `body` and throws what is wrong with a file as the predictions' own error.
    static func reading<Result>(_ body: () throws(FileError) -> Result) throws(PredictionError) -> Result {
        do {
            return try body()
        } catch {
            throw PredictionError(error)
        }
    }
}
