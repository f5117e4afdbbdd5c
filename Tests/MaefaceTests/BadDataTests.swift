import Foundation
import RunStore
import TestSupport
import Testing

@Suite("Bad photographs")
struct BadDataTests {
    private func session(_ photos: String) -> String {
        """
        {
          name: "photos", seed: 1,
          model: { encoder: { width: 32, depth: 1, heads: 2 }, decoder: { width: 32, depth: 1, heads: 2 }, image: 32, patch: 8 },
          data: { photos: { kind: "folder", path: "\(photos)" } },
          stages: [{ kind: "pretrain", data: ["photos"], epochs: 2, warmup: 0, batch: 8, lr: 1e-3 }],
        }
        """
    }

    @Test("Broken files among good photographs are skipped, counted and listed")
    func mixed() throws {
        guard let faces = SharedData.folder("faces/images"), let broken = SharedData.folder("jpeg-corrupt") else {
            return
        }
        let folder = try TemporaryFolder()
        let photos = folder.path + "/photos"
        let manager = FileManager.default
        try manager.createDirectory(atPath: photos + "/deeper", withIntermediateDirectories: true)
        for name in try manager.contentsOfDirectory(atPath: faces).sorted().prefix(120) {
            try manager.copyItem(atPath: faces + "/" + name, toPath: photos + "/" + name)
        }
        for name in try manager.contentsOfDirectory(atPath: broken) {
            try manager.copyItem(atPath: broken + "/" + name, toPath: photos + "/deeper/" + name)
        }
        _ = manager.createFile(atPath: photos + "/empty.jpg", contents: Data())
        try manager.createSymbolicLink(atPath: photos + "/deeper/loop", withDestinationPath: photos)
        try manager.createSymbolicLink(atPath: photos + "/lost.jpg", withDestinationPath: photos + "/nowhere.jpg")
        _ = manager.createFile(atPath: photos + "/webp.jpg", contents: Data("RIFF\u{10}\0\0\0WEBPVP8 ".utf8))
        let path = try folder.write("photos.json5", session(photos))
        let result = try Program.run(["train", path, "--home", folder.path + "/runs"])
        #expect(result.status == 0, "\(result.talk)")
        let store = try RunStore.open(home: folder.path + "/runs")
        let skips = try store.events(of: 1, kind: .skip).map(\.message)
        #expect(skips.count > 40)
        #expect(Set(skips).count == skips.count)
        #expect(skips.contains { $0.contains("empty.jpg") })
        #expect(skips.contains { $0.contains("webp.jpg") && $0.contains("WebP") })
        #expect(skips.contains { $0.contains("lost.jpg") })
    }

    /// Root reads everything, so there the program runs as a user without rights.
    @Test("A file that may not be read is skipped, counted and listed with the reason, as any user")
    func unreadable() throws {
        let folder = try TemporaryFolder()
        let photos = folder.path + "/photos"
        let rendered = try Program.run([
            "train", try folder.write("faces.json5", tinySession(epochs: 1)), "--home", folder.path + "/faces",
        ])
        #expect(rendered.status == 0, "\(rendered.talk)")
        let manager = FileManager.default
        let files = try #require(manager.subpaths(atPath: folder.path)?.filter { $0.hasSuffix(".jpg") }.sorted())
        try manager.createDirectory(atPath: photos, withIntermediateDirectories: true)
        for (index, file) in files.prefix(16).enumerated() {
            try manager.copyItem(atPath: folder.path + "/" + file, toPath: photos + "/face-\(index).jpg")
        }
        #expect(try manager.contentsOfDirectory(atPath: photos).count == 16)
        #expect(chmod(photos + "/face-3.jpg", 0) == 0)
        let home = folder.path + "/home"
        try manager.createDirectory(atPath: home, withIntermediateDirectories: true)
        var wrapper: [String] = []
        if geteuid() == 0 {
            let nobody: UInt32 = 65534
            #expect(chown(home, nobody, nobody) == 0)
            // The checkout may lie where only root may go.
            let program = folder.path + "/maeface"
            try manager.copyItem(atPath: Program.path, toPath: program)
            wrapper = [
                "/usr/bin/setpriv", "--reuid=\(nobody)", "--regid=\(nobody)", "--clear-groups", "--no-new-privs",
                program,
            ]
        }
        let path = try folder.write("photos.json5", session(photos))
        let result = try Program.run(
            ["train", path, "--home", home + "/runs"], environment: ["HOME": home], wrapper: wrapper)
        #expect(result.status == 0, "\(result.talk)")
        let skips = try RunStore.open(home: home + "/runs").events(of: 1, kind: .skip).map(\.message)
        #expect(skips.count == 1)
        #expect(skips.first?.contains("face-3.jpg") == true)
        #expect(skips.first?.contains("Permission denied") == true, "\(skips)")
        #expect(result.output.contains("images skipped") && result.output.contains(" 1\n"), "\(result.output)")
    }

    @Test("A folder of nothing but bad files ends with exit 3 and a sentence, and keeps no run")
    func allBad() throws {
        let folder = try TemporaryFolder()
        let photos = folder.path + "/photos"
        try FileManager.default.createDirectory(atPath: photos, withIntermediateDirectories: true)
        for index in 0..<20 {
            _ = FileManager.default.createFile(atPath: photos + "/\(index).jpg", contents: Data("not a photo".utf8))
        }
        let path = try folder.write("photos.json5", session(photos))
        let result = try Program.run(["train", path, "--home", folder.path + "/runs"])
        #expect(result.status == 3)
        #expect(result.talk.contains("20 of 20"), "\(result.talk)")
        #expect(try RunStore.open(home: folder.path + "/runs").runs().isEmpty)
    }

    @Test("A missing folder, an empty folder and a broken session end with exit 3 and name what to mend")
    func missing() throws {
        let folder = try TemporaryFolder()
        let home = ["--home", folder.path + "/runs"]
        let missing = try Program.run(
            ["train", try folder.write("a.json5", session(folder.path + "/nowhere"))] + home)
        #expect(missing.status == 3)
        #expect(missing.talk.contains("nowhere"))
        try FileManager.default.createDirectory(atPath: folder.path + "/none", withIntermediateDirectories: true)
        let empty = try Program.run(["train", try folder.write("b.json5", session(folder.path + "/none"))] + home)
        #expect(empty.status == 3)
        #expect(empty.talk.contains("no JPEG or PNG"))
        let text = session("/tmp").replacingOccurrences(of: "epochs: 2", with: "epoch: 2")
        let broken = try Program.run(["train", try folder.write("c.json5", text)] + home)
        #expect(broken.status == 3)
        #expect(broken.talk.contains("epochs"))
    }
}
