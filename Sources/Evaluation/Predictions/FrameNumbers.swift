/// A set of frame numbers that takes a bit a frame where frames stand together, so that files of any length can be checked.
struct FrameNumbers: Sendable, Equatable {
    /// Sixty-four frames a word, by the number of the word.
    private var words: [Int: UInt64] = [:]
    private(set) var count = 0
    private(set) var last: Int?

    init() {}

    init(_ frames: [Int]) { for frame in frames { insert(frame) } }

    private static func place(_ frame: Int) -> (word: Int, bit: UInt64) { (frame >> 6, 1 << UInt64(frame & 63)) }

    func contains(_ frame: Int) -> Bool {
        let place = Self.place(frame)
        return words[place.word, default: 0] & place.bit != 0
    }

    /// False when the frame was there already.
    @discardableResult
    mutating func insert(_ frame: Int) -> Bool {
        let place = Self.place(frame)
        if words[place.word, default: 0] & place.bit != 0 { return false }
        words[place.word, default: 0] |= place.bit
        count += 1
        last = max(last ?? frame, frame)
        return true
    }

    /// The smallest.
    var first: Int? {
        words.keys.min().flatMap { word in words[word].map { word << 6 + $0.trailingZeroBitCount } }
    }

    func subtracting(_ other: FrameNumbers) -> FrameNumbers {
        var rest = FrameNumbers()
        for (word, bits) in words {
            var left = bits & ~other.words[word, default: 0]
            while left != 0 {
                rest.insert(word << 6 + left.trailingZeroBitCount)
                left &= left - 1
            }
        }
        return rest
    }
}
