import Affect
import Foundation
import Images
import RenderedFaces
import Session
import Testing

@testable import Datasets

@Suite struct RenderedVideoTests {
    @Test func aWrittenSetIsReadAsAffWild2() throws {
        let folder = try PictureFolder()
        try RenderedVideos.write(to: folder.path, videos: 4, frames: 30, side: 24, seed: 3)
        let set = try AffWild2Data(path: folder.path, tracks: AbawLayout.tracks).read()
        #expect(set.units.count == 12 && set.classes == ExpressionClasses.affWild2 && set.hasValenceArousal)
        #expect(set.sequences?.names == ["video-000", "video-001_left", "video-001_right", "video-003"])
        #expect(set.groupings["video"]?.names == ["video-000", "video-001", "video-003"])
        // Frames without a face and frames without a label are not there.
        #expect(set.count < 118 && set.count > 70)
        let folds = try? Folds.official(set)
        if let fold = folds?.folds.first { #expect(Set(fold.validation.compactMap(set.sequence)) == ["video-003"]) }

        // Each sample has the labels of its own frame.
        for sample in stride(from: 0, to: set.count, by: 7) {
            let name = try #require(set.sequence(sample))
            let number = try #require((0..<4).first { RenderedVideos.name(video: $0) == name })
            let frame = RenderedVideo(seed: 3, video: number, frames: 30).frame(try #require(set.frame(sample)) - 1)
            #expect(frame.hasFace && frame.isAnnotated)
            #expect(set.expression(sample) == frame.labels.expression)
            #expect(abs((set.valence(sample) ?? 9) - frame.labels.valence) < 0.0006)
            #expect((0..<12).map { set.unit($0, of: sample) ?? false } == frame.labels.units)
        }
        // One video has a line more than frames.
        let lines = try String(
            contentsOfFile: folder.path + "/annotations/VA_Estimation_Challenge/Train_Set/video-001_right.txt",
            encoding: .utf8
        ).split(separator: "\n")
        #expect(lines.count == 32 && lines.last == "-5,-5")
    }

    @Test func whatIsThereIsKept() throws {
        let folder = try PictureFolder()
        func write() throws { try RenderedVideos.write(to: folder.path, videos: 2, frames: 4, side: 16, seed: 3) }
        try write()
        let names = FolderListings.names(in: folder.path + "/cropped_aligned/video-000") ?? []
        let path = try #require(names.sorted().first.map { folder.path + "/cropped_aligned/video-000/" + $0 })
        let bytes = try Data(contentsOf: URL(filePath: path))
        try (bytes + [0]).write(to: URL(filePath: path))
        try write()
        #expect(try Data(contentsOf: URL(filePath: path)) == bytes + [0])
    }

    /// Expressions come and go smoothly, so that smoothing in time has something to find.
    @Test func labelsMoveSmoothlyAndThePictureTrembles() {
        for number in 0..<4 {
            let video = RenderedVideo(seed: 8, video: number, frames: 200)
            let frames = (0..<200).map(video.frame)
            let valence = frames.map(\.labels.valence)
            let steps = zip(valence, valence.dropFirst()).map { abs($0 - $1) }
            #expect((steps.max() ?? 1) < 0.25 && (valence.max() ?? 0) - (valence.min() ?? 0) > 0.3)
            let places = frames.map(\.parameters.pose.x)
            #expect(Set(places).count > 150)
            #expect(frames.contains { !$0.hasFace } && frames.contains { $0.occlusion != nil })
            #expect(frames.count { $0.hasFace } > 150 && frames.contains { !$0.isAnnotated })
        }
    }

    @Test func anOcclusionCoversAPartOfTheFace() {
        let video = RenderedVideo(seed: 8, video: 1, frames: 200)
        guard let frame = (0..<200).map(video.frame).first(where: { $0.occlusion != nil }) else { return }
        let covered = RenderedVideos.image(frame, side: 48)
        let free = RenderedFaces.render(frame.parameters, side: 48)
        let share = Double(zip(covered.pixels, free.pixels).count { $0 != $1 }) / Double(free.pixels.count)
        #expect(share > 0.02 && share < 0.5)
    }

    @Test func expressionsFollowFromUnits() {
        var face = RenderedFaces.parameters(seed: 77, identity: 0, photo: 0)
        func labels(_ units: [ActionUnit]) -> RenderedLabels {
            var parameters = face
            parameters.actionUnits = []
            for unit in units { parameters[unit] = 0.9 }
            return RenderedLabels(parameters)
        }
        face.actionUnits = []
        let classes = ExpressionClasses.affWild2
        #expect(labels([]) == RenderedLabels(face) && classes[labels([]).expression] == "Neutral")
        let smile = labels([.lipCornerPuller, .cheekRaiser, .lipsPart])
        #expect(classes[smile.expression] == "Happiness" && smile.valence > 0.6)
        let sad = labels([.innerBrowRaiser, .browLowerer, .lipCornerDepressor])
        #expect(classes[sad.expression] == "Sadness" && sad.valence < -0.5 && sad.arousal < 0.1)
        let surprised = labels([.innerBrowRaiser, .outerBrowRaiser, .jawDrop, .lipsPart])
        #expect(classes[surprised.expression] == "Surprise" && surprised.arousal > 0.6)
        #expect(classes[labels([.browLowerer, .lidTightener, .lipTightener]).expression] == "Anger")
        #expect(classes[labels([.upperLipRaiser, .browLowerer]).expression] == "Disgust")
        #expect(classes[labels([.innerBrowRaiser, .browLowerer, .lipsPart]).expression] == "Fear")
        #expect(classes[labels([.lipsPart]).expression] == "Other")
        #expect(smile.units == ActionUnit.allCases.map { [.lipCornerPuller, .cheekRaiser, .lipsPart].contains($0) })
    }

    @Test func photographsHaveATableOfLabels() throws {
        let folder = try PictureFolder()
        try RenderedFaces.write(to: folder.path, identities: 30, photosPerIdentity: 4, side: 8, seed: 6)
        let table = try RenderedFaces.writeLabels(to: folder.path, identities: 30, photosPerIdentity: 4, seed: 6)
        let set = try table.read()
        #expect(set.count == 120 && set.units.count == 12 && set.groupings["subject"]?.names.count == 30)
        let labels = RenderedLabels(RenderedFaces.parameters(seed: 6, identity: 2, photo: 3))
        let name = ExpressionClasses.affWild2[labels.expression]
        #expect(set.expression(11).map { set.classes[$0] } == name)
        #expect((0..<12).map { set.unit($0, of: 11) } == labels.units)
        // Every unit and most classes occur.
        #expect(set.unitCounts(0..<120).allSatisfy { $0.active > 3 && $0.inactive > 3 })
        #expect(set.classes.count >= 6)
    }

    @Test(arguments: [(Float(0), "0.000"), (1, "1.000"), (-0.0314, "-0.031"), (0.9996, "1.000"), (-0.2, "-0.200")])
    func decimals(_ value: Float, _ text: String) {
        #expect(RenderedFaces.decimal(value) == text)
    }
}
