import Foundation
import Images
import RenderedFaces
import Synchronization
import Testing

@testable import Datasets

@Suite struct RenderedFaceFilesTests {
    private func withFolder(_ body: (URL) throws -> Void) throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "rendered-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: folder) }
        try body(folder)
    }

    private func files(_ folder: URL) throws -> [String: Data] {
        var found: [String: Data] = [:]
        for path in try FileManager.default.subpathsOfDirectory(atPath: folder.path) where path.contains(".") {
            found[path] = FileManager.default.contents(atPath: folder.appending(path: path).path)
        }
        return found
    }

    @Test func aSetIsFoldersOfPhotographsAndProgressCountsThem() throws {
        try withFolder { folder in
            let seen = Mutex<[Int]>([])
            try RenderedFaces.write(to: folder.path, identities: 3, photosPerIdentity: 2, side: 40, seed: 4) {
                done, total in
                #expect(total == 6)
                seen.withLock { $0.append(done) }
            }
            #expect(seen.withLock { $0 } == Array(1...6))
            let written = try files(folder)
            #expect(
                written.keys.sorted()
                    == (0..<3).flatMap { person in
                        (0..<2).map { "identity-00\(person)/photo-00\($0).jpg" }
                    })
            let parameters = RenderedFaces.parameters(seed: 4, identity: 2, photo: 1)
            let rendered = RenderedFaces.render(parameters, side: 40)
            let decoded = try decodeImage(folder.appending(path: "identity-002/photo-001.jpg").path)
            #expect(decoded.width == 40 && decoded.channels == 3)
            let error = zip(decoded.pixels, rendered.pixels).reduce(0) { $0 + abs(Int($1.0) - Int($1.1)) }
            #expect(Double(error) / Double(rendered.pixels.count) < 4)
        }
    }

    @Test func whatIsThereIsKeptAndWhatIsWrongIsReplaced() throws {
        try withFolder { folder in
            func write(seed: UInt64 = 4) throws {
                try RenderedFaces.write(to: folder.path, identities: 2, photosPerIdentity: 2, side: 24, seed: seed)
            }
            try write()
            let first = try files(folder)
            let kept = folder.appending(path: "identity-000/photo-000.jpg")
            // A kept file is not even touched: a byte appended to it stays.
            try #require(FileHandle(forWritingAtPath: kept.path)).appendAndClose([0])
            try Data([1, 2, 3]).write(to: folder.appending(path: "identity-000/photo-001.jpg"))
            try FileManager.default.removeItem(at: folder.appending(path: "identity-001/photo-000.jpg"))
            try write()
            var again = try files(folder)
            let touched = again.removeValue(forKey: "identity-000/photo-000.jpg")
            #expect(touched?.count == (first["identity-000/photo-000.jpg"]?.count ?? 0) + 1)
            #expect(again == first.filter { $0.key != "identity-000/photo-000.jpg" })
            try write(seed: 5)
            #expect(try Set(files(folder).values).isDisjoint(with: first.values))
        }
    }

    @Test func aFolderThatCannotBeMadeIsAnErrorWithItsPath() throws {
        try withFolder { folder in
            try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
            let file = folder.appending(path: "file")
            try Data([1]).write(to: file)
            let error = #expect(throws: ImageEncodingError.self) {
                try RenderedFaces.write(
                    to: file.path, identities: 1, photosPerIdentity: 1, side: 8, seed: 1)
            }
            #expect(error?.description.contains(file.path) == true)
        }
    }

    @Test func noPeopleIsAnEmptySet() throws {
        try withFolder { folder in
            try RenderedFaces.write(to: folder.path, identities: 0, photosPerIdentity: 5, side: 8, seed: 1)
            #expect(!FileManager.default.fileExists(atPath: folder.path))
        }
    }
}

extension FileHandle {
    fileprivate func appendAndClose(_ bytes: [UInt8]) throws {
        try seekToEnd()
        try write(contentsOf: Data(bytes))
        try close()
    }
}
