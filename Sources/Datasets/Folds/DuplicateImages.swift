import Basics
import Dispatch
import Glibc
import Images

/// Images that are in a data set more than once, found exactly: first files of the same bytes, then images of the same
/// pixels in different files.
public struct DuplicateImages: Sendable {
    /// Sets of samples that show the same image, in the order of the samples; each has two at least.
    public let groups: [[Int]]

    /// Reads every image of a set.
    ///
    /// - Parameters:
    ///   - pixels: also decodes every image. Without, only files of the same size are read at all.
    ///   - progress: told how many images have been looked at, from any thread, one call at a time.
    public static func find(
        in set: LabelledSet, pixels: Bool = true,
        progress: @Sendable (_ done: Int, _ total: Int) -> Void = { _, _ in }
    ) -> DuplicateImages {
        let count = set.count
        let sizes = (0..<count).map { fileSize(set.image($0)) }
        var ofSize: [Int: Int] = [:]
        for size in sizes { ofSize[size, default: 0] += 1 }
        let isLonely = sizes.map { $0 <= 0 || ofSize[$0] == 1 }
        let state = Guarded<(done: Int, hashes: [Hashes])>((0, [Hashes](repeating: Hashes(), count: count)))
        DispatchQueue.concurrentPerform(iterations: count) { sample in
            let image = set.image(sample)
            let hashes = Hashes(
                image, bytes: !isLonely[sample], pixels: pixels && (sizes[sample] > 0 || image.frame != nil))
            state.withLock {
                $0.hashes[sample] = hashes
                $0.done += 1
                progress($0.done, count)
            }
        }
        let hashes = state.withLock { $0.hashes }
        var parents = Array(0..<count)
        join(hashes.map(\.bytes), &parents)
        join(hashes.map(\.pixels), &parents)
        var members: [Int: [Int]] = [:]
        for sample in 0..<count { members[root(sample, parents), default: []].append(sample) }
        return DuplicateImages(groups: members.values.filter { $0.count > 1 }.sorted { $0[0] < $1[0] })
    }

    /// The groups that have samples on both sides of a fold.
    public func across(_ fold: Fold) -> [[Int]] {
        let training = Set(fold.training)
        let validation = Set(fold.validation)
        return groups.filter { group in
            group.contains(where: training.contains) && group.contains(where: validation.contains)
        }
    }

    /// How many pairs a sentence names.
    private static let named = 3

    /// Sentences for a report: how many images are on both sides of a fold, and the first few.
    public func report(_ folds: [Fold], of set: LabelledSet) -> [String] {
        folds.compactMap { fold in
            let groups = across(fold)
            guard !groups.isEmpty else { return nil }
            let (training, validation) = (Set(fold.training), Set(fold.validation))
            let pairs = groups.prefix(Self.named).map { group in
                let held = group.first(where: validation.contains) ?? group[0]
                let trained = group.first(where: training.contains) ?? group[0]
                return "\(set.image(held)) and \(set.image(trained))"
            }
            let what = folds.count == 1 ? "the split" : "fold \(fold.name)"
            let images = groups.count == 1 ? "1 image is" : "\(groups.count) images are"
            return "\(images) on both sides of \(what), such as \(pairs.joined(separator: ", "))"
        }
    }

    /// A sentence about held-out images whose files are also among those that an earlier stage sees; nil when none is.
    /// Only files of the same size are read; frames of videos are compared by what they refer to.
    ///
    /// - Parameter stage: what the sentence calls that stage.
    public static func report(
        heldOut: [ImageReference], among images: [ImageReference], of stage: String
    ) -> String? {
        var ofSize: [Int: [Int]] = [:]
        var ofFrame: [ImageReference: [Int]] = [:]
        for (place, image) in heldOut.enumerated() {
            if image.frame == nil {
                ofSize[fileSize(image), default: []].append(place)
            } else {
                ofFrame[image, default: []].append(place)
            }
        }
        ofSize[-1] = nil
        ofSize[0] = nil
        var digests: [Int: Digest?] = [:]
        var seen: Set<Int> = []
        var pairs: [String] = []
        for image in images {
            guard let candidates = image.frame == nil ? ofSize[fileSize(image)] : ofFrame[image] else { continue }
            var own: Digest??
            for place in candidates where !seen.contains(place) {
                if heldOut[place] != image {
                    let theirs = digests[place] ?? Hashes(heldOut[place], bytes: true, pixels: false).bytes
                    digests[place] = theirs
                    let mine = own ?? Hashes(image, bytes: true, pixels: false).bytes
                    own = mine
                    guard let theirs, mine == theirs else { continue }
                }
                seen.insert(place)
                if pairs.count < named {
                    pairs.append(heldOut[place] == image ? "\(image)" : "\(heldOut[place]) and \(image)")
                }
            }
        }
        guard !seen.isEmpty else { return nil }
        let count = seen.count == 1 ? "1 image that is" : "\(seen.count) images that are"
        return "\(stage) sees \(count) held out later, such as \(pairs.joined(separator: ", "))"
    }

    /// Bytes of the file that an image has for itself; -1 when it is not there, and for a frame of a video.
    private static func fileSize(_ image: ImageReference) -> Int {
        var status = stat()
        return image.frame == nil && stat(image.path, &status) == 0 ? Int(status.st_size) : -1
    }

    private static func root(_ sample: Int, _ parents: [Int]) -> Int {
        var sample = sample
        while parents[sample] != sample { sample = parents[sample] }
        return sample
    }

    private static func join(_ keys: [Digest?], _ parents: inout [Int]) {
        var first: [Digest: Int] = [:]
        for (sample, key) in keys.enumerated() {
            guard let key else { continue }
            if let other = first[key] {
                let (a, b) = (root(sample, parents), root(other, parents))
                parents[max(a, b)] = min(a, b)
            } else {
                first[key] = sample
            }
        }
    }

    /// 128 bits: two different images of billions share them with a chance below 1e-19.
    struct Digest: Hashable, Sendable {
        private var low: UInt64 = 0x243F_6A88_85A3_08D3
        private var high: UInt64 = 0x1319_8A2E_0370_7344

        init(_ bytes: UnsafeRawBufferPointer) {
            var offset = 0
            while offset + 8 <= bytes.count {
                add(bytes.loadUnaligned(fromByteOffset: offset, as: UInt64.self))
                offset += 8
            }
            var last: UInt64 = 0
            for index in offset..<bytes.count { last = last << 8 | UInt64(bytes[index]) }
            add(last)
            add(UInt64(bytes.count))
        }

        mutating func add(_ word: UInt64) {
            low = Self.mixed(low ^ word)
            high = Self.mixed((high &+ word) &* 0x9E37_79B9_7F4A_7C15 ^ low)
        }

        /// The finaliser of SplitMix64.
        private static func mixed(_ value: UInt64) -> UInt64 {
            var z = value
            z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
            z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
            return z ^ (z >> 31)
        }
    }

    private struct Hashes: Sendable {
        var bytes: Digest?
        var pixels: Digest?

        init() {}

        /// Images that cannot be read or decoded equal nothing; the loader tells of them.
        init(_ image: ImageReference, bytes wantsBytes: Bool, pixels wantsPixels: Bool) {
            guard wantsBytes || wantsPixels else { return }
            guard image.frame == nil else {
                if wantsPixels { pixels = (try? decodeImage(image)).map(Self.digest) }
                return
            }
            try? ImageFile.withContent(of: image) { (content) throws(ImageError) in
                if wantsBytes { bytes = Digest(content) }
                if wantsPixels { pixels = Self.digest(try decodeImage(content)) }
            }
        }

        private static func digest(_ image: PixelImage) -> Digest {
            var digest = image.pixels.withUnsafeBytes { Digest($0) }
            digest.add(UInt64(image.width) << 32 | UInt64(image.channels))
            return digest
        }
    }
}
