import Archives
import Basics
import Foundation
import TestSupport
import Testing

@testable import Checkpoints

/// Writes pickles by hand.
struct Pickle {
    var bytes: [UInt8] = [0x80, 2]

    static func text(_ text: String) -> [UInt8] { [0x8C, UInt8(text.utf8.count)] + Array(text.utf8) }
    static func integer(_ value: Int) -> [UInt8] {
        [0x8A, 8] + (0..<8).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
    }
    static func global(_ module: String, _ name: String) -> [UInt8] { Array("c\(module)\n\(name)\n".utf8) }

    /// `{"w": tensor}` of single precision.
    static func tensor(
        offset: Int = 0, shape: [Int], strides: [Int], count: Int, storage: String = "FloatStorage", key: String = "0"
    ) -> [UInt8] {
        func tuple(_ numbers: [Int]) -> [UInt8] { [0x28] + numbers.flatMap(integer) + [0x74] }
        let identity = [0x28] + text("storage") + global("torch", storage) + text(key) + text("cpu") + integer(count)
        return global("torch._utils", "_rebuild_tensor_v2") + [0x28] + identity + [0x74, 0x51] + integer(offset)
            + tuple(shape) + tuple(strides) + [0x89] + global("collections", "OrderedDict") + [0x29, 0x52, 0x74, 0x52]
    }

    static func dictionary(_ items: [(String, [UInt8])]) -> [UInt8] {
        [0x80, 2, 0x7D, 0x28] + items.flatMap { text($0.0) + $0.1 } + [0x75, 0x2E]
    }
}

/// Writes zip archives by hand, honest ones and others.
struct Zip {
    struct Entry {
        var name: String
        var content: [UInt8]
        var method = 0
        var size: Int?
        var offset: Int?
        var flags = 0
        var localName: String?
    }

    static func archive(_ entries: [Entry], count: Int? = nil, directoryOffset: Int? = nil) -> [UInt8] {
        var (body, directory) = ([UInt8](), [UInt8]())
        func half(_ value: Int) -> [UInt8] { (0..<2).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) } }
        func word(_ value: Int) -> [UInt8] { (0..<4).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) } }
        for entry in entries {
            let offset = body.count
            let sum = Int(entry.content.withUnsafeBytes { Inflation.checksum($0) })
            let sizes = word(sum) + word(entry.content.count) + word(entry.size ?? entry.content.count)
            let local = Array((entry.localName ?? entry.name).utf8)
            body += [0x50, 0x4B, 3, 4] + half(20) + half(entry.flags) + half(entry.method) + word(0) + sizes
            body += half(local.count) + half(0) + local + entry.content
            directory += [0x50, 0x4B, 1, 2] + half(20) + half(20) + half(entry.flags) + half(entry.method) + word(0)
            directory += sizes + half(entry.name.utf8.count) + half(0) + half(0) + half(0) + half(0) + word(0)
            directory += word(entry.offset ?? offset) + Array(entry.name.utf8)
        }
        let number = count ?? entries.count
        return body + directory + [0x50, 0x4B, 5, 6] + half(0) + half(0) + half(number) + half(number)
            + word(directory.count) + word(directoryOffset ?? body.count) + half(0)
    }

    /// A file of PyTorch with this pickle and storages.
    static func torch(_ pickle: [UInt8], _ storages: [String: [UInt8]] = ["0": [UInt8](repeating: 0, count: 16)])
        -> [UInt8]
    {
        archive(
            [Entry(name: "a/data.pkl", content: pickle)]
                + storages.sorted { $0.key < $1.key }.map { Entry(name: "a/data/\($0.key)", content: $0.value) })
    }
}

@Suite("Hostile and broken files are refused with a sentence")
struct HostileFileTests {
    /// What opening and reading says, without the path; "read" and the names when nothing is wrong.
    func failure(_ bytes: [UInt8], name: String = "w.pth", checks: Bool = false) throws -> String {
        let folder = try TemporaryFolder()
        let path = try folder.write(name, bytes)
        do {
            let file = try WeightsFile(path: path, verifiesChecksums: checks)
            for tensor in file.tensors { _ = file.floats(of: tensor) }
            return "read " + file.tensors.map(\.name).joined(separator: ",")
        } catch {
            #expect(!error.message.isEmpty && !error.message.contains("\n"))
            return String(error.description.dropFirst(path.count + 2))
        }
    }

    let four = Pickle.tensor(shape: [2, 2], strides: [2, 1], count: 4)

    @Test("The hand-made file that the others are changes of is read")
    func honest() throws {
        #expect(try failure(Zip.torch(Pickle.dictionary([("w", four)]))) == "read w")
    }

    @Test(
        "A pickle that calls into the system",
        arguments: [
            ("os", "system"), ("posix", "system"), ("subprocess", "Popen"), ("builtins", "eval"),
            ("__builtin__", "exec"), ("runpy", "_run_code"), ("os.path", "join"),
        ])
    func attack(module: String, name: String) throws {
        let call = Pickle.global(module, name) + [0x28] + Pickle.text("touch /tmp/owned") + [0x74, 0x52]
        let expected =
            "is an attack, or damaged: reading it in Python would call \(module).\(name). Nothing of it was run; "
            + "delete it, and load no other file of that origin in Python"
        #expect(try failure(Zip.torch(Pickle.dictionary([("w", four), ("x", call)]))) == expected)
        // The same through the operations of other protocols.
        let stacked = Pickle.text(module) + Pickle.text(name) + [0x93] + Pickle.text("x") + [0x85, 0x52]
        #expect(try failure(Zip.torch(Pickle.dictionary([("x", stacked)]))) == expected)
        let instance = [0x28] + Pickle.text("x") + Array("i\(module)\n\(name)\n".utf8)
        #expect(try failure(Zip.torch(Pickle.dictionary([("x", instance)]))) == expected)
        let object = [0x28] + Pickle.global(module, name) + Pickle.text("x") + [0x6F]
        #expect(try failure(Zip.torch(Pickle.dictionary([("x", object)]))) == expected)
        let fresh = Pickle.global(module, name) + Pickle.text("x") + [0x85, 0x81]
        #expect(try failure(Zip.torch(Pickle.dictionary([("x", fresh)]))) == expected)
        // And as a file of the old format, whose first pickle is the attack.
        #expect(try failure([0x80, 2] + call + [0x2E]) == expected)
    }

    @Test("Classes that nobody knows are left as names, and said")
    func unknownClasses() throws {
        let folder = try TemporaryFolder()
        let thing = Pickle.global("mmcv.config", "Config") + [0x29, 0x81, 0x7D, 0x62]
        let path = try folder.write(
            "w.pth",
            Zip.torch(Pickle.dictionary([("state_dict", [0x7D] + Pickle.text("w") + four + [0x73]), ("c", thing)])))
        let file = try WeightsFile(path: path)
        #expect(file.notBuilt == ["mmcv.config.Config"])
        #expect(file.beside == ["c (mmcv.config.Config)"])
        #expect(file.tensors.map(\.name) == ["w"])
    }

    @Test("Containers that contain themselves")
    func recursion() throws {
        let expected = "the pickle has a container that contains itself, which no file of weights needs"
        // d = {}; d["d"] = d
        #expect(
            try failure(Zip.torch([0x80, 2, 0x7D, 0x71, 0] + Pickle.text("d") + [0x68, 0, 0x73, 0x2E])) == expected)
        // l = []; l.append(l); {"w": tensor, "l": l}
        let list: [UInt8] = [0x5D, 0x71, 0, 0x68, 0, 0x61]
        #expect(try failure(Zip.torch(Pickle.dictionary([("w", four), ("l", list)]))) == expected)
        // A tuple inside a list inside itself.
        let tuple: [UInt8] = [0x5D, 0x71, 0, 0x68, 0, 0x85, 0x61]
        #expect(try failure(Zip.torch(Pickle.dictionary([("w", four), ("l", tuple)]))) == expected)
    }

    @Test("A million lists inside each other are no recursion here")
    func deepNesting() throws {
        let deep = [UInt8](repeating: 0x5D, count: 100_000) + [UInt8](repeating: 0x61, count: 99_999)
        #expect(
            try failure(Zip.torch(Pickle.dictionary([("l", deep), ("w", four)]))).hasPrefix("nests its dictionaries"))
        let marks = [UInt8](repeating: 0x28, count: 40_000_000)
        #expect(
            try failure(Zip.torch([0x80, 2] + marks + [0x2E])).hasPrefix(
                "the pickle builds more values than a file of weights has"))
    }

    @Test("Dictionaries that double at every level cost no more than their bytes")
    func doubling() throws {
        // d0 = {"w": tensor}; d(n+1) = {"a": dn, "b": dn}
        var pickle: [UInt8] = [0x80, 2, 0x7D] + Pickle.text("w") + four + [0x73, 0x71, 0]
        for level in 0..<30 {
            let inner: [UInt8] = [0x68, UInt8(level)]
            pickle += [0x7D, 0x28] + Pickle.text("a") + inner + Pickle.text("b") + inner
            pickle += [0x75, 0x71, UInt8(level + 1)]
        }
        // Only the last stays on the stack.
        let drop = pickle + [0x2E]
        let refused = try failure(Zip.torch(drop))
        #expect(refused.contains("values") || refused.contains("bytes"), "\(refused)")
    }

    @Test("Shapes, strides and offsets that the storage does not hold")
    func shapes() throws {
        func tensor(_ shape: [Int], _ strides: [Int], offset: Int = 0, count: Int = 4) throws -> String {
            let tensor = Pickle.tensor(offset: offset, shape: shape, strides: strides, count: count)
            return try failure(Zip.torch(Pickle.dictionary([("w", tensor)])))
        }
        #expect(
            try tensor([1 << 60], [1])
                == "tensor \"w\" claims 1152921504606846976 elements (1152921504606846976), but its storage holds 4; "
                + "the file is damaged")
        #expect(
            try tensor([1 << 60], [0])
                == "tensor \"w\" claims 1152921504606846976 elements (1152921504606846976) of a storage of 4")
        #expect(try tensor([1 << 32, 1 << 32], [1 << 32, 1]).contains("claims the impossible shape"))
        #expect(try tensor([1 << 62], [1 << 62]).contains("claims the impossible shape"))
        #expect(try tensor([2, 2], [2, 1], offset: 1).contains("claims 4 elements (2 × 2), but its storage holds 4"))
        #expect(try tensor([2, 2], [2, 1], offset: -1).contains("has the impossible shape"))
        #expect(try tensor([-2, -2], [2, 1]).contains("has the impossible shape"))
        #expect(try tensor([4], [-1], offset: 3).contains("has the impossible shape"))
        #expect(try tensor([4], [1, 1]).contains("has the impossible shape"))
        #expect(try tensor([2, 2], [1, 1], count: 1 << 60) == "read w")
        #expect(try tensor([0, 1 << 40, 1 << 40], [1, 1, 1]) == "read w")
        #expect(
            try tensor([Int](repeating: 1, count: 65), [Int](repeating: 1, count: 65))
                == "holds no tensors; it holds w (torch._utils._rebuild_tensor_v2)")
    }

    @Test("Zip entries that overlap, lie outside, or say two things")
    func zips() throws {
        let pickle = Pickle.dictionary([("w", four)])
        let main = Zip.Entry(name: "a/data.pkl", content: pickle)
        let data = Zip.Entry(name: "a/data/0", content: [UInt8](repeating: 0, count: 16))
        func with(_ change: (inout Zip.Entry) -> Void) -> [UInt8] {
            var entry = data
            change(&entry)
            return Zip.archive([main, entry])
        }
        #expect(try failure(with { _ in }) == "read w")
        #expect(
            try failure(with { $0.offset = 0 })
                == "names \"a/data/0\" otherwise in its directory than at the entry itself")
        #expect(
            try failure(
                with {
                    $0.name = "a/data.pkl"; $0.offset = 0; $0.content = pickle
                })
                == "has entries that overlap (\"a/data.pkl\" and \"a/data.pkl\"), as no honest archive has")
        #expect(
            try failure(with { $0.offset = 1 << 30 })
                == "says that \"a/data/0\" lies at byte 1073741824, where no entry begins")
        #expect(try failure(with { $0.size = 17 }) == "gives \"a/data/0\" two sizes, 16 and 17 bytes")
        #expect(try failure(with { $0.flags = 1 }) == "its entry a/data/0 is encrypted")
        #expect(
            try failure(with { $0.method = 14 })
                == "its entry a/data/0 is packed by method 14; stored and deflated are read")
        #expect(
            try failure(
                with {
                    $0.method = 8; $0.size = 16
                }) == "its entry a/data/0 is damaged: it cannot be unpacked")
        #expect(
            try failure(
                with {
                    $0.method = 8; $0.size = 1 << 31
                })
                == "its entry a/data/0 claims 2147483648 bytes from 16, which is no weights")
        #expect(
            try failure(with { $0.localName = "a/data/1" })
                == "names \"a/data/0\" otherwise in its directory than at the entry itself")
        #expect(try failure(Zip.archive([main, data, data])) == "holds two entries named \"a/data/0\"")
        #expect(
            try failure(Zip.archive([main, data], count: 9000)) == "claims 9000 entries in a directory of too few bytes"
        )
        #expect(
            try failure(Zip.archive([main, data], directoryOffset: 1 << 29))
                == "has a directory that points outside of it")
        #expect(try failure(Zip.archive([main])) == "lacks the entry data/0, where tensors should lie")
        #expect(
            try failure(Array(Zip.archive([main, data]).dropLast()))
                == "begins as a zip archive but has no directory at its end; the download was cut off, or the disk was full"
        )
        // An entry whose bytes reach into the directory.
        var reaching = Zip.archive([main, data])
        let place = reaching.count - 22 - (46 + 8) + 20
        for index in [place, place + 4] { reaching[index] = 0xFF }
        #expect(try failure(reaching).contains("which is outside of it"))
    }

    @Test("Deflated entries of more bytes than they say, fewer, or damaged")
    func deflation() throws {
        let pickle = Pickle.dictionary([("w", four)])
        let packed: [UInt8] = [0x63, 0x60, 0xC0, 0x0F, 0x00]
        func archive(_ size: Int, _ content: [UInt8]) -> [UInt8] {
            Zip.archive([
                Zip.Entry(name: "a/data.pkl", content: pickle),
                Zip.Entry(name: "a/data/0", content: content, method: 8, size: size),
            ])
        }
        // 32 zeros, packed.
        #expect(try failure(archive(32, packed)) == "read w")
        let damaged = "its entry a/data/0 is damaged: it cannot be unpacked"
        #expect(try failure(archive(31, packed)) == damaged)
        #expect(try failure(archive(33, packed)) == damaged)
        #expect(try failure(archive(32, packed.dropLast(3))) == damaged)
        #expect(try failure(archive(0, packed)) == damaged)
    }

    @Test("Checksums are compared when asked for")
    func checksums() throws {
        var bytes = Zip.torch(Pickle.dictionary([("w", four)]))
        let data = bytes.count - 22 - (46 + 10) - (46 + 8) - 1
        bytes[data] ^= 1
        #expect(try failure(bytes) == "read w")
        #expect(
            try failure(bytes, checks: true)
                == "its entry a/data/0 is damaged: its checksum is not that of its bytes; copy the file again")
        var full = try Array(Data(contentsOf: URL(filePath: Reference.path("deflated.pth"))))
        #expect(try failure(full, checks: true).hasPrefix("read"))
        full[full.count / 2] ^= 0x10
        #expect(try failure(full, checks: true).contains("is damaged"))
    }

    @Test("Other things with the name of a file of weights are recognised")
    func foreign() throws {
        func contents(_ name: String) throws -> [UInt8] {
            try Array(Data(contentsOf: URL(filePath: Reference.path(name))))
        }
        #expect(
            try failure(contents("script.pt"))
                == "is a TorchScript archive, a program with its weights, which is not run here; in Python, save "
                + "`torch.jit.load(FILE).state_dict()` with `torch.save`")
        #expect(
            try failure(Array("version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 430000000\n".utf8))
                == "is a Git LFS pointer, not the weights; fetch them with `git lfs pull`")
        #expect(
            try failure(Array("\n<!DOCTYPE html><html><title>Google Drive - Quota exceeded</title>".utf8))
                == "is a web page, not the weights; the download was answered with an error or a login page")
        #expect(
            try failure([UInt8](repeating: 0, count: 4096))
                == "is all zeros, as a download that never finished leaves it; download it again")
        #expect(try failure([0x80, 2, 0x7D, 0x2E]).hasPrefix("is a Python pickle, but not one of `torch.save`"))
        #expect(
            try failure(Zip.archive([Zip.Entry(name: "arr_0.npy", content: [1])]))
                == "is a NumPy archive (.npz), not weights of PyTorch")
        #expect(
            try failure(Zip.archive([Zip.Entry(name: "mae/model.pth", content: [1])]))
                == "is a zip archive that holds mae/model.pth; unpack it first")
        #expect(try failure(Array("hello, weights".utf8)).hasPrefix("is no file of weights that is known here"))
        #expect(try failure([]) == "is empty")
    }

    @Test(
        "Truncated files are refused, wherever they are cut",
        arguments: [
            "full.pth", "deflated.pth", "types-legacy.pth", "encoder.pth", "first-format.tar",
            "huggingface.safetensors",
        ])
    func truncated(name: String) throws {
        let whole = try Array(Data(contentsOf: URL(filePath: Reference.path(name))))
        let cuts = stride(from: 1, to: whole.count - (name.hasSuffix(".tar") ? 10240 : 512), by: whole.count / 60)
        for cut in cuts {
            let said = try failure(Array(whole.prefix(cut)))
            #expect(!said.hasPrefix("read"), "\(cut) of \(whole.count): \(said)")
        }
        let late = try failure(Array(whole.prefix(whole.count * 3 / 4)))
        #expect(late.contains("cut off"), "\(late)")
    }

    @Test("Shards that are missing, elsewhere, or without the tensor")
    func shards() throws {
        let folder = try TemporaryFolder()
        func index(_ map: String) throws -> String {
            let path = try folder.write(
                "m.safetensors.index.json", Array("{\"metadata\":{\"total_size\":1},\"weight_map\":{\(map)}}".utf8))
            let error = #expect(throws: FileError.self) { try WeightsFile(path: path) }
            return error?.message ?? ""
        }
        #expect(
            try index("\"w\":\"model-1.safetensors\"")
                == "its shard model-1.safetensors cannot be opened: No such file or directory")
        #expect(
            try index("\"w\":\"../secret\"") == "names the shard \"../secret\", which is not in its own folder")
        #expect(
            try index("\"w\":\"m.safetensors.index.json\"")
                == "names another index, m.safetensors.index.json, as a shard")
        _ = try folder.write(
            "s", safetensors("{\"a\":{\"dtype\":\"U8\",\"shape\":[1],\"data_offsets\":[0,1]}}", dataBytes: 1))
        #expect(try index("\"w\":\"s\"") == "says that \"w\" is in s, which has no such tensor")
        #expect(try index("") == "holds no tensors")
        #expect(try index("\"w\":1") == "does not name the shard of \"w\" with a text")
        #expect(
            try index("\"w\":\"s\",\"w\":\"s\"")
                == "line 1, column 52: the key `w` is written twice; it is already on line 1")
        let deep = String(repeating: "[", count: 20) + String(repeating: "]", count: 20)
        #expect(try index("},\"x\":\(deep),\"y\":{").contains("nest deeper than 16 levels"))
        let long = String(repeating: " ", count: 9 << 20)
        #expect(try index(long) == "has 9 MiB of JSON; at most 8 are read")
    }
}
