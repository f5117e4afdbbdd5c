import Archives
import Foundation
import TestSupport
import Testing

@testable import Checkpoints

/// Files that PyTorch wrote, and what it reads from them.
enum Reference {
    struct Tensor: Decodable {
        let shape: [Int]
        let type: String
        let digest: String
    }

    static let folder = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Reference")
    static let expected = table("expected.json", as: [String: [String: Tensor]].self)
    static let names = expected.keys.sorted()

    static func path(_ name: String) -> String { folder.appending(path: name).path }

    static func table<Value: Decodable>(_ name: String, as type: Value.Type) -> Value {
        do {
            return try JSONDecoder().decode(type, from: Data(contentsOf: folder.appending(path: name)))
        } catch {
            fatalError("\(name): \(error)")
        }
    }

    /// CRC-32 of the bytes forwards and backwards, as the generator computes it.
    static func digest(_ bytes: UnsafeRawBufferPointer) -> String {
        let backwards = Array(bytes.reversed())
        return backwards.withUnsafeBytes {
            String(format: "%08x%08x", Inflation.checksum(bytes), Inflation.checksum($0))
        }
    }

    /// Whether a file's tensors are exactly those expected, to the bit; says which are not.
    static func compare(_ file: WeightsFile, _ expected: [String: Tensor]) {
        #expect(Set(file.tensors.map(\.name)) == Set(expected.keys))
        for tensor in file.tensors {
            guard let wanted = expected[tensor.name] else { continue }
            #expect(tensor.shape == wanted.shape, "\(tensor.name)")
            #expect(TorchTypes.name(of: tensor.type) == wanted.type, "\(tensor.name)")
            #expect(file.withBytes(of: tensor) { digest($0) } == wanted.digest, "\(tensor.name)")
        }
    }
}

@Suite("Reading files of weights")
struct WeightsFileTests {
    @Test("Every form reads as PyTorch reads it, to the bit", arguments: Reference.names)
    func forms(name: String) throws {
        let file = try WeightsFile(path: Reference.path(name), verifiesChecksums: true)
        Reference.compare(file, Reference.expected[name] ?? [:])
        #expect(file.unread.isEmpty)
        for tensor in file.tensors {
            // The conversion goes its own way through strided tensors.
            let floats = file.floats(of: tensor)
            let again = file.withBytes(of: tensor) { bytes in
                [Float](unsafeUninitializedCapacity: tensor.count) { buffer, count in
                    tensor.type.convert(bytes, to: UnsafeMutableBufferPointer(rebasing: buffer[..<tensor.count]))
                    count = tensor.count
                }
            }
            #expect(floats.map(\.bitPattern) == again.map(\.bitPattern))
        }
    }

    @Test("The detector's file, in the format before 1.6: all 300 tensors, to the bit")
    func detector() throws {
        guard let shared = SharedData.path else {
            print("skipped: \(SharedData.missing)")
            return
        }
        let file = try WeightsFile(path: shared + "/detector/mobilenet0.25_Final.pth")
        #expect(file.format == .torchLegacy)
        #expect(file.tensors.count == 300)
        Reference.compare(file, Reference.table("detector.json", as: [String: Reference.Tensor].self))
    }

    @Test("The weights are found among what training keeps beside them, and that is said")
    func beside() throws {
        let full = try WeightsFile(path: Reference.path("full.pth"))
        #expect(full.format == .torchZip)
        #expect(full.part == "model")
        #expect(full.beside == ["optimizer (6 tensors)", "epoch 799", "scaler", "args (argparse.Namespace)"])
        #expect(full.metadata["model"] == "mae_vit_micro_patch4")
        #expect(full.metadata["lr"] == "0.0024")
        #expect(full.notBuilt.isEmpty)
        let legacy = try WeightsFile(path: Reference.path("legacy.pth.tar"))
        #expect(legacy.format == .torchLegacy)
        #expect(legacy.part == "state_dict")
        #expect(legacy.beside == ["epoch 3", "arch 'mae'"])
        let teacher = try WeightsFile(path: Reference.path("teacher.pth"))
        #expect(teacher.part == "teacher")
        #expect(teacher.beside == ["student (2 tensors)", "epoch 2"])
        #expect(try WeightsFile(path: Reference.path("first-format.tar")).format == .torchTar)
        #expect(try WeightsFile(path: Reference.path("compiled.pth")).part == "")
        let module = try WeightsFile(path: Reference.path("module.pth"))
        #expect(module.notBuilt.contains("reference.MaskedAutoencoder"))
    }

    @Test("Tied tensors and views share the bytes of their storage")
    func sharing() throws {
        for name in ["types.pth", "types-legacy.pth"] {
            let file = try WeightsFile(path: Reference.path(name))
            let (a, b) = (try #require(file["tied_a"]), try #require(file["tied_b"]))
            #expect(a.storage == b.storage)
            let addresses = [a, b].map { file.withBytes(of: $0) { $0.baseAddress } }
            #expect(addresses[0] == addresses[1])
            #expect(file["every_other"]?.storage == file["offset"]?.storage)
            #expect(file["expanded"]?.shape == [3, 2])
            #expect(file.floats(of: try #require(file["expanded"])) == [1, 2, 1, 2, 1, 2])
        }
    }

    @Test("A folder stands for the usual file in it")
    func folder() throws {
        let file = try WeightsFile(path: Reference.path("sharded"))
        #expect(file.format == .index)
        #expect(file.path.hasSuffix("model.safetensors.index.json"))
    }

    @Test("A checkpoint of this program: the moments are beside the weights")
    func moments() throws {
        let folder = try TemporaryFolder()
        var writer = SafetensorsWriter(metadata: ["maeface.heads": "3"])
        try [Float(1), 2].withUnsafeBufferPointer {
            writer.add("norm.weight", shape: [2], values: $0)
            writer.add("optimizer.first.norm.weight", shape: [2], values: $0)
            writer.add("optimizer.second.norm.weight", shape: [2], values: $0)
            try writer.write(to: folder.file("c.safetensors"))
        }
        let file = try WeightsFile(path: folder.file("c.safetensors"))
        #expect(file.tensors.map(\.name) == ["norm.weight"])
        #expect(file.beside == ["optimizer (2 tensors)"])
        #expect(file.metadata["maeface.heads"] == "3")
    }
}
