/// A value that a pickle describes: data only. What is made of parts lies in a `PickleHeap`, and the value is its
/// number there, so that a value that contains itself is no circle of references.
enum PickleValue: Equatable, Sendable {
    case none
    case boolean(Bool)
    case integer(Int)
    /// A whole number of more than 64 bits; the flag tells PyTorch's magic number, 0x1950A86A20F9469CFC6C.
    case largeInteger(isMagic: Bool)
    case float(Double)
    case text(String)
    /// A string of bytes, by its place in the pickle.
    case bytes(Range<Int>)
    case tuple(Int)
    case list(Int)
    case dictionary(Int)
    /// A class or function, by its name.
    case global(Int)
    /// What a class or function would have made, had it been called.
    case object(Int)
    case storage(Int)
    case tensor(Int)
}

/// A class or function that a pickle names.
struct PickleGlobal: Hashable, Sendable {
    let module: String
    let name: String

    var description: String { module.isEmpty ? name : "\(module).\(name)" }
}

/// What a class or function would have made: its name, the arguments, and what was put into it afterwards.
struct PickleObject: Sendable {
    /// The class or function, or nil when even that was the result of a call.
    let global: PickleGlobal?
    let arguments: PickleValue
    var state = PickleValue.none
    /// The number of a dictionary, once items were set.
    var items: Int?
    /// The number of a list, once elements were appended.
    var elements: Int?
}

/// A storage that a pickle refers to.
struct PickleStorage: Sendable {
    /// Nil when its elements are of a type that is not read here, or untyped.
    let type: ScalarType?
    let typeName: String
    let key: String
    /// Elements, or bytes when it is untyped.
    let count: Int
    /// Elements before its first in the storage of the same key, where it is a view of that (files before 1.6).
    var viewOffset = 0
}

/// A tensor that a pickle builds, unchecked.
struct PickleTensor: Sendable {
    let storage: Int
    /// Nil to take the storage's.
    let type: ScalarType?
    let typeName: String
    /// In elements, as are the strides.
    let offset: Int
    let shape: [Int]
    let strides: [Int]
}

/// Everything that a pickle builds, by number, and an account of its memory.
struct PickleHeap: Sendable {
    private(set) var tuples: [[PickleValue]] = []
    private(set) var lists: [[PickleValue]] = []
    private(set) var dictionaries: [[(key: PickleValue, value: PickleValue)]] = []
    private(set) var globals: [PickleGlobal] = []
    private(set) var objects: [PickleObject] = []
    private(set) var storages: [PickleStorage] = []
    private(set) var tensors: [PickleTensor] = []
    private var globalNumbers: [PickleGlobal: Int] = [:]
    private var storageNumbers: [String: Int] = [:]
    /// Bytes that the values may still take.
    private(set) var budget: Int

    /// - Parameter budget: about how many bytes all values may take.
    init(budget: Int) { self.budget = budget }

    /// Bytes of one value in an array, the array's growth included.
    static let valueBytes = 2 * MemoryLayout<PickleValue>.stride

    /// Takes bytes from the budget; false when it does not have them.
    mutating func spend(_ bytes: Int) -> Bool {
        guard bytes <= budget else { return false }
        budget -= bytes
        return true
    }

    mutating func tuple(_ values: [PickleValue]) -> PickleValue {
        tuples.append(values)
        return .tuple(tuples.count - 1)
    }

    mutating func list(_ values: [PickleValue]) -> PickleValue {
        lists.append(values)
        return .list(lists.count - 1)
    }

    mutating func dictionary(_ items: [(key: PickleValue, value: PickleValue)] = []) -> PickleValue {
        dictionaries.append(items)
        return .dictionary(dictionaries.count - 1)
    }

    mutating func append(_ values: some Sequence<PickleValue>, toList list: Int) {
        lists[list].append(contentsOf: values)
    }

    mutating func append(_ items: [(key: PickleValue, value: PickleValue)], toDictionary dictionary: Int) {
        dictionaries[dictionary].append(contentsOf: items)
    }

    mutating func global(_ global: PickleGlobal) -> PickleValue {
        if let number = globalNumbers[global] { return .global(number) }
        globals.append(global)
        globalNumbers[global] = globals.count - 1
        return .global(globals.count - 1)
    }

    mutating func object(_ object: PickleObject) -> PickleValue {
        objects.append(object)
        return .object(objects.count - 1)
    }

    mutating func change(object: Int, _ body: (inout PickleObject) -> Void) { body(&objects[object]) }

    /// The storage of that key; the first mention decides what it is, unless it is a view.
    mutating func storage(_ storage: PickleStorage, view: String?) -> PickleValue {
        let key = view.map { storage.key + "\0" + $0 } ?? storage.key
        if let number = storageNumbers[key] { return .storage(number) }
        storages.append(storage)
        storageNumbers[key] = storages.count - 1
        return .storage(storages.count - 1)
    }

    mutating func tensor(_ tensor: PickleTensor) -> PickleValue {
        tensors.append(tensor)
        return .tensor(tensors.count - 1)
    }

    /// The items of a dictionary, or of an object that holds some; nil for anything else.
    func items(of value: PickleValue) -> [(key: PickleValue, value: PickleValue)]? {
        switch value {
        case .dictionary(let number): dictionaries[number]
        case .object(let number): objects[number].items.map { dictionaries[$0] }
        default: nil
        }
    }

    /// The value under a text key; the last one wins, as in Python.
    func value(_ key: String, in dictionary: PickleValue) -> PickleValue? {
        items(of: dictionary)?.last { $0.key == .text(key) }?.value
    }

    /// The elements of a tuple or a list; nil for anything else.
    func elements(of value: PickleValue) -> [PickleValue]? {
        switch value {
        case .tuple(let number): tuples[number]
        case .list(let number): lists[number]
        default: nil
        }
    }
}
