import Basics

/// Reads a Python pickle of any protocol, 0 to 5, and builds data only.
///
/// A pickle is a program for a small stack machine (Python's `pickletools` describes it). This one knows the operations
/// that put values together. A class or function is a name here: nothing is imported, nothing is called, and a "call"
/// either means data that PyTorch writes this way (`PickleCalls`), or stays an object that knows its name and
/// arguments. There is no recursion, and memory is bounded by a budget.
///
/// Read by hand because no C library reads pickles, and Python runs what their author wrote.
struct PickleMachine {
    private(set) var heap: PickleHeap
    private var bytes: PickleBytes
    /// The tensors that persistent numbers mean, in files that keep tensors apart; else they mean storages.
    var tensorsByNumber: [Int: PickleValue]?
    private var stack: [PickleValue] = []
    private var marks: [Int] = []
    private var memo: [Int: PickleValue] = [:]
    private var deepest = 0

    init(_ source: UnsafeRawBufferPointer, from position: Int = 0, path: String, heap: PickleHeap) {
        bytes = PickleBytes(source, from: position, path: path)
        self.heap = heap
    }

    /// Bytes read so far.
    var position: Int { bytes.position }
    private var path: String { bytes.path }

    /// Runs to the end of the pickle that begins at `position`, and returns its value.
    mutating func run() throws(FileError) -> PickleValue {
        stack.removeAll(keepingCapacity: true)
        marks.removeAll(keepingCapacity: true)
        memo.removeAll(keepingCapacity: true)
        while true {
            let operation = try bytes.byte()
            if operation == UInt8(ascii: ".") {
                guard marks.isEmpty, stack.count == 1 else { throw failure("ends with \(stack.count) values, not one") }
                return stack[0]
            }
            try perform(operation)
        }
    }

    // MARK: The operations

    private mutating func perform(_ operation: UInt8) throws(FileError) {
        switch operation {
        case UInt8(ascii: "("): try mark()
        case UInt8(ascii: "0"): try popMarkOrValue()
        case UInt8(ascii: "1"): _ = try popToMark()
        case UInt8(ascii: "2"): try push(top())
        case 0x80, 0x95: try frame(operation)
        case UInt8(ascii: "N"), 0x88, 0x89, UInt8(ascii: "I"), UInt8(ascii: "J"), UInt8(ascii: "K"),
            UInt8(ascii: "M"), UInt8(ascii: "L"), 0x8A, 0x8B, UInt8(ascii: "F"), UInt8(ascii: "G"):
            try push(bytes.number(operation))
        case UInt8(ascii: "S"), UInt8(ascii: "T"), UInt8(ascii: "U"), UInt8(ascii: "V"), UInt8(ascii: "X"), 0x8C, 0x8D,
            UInt8(ascii: "B"), UInt8(ascii: "C"), 0x8E, 0x96:
            try push(text(bytes.string(operation)))
        case UInt8(ascii: ")"), UInt8(ascii: "]"), UInt8(ascii: "}"), UInt8(ascii: "t"), UInt8(ascii: "l"),
            UInt8(ascii: "d"), 0x85, 0x86, 0x87, 0x8F, 0x91:
            try push(collection(operation))
        case UInt8(ascii: "a"), UInt8(ascii: "e"), UInt8(ascii: "s"), UInt8(ascii: "u"), 0x90: try fill(operation)
        case UInt8(ascii: "g"), UInt8(ascii: "h"), UInt8(ascii: "j"), UInt8(ascii: "p"), UInt8(ascii: "q"),
            UInt8(ascii: "r"), 0x94:
            try remember(operation)
        case UInt8(ascii: "c"), 0x93: try push(global(operation))
        case UInt8(ascii: "R"), UInt8(ascii: "o"), UInt8(ascii: "i"), 0x81, 0x92: try push(call(operation))
        case UInt8(ascii: "b"):
            let state = try pop()
            try build(top(), state)
        case UInt8(ascii: "P"): try push(persistent(text(.text(bytes.line()))))
        case UInt8(ascii: "Q"): try push(persistent(pop()))
        case 0x82, 0x83, 0x84: throw failure("uses extension codes, whose meaning is not in the file")
        case 0x97, 0x98: throw failure("refers to buffers that are not in the file")
        default:
            throw failure("has the unknown operation 0x\(String(operation, radix: 16)) at byte \(position - 1)")
        }
    }

    private mutating func frame(_ operation: UInt8) throws(FileError) {
        guard operation == 0x80 else {
            _ = try bytes.integer(8)
            return
        }
        let version = try bytes.byte()
        guard version <= 5 else { throw failure("is of protocol \(version); 0 to 5 are read") }
    }

    /// A text, paid for.
    private mutating func text(_ value: PickleValue) throws(FileError) -> PickleValue {
        if case .text(let text) = value { try spend(2 * text.utf8.count + 32) }
        return value
    }

    private mutating func collection(_ operation: UInt8) throws(FileError) -> PickleValue {
        try spend(96)
        switch operation {
        case UInt8(ascii: ")"): return heap.tuple([])
        case UInt8(ascii: "]"), 0x8F: return heap.list([])
        case UInt8(ascii: "}"): return heap.dictionary()
        case 0x85, 0x86, 0x87: return heap.tuple(try pop(Int(operation) - 0x84))
        default:
            let values = try popToMark()
            try spend(2 * values.count * PickleHeap.valueBytes)
            switch operation {
            case UInt8(ascii: "t"): return heap.tuple(values)
            case UInt8(ascii: "d"): return heap.dictionary(try pairs(values))
            default: return heap.list(values)
            }
        }
    }

    /// Puts values into the list, set or dictionary below them.
    private mutating func fill(_ operation: UInt8) throws(FileError) {
        let values: [PickleValue]
        switch operation {
        case UInt8(ascii: "a"): values = [try pop()]
        case UInt8(ascii: "s"): values = try pop(2)
        default: values = try popToMark()
        }
        try spend(2 * values.count * PickleHeap.valueBytes)
        let target = try top()
        if operation == UInt8(ascii: "s") || operation == UInt8(ascii: "u") {
            try set(pairs(values), in: target)
        } else {
            try append(values, to: target)
        }
    }

    private mutating func set(_ items: [(key: PickleValue, value: PickleValue)], in target: PickleValue)
        throws(FileError)
    {
        switch target {
        case .dictionary(let number): heap.append(items, toDictionary: number)
        case .object(let number):
            if heap.objects[number].items == nil {
                try spend(96)
                if case .dictionary(let fresh) = heap.dictionary() { heap.change(object: number) { $0.items = fresh } }
            }
            if let dictionary = heap.objects[number].items { heap.append(items, toDictionary: dictionary) }
        default: throw failure("sets items of what is no dictionary, before byte \(position)")
        }
    }

    private mutating func append(_ values: [PickleValue], to target: PickleValue) throws(FileError) {
        switch target {
        case .list(let number): heap.append(values, toList: number)
        case .object(let number):
            if heap.objects[number].elements == nil {
                try spend(96)
                if case .list(let fresh) = heap.list([]) { heap.change(object: number) { $0.elements = fresh } }
            }
            if let list = heap.objects[number].elements { heap.append(values, toList: list) }
        default: throw failure("appends to what is no list, before byte \(position)")
        }
    }

    private func pairs(_ values: [PickleValue]) throws(FileError) -> [(key: PickleValue, value: PickleValue)] {
        guard values.count.isMultiple(of: 2) else { throw failure("has a key without a value before byte \(position)") }
        return stride(from: 0, to: values.count, by: 2).map { (values[$0], values[$0 + 1]) }
    }

    /// Keeps the top of the stack under a number, or brings back what is kept.
    private mutating func remember(_ operation: UInt8) throws(FileError) {
        let key: Int
        switch operation {
        case UInt8(ascii: "g"), UInt8(ascii: "p"):
            let text = try bytes.line()
            guard let number = Int(text), number >= 0 else { throw failure("keeps a value under '\(text.prefix(40))'") }
            key = number
        case UInt8(ascii: "h"), UInt8(ascii: "q"): key = Int(try bytes.byte())
        case UInt8(ascii: "j"), UInt8(ascii: "r"): key = try bytes.integer(4)
        default: key = memo.count
        }
        switch operation {
        case UInt8(ascii: "g"), UInt8(ascii: "h"), UInt8(ascii: "j"):
            guard let value = memo[key] else { throw failure("brings back value \(key), which it never kept") }
            try push(value)
        default:
            if memo.updateValue(try top(), forKey: key) == nil {
                try spend(4 * MemoryLayout<(Int, PickleValue)>.stride)
            }
        }
    }

    private mutating func global(_ operation: UInt8) throws(FileError) -> PickleValue {
        let global: PickleGlobal
        if operation == 0x93 {
            let names = try pop(2)
            guard case .text(let module) = names[0], case .text(let name) = names[1] else {
                throw failure("names a class by something that is no text, before byte \(position)")
            }
            global = PickleGlobal(module: module, name: name)
        } else {
            global = PickleGlobal(module: try bytes.line(), name: try bytes.line())
        }
        try spend(global.module.utf8.count + global.name.utf8.count + 160)
        return heap.global(global)
    }

    private mutating func call(_ operation: UInt8) throws(FileError) -> PickleValue {
        let (function, arguments): (PickleValue, PickleValue)
        switch operation {
        case UInt8(ascii: "R"), 0x81:
            arguments = try pop()
            function = try pop()
        case 0x92:
            // Named arguments carry nothing that weights need.
            _ = try pop()
            arguments = try pop()
            function = try pop()
        case UInt8(ascii: "i"):
            function = try global(UInt8(ascii: "c"))
            arguments = heap.tuple(try popToMark())
        default:
            var values = try popToMark()
            guard !values.isEmpty else { throw failure("makes an object of nothing, before byte \(position)") }
            function = values.removeFirst()
            arguments = heap.tuple(values)
        }
        guard let list = heap.elements(of: arguments) else {
            throw failure("calls with arguments that are no tuple, before byte \(position)")
        }
        try spend(160 + list.count * PickleHeap.valueBytes)
        guard case .global(let number) = function else {
            return heap.object(PickleObject(global: nil, arguments: arguments))
        }
        return try PickleCalls(path: path).value(heap.globals[number], list, arguments, &heap)
    }

    private mutating func build(_ target: PickleValue, _ state: PickleValue) throws(FileError) {
        // Dictionaries and tensors get their hooks and metadata this way, which mean nothing for the weights.
        guard case .object(let number) = target else { return }
        heap.change(object: number) { $0.state = state }
    }

    private mutating func persistent(_ identity: PickleValue) throws(FileError) -> PickleValue {
        try spend(200)
        if let tensors = tensorsByNumber {
            let first = heap.elements(of: identity)?.first ?? identity
            let number: Int? =
                switch first {
                case .integer(let number): number
                case .text(let text): Int(text)
                default: nil
                }
            // Containers of tensors are named too; they carry nothing else.
            guard let number, let tensor = tensors[number] else { return .none }
            return tensor
        }
        return try PickleCalls(path: path).storage(identity, &heap)
    }

    // MARK: The stack

    private mutating func push(_ value: PickleValue) throws(FileError) {
        stack.append(value)
        if stack.count > deepest {
            deepest = stack.count
            try spend(PickleHeap.valueBytes)
        }
    }

    private mutating func mark() throws(FileError) {
        try spend(2 * MemoryLayout<Int>.stride)
        marks.append(stack.count)
    }

    private func top() throws(FileError) -> PickleValue {
        guard stack.count > (marks.last ?? 0) else { throw failure("takes a value where none is, at byte \(position)") }
        return stack[stack.count - 1]
    }

    private mutating func pop() throws(FileError) -> PickleValue {
        let value = try top()
        stack.removeLast()
        return value
    }

    private mutating func popMarkOrValue() throws(FileError) {
        if let mark = marks.last, mark == stack.count {
            marks.removeLast()
        } else {
            _ = try pop()
        }
    }

    private mutating func pop(_ count: Int) throws(FileError) -> [PickleValue] {
        guard stack.count - (marks.last ?? 0) >= count else {
            throw failure("takes a value where none is, at byte \(position)")
        }
        defer { stack.removeLast(count) }
        return Array(stack.suffix(count))
    }

    private mutating func popToMark() throws(FileError) -> [PickleValue] {
        guard let mark = marks.popLast() else { throw failure("closes what it never opened, at byte \(position)") }
        defer { stack.removeSubrange(mark...) }
        return Array(stack[mark...])
    }

    private mutating func spend(_ bytes: Int) throws(FileError) {
        guard heap.spend(bytes) else {
            throw failure("builds more values than a file of weights has; reading stopped at byte \(position)")
        }
    }

    private func failure(_ message: String) -> FileError { bytes.failure(message) }
}

/// What PyTorch's oldest files keep between their pickles.
extension PickleMachine {
    /// An unsigned little-endian number of `bytes` bytes; -1 for one that no file reaches.
    mutating func number(bytes: Int) throws(FileError) -> Int { try self.bytes.integer(bytes) }

    /// Steps over `count` elements of `width` bytes and returns their place; nil when they are not there.
    mutating func skip(_ count: Int, width: Int) -> Range<Int>? { bytes.skip(count, width: width) }

    mutating func add(_ storage: PickleStorage) { _ = heap.storage(storage, view: nil) }

    mutating func add(_ tensor: PickleTensor) -> PickleValue { heap.tensor(tensor) }
}
