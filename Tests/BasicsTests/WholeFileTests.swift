import Foundation
import Testing

@testable import Basics

@Suite struct WholeFileTests {
    private func withFolder(_ body: (String) throws -> Void) throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "whole-file-\(UUID().uuidString)").path
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        try body(folder)
    }

    private func names(_ folder: String) throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: folder).sorted()
    }

    @Test("A file is written whole or not at all, synced or not", arguments: [true, false])
    func wholeOrNotAtAll(isSynced: Bool) throws {
        try withFolder { folder in
            let path = folder + "/picture.png"
            try WholeFile.write([1, 2, 3], to: path, isSynced: isSynced)
            try WholeFile.write([4, 5], to: path, isSynced: isSynced)
            #expect(FileManager.default.contents(atPath: path) == Data([4, 5]))
            #expect(try names(folder) == ["picture.png"])
            let error = #expect(throws: FileError.self) { try WholeFile.write([1], to: folder + "/absent/a.png") }
            #expect(
                error?.description
                    == "\(folder)/absent/a.png: cannot be written in \(folder)/absent: No such file or directory")
            #expect(throws: FileError.self) { try WholeFile.write([1], to: folder + "/") }
        }
    }

    @Test("A reader sees the old content until the new one is whole; an abandoned file leaves nothing")
    func untilFinished() throws {
        try withFolder { folder in
            let path = folder + "/a"
            try WholeFile.write([1], to: path)
            var file = try WholeFile(path: path, byteCount: 2)
            try file.append([2])
            #expect(FileManager.default.contents(atPath: path) == Data([1]))
            file.abandon()
            #expect(try names(folder) == ["a"])
            #expect(FileManager.default.contents(atPath: path) == Data([1]))
        }
    }

    @Test("Only files that cannot be made again are synced")
    func syncing() throws {
        try withFolder { folder in
            var calls = FileCalls()
            nonisolated(unsafe) var syncs = 0
            calls.sync = { _ in
                syncs += 1
                return 0
            }
            for isSynced in [true, false] {
                var file = try WholeFile(path: folder + "/a", byteCount: 1, calls: calls)
                try file.append([1])
                try file.finish(isSynced: isSynced)
            }
            #expect(syncs == 1)
        }
    }

    @Test("What killed writers left is removed, and nothing else")
    func leftovers() throws {
        try withFolder { folder in
            for name in [".a.safetensors.12.partial", ".e.partial", "b.partial", ".c", "d"] {
                try WholeFile.write([1], to: folder + "/" + name)
            }
            // A writer that goes away without a word.
            var killed = try WholeFile(path: folder + "/f", byteCount: 1)
            try killed.append([1])
            WholeFile.removeLeftovers(in: folder)
            WholeFile.removeLeftovers(in: folder + "/nowhere")
            #expect(try names(folder) == [".c", "b.partial", "d"])
            killed.abandon()
        }
    }
}
