/// The tensors of a file under MAE's names, whatever its own are.
public struct NamedWeights: Sendable {
    /// One tensor by MAE's name, which a file may hold in three pieces (query, key, value).
    public struct Entry: Sendable {
        /// MAE's name.
        public let name: String
        /// In their order; nil stands for zeros, where the file has no bias for the key.
        let pieces: [WeightTensor?]
        /// A piece that is there; all are alike.
        let first: WeightTensor

        /// The shape as MAE has it: three pieces lie one below the other.
        public var shape: [Int] {
            var shape = first.shape
            if pieces.count > 1 { shape[0] *= pieces.count }
            return shape
        }

        public var type: ScalarType { first.type }
        public var count: Int { first.count * pieces.count }
    }

    public let file: WeightsFile
    /// In the order of the file.
    public let entries: [Entry]
    /// Names of the file that mean nothing here.
    public let unexpected: [String]
    /// Where the file holds several models: their keys, and which is taken. Nil for a file with one.
    public let choice: String?
    /// What stands before the names of the encoder, with its dot.
    let prefix: String
    /// Why nothing is taken, where the file holds several models and nothing says which.
    public let refusal: CheckpointError?
    private let indices: [String: Int]

    public init(_ file: WeightsFile) {
        self.file = file
        var found: [Backbones.Found] = []
        var unexpected: [String] = []
        for tensor in file.tensors {
            if let (name, prefix) = WeightNames.recognise(tensor.name) {
                found.append((name, prefix, tensor))
            } else {
                unexpected.append(tensor.name)
            }
        }
        let backbones = Backbones(found, key: file.keyOfNames)
        let tensors = backbones.tensors(found)
        var entries: [Entry] = []
        var used: Set<String> = []
        var seen: Set<String> = []
        for name in found.map(\.name.name) where seen.insert(name).inserted {
            guard let entry = tensors[name].flatMap({ Self.entry(name, $0) }) else { continue }
            entries.append(entry)
            used.formUnion(entry.pieces.compactMap { $0?.name })
        }
        unexpected += found.map(\.tensor.name).filter { !used.contains($0) }
        self.entries = entries
        prefix = backbones.chosen.map { $0.isEmpty ? "" : $0 + "." } ?? ""
        // The names of a model that is not taken are told once, by its key.
        let others = backbones.prefixes.filter { $0 != backbones.chosen && !$0.isEmpty }
        self.unexpected = unexpected.filter { name in !others.contains { name.hasPrefix($0 + ".") } }
        indices = Dictionary(uniqueKeysWithValues: entries.enumerated().map { ($1.name, $0) })
        (choice, refusal) = Self.choice(backbones, file)
    }

    private static func choice(_ backbones: Backbones, _ file: WeightsFile) -> (String?, CheckpointError?) {
        func key(_ prefix: Substring) -> String {
            let parts = [file.part, String(prefix)].filter { !$0.isEmpty }
            return parts.isEmpty ? "the names without a prefix" : parts.joined(separator: ".")
        }
        let known = (backbones.prefixes.count > 1 ? backbones.prefixes.map(key) : []) + file.otherModels
        let list = known.prefix(8).joined(separator: ", ")
        guard let chosen = backbones.chosen else {
            guard !backbones.prefixes.isEmpty else { return (nil, nil) }
            let asked = file.keyOfNames.joined(separator: ".")
            let message =
                asked.isEmpty
                ? "holds several models (\(list)), and nothing says which is meant; "
                : "has no one model under the key \"\(asked)\"; it has \(backbones.prefixes.prefix(8).map(key).joined(separator: ", ")); "
            return (nil, CheckpointError(path: file.path, message + WeightsFile.keyAdvice))
        }
        guard backbones.prefixes.count > 1 || !file.otherModels.isEmpty else { return (nil, nil) }
        let rest = ((backbones.prefixes.filter { $0 != chosen }).map(key) + file.otherModels).prefix(8).joined(
            separator: ", ")
        return ("of the models in the file, \(key(chosen)) is taken, not \(rest); \(WeightsFile.keyAdvice)", nil)
    }

    /// One whole tensor, or query, key and value of the same shape and type; the key may lack its bias.
    private static func entry(_ name: String, _ candidates: [Backbones.Found]) -> Entry? {
        if let whole = candidates.first(where: { $0.name.piece == nil }) {
            return Entry(name: name, pieces: [whole.tensor], first: whole.tensor)
        }
        let pieces = (0..<3).map { piece in candidates.first { $0.name.piece == piece }?.tensor }
        guard let first = pieces[0], !first.shape.isEmpty, pieces[2] != nil,
            pieces[1] != nil || name.hasSuffix(".bias"),
            pieces.allSatisfy({ $0 == nil || ($0?.shape == first.shape && $0?.type == first.type) })
        else { return nil }
        return Entry(name: name, pieces: pieces, first: first)
    }

    /// The tensor with MAE's name, or nil.
    public subscript(name: String) -> Entry? { indices[name].map { entries[$0] } }

    /// The tensors of the file under the key that was asked for; all without one.
    var asked: [WeightTensor] {
        guard !file.keyOfNames.isEmpty else { return file.tensors }
        return file.tensors.filter {
            prefix.isEmpty ? Backbones.contains($0.name[...], file.keyOfNames) : $0.name.hasPrefix(prefix)
        }
    }

    /// Reads a tensor as single precision, in row-major order.
    ///
    /// - Precondition: `destination` has as many places as the tensor has elements.
    public func read(_ entry: Entry, into destination: UnsafeMutableBufferPointer<Float>) {
        var position = 0
        for piece in entry.pieces {
            let part = UnsafeMutableBufferPointer(
                rebasing: destination[position..<position + entry.first.count])
            if let piece { file.read(piece, into: part) } else { part.update(repeating: 0) }
            position += entry.first.count
        }
    }
}
