import Compute
import Images
import Testing

@testable import Datasets

@Suite struct LabelledLoaderTests {
    private let side = 16
    private let size = 3 * 16 * 16

    /// What a batch held.
    private struct Seen: Equatable {
        var indices: [Int]
        var sources: [Int]
        var images: [[Float]]
        var epoch: Int
    }

    private func take(_ loader: ImageLoader, _ count: Int) throws -> [Seen] {
        try (0..<count).map { _ in
            let batch = try loader.next()
            defer { loader.recycle(batch) }
            return Seen(
                indices: Array(batch.indices), sources: Array(batch.sources),
                images: (0..<batch.count).map {
                    Array(UnsafeBufferPointer(start: batch.images + $0 * size, count: size))
                }, epoch: batch.epoch)
        }
    }

    private let augmentation = Augmentation(
        affine: RandomAffine(), gamma: RandomGamma(), erasing: RandomErasing(probability: 0.5))

    private func training(
        _ set: LabelledSet, _ samples: [Int], keeps: Bool = false, workers: Int = 1, cacheBytes: Int = 0
    ) -> ImageLoader {
        ImageLoader(
            .samples(set, samples), recipe: .augmentation(augmentation, image: side, .imageNet),
            epochs: .training(RandomScope(seed: 5), keepsLastBatch: keeps), batch: 4,
            resources: LoaderResources(workers: workers, cacheBytes: cacheBytes))
    }

    private func evaluating(_ source: ImageSource, batch: Int, workers: Int = 1) -> ImageLoader {
        ImageLoader(
            source, recipe: .evaluation(.direct, image: side, .imageNet), epochs: .evaluation, batch: batch,
            resources: LoaderResources(workers: workers))
    }

    @Test func batchesHoldSamplesOfTheSetAndDependOnNothingElse() throws {
        let folder = try PictureFolder()
        let set = try folder.table().read()
        let samples = [1, 3, 4, 6, 7, 8, 10, 11, 2]
        let reference = try take(training(set, samples), 6)
        #expect(reference.map(\.epoch) == [0, 0, 1, 1, 2, 2])
        for pair in stride(from: 0, to: 6, by: 2) {
            let shown = reference[pair].indices + reference[pair + 1].indices
            #expect(Set(shown).count == 8 && Set(shown).isSubset(of: samples))
        }
        #expect(try take(training(set, samples, workers: 3, cacheBytes: 1 << 20), 6) == reference)
        let resumed = training(set, samples, workers: 2)
        resumed.start(atEpoch: 1, step: 1)
        #expect(try take(resumed, 3) == Array(reference[3...]))
    }

    @Test func aSampleIsAugmentedAsItsNumberSays() throws {
        let folder = try PictureFolder()
        let set = try folder.table().read()
        let seen = try take(training(set, [2, 5, 9, 11]), 2)[1]
        let sample = seen.indices[2]
        var expected = [Float](repeating: 0, count: size)
        let image = try decodeImage(set.image(sample))
        expected.withUnsafeMutableBufferPointer { buffer in
            guard let output = buffer.baseAddress else { return }
            augmentation.tensor(
                of: image, size: side, keys: Augmentation.Keys(RandomScope(seed: 5)), epoch: 1, sample: sample,
                with: Resampler(),
                by: .imageNet, into: output)
        }
        #expect(seen.images[2] == expected)
    }

    @Test func aLastBatchMayBeKept() throws {
        let folder = try PictureFolder()
        let set = try folder.table().read()
        let loader = training(set, Array(0..<10), keeps: true, workers: 2)
        #expect(loader.stepsPerEpoch == 3)
        let seen = try take(loader, 6)
        #expect(seen.map(\.indices.count) == [4, 4, 2, 4, 4, 2])
        #expect(seen[..<3].flatMap(\.indices).sorted() == Array(0..<10))
        #expect(training(set, Array(0..<8), keeps: true).stepsPerEpoch == 2)
    }

    @Test func evaluationShowsAllSamplesOnceInOrderAndPlain() throws {
        let folder = try PictureFolder()
        let set = try folder.table().read()
        let samples = [11, 0, 5, 7, 8]
        func loader(_ workers: Int) -> ImageLoader {
            evaluating(.samples(set, samples), batch: 2, workers: workers)
        }
        let seen = try take(loader(1), 6)
        #expect(seen[..<3].map(\.indices) == [[11, 0], [5, 7], [8]])
        #expect(seen[3...].map(\.images) == seen[..<3].map(\.images))
        #expect(try take(loader(3), 6) == seen)
        var expected = [Float](repeating: 0, count: size)
        let image = try decodeImage(set.image(5))
        expected.withUnsafeMutableBufferPointer { buffer in
            guard let output = buffer.baseAddress else { return }
            EvaluationTransform.direct.tensor(of: image, size: side, with: Resampler(), into: output)
        }
        #expect(seen[1].images[0] == expected)
        let files = evaluating(.images(samples.map(set.image)), batch: 2)
        #expect(try take(files, 3).map(\.images) == seen[..<3].map(\.images))
    }

    @Test func badImagesAreReplacedWithTheirLabels() throws {
        let folder = try PictureFolder()
        let set = try folder.table().read()
        try folder.add("images/4.png", [1, 2, 3])
        let seen = try take(training(set, Array(0..<8)), 2)
        let order = seen.flatMap(\.indices)
        let place = try #require(order.firstIndex(of: 4))
        #expect(seen.flatMap(\.sources)[place] == order[(place + 1) % 8])
        let evaluated = try take(
            evaluating(.samples(set, [3, 4, 5]), batch: 3), 1)[0]
        #expect(evaluated.indices == [3, 4, 5] && evaluated.sources == [3, 5, 5])
    }
}
