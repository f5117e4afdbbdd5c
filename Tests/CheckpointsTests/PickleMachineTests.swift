import Basics
import Foundation
import Testing

@testable import Checkpoints

@Suite("Reading pickles")
struct PickleMachineTests {
    @Test("Plain values of Python, in every protocol", arguments: 0...5)
    func values(version: Int) throws {
        let bytes = try Array(Data(contentsOf: URL(filePath: Reference.path("values-\(version).pkl"))))
        let (root, heap) = try bytes.withUnsafeBytes { source in
            var machine = PickleMachine(source, path: "w", heap: PickleHeap(budget: 1 << 20))
            let root = try machine.run()
            return (root, machine.heap)
        }
        func value(_ key: String) throws -> PickleValue { try #require(heap.value(key, in: root)) }
        func elements(_ key: String) throws -> [PickleValue] { try #require(heap.elements(of: value(key))) }
        #expect(try value("text") == .text("ünï\\code\n'\""))
        #expect(try value("long") == .text(String(repeating: "x", count: 300)))
        let numbers = [0, -1, 255, 256, 65536, -(1 << 31), 1 << 40, -(1 << 62)].map { PickleValue.integer($0) }
        #expect(try elements("numbers") == numbers + [.largeInteger(isMagic: false)])
        #expect(try elements("floats") == [.float(0.1), .float(-2.5e300), .float(.infinity)])
        #expect(try elements("flags") == [.boolean(true), .boolean(false), .none])
        #expect(try elements("three") == [.integer(1), .integer(2), .integer(3)])
        let shared = try elements("shared")
        #expect(shared[0] == shared[1])
        #expect(heap.elements(of: shared[0]) == [.integer(1), .integer(2)])
        let empty = try elements("empty")
        #expect(heap.elements(of: empty[0]) == [] && heap.elements(of: empty[1]) == [])
        #expect(heap.items(of: empty[2])?.count == 0)
        #expect(try heap.items(of: value("ordered"))?.map(\.key) == [.text("a"), .text("b")])
        #expect(heap.items(of: root)?.last { $0.key == .integer(5) }?.value == .text("number"))
        guard case .object(let number) = try value("options") else {
            Issue.record("the options are no object")
            return
        }
        #expect(heap.objects[number].global == PickleGlobal(module: "argparse", name: "Namespace"))
        #expect(heap.value("lr", in: heap.objects[number].state) == .float(0.5))
    }

    @Test("Operations without what they need are refused")
    func broken() {
        func failure(_ bytes: [UInt8]) -> String? {
            bytes.withUnsafeBytes { source in
                var machine = PickleMachine(source, path: "w", heap: PickleHeap(budget: 1 << 16))
                do {
                    _ = try machine.run()
                    return nil
                } catch {
                    return (error as? FileError)?.message
                }
            }
        }
        #expect(failure(Array("N.".utf8)) == nil)
        #expect(failure(Array(".".utf8)) == "the pickle ends with 0 values, not one")
        #expect(failure(Array("NN.".utf8)) == "the pickle ends with 2 values, not one")
        #expect(failure(Array("(N.".utf8)) == "the pickle ends with 1 values, not one")
        #expect(failure(Array("Na".utf8)) == "the pickle takes a value where none is, at byte 2")
        #expect(failure(Array("N(0.".utf8)) == nil)
        #expect(failure(Array("t".utf8)) == "the pickle closes what it never opened, at byte 1")
        #expect(failure(Array("g7\n.".utf8)) == "the pickle brings back value 7, which it never kept")
        #expect(failure(Array("NNR".utf8)) == "the pickle calls with arguments that are no tuple, before byte 3")
        #expect(failure(Array("}(NNNu".utf8)) == "the pickle has a key without a value before byte 6")
        #expect(failure(Array("N(Ne".utf8)) == "the pickle appends to what is no list, before byte 4")
        #expect(failure(Array("NNNs".utf8)) == "the pickle sets items of what is no dictionary, before byte 4")
        #expect(failure(Array("Ix\n.".utf8)) == "the pickle has the number 'x'")
        #expect(failure([0x80, 9]) == "the pickle is of protocol 9; 0 to 5 are read")
        #expect(failure([0xFF]) == "the pickle has the unknown operation 0xff at byte 0")
        #expect(failure([0x82, 1]) == "the pickle uses extension codes, whose meaning is not in the file")
        #expect(failure([0x97]) == "the pickle refers to buffers that are not in the file")
        #expect(failure([0x8D] + [UInt8](repeating: 0xFF, count: 8))?.hasPrefix("the pickle claims -1 bytes") == true)
        #expect(failure([0x8B, 0xFF, 0xFF, 0xFF, 0x7F])?.hasPrefix("the pickle claims 2147483647 bytes") == true)
        #expect(failure(Array("cos\n".utf8)) == "the pickle ends inside a line; the file was cut off")
        let many = [UInt8](repeating: 0x5D, count: 5000)
        #expect(failure(many)?.hasPrefix("the pickle builds more values than a file of weights has") == true)
    }
}
