import Compute
import Foundation
import TestSupport
import Testing

@testable import Images

@Suite struct RandAugmentTests {
    struct Stored: Decodable {
        let exact: Exact
        let side: Int
        let photos: [Photo]
        let mixture: Mixture
    }

    struct Exact: Decodable {
        let width: Int
        let height: Int
        let colour: Data
        let grey: Data
        let cases: [Case]
    }

    struct Case: Decodable, CustomTestStringConvertible {
        let image: String
        let operation: String
        let argument: Double
        let pixels: Data

        var testDescription: String { "\(operation) \(argument) of the \(image) picture" }
    }

    struct Photo: Decodable, CustomTestStringConvertible {
        let path: String
        let places: [Int]
        let results: [Result]

        var testDescription: String { path }
    }

    struct Result: Decodable {
        let operation: String
        let argument: Double
        let pixels: Data
    }

    struct Mixture: Decodable {
        struct Operation: Decodable {
            let share: Double
            let mean: Double
            let deviation: Double
            let negative: Double
        }

        let lengths: [Double]
        let operations: [String: Operation]
    }

    static let stored = try? Reference.decode(Stored.self, from: "randaug.json")

    @Test func referenceIsThere() throws {
        let stored = try #require(Self.stored)
        #expect(stored.photos.count == 10 && stored.exact.cases.count >= 39)
        let operations = RandAugment.Operation.allCases.map(\.rawValue)
        #expect(Set(stored.exact.cases.map(\.operation)) == Set(operations))
        for photo in stored.photos { #expect(Set(photo.results.map(\.operation)) == Set(operations)) }
    }

    /// On a small picture every byte is Pillow's.
    @Test(arguments: stored?.exact.cases ?? []) func bytesArePillows(_ expected: Case) throws {
        let exact = try #require(Self.stored?.exact)
        let isGrey = expected.image == "grey"
        let source = PixelImage(
            width: exact.width, height: exact.height, channels: isGrey ? 1 : 3,
            pixels: [UInt8](isGrey ? exact.grey : exact.colour))
        let operation = try #require(RandAugment.Operation(rawValue: expected.operation))
        let result = RandAugment.apply(RandAugment.Step(operation, expected.argument), to: source).inColour()
        let differing = zip(result.pixels, expected.pixels).count { $0 != $1 }
        #expect(result.pixels.count == expected.pixels.count && differing == 0)
    }

    /// On real photographs, decoded and resized by this program, the difference stays within a level for operations on
    /// values and two for those that move pixels, on average.
    @Test(.enabled(if: SharedData.path != nil, Comment(rawValue: SharedData.missing)), arguments: stored?.photos ?? [])
    func photographsAreCloseToPillows(_ photo: Photo) throws {
        let stored = try #require(Self.stored)
        let image = try decodeImage(try #require(SharedData.path) + "/" + photo.path)
        let source = Resampler(.bicubic).resize(image, width: stored.side, height: stored.side)
        for expected in photo.results {
            let operation = try #require(RandAugment.Operation(rawValue: expected.operation))
            let result = RandAugment.apply(RandAugment.Step(operation, expected.argument), to: source).inColour()
            let pixels = [UInt8](expected.pixels)
            var sum = 0
            for (index, place) in photo.places.enumerated() {
                for c in 0..<3 { sum += abs(Int(result.pixels[3 * place + c]) - Int(pixels[3 * index + c])) }
            }
            let difference = Double(sum) / Double(pixels.count)
            let moves: Set<RandAugment.Operation> = [.rotate, .shearX, .shearY, .translateX, .translateY]
            #expect(difference <= (moves.contains(operation) ? 2 : 1), "\(operation): \(difference)")
        }
    }

    /// Shares, means and deviations over many images are timm's, within five standard errors.
    @Test func mixtureIsTimms() throws {
        let mixture = try #require(Self.stored?.mixture)
        let images = 200_000
        let key = RandomKey(seed: 4, purpose: .test)
        var lengths = [0, 0, 0]
        var values: [RandAugment.Operation: [Double]] = [:]
        for image in 0..<images {
            var random = key.stream(sample: image)
            let steps = RandAugment().steps(using: &random)
            lengths[steps.count] += 1
            for step in steps { values[step.operation, default: []].append(step.argument) }
        }
        for (length, expected) in zip(lengths, mixture.lengths) {
            #expect(abs(Double(length) / Double(images) - expected) < 0.006)
        }
        for operation in RandAugment.Operation.allCases {
            let expected = try #require(mixture.operations[operation.rawValue])
            let drawn = try #require(values[operation])
            #expect(abs(Double(drawn.count) / Double(2 * images) - expected.share) < 0.002)
            let middle: Double = [.colour, .contrast, .brightness, .sharpness].contains(operation) ? 1 : 0
            let sizes = drawn.map { abs($0 - middle) }
            let mean = sizes.reduce(0, +) / Double(sizes.count)
            let variance = sizes.map { ($0 - mean) * ($0 - mean) }.reduce(0, +) / Double(sizes.count)
            // Both sides are samples of about 13,000.
            let error = expected.deviation / Double(sizes.count).squareRoot() * 2.0.squareRoot()
            #expect(abs(mean - expected.mean) <= 5 * error + 1e-9, "\(operation): \(mean), \(expected.mean)")
            // The error of a variance follows from the fourth moment: posterizing leaves two bits very rarely.
            let fourth = sizes.map { ($0 - mean) * ($0 - mean) * ($0 - mean) * ($0 - mean) }.reduce(0, +)
            let spread = max(fourth / Double(sizes.count) - variance * variance, 0)
            let varianceError = (2 * spread / Double(sizes.count)).squareRoot()
            #expect(abs(variance - expected.deviation * expected.deviation) <= 5 * varianceError + 1e-9)
            let negative = Double(drawn.count { $0 < middle }) / Double(drawn.count)
            #expect(abs(negative - expected.negative) < 0.03)
        }
    }

    /// timm would keep no bit, and give a black image.
    @Test func posterizeKeepsABitAtTheHighestMagnitude() {
        #expect(RandAugment.step(.posterize, level: 10, isNegative: false).argument == 1)
        #expect(RandAugment.step(.posterize, level: 7.4, isNegative: false).argument == 2)
        let image = PixelImage(width: 2, height: 1, channels: 1, pixels: [100, 200])
        #expect(RandAugment.apply(.init(.posterize, 1), to: image).pixels == [0, 128])
    }

    @Test func theSameKeyGivesTheSameImage() throws {
        let exact = try #require(Self.stored?.exact)
        let source = PixelImage(width: exact.width, height: exact.height, channels: 3, pixels: [UInt8](exact.colour))
        func augmented(_ sample: Int) -> PixelImage {
            var random = RandomKey(seed: 1, purpose: .augmentation).stream(epoch: 3, sample: sample)
            return RandAugment().augmented(source, using: &random)
        }
        let all = (0..<40).map(augmented)
        #expect((0..<40).map(augmented) == all)
        #expect(Set(all.map(\.pixels)).count > 15)
    }

    @Test func evenAndTinyImagesPassThroughEveryOperation() {
        for channels in [1, 3] {
            for (width, height) in [(1, 1), (2, 1), (1, 5), (3, 3)] {
                let pixels = [UInt8](repeating: 77, count: width * height * channels)
                let image = PixelImage(width: width, height: height, channels: channels, pixels: pixels)
                for operation in RandAugment.Operation.allCases {
                    let step = RandAugment.step(operation, level: 9, isNegative: true)
                    let result = RandAugment.apply(step, to: image)
                    #expect(result.width == width && result.height == height)
                }
            }
        }
    }
}
