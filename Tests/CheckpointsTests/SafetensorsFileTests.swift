import Basics
import Foundation
import TestSupport
import Testing

@testable import Checkpoints

@Suite("Reading safetensors")
struct SafetensorsFileTests {
    struct Expected: Decodable {
        struct Tensor: Decodable {
            let shape: [Int]
            let values: [Float]
        }
        let metadata: [String: String]
        let tensors: [String: Tensor]
    }

    @Test("Every type reads as PyTorch reads it")
    func types() throws {
        let text = try Data(contentsOf: fixtures.appending(path: "expected.json"))
        let expected = try JSONDecoder().decode(Expected.self, from: text)
        let file = try SafetensorsFile(path: fixtures.appending(path: "types.safetensors").path)
        #expect(file.metadata == expected.metadata)
        #expect(Set(file.tensors.map(\.name)) == Set(expected.tensors.keys))
        #expect(file.elementCount == expected.tensors.values.reduce(0) { $0 + $1.values.count })
        for (name, tensor) in expected.tensors {
            let entry = try #require(file[name])
            #expect(entry.shape == tensor.shape)
            #expect(file.floats(of: entry).map(\.bitPattern) == tensor.values.map(\.bitPattern), "\(name)")
        }
    }

    @Test("Values go where the reader wants them, in the shape that it needs")
    func readInto() throws {
        let file = try SafetensorsFile(path: fixtures.appending(path: "plain.safetensors").path)
        var values = [Float](repeating: 0, count: 12)
        try values.withUnsafeMutableBufferPointer { try file.read("a.weight", shape: [3, 4], into: $0) }
        #expect(values[0] == -2)
        #expect(abs(values[11] - -0.086_956_5) < 1e-6)
        let name = file.path
        let missing = #expect(throws: FileError.self) {
            try values.withUnsafeMutableBufferPointer { try file.read("a", shape: [3, 4], into: $0) }
        }
        #expect(missing?.description == "\(name): has no tensor \"a\"")
        let shape = #expect(throws: FileError.self) {
            try values.withUnsafeMutableBufferPointer { try file.read("a.weight", shape: [4, 3], into: $0) }
        }
        #expect(shape?.description == "\(name): tensor \"a.weight\" is 3 × 4, but this model needs 4 × 3")
        let room = #expect(throws: FileError.self) {
            try values.withUnsafeMutableBufferPointer { try file.read("a.bias", shape: [4], into: $0) }
        }
        #expect(room?.description == "\(name): tensor \"a.bias\" has 4 values, but there is room for 12")
    }

    @Test(
        "Half precision, to the bit",
        arguments: [
            (0x0000, 0), (0x8000, -0.0), (0x0001, 0x1p-24), (0x03FF, 0x1.FF8p-15), (0x0400, 0x1p-14), (0x3C00, 1),
            (0xC000, -2), (0x7BFF, 65504), (0x7C00, .infinity), (0xFC00, -.infinity), (0x3555, 0x1.554p-2),
        ] as [(UInt16, Float)])
    func halves(bits: UInt16, value: Float) {
        #expect(ScalarType.float(half: bits).bitPattern == value.bitPattern)
    }

    @Test("A half that is not a number stays one")
    func halfNaN() {
        #expect(ScalarType.float(half: 0x7E01).isNaN)
    }

    func failure(_ bytes: [UInt8]) throws -> String {
        let folder = try TemporaryFolder()
        let path = try folder.write("w", bytes)
        do {
            let file = try SafetensorsFile(path: path)
            return "read \(file.tensors.count)"
        } catch {
            return String(error.description.dropFirst(path.count + 2))
        }
    }

    @Test(
        "Hostile headers are refused with a sentence",
        arguments: [
            ("{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]}}", 8, "read 1"),
            ("{ }  ", 0, "read 0"),
            (
                "{\"a\":{\"shape\":[],\"data_offsets\":[0,4],\"dtype\":\"F32\"}, \"b\":{\"dtype\":\"U8\",\"shape\":[0,9],\"data_offsets\":[4,4]}}",
                4, "read 2"
            ),
            (
                "{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]}}", 7,
                "ends inside tensor \"a\" (69 of at least 70 bytes); the download was cut off, or the disk was full"
            ),
            (
                "{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]}}", 9,
                "has 1 unexplained bytes after its last tensor"
            ),
            (
                "{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[4,12]}}", 12,
                "has 4 unexplained bytes before tensor \"a\""
            ),
            (
                "{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]},\"b\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[4,12]}}",
                12, "tensor \"b\" overlaps the one before it"
            ),
            (
                "{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,4]}}", 4,
                "tensor \"a\" has 4 bytes, but 2 of F32 needs 8"
            ),
            (
                "{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[8,0]}}", 8,
                "tensor \"a\" ends before it begins"
            ),
            (
                "{\"a\":{\"dtype\":\"F32\",\"shape\":[4294967296,4294967296],\"data_offsets\":[0,0]}}", 0,
                "tensor \"a\" claims the impossible shape 4294967296 × 4294967296"
            ),
            (
                "{\"a\":{\"dtype\":\"F4\",\"shape\":[2],\"data_offsets\":[0,1]}}", 1,
                "tensor \"a\" has the type \"F4\", which is not read here"
            ),
            (
                "{\"a\":{\"dtype\":\"F32\",\"shape\":[-2],\"data_offsets\":[0,8]}}", 8,
                "the header is not as it should be: expected a whole number at byte 29"
            ),
            (
                "{\"a\":{\"dtype\":\"F32\",\"shape\":[99999999999999999999],\"data_offsets\":[0,8]}}", 8,
                "the header has a number that is too large at byte 29"
            ),
            (
                "{\"a\":{\"dtype\":\"F32\",\"shape\":[2]}}", 0,
                "the header leaves out dtype, shape or data_offsets of tensor \"a\""
            ),
            (
                "{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0]}}", 0,
                "the header tensor \"a\" needs two data_offsets"
            ),
            ("{\"a\":{\"dtype\":\"F32\",\"dtype\":\"F32\"}}", 0, "the header gives \"dtype\" of tensor \"a\" twice"),
            ("{\"a\":{\"strides\":[1]}}", 0, "the header gives tensor \"a\" the unknown key \"strides\""),
            (
                "{\"a\":{\"dtype\":\"U8\",\"shape\":[0],\"data_offsets\":[0,0]},\"a\":{}}", 0,
                "the header names \"a\" twice"
            ),
            ("{\"__metadata__\":{\"x\":1}}", 0, "the header is not as it should be: expected `\"` at byte 21"),
            ("{\"__metadata__\":{\"x\":\"1\",\"x\":\"2\"}}", 0, "the header names the metadata \"x\" twice"),
            ("{\"a\"", 0, "the header is not as it should be: expected `:` at byte 4"),
            ("{\"a", 0, "the header ends inside a text"),
            ("{\"\\ud800\":{}}", 0, "the header has half of a surrogate pair before byte 8"),
            ("{} x", 0, "the header goes on after its end"),
            ("{{{{{{{{", 0, "the header is not as it should be: expected `\"` at byte 1"),
        ])
    func hostile(json: String, data: Int, expected: String) throws {
        #expect(try failure(safetensors(json, dataBytes: data)) == expected)
    }

    @Test("What is not a safetensors file is recognised")
    func foreign() throws {
        #expect(try failure([]) == "is empty")
        #expect(try failure([1, 2, 3]) == "is too short to be a safetensors file (3 bytes)")
        #expect(
            try failure(Array("version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\nsize 12345\n".utf8))
                == "is a Git LFS pointer, not the weights; fetch them with `git lfs pull`")
        #expect(
            try failure(Array("\n<!DOCTYPE html><html>".utf8))
                == "is a web page, not the weights; the download was answered with an error or a login page")
        #expect(
            try failure(Array("{\"error\":\"Repository not found\"}".utf8))
                == "is an error message of a server, not the weights; download it again")
        #expect(
            try failure(Array("PK\u{03}\u{04}and more bytes".utf8)).hasPrefix("is a zip archive, as PyTorch writes"))
        #expect(try failure([0x80, 0x02, 0x8A, 0x0A, 0x6C, 0xFC, 0x9C, 0x46, 0xF9]).hasPrefix("is a Python pickle"))
        #expect(
            try failure([0x1F, 0x8B] + [UInt8](repeating: 0, count: 20)) == "is compressed with gzip; unpack it first")
        #expect(
            try failure([UInt8](repeating: 0xFF, count: 100))
                == "is not a safetensors file: its first eight bytes are no length of a header")
        #expect(
            try failure([UInt8](repeating: 0, count: 100))
                == "is all zeros, as a download that never finished leaves it; download it again")
        let whole = try Array(Data(contentsOf: fixtures.appending(path: "types.safetensors")))
        #expect(
            try failure(Array(whole.prefix(600)))
                == "ends inside its header (600 of at least 936 bytes); the download was cut off")
        #expect(try failure([0xFF] + whole.dropFirst()).contains("header"))
        let missing = #expect(throws: FileError.self) { try SafetensorsFile(path: "/nowhere/w") }
        #expect(missing?.description == "/nowhere/w: cannot be opened: No such file or directory")
        let folder = #expect(throws: FileError.self) { try SafetensorsFile(path: "/") }
        #expect(folder?.description == "/: is a folder, not a file of weights")
    }

    @Test("3,000 mutations of a file are read, or refused with a sentence")
    func mutations() throws {
        let whole = try Array(Data(contentsOf: fixtures.appending(path: "types.safetensors")))
        let folder = try TemporaryFolder()
        var state: UInt64 = 9
        func noise(_ bound: Int) -> Int {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Int(state >> 33) % bound
        }
        var read = 0
        for _ in 0..<3000 {
            var bytes = whole
            for _ in 0...noise(3) {
                let at = noise(noise(2) == 0 ? 940 : bytes.count) % bytes.count
                switch noise(4) {
                case 0: bytes[at] = UInt8(noise(256))
                case 1: bytes[at] = Array("0123456789[]{},:\"".utf8)[noise(17)]
                case 2: bytes.removeSubrange(at..<min(bytes.count, at + 1 + noise(9)))
                default: bytes.insert(UInt8(0x30 + noise(10)), at: at)
                }
            }
            let path = try folder.write("w", bytes)
            do {
                let file = try SafetensorsFile(path: path)
                let counts = file.tensors.map { file.floats(of: $0).count }
                if counts != file.tensors.map(\.count) { Issue.record("a tensor was not read whole") }
                read += 1
            } catch {
                if error.message.isEmpty { Issue.record("no sentence") }
            }
        }
        #expect(read > 100 && read < 2900)
    }

    @Test("Statistics as PyTorch gives them, without what is not finite")
    func statistics() {
        let all = TensorStatistics([1, 2, 3, 4])
        #expect(all.mean == 2.5)
        #expect(abs((all.standardDeviation ?? 0) - 1.290_994_448_735_806) < 1e-12)
        #expect(all.minimum == 1 && all.maximum == 4 && all.notFinite == 0)
        let some = TensorStatistics([.nan, 3, -.infinity])
        #expect(some.mean == 3 && some.standardDeviation == nil && some.notFinite == 2)
        #expect(TensorStatistics([]).mean == nil)
    }
}
