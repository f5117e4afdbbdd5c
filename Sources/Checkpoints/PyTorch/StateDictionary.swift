import Basics

/// The weights in what a pickle built, and what lies beside them.
struct StateDictionary {
    /// Name and number of each tensor, in the order of the file.
    private(set) var tensors: [(name: String, tensor: Int)] = []
    /// The keys that lead to the weights, such as `model`; empty when they are the whole file.
    private(set) var part: [String] = []
    /// What else the file holds, in words: `optimizer (12 tensors)`, `epoch 799`.
    private(set) var beside: [String] = []
    /// Tensors that are not read, and why.
    private(set) var unread: [String] = []
    /// Classes and functions that the pickle names and that were left as names.
    private(set) var notBuilt: [String] = []

    /// Keys that lead to other models in the file.
    private(set) var otherModels: [String] = []
    /// What is left of the key asked for: parts of the names of tensors.
    private(set) var keyOfNames: [Substring]

    private var heap: PickleHeap
    private let path: String
    private var places: [String: Int] = [:]

    private static let deepestNesting = 32

    /// - Parameter key: the parts of the key that leads to the weights; empty for the likeliest.
    /// - Throws: when no weights are in it, or when containers contain themselves.
    init(_ root: PickleValue, heap: PickleHeap, key: [Substring] = [], path: String) throws(FileError) {
        self.heap = heap
        self.path = path
        keyOfNames = key
        try refuseCircles(from: root)
        var place = root
        while part.count < 8, let (key, value) = asked(in: place) ?? inner(of: place) {
            try describe(beside: key, in: place)
            noteModels(beside: key, in: place)
            part.append(key)
            place = value
        }
        if case .tensor(let number) = place {
            tensors = [("tensor", number)]
        } else {
            try flatten(place, prefix: "", depth: 0)
        }
        notBuilt = Set(self.heap.objects.compactMap { Self.isPlain($0.global) ? nil : $0.global?.description }).sorted()
    }

    /// Objects that hold options and numbers only.
    private static func isPlain(_ global: PickleGlobal?) -> Bool {
        guard let global else { return true }
        switch global.module {
        case "argparse": return global.name == "Namespace"
        case "collections", "builtins", "__builtin__": return true
        case "torch": return ["device", "Size"].contains(global.name)
        default: return false
        }
    }

    // MARK: Finding

    /// The entry that the key asked for begins with.
    private mutating func asked(in value: PickleValue) -> (String, PickleValue)? {
        guard !keyOfNames.isEmpty, module(value) == nil else { return nil }
        for (key, value) in heap.items(of: value) ?? [] {
            guard case .text(let name) = key, !isTensor(value) else { continue }
            let parts = name.split(separator: ".")
            guard !parts.isEmpty, keyOfNames.starts(with: parts), holdsTensors(value) else { continue }
            keyOfNames.removeFirst(parts.count)
            return (name, value)
        }
        return nil
    }

    /// Vision transformers that are passed by on the way to the weights.
    private mutating func noteModels(beside key: String, in value: PickleValue) {
        // Every container is looked at once, however many names lead to it.
        var seen: Set<Int> = []
        for (other, value) in heap.items(of: value) ?? [] {
            guard case .text(let name) = other, name != key, !WeightKeys.training.contains(name),
                isModel(value, &seen)
            else { continue }
            otherModels.append((part + [name]).joined(separator: "."))
        }
    }

    /// Whether an embedding of patches is in it, however deep.
    private func isModel(_ value: PickleValue, _ seen: inout Set<Int>) -> Bool {
        var waiting = [value]
        while let value = waiting.popLast() {
            guard let identity = identity(value), seen.insert(identity).inserted else { continue }
            for (key, child) in heap.items(of: value) ?? [] {
                if case .text("patch_embed") = key, module(child) != nil { return true }
                if case .text(let name) = key, case .tensor = child,
                    WeightNames.recognise(name)?.name.name == "patch_embed.proj.weight"
                {
                    return true
                }
            }
            waiting.append(contentsOf: children(value))
            if case .object(let number) = value { waiting.append(heap.objects[number].state) }
        }
        return false
    }

    /// The key to go into, or nil when `value` is the dictionary of weights itself.
    private mutating func inner(of value: PickleValue) -> (String, PickleValue)? {
        if case .list = value { return innerElement(value) }
        if case .tuple = value { return innerElement(value) }
        guard module(value) == nil, let items = heap.items(of: value) else { return nil }
        var byKey: [String: PickleValue] = [:]
        var isFlat = false
        for (key, value) in items {
            guard case .text(let name) = key else { continue }
            byKey[name] = value
            if case .tensor = value { isFlat = true }
        }
        for key in WeightKeys.usual {
            if let value = byKey[key], !isTensor(value), holdsTensors(value) { return (key, value) }
        }
        guard !isFlat else { return nil }
        let others = byKey.filter { !WeightKeys.training.contains($0.key) && holdsTensors($0.value) }
        guard others.count == 1, let only = others.first else { return nil }
        return (only.key, only.value)
    }

    /// The first dictionary with tensors in a list such as `[weights, optimizer]`.
    private mutating func innerElement(_ value: PickleValue) -> (String, PickleValue)? {
        let elements = heap.elements(of: value) ?? []
        for (index, element) in elements.prefix(16).enumerated() where heap.items(of: element) != nil {
            if holdsTensors(element) { return ("\(index)", element) }
        }
        return nil
    }

    private func isTensor(_ value: PickleValue) -> Bool {
        if case .tensor = value { return true }
        return false
    }

    private mutating func holdsTensors(_ value: PickleValue) -> Bool { tensorCount(in: value, atMost: 1) > 0 }

    /// Tensors in a value, each container looked at once.
    private func tensorCount(in value: PickleValue, atMost limit: Int = .max) -> Int {
        var count = 0
        var seen: Set<Int> = []
        var waiting = [value]
        while count < limit, let value = waiting.popLast() {
            if case .tensor = value { count += 1 }
            guard let identity = identity(value), seen.insert(identity).inserted else { continue }
            waiting.append(contentsOf: children(value))
            if case .object(let number) = value { waiting.append(heap.objects[number].state) }
        }
        return count
    }

    /// A number of its own for every container.
    private func identity(_ value: PickleValue) -> Int? {
        switch value {
        case .tuple(let number): 4 * number
        case .list(let number): 4 * number + 1
        case .dictionary(let number): 4 * number + 2
        case .object(let number): 4 * number + 3
        default: nil
        }
    }

    private func children(_ value: PickleValue) -> [PickleValue] {
        heap.items(of: value)?.map(\.value) ?? heap.elements(of: value) ?? []
    }

    /// A container inside itself has no end. Python can build one; no file of weights needs it.
    private func refuseCircles(from root: PickleValue) throws(FileError) {
        enum Step {
            case enter(PickleValue)
            case leave(Int)
        }
        var open: Set<Int> = []
        var done: Set<Int> = []
        var steps = [Step.enter(root)]
        while let step = steps.popLast() {
            switch step {
            case .leave(let identity):
                open.remove(identity)
                done.insert(identity)
            case .enter(let value):
                guard let identity = identity(value), !done.contains(identity) else { continue }
                guard open.insert(identity).inserted else {
                    throw FileError(
                        path: path, "the pickle has a container that contains itself, which no file of weights needs")
                }
                steps.append(.leave(identity))
                for child in children(value) { steps.append(.enter(child)) }
            }
        }
    }

    // MARK: Taking in

    private mutating func spend(_ bytes: Int) throws(FileError) {
        guard heap.spend(bytes) else {
            throw FileError(path: path, "the pickle builds more values than a file of weights has")
        }
    }

    /// The parts of a whole module that was pickled: its parameters, buffers and modules.
    private func module(_ value: PickleValue) -> [PickleValue]? {
        guard case .object(let number) = value else { return nil }
        let state = heap.objects[number].state
        guard let parameters = heap.value("_parameters", in: state), let inner = heap.value("_modules", in: state)
        else { return nil }
        return [parameters, heap.value("_buffers", in: state) ?? .none, inner]
    }

    private mutating func flatten(_ value: PickleValue, prefix: String, depth: Int) throws(FileError) {
        guard depth <= Self.deepestNesting else {
            throw FileError(path: path, "nests its dictionaries more than \(Self.deepestNesting) deep")
        }
        if let parts = module(value) {
            for part in parts { try flatten(part, prefix: prefix, depth: depth + 1) }
            return
        }
        let items: [(key: PickleValue, value: PickleValue)]
        if let pairs = heap.items(of: value) {
            items = pairs
        } else {
            items = (heap.elements(of: value) ?? []).enumerated().map { (.integer($0.offset), $0.element) }
        }
        for (key, value) in items {
            let name: String
            switch key {
            case .text(let text): name = prefix + text
            case .integer(let number): name = prefix + "\(number)"
            default: continue
            }
            try spend(name.utf8.count + 128)
            switch value {
            case .tensor(let number): add(name, number)
            case .dictionary, .list, .tuple:
                guard depth > 0 || !WeightKeys.training.contains(name) else {
                    beside.append(words(for: name, value))
                    continue
                }
                try flatten(value, prefix: name + ".", depth: depth + 1)
            case .object(let number):
                if let global = heap.objects[number].global, global.name.hasPrefix("_rebuild_") {
                    unread.append("\(name) (\(global.description))")
                } else if module(value) != nil || heap.objects[number].items != nil {
                    try flatten(value, prefix: name + ".", depth: depth + 1)
                } else if depth == 0 {
                    beside.append(words(for: name, value))
                }
            default: if depth == 0 { beside.append(words(for: name, value)) }
            }
        }
    }

    /// Of two tensors of one name the later counts, as in Python.
    private mutating func add(_ name: String, _ tensor: Int) {
        if let place = places[name] {
            tensors[place].tensor = tensor
        } else {
            places[name] = tensors.count
            tensors.append((name, tensor))
        }
    }

    // MARK: Words

    private mutating func describe(beside key: String, in value: PickleValue) throws(FileError) {
        for (other, value) in heap.items(of: value) ?? [] {
            guard case .text(let name) = other, name != key else { continue }
            try spend(name.utf8.count + 128)
            beside.append(words(for: name, value))
        }
    }

    private func words(for name: String, _ value: PickleValue) -> String {
        switch value {
        case .none: return "\(name) None"
        case .boolean(let flag): return "\(name) \(flag)"
        case .integer(let number): return "\(name) \(number)"
        case .float(let number): return "\(name) \(number)"
        case .text(let text): return "\(name) '\(text.prefix(60))'"
        case .tensor: return "\(name) (a tensor)"
        case .tuple, .list, .dictionary:
            let count = tensorCount(in: value, atMost: 100_000)
            return count > 0 ? "\(name) (\(count) \(count == 1 ? "tensor" : "tensors"))" : name
        case .object(let number): return "\(name) (\(heap.objects[number].global?.description ?? "an object"))"
        case .largeInteger, .bytes, .global, .storage: return name
        }
    }

    /// The options of an `argparse.Namespace` beside the weights, as text by name.
    static func options(in root: PickleValue, _ heap: PickleHeap) -> [String: String] {
        guard let value = heap.value("args", in: root), case .object(let number) = value,
            heap.objects[number].global == PickleGlobal(module: "argparse", name: "Namespace")
        else { return [:] }
        var options: [String: String] = [:]
        for (key, value) in heap.items(of: heap.objects[number].state) ?? [] {
            guard case .text(let name) = key else { continue }
            switch value {
            case .boolean(let flag): options[name] = "\(flag)"
            case .integer(let number): options[name] = "\(number)"
            case .float(let number): options[name] = "\(number)"
            case .text(let text): options[name] = text
            default: continue
            }
        }
        return options
    }
}
