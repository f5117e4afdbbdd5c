import Basics

/// What calls in a pickle mean where they are PyTorch's or Python's way of writing data. Nothing is ever called.
struct PickleCalls {
    let path: String

    /// Modules of Python that do things. Weights have no use for them; a pickle that calls into one is an attack.
    private static let acting: Set<String> = [
        "os", "posix", "nt", "subprocess", "sys", "shutil", "socket", "ctypes", "runpy", "pty", "commands", "popen2",
        "importlib", "imp", "code", "codeop", "webbrowser", "marshal", "pickle", "_pickle", "cloudpickle", "dill",
        "multiprocessing", "threading", "_thread", "asyncio", "signal", "tempfile", "urllib", "requests", "http",
        "ftplib", "smtplib", "pip", "pdb", "bdb", "timeit", "cProfile", "profile", "trace", "platform", "distutils",
        "gc", "inspect", "atexit", "zipimport", "pydoc",
    ]

    /// What of Python's built-in names makes data.
    private static let plainBuiltins: Set<String> = [
        "set", "frozenset", "list", "tuple", "dict", "bytearray", "bytes", "complex", "slice", "range", "xrange",
        "object", "int", "long", "float", "str", "unicode", "bool",
    ]

    /// The value of `global(arguments)`.
    ///
    /// - Parameter tuple: the arguments as a value.
    func value(
        _ global: PickleGlobal, _ arguments: [PickleValue], _ tuple: PickleValue, _ heap: inout PickleHeap
    ) throws(FileError) -> PickleValue {
        try refuseAction(global)
        switch (global.module, global.name) {
        case ("torch._utils", "_rebuild_tensor"), ("torch._utils", "_rebuild_tensor_v2"),
            ("torch._utils", "_rebuild_tensor_v3"):
            if let tensor = tensor(global, arguments, heap) { return heap.tensor(tensor) }
        case ("torch._utils", "_rebuild_parameter"), ("torch._utils", "_rebuild_parameter_with_state"),
            ("torch.nn.parameter", "Parameter"), ("torch.nn.parameter", "Buffer"):
            if case .tensor? = arguments.first { return arguments[0] }
        case ("torch._tensor", "_rebuild_from_type_v2"), ("torch.tensor", "_rebuild_from_type_v2"),
            ("torch._tensor", "_rebuild_from_type"), ("torch.tensor", "_rebuild_from_type"):
            if let tensor = subclassed(arguments, &heap) { return tensor }
        case ("collections", "OrderedDict"), ("collections", "defaultdict"), ("builtins", "dict"),
            ("__builtin__", "dict"):
            return try dictionary(arguments, &heap)
        case ("builtins", "set"), ("builtins", "frozenset"), ("builtins", "list"), ("builtins", "tuple"),
            ("__builtin__", "set"), ("__builtin__", "frozenset"), ("__builtin__", "list"), ("__builtin__", "tuple"):
            guard let first = arguments.first else { return heap.list([]) }
            if heap.elements(of: first) != nil { return first }
        case ("_codecs", "encode"):
            if case .text? = arguments.first { return arguments[0] }
        case ("copy_reg", "_reconstructor"), ("copyreg", "_reconstructor"), ("copyreg", "__newobj__"):
            if case .global(let number)? = arguments.first {
                return heap.object(PickleObject(global: heap.globals[number], arguments: tuple))
            }
        case ("torch", "Size"):
            if let first = arguments.first, heap.elements(of: first) != nil { return first }
        default: break
        }
        return heap.object(PickleObject(global: global, arguments: tuple))
    }

    /// `_rebuild_from_type_v2(function, class, arguments, state)`: one level only, a function that rebuilds a tensor.
    private func subclassed(_ arguments: [PickleValue], _ heap: inout PickleHeap) -> PickleValue? {
        guard case .global(let number)? = arguments.first else { return nil }
        for argument in arguments {
            guard let inner = heap.elements(of: argument) else { continue }
            if case .tensor? = inner.first { return inner[0] }
            let function = heap.globals[number]
            guard function.module == "torch._utils", function.name.hasPrefix("_rebuild_tensor"),
                let tensor = tensor(function, inner, heap)
            else { return nil }
            return heap.tensor(tensor)
        }
        return nil
    }

    private func refuseAction(_ global: PickleGlobal) throws(FileError) {
        let root = global.module.split(separator: ".").first.map(String.init) ?? ""
        let isBuiltin = ["builtins", "__builtin__", "__builtins__"].contains(root)
        guard Self.acting.contains(root) || (isBuiltin && !Self.plainBuiltins.contains(global.name)) else { return }
        throw FileError(
            path: path,
            "is an attack, or damaged: reading it in Python would call \(global.description). Nothing of it was run; "
                + "delete it, and load no other file of that origin in Python")
    }

    /// `OrderedDict()`, `OrderedDict([(key, value), ...])`, `defaultdict(factory, {...})`.
    private func dictionary(
        _ arguments: [PickleValue], _ heap: inout PickleHeap
    ) throws(FileError) -> PickleValue {
        guard let last = arguments.last else { return heap.dictionary() }
        if let items = heap.items(of: last) { return try fresh(items, &heap) }
        guard let elements = heap.elements(of: last) else { return heap.dictionary() }
        var items: [(key: PickleValue, value: PickleValue)] = []
        for element in elements {
            guard let pair = heap.elements(of: element), pair.count == 2 else { continue }
            items.append((pair[0], pair[1]))
        }
        return try fresh(items, &heap)
    }

    private func fresh(
        _ items: [(key: PickleValue, value: PickleValue)], _ heap: inout PickleHeap
    ) throws(FileError) -> PickleValue {
        guard heap.spend(96 + 4 * items.count * PickleHeap.valueBytes) else {
            throw FileError(path: path, "the pickle builds more values than a file of weights has")
        }
        return heap.dictionary(items)
    }

    /// `_rebuild_tensor(storage, offset, size, stride)`, with more behind it in later versions; version 3 names the
    /// type too.
    private func tensor(_ global: PickleGlobal, _ arguments: [PickleValue], _ heap: PickleHeap) -> PickleTensor? {
        guard arguments.count >= 4, case .storage(let storage) = arguments[0],
            case .integer(let offset) = arguments[1],
            let shape = integers(arguments[2], heap), let strides = integers(arguments[3], heap)
        else { return nil }
        var (type, typeName) = (heap.storages[storage].type, heap.storages[storage].typeName)
        if global.name == "_rebuild_tensor_v3", arguments.count >= 7, case .global(let number) = arguments[6] {
            typeName = heap.globals[number].name
            type = TorchTypes.type(ofName: typeName)
        }
        return PickleTensor(
            storage: storage, type: type, typeName: typeName, offset: offset, shape: shape, strides: strides)
    }

    /// At most 64 whole numbers, as many as PyTorch's tensors have dimensions.
    private func integers(_ value: PickleValue, _ heap: PickleHeap) -> [Int]? {
        guard let elements = heap.elements(of: value), elements.count <= 64 else { return nil }
        var numbers: [Int] = []
        for element in elements {
            guard case .integer(let number) = element else { return nil }
            numbers.append(number)
        }
        return numbers
    }

    /// `('storage', torch.FloatStorage, key, device, count)`, and a view in files before 1.6.
    func storage(_ identity: PickleValue, _ heap: inout PickleHeap) throws(FileError) -> PickleValue {
        guard let parts = heap.elements(of: identity), parts.count >= 5, parts[0] == .text("storage"),
            case .integer(let count) = parts[4]
        else {
            if case .text(let text) = identity, text.hasPrefix("('storage'") {
                throw FileError(
                    path: path, "was saved with pickle_protocol=0, which PyTorch cannot read either; save it again")
            }
            throw FileError(path: path, "the pickle refers to something outside of it that is no storage")
        }
        let key: String
        switch parts[2] {
        case .text(let text): key = text
        case .integer(let number): key = "\(number)"
        default: throw FileError(path: path, "the pickle refers to a storage without a name")
        }
        var name = "unknown"
        if case .global(let number) = parts[1] { name = heap.globals[number].name }
        var storage = PickleStorage(type: TorchTypes.type(ofStorage: name), typeName: name, key: key, count: count)
        var view: String?
        if parts.count >= 6, let place = heap.elements(of: parts[5]), place.count == 3,
            case .integer(let offset) = place[1], case .integer(let viewCount) = place[2]
        {
            view = "\(offset) \(viewCount)"
            // The storage itself has to be known by its own key, for the order of the file's bytes.
            _ = heap.storage(storage, view: nil)
            storage = PickleStorage(type: storage.type, typeName: name, key: key, count: viewCount, viewOffset: offset)
        }
        return heap.storage(storage, view: view)
    }
}

/// PyTorch's names of types.
enum TorchTypes {
    /// Of `torch.FloatStorage` and its like.
    static func type(ofStorage name: String) -> ScalarType? {
        switch name {
        case "DoubleStorage": .float64
        case "FloatStorage": .float32
        case "HalfStorage": .float16
        case "BFloat16Storage": .bfloat16
        case "LongStorage": .int64
        case "IntStorage": .int32
        case "ShortStorage": .int16
        case "CharStorage": .int8
        case "ByteStorage": .uint8
        case "BoolStorage": .boolean
        default: nil
        }
    }

    /// Of `torch.float32` and its like.
    static func type(ofName name: String) -> ScalarType? {
        switch name {
        case "float64", "double": .float64
        case "float32", "float": .float32
        case "float16", "half": .float16
        case "bfloat16": .bfloat16
        case "int64", "long": .int64
        case "int32", "int": .int32
        case "int16", "short": .int16
        case "int8": .int8
        case "uint64": .uint64
        case "uint32": .uint32
        case "uint16": .uint16
        case "uint8": .uint8
        case "bool": .boolean
        default: nil
        }
    }

    /// The storage class for `torch.save`; the wider unsigned integers have none and are saved untyped.
    static func storage(of type: ScalarType) -> String? {
        switch type {
        case .float64: "DoubleStorage"
        case .float32: "FloatStorage"
        case .float16: "HalfStorage"
        case .bfloat16: "BFloat16Storage"
        case .int64: "LongStorage"
        case .int32: "IntStorage"
        case .int16: "ShortStorage"
        case .int8: "CharStorage"
        case .uint8: "ByteStorage"
        case .boolean: "BoolStorage"
        case .uint64, .uint32, .uint16: nil
        }
    }

    static func name(of type: ScalarType) -> String {
        switch type {
        case .float64: "float64"
        case .float32: "float32"
        case .float16: "float16"
        case .bfloat16: "bfloat16"
        case .int64: "int64"
        case .int32: "int32"
        case .int16: "int16"
        case .int8: "int8"
        case .uint64: "uint64"
        case .uint32: "uint32"
        case .uint16: "uint16"
        case .uint8: "uint8"
        case .boolean: "bool"
        }
    }
}
