import Basics
import Foundation
import TestSupport
import Testing

@testable import Checkpoints

@Suite("Writing safetensors")
struct SafetensorsWriterTests {
    /// Writes two tensors with the values 0, 1, ... and returns the file's size.
    @discardableResult
    func write(_ path: String, first: Float = 0, calls: FileCalls = FileCalls()) throws -> Int64 {
        let values = (0..<6).map { first + Float($0) }
        let bytes: [UInt8] = [1, 0, 1]
        return try values.withUnsafeBufferPointer { values in
            try bytes.withUnsafeBytes { bytes in
                var writer = SafetensorsWriter(metadata: ["format": "pt", "a\"b": "ü\n"])
                writer.add("mask", type: .boolean, shape: [3], bytes: bytes)
                writer.add("w\\1", shape: [2, 3], values: values)
                let size = Int64(writer.byteCount)
                let written = try writer.write(to: path, calls: calls)
                #expect(written == size)
                return written
            }
        }
    }

    @Test("What was written reads back, aligned, and the same every time")
    func roundTrip() throws {
        let folder = try TemporaryFolder()
        let size = try write(folder.file("w.safetensors"))
        #expect(folder.names == ["w.safetensors"])
        let file = try SafetensorsFile(path: folder.file("w.safetensors"))
        #expect(file.byteCount == Int(size))
        #expect(file.metadata == ["format": "pt", "a\"b": "ü\n"])
        // Wider types come first, so that each is aligned.
        #expect(file.tensors.map(\.name) == ["w\\1", "mask"])
        #expect(file.tensors[0].bytes.lowerBound.isMultiple(of: 64))
        #expect(file.floats(of: file.tensors[0]) == [0, 1, 2, 3, 4, 5])
        #expect(file.floats(of: file.tensors[1]) == [1, 0, 1])
        try write(folder.file("again"))
        #expect(try folder.contents("again") == folder.contents("w.safetensors"))
    }

    @Test("Any bits survive, those of NaN too")
    func bits() throws {
        let folder = try TemporaryFolder()
        let values = (0..<5000).map { Float(bitPattern: UInt32(truncatingIfNeeded: $0 &* 2_654_435_761)) }
        try values.withUnsafeBufferPointer {
            var writer = SafetensorsWriter()
            writer.add("x", shape: [5000], values: $0)
            try writer.write(to: folder.file("x"))
        }
        let file = try SafetensorsFile(path: folder.file("x"))
        #expect(file.floats(of: file.tensors[0]).map(\.bitPattern) == values.map(\.bitPattern))
    }

    @Test("A file that Python wrote, read and written again, has the same tensors to the byte")
    func copy() throws {
        let folder = try TemporaryFolder()
        let original = try SafetensorsFile(path: fixtures.appending(path: "types.safetensors").path)
        var copies: [(TensorEntry, [UInt8])] = []
        for tensor in original.tensors { copies.append((tensor, original.withBytes(of: tensor) { Array($0) })) }
        var writer = SafetensorsWriter(metadata: original.metadata)
        var kept: [UnsafeMutableRawBufferPointer] = []
        defer { kept.forEach { $0.deallocate() } }
        for (tensor, bytes) in copies {
            let memory = UnsafeMutableRawBufferPointer.allocate(byteCount: bytes.count, alignment: 8)
            memory.copyBytes(from: bytes)
            kept.append(memory)
            writer.add(tensor.name, type: tensor.type, shape: tensor.shape, bytes: UnsafeRawBufferPointer(memory))
        }
        try writer.write(to: folder.file("copy"))
        let copy = try SafetensorsFile(path: folder.file("copy"))
        #expect(copy.metadata == original.metadata)
        for (tensor, bytes) in copies {
            let other = try #require(copy[tensor.name])
            #expect(other.type == tensor.type && other.shape == tensor.shape)
            #expect(copy.withBytes(of: other) { Array($0) } == bytes)
        }
    }

    @Test("Two tensors of one name are refused")
    func names() throws {
        let folder = try TemporaryFolder()
        let error = #expect(throws: FileError.self) {
            try [Float(1)].withUnsafeBufferPointer {
                var writer = SafetensorsWriter()
                writer.add("x", shape: [1], values: $0)
                writer.add("x", shape: [1], values: $0)
                try writer.write(to: folder.file("x"))
            }
        }
        #expect(error?.message == "cannot hold two tensors named \"x\"")
        #expect(folder.names.isEmpty)
    }

    @Test("A file of nothing is a file")
    func empty() throws {
        let folder = try TemporaryFolder()
        #expect(try SafetensorsWriter().write(to: folder.file("x")) == 64)
        #expect(try SafetensorsFile(path: folder.file("x")).tensors.isEmpty)
    }

    @Test("Short writes are continued")
    func shortWrites() throws {
        let folder = try TemporaryFolder()
        var calls = FileCalls()
        let whole = calls.write
        calls.write = { file, bytes in whole(file, UnsafeRawBufferPointer(rebasing: bytes.prefix(7))) }
        try write(folder.file("w"), calls: calls)
        try write(folder.file("v"))
        #expect(try folder.contents("w") == folder.contents("v"))
    }

    @Test("A disk that fills up keeps the old file, leaves no other, and says so")
    func fullDisk() throws {
        let folder = try TemporaryFolder()
        let path = folder.file("w")
        try write(path)
        let old = try folder.contents("w")
        var calls = FileCalls()
        let whole = calls.write
        nonisolated(unsafe) var written = 0
        calls.write = { file, bytes in
            guard written < 100 else {
                errno = ENOSPC
                return -1
            }
            written += 50
            return whole(file, UnsafeRawBufferPointer(rebasing: bytes.prefix(50)))
        }
        let error = #expect(throws: FileError.self) { try write(path, first: 7, calls: calls) }
        #expect(error?.isOutOfSpace == true)
        #expect(error?.message == "could not be written: No space left on device; make room in \(folder.path)")
        #expect(folder.names == ["w"])
        #expect(try folder.contents("w") == old)
    }

    @Test("Room is looked for before anything is written")
    func noRoom() throws {
        let folder = try TemporaryFolder()
        var calls = FileCalls()
        calls.freeBytes = { _ in 100 }
        let error = #expect(throws: FileError.self) { try write(folder.file("w"), calls: calls) }
        #expect(error?.isOutOfSpace == true)
        #expect(
            error?.message == "needs 219 bytes, but only 100 bytes are free in \(folder.path); make room there")
        #expect(folder.names.isEmpty)
    }

    @Test("A sync that fails is an error, and leaves nothing")
    func syncFails() throws {
        let folder = try TemporaryFolder()
        var calls = FileCalls()
        calls.sync = { _ in
            errno = EIO
            return -1
        }
        let error = #expect(throws: FileError.self) { try write(folder.file("w"), calls: calls) }
        #expect(error?.message == "could not be synced: Input/output error")
        #expect(error?.isOutOfSpace == false)
        #expect(folder.names.isEmpty)
    }

    @Test("A folder that is not there is said")
    func noFolder() {
        let error = #expect(throws: FileError.self) { try write("/nowhere/w") }
        #expect(error?.description == "/nowhere/w: cannot be written in /nowhere: No such file or directory")
    }
}
