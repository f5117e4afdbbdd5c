import Datasets
import Foundation
import RenderedFaces
import Session
import TestSupport
import Testing

/// The files in `sessions/`, on a made-up tree that looks like the data they are for.
@Suite("Sessions of the paper")
struct SessionFilesTests {
    private static let sessions = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .deletingLastPathComponent()
        .deletingLastPathComponent().appendingPathComponent("sessions")

    private static let files = ((try? FileManager.default.contentsOfDirectory(atPath: sessions.path)) ?? [])
        .filter { $0.hasSuffix(".json5") }.sorted()

    /// Rendered faces, and what their folder is called in the environment.
    private func tree(_ folder: TemporaryFolder) throws -> [String: String] {
        let root = folder.path
        try RenderedFaces.write(to: root + "/faces/images", identities: 5, photosPerIdentity: 4, side: 32, seed: 1)
        let faces = try FileManager.default.subpathsOfDirectory(atPath: root + "/faces/images")
            .filter { $0.hasSuffix(".jpg") }.sorted()
        try RenderedVideos.write(to: root + "/videos", videos: 24, frames: 100, side: 16, seed: 1)
        let heading = "subDirectory_filePath,expression,valence,arousal"
        func table(_ name: String, _ numbers: Range<Int>) throws {
            let rows = numbers.map { "\(faces[$0]),\($0 % 10),\(Double($0 % 5) / 5),-0.5" }
            _ = try folder.write("faces/" + name, ([heading] + rows).joined(separator: "\n"))
        }
        try table("training.csv", 0..<10)
        try table("validation.csv", 10..<20)
        try FileManager.default.createSymbolicLink(
            atPath: root + "/faces/aligned", withDestinationPath: root + "/faces/images")
        for (number, split) in ["train", "test"].enumerated() {
            for name in ["adoring", "bored", "calm"] {
                let path = "\(root)/classes/\(split)/\(name)"
                try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
                try FileManager.default.copyItem(
                    atPath: root + "/faces/images/" + faces[number], toPath: path + "/face.jpg")
            }
        }
        // The folds of the session name 118 people; a few of them with all units in every fold.
        let subjects = try String(contentsOf: Self.sessions.appendingPathComponent("ck-au-folds.csv"), encoding: .utf8)
            .split(separator: "\n").dropFirst().map { $0.split(separator: ",")[0] }
        let units = [1, 2, 4, 5, 6, 7, 9, 12, 15, 17, 20, 23, 24, 25, 26, 27]
        var rows = ["image,expression,subject,sequence,frame," + units.map { "AU\($0)" }.joined(separator: ",")]
        let expressions = ["anger", "contempt", "disgust", "fear", "happy", "sadness", "surprise"]
        for (number, subject) in subjects.enumerated() {
            rows.append(
                "../faces/images/\(faces[number % faces.count]),\(expressions[number % 7]),\(subject),\(subject)_1,1,"
                    + units.map { _ in "\(number % 2)" }.joined(separator: ","))
        }
        _ = try folder.write("ck-au/labels.csv", rows.joined(separator: "\n"))
        return [
            "FACES": root + "/faces/images", "DATA": root, "AFFECTNET": root + "/faces", "EMO135": root + "/classes",
            "AFF_WILD2": root + "/videos", "MAE_FACE": root + "/mae_face.pth",
        ]
    }

    @Test("Every session file can be planned on data of its layout, and its resolved text is a session again")
    func plans() throws {
        #expect(Self.files.count >= 13, "\(Self.sessions.path)")
        let folder = try TemporaryFolder()
        let variables = try tree(folder)
        for file in Self.files {
            let path = Self.sessions.appendingPathComponent(file).path
            let text = try String(contentsOfFile: path, encoding: .utf8)
            let session = try SessionReader.read(
                path: path, surroundings: Surroundings(variable: { variables[$0] }, workingFolder: "/"))
            #expect(
                try SessionReader.read(text: session.resolvedText, file: file, folder: "/") == session, "\(file)")
            // The published weights are not at hand; that they are asked for is seen in the text.
            #expect((session.model.initialWeights == variables["MAE_FACE"]) == text.contains("${MAE_FACE}"), "\(file)")
            let plan = try Program.run(
                ["plan", path, "--gflops", "100", "--set", "model.init=null"], environment: variables)
            #expect(plan.status == 0, "\(file): \(plan.talk)")
            for index in session.stages.indices {
                #expect(plan.output.contains("stage \(index + 1)"), "\(file): \(plan.output)")
            }
            #expect(!plan.output.contains("unknown"), "\(file): \(plan.output)")
        }
    }
}
