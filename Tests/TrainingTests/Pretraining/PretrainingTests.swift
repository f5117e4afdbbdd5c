import Compute
import Datasets
import Foundation
import Images
import Model
import Session
import TestSupport
import Testing

@testable import Training

@Suite("Photographs and previews of pre-training")
struct PretrainingTests {
    private func photos(_ text: String, in folder: TemporaryFolder, fold: Int? = nil) throws -> PhotoSet {
        let fixture = try RunFixture(text, in: folder)
        guard case .pretrain(let stage) = fixture.session.stages[0] else { throw TrainingError("no pre-training") }
        return try PhotoSet(stage.data, of: fixture.data, fold: fold)
    }

    private func session(_ paths: String, data: String = "\"photos\"") -> String {
        """
        {
          \(RunFixture.model), data: { photos: { kind: "folder", paths: [\(paths)] } },
          stages: [{ kind: "pretrain", data: [\(data)], epochs: 1, batch: 2 }],
        }
        """
    }

    @Test("Photographs come in the order of the search, with what it passed over")
    func folders() throws {
        let folder = try TemporaryFolder()
        let paths = try LabelledPictures.write(in: folder)
        try FileManager.default.createSymbolicLink(
            atPath: folder.file("faces/broken.png"), withDestinationPath: folder.file("nowhere.png"))
        let photos = try photos(session("\"faces\""), in: folder)
        #expect(photos.images == paths.map { ImageReference($0) })
        #expect(photos.skipped.map(\.image.path) == [folder.file("faces/broken.png")])
    }

    @Test("`faces:train` is what the fold trains on, and nothing that it holds out")
    func trainingPart() throws {
        let folder = try TemporaryFolder()
        try LabelledPictures.write(in: folder)
        let fixture = try RunFixture(
            RunFixture.labelled(RunFixture.pretrain + ", " + RunFixture.finetune()), in: folder)
        guard case .pretrain(let stage) = fixture.session.stages[0] else { return }
        let entry = try fixture.data.entry("faces")
        for fold in 1...3 {
            let photos = try PhotoSet(stage.data, of: fixture.data, fold: fold)
            let held = entry.fold(fold).validation.map(entry.set.image)
            #expect(photos.images.count == 8 && held.count == 4 && Set(held).isDisjoint(with: photos.images))
        }
    }

    @Test("A folder of mostly bad files is bad data, before anything begins")
    func badData() throws {
        let folder = try TemporaryFolder()
        for number in 0..<3 { try folder.write("faces/\(number).png", "no image") }
        try folder.write("faces/9.png", LabelledPictures.picture(1).png())
        let error = #expect(throws: TrainingError.self) { try photos(session("\"faces\""), in: folder) }
        #expect(error?.isBadData == true && error?.description.contains("3 of 4 images") == true)
    }

    // MARK: Previews

    private func maker(_ images: [ImageReference], samples: Int, normalisation: Normalisation = .imageNet) throws
        -> PreviewMaker?
    {
        let session = try RunFixture().session
        guard case .pretrain(let stage) = session.stages[0] else { return nil }
        return PreviewMaker(
            images: images, samples: samples, configuration: try session.model.configuration(for: stage),
            normalisation: normalisation, maskKey: RandomKey(seed: 5, purpose: .masking))
    }

    @Test("Samples are spread over the images; bad ones give their place to the next")
    func samples() throws {
        let folder = try TemporaryFolder()
        var images = try LabelledPictures.write(in: folder).map { ImageReference($0) }
        try folder.write("faces/10.png", "no image")
        #expect(try maker(images, samples: 4)?.samples == 4)
        #expect(try maker(images, samples: 100)?.samples == 11)
        #expect(try maker(images, samples: 0) == nil)
        #expect(try maker([images[0]], samples: 1) == nil)
        images.append(ImageReference(folder.file("film.mp4"), frame: 3))
        #expect(try maker([images[12]], samples: 1) == nil, "a frame of a video is no picture yet")
    }

    @Test(
        "A sheet has a row a sample, whose first picture is the original",
        arguments: [Normalisation.imageNet, .perImage])
    func sheet(normalisation: Normalisation) throws {
        let folder = try TemporaryFolder()
        // One colour survives every resampling.
        let colour: [UInt8] = [200, 100, 50]
        let plain = PixelImage(width: 16, height: 16, channels: 3, pixels: (0..<16 * 16).flatMap { _ in colour })
        let path = try folder.write("plain.png", plain.png())
        let second = try folder.write("noise.png", LabelledPictures.picture(1).png())
        let maker = try #require(
            try maker([ImageReference(path), ImageReference(second)], samples: 2, normalisation: normalisation))
        let session = try RunFixture().session
        guard case .pretrain(let stage) = session.stages[0] else { return }
        let model = MaskedAutoencoder(
            configuration: try session.model.configuration(for: stage), pool: ThreadPool(threads: 1))
        model.initialise(seed: 1)
        let sheet = maker.sheet(model)
        #expect(sheet.width == 3 * 16 && sheet.height == 2 * 16 && sheet.channels == 3)
        func pixel(_ x: Int, _ y: Int) -> [Int] { (0..<3).map { Int(sheet.pixels[(y * sheet.width + x) * 3 + $0]) } }
        if !normalisation.isPerImage {
            #expect(zip(pixel(3, 5), colour).allSatisfy { abs($0 - Int($1)) <= 1 }, "\(pixel(3, 5))")
        }
        #expect(pixel(3, 5) == pixel(12, 9))
        #expect(pixel(3, 21) != pixel(12, 25))
        // Another sheet of the same model is the same.
        #expect(maker.sheet(model) == sheet)
    }
}
