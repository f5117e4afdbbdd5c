import Compute
import Foundation
import Images
import Synchronization
import Testing

@testable import Datasets

/// What a batch held, kept after it is recycled.
private struct Seen: Equatable {
    let epoch: Int
    let step: Int
    let indices: [Int]
    let sources: [Int]
    let images: [Float]

    init(_ batch: ImageBatch, side: Int) {
        epoch = batch.epoch
        step = batch.step
        indices = Array(batch.indices)
        sources = Array(batch.sources)
        images = Array(UnsafeBufferPointer(start: batch.images, count: batch.count * 3 * side * side))
    }
}

private let side = 16

extension ImageLoader {
    fileprivate func take(_ count: Int) throws -> [Seen] {
        try (0..<count).map { _ in
            let batch = try next()
            defer { recycle(batch) }
            return Seen(batch, side: side)
        }
    }
}

@Suite struct ImageLoaderTests {
    private func loader(
        _ files: [String], seed: UInt64 = 11, batch: Int = 4, workers: Int = 1, ahead: Int? = nil, cacheBytes: Int = 0,
        reduced: Bool = false
    ) -> ImageLoader {
        ImageLoader(
            .images(files.map { ImageReference($0) }),
            recipe: .pretraining(PretrainSettings(image: side, reducedDecode: reduced)),
            epochs: .training(RandomScope(seed: seed)), batch: batch,
            resources: LoaderResources(workers: workers, ahead: ahead, cacheBytes: cacheBytes))
    }

    @Test func batchesDoNotDependOnWorkersCacheOrDepth() throws {
        let folder = try PictureFolder(pictures: 14)
        let reference = try loader(folder.files).take(9)
        #expect(reference.map(\.epoch) == [0, 0, 0, 1, 1, 1, 2, 2, 2])
        #expect(reference.map(\.step) == [0, 1, 2, 0, 1, 2, 0, 1, 2])
        for other in [
            loader(folder.files, workers: 3), loader(folder.files, workers: 2, ahead: 5),
            loader(folder.files, ahead: 1, cacheBytes: 1 << 20),
            loader(folder.files, workers: 3, cacheBytes: 1 << 20), loader(folder.files, cacheBytes: 6000),
            loader(folder.files, reduced: true),
        ] {
            let isSame = try other.take(9) == reference
            #expect(isSame)
        }
        let isOther = try loader(folder.files, seed: 12).take(9) != reference
        #expect(isOther)
    }

    @Test func everyFileOncePerEpoch() throws {
        let folder = try PictureFolder(pictures: 12)
        let seen = try loader(folder.files).take(6)
        let first = seen[..<3].flatMap(\.indices)
        let second = seen[3...].flatMap(\.indices)
        #expect(first.sorted() == Array(0..<12))
        #expect(second.sorted() == Array(0..<12))
        #expect(first != second)
        #expect(seen.allSatisfy { $0.indices == $0.sources })
    }

    @Test func incompleteBatchesAreDropped() throws {
        let folder = try PictureFolder(pictures: 11)
        #expect(loader(folder.files).stepsPerEpoch == 2)
        let small = loader(folder.files, batch: 64)
        #expect(small.batch == 11)
        #expect(small.stepsPerEpoch == 1)
        #expect(try small.take(1)[0].indices.sorted() == Array(0..<11))
    }

    @Test func resumeInTheMiddleEqualsGoingOn() throws {
        let folder = try PictureFolder(pictures: 13)
        let whole = try loader(folder.files).take(8)
        let resumed = loader(folder.files, workers: 2)
        resumed.start(atEpoch: 1, step: 1)
        let isSame = try resumed.take(4) == Array(whole[4...])
        #expect(isSame)
        // And back, with batches of the wrong place under way.
        resumed.start(atEpoch: 0, step: 2)
        let isSameAgain = try resumed.take(3) == Array(whole[2..<5])
        #expect(isSameAgain)
    }

    @Test func aSampleIsWhatFacesMakesOfIt() throws {
        let folder = try PictureFolder(pictures: 5)
        let batch = try loader(folder.files, batch: 5).take(1)[0]
        let file = batch.indices[3]
        let image = try decodeImage(folder.files[file])
        var crops = RandomKey(seed: 11, purpose: .crop).stream(epoch: 0, sample: file)
        var flips = RandomKey(seed: 11, purpose: .flip).stream(epoch: 0, sample: file)
        let crop = RandomResizedCrop().rectangle(width: image.width, height: image.height, using: &crops)
        let flip = flips.nextDouble() < 0.5
        let size = 3 * side * side
        var expected = [Float](repeating: 0, count: size)
        expected.withUnsafeMutableBufferPointer { buffer in
            guard let output = buffer.baseAddress else { return }
            Resampler().normalise(image, crop: crop, width: side, height: side, flip: flip, into: output)
        }
        let isSame = Array(batch.images[3 * size..<4 * size]) == expected
        #expect(isSame)
    }

    @Test func badFilesAreReplacedByTheNextGoodOne() throws {
        let folder = try PictureFolder(pictures: 9)
        try folder.add("bad-1.jpg", [])
        try folder.add("bad-2.jpg", Array("GIF89a".utf8))
        try folder.add("bad-3.png", [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A])
        let reported = Mutex<[SkippedFile]>([])
        let one = loader(folder.files)
        one.reportSkips { file in reported.withLock { $0.append(file) } }
        let seen = try one.take(9)
        #expect(reported.withLock { $0.map(\.image.path).sorted() } == folder.files[9...].sorted())
        #expect(reported.withLock { $0.contains { $0.reason.contains("GIF") } })
        #expect(one.counters.skipped == 3)
        // Those of batches made ahead included.
        #expect(one.counters.substituted >= 9)

        let order = seen[..<3].flatMap(\.indices)
        let shown = seen[..<3].flatMap(\.sources)
        #expect(order.sorted() == Array(0..<12))
        for (place, file) in order.enumerated() {
            var next = place
            while order[next] >= 9 { next = (next + 1) % order.count }
            #expect(shown[place] == order[next], "file \(file) at \(place)")
        }
        let isSame = try loader(folder.files, workers: 3, cacheBytes: 1 << 20).take(9) == seen
        #expect(isSame)
    }

    @Test func nothingButBadFilesIsAnError() throws {
        let folder = try PictureFolder()
        for i in 0..<5 { try folder.add("\(i).jpg", []) }
        let loader = loader(folder.files, workers: 2)
        #expect(throws: DatasetError.self) { try loader.next() }
        #expect(throws: DatasetError.self) { try loader.next() }
        #expect(loader.counters.skipped == 5)
    }

    @Test func stopEndsAndStartBeginsAnew() throws {
        let folder = try PictureFolder(pictures: 8)
        let loader = loader(folder.files, workers: 2)
        let first = try loader.take(2)
        loader.stop()
        #expect(throws: DatasetError.self) { try loader.next() }
        loader.start()
        let isSame = try loader.take(2) == first
        #expect(isSame)
        loader.stop()
        loader.stop()
    }

    @Test func countersCount() throws {
        let folder = try PictureFolder(pictures: 8)
        let cached = loader(folder.files, ahead: 1, cacheBytes: 1 << 20)
        _ = try cached.take(6)
        cached.stop()
        let counters = cached.counters
        #expect(counters.batches == 6)
        #expect(counters.decoded == 8)
        #expect(counters.cacheHits >= 16)
        #expect(counters.cacheBytes > 8 * 28 * 30)
        let uncached = loader(folder.files)
        _ = try uncached.take(4)
        uncached.stop()
        #expect(uncached.counters.cacheHits == 0)
        #expect(uncached.counters.decoded >= 16)
        #expect(ImageLoader.suggestedCacheBytes() > 0)
    }

    @Test func largeBatchesKeepFewerAhead() {
        let image = 3 * 224 * 224 * 4
        #expect(ImageLoader.suggestedAhead(batchBytes: 16 * image) == 2)
        #expect(ImageLoader.suggestedAhead(batchBytes: 512 * image) == 2)
        #expect(ImageLoader.suggestedAhead(batchBytes: 4096 * image) == 1)
        #expect(ImageLoader.suggestedAhead(batchBytes: 1 << 40) == 1)
    }

    /// The model never waits when it is the slower one, with one batch ahead as with more: while it works on a batch
    /// the next becomes ready, and is handed over without a wait.
    @Test(.timeLimit(.minutes(1)), arguments: [1, 2]) func theNextBatchIsReadyWhileOneIsInUse(ahead: Int) throws {
        let folder = try PictureFolder(pictures: 12)
        let loader = loader(folder.files, ahead: ahead)
        var batch = try loader.next()
        for number in 1...8 {
            // The step takes as long as the loader needs.
            while loader.counters.decoded < 4 * (number + 1) { sched_yield() }
            loader.recycle(batch)
            let waited = loader.counters.secondsWaited
            batch = try loader.next()
            #expect(loader.counters.secondsWaited == waited)
        }
        loader.recycle(batch)
    }

    @Test func reducedDecodingUsesTheSameCrops() throws {
        let folder = try PictureFolder()
        for i in 0..<4 {
            var image = PictureFolder.picture(i)
            image = Resampler().resize(image, width: 200, height: 170)
            try folder.add("\(i).jpg", try image.jpeg(quality: 95))
        }
        let full = try loader(folder.files).take(2)
        let reduced = try loader(folder.files, reduced: true).take(2)
        let isSame = try loader(folder.files, workers: 2, cacheBytes: 1 << 24, reduced: true).take(2) == reduced
        #expect(isSame)
        for (a, b) in zip(full, reduced) {
            #expect(a.indices == b.indices)
            let sum = zip(a.images, b.images).reduce(Float(0)) { $0 + abs($1.0 - $1.1) }
            #expect(sum > 0)
            #expect(sum / Float(a.images.count) < 0.35)
        }
    }

    @Test func orderIsAPermutation() {
        let key = RandomKey(seed: 1, purpose: .order)
        for count in [1, 2, 3, 100] {
            #expect(EpochOrder(key: key, epoch: 2, count: count).files.sorted() == Array(0..<Int32(count)))
        }
        let a = EpochOrder(key: key, epoch: 0, count: 100).files
        #expect(a != EpochOrder(key: key, epoch: 1, count: 100).files)
        #expect(a != Array(0..<100))
    }
}
