/// The tensors of a file under MAE's names, whatever its own are.
public struct NamedWeights: Sendable {
    /// One tensor by MAE's name, which a file may hold in three pieces (query, key, value).
    public struct Entry: Sendable {
        /// MAE's name.
        public let name: String
        let pieces: [WeightTensor]

        /// The shape as MAE has it: three pieces lie one below the other.
        public var shape: [Int] {
            var shape = pieces[0].shape
            if pieces.count > 1 { shape[0] *= pieces.count }
            return shape
        }

        public var type: ScalarType { pieces[0].type }
        public var count: Int { pieces.reduce(0) { $0 + $1.count } }
    }

    public let file: WeightsFile
    /// In the order of the file.
    public let entries: [Entry]
    /// Names of the file that mean nothing here.
    public let unexpected: [String]
    public let isHuggingFace: Bool
    private let indices: [String: Int]

    public init(_ file: WeightsFile) {
        self.file = file
        var found: [String: [(prefixes: Int, piece: Int?, tensor: WeightTensor)]] = [:]
        var order: [String] = []
        var unexpected: [String] = []
        var isHuggingFace = false
        for tensor in file.tensors {
            guard let (recognised, prefixes) = WeightNames.recognise(tensor.name) else {
                unexpected.append(tensor.name)
                continue
            }
            isHuggingFace = isHuggingFace || recognised.isHuggingFace
            if found[recognised.name] == nil { order.append(recognised.name) }
            found[recognised.name, default: []].append((prefixes, recognised.piece, tensor))
        }
        var entries: [Entry] = []
        for name in order {
            guard let candidates = found[name] else { continue }
            // Of two names for the same tensor the one with the fewest prefixes counts.
            let least = candidates.map(\.prefixes).min() ?? 0
            let best = candidates.filter { $0.prefixes == least }
            let pieces = Self.pieces(of: best)
            if let pieces { entries.append(Entry(name: name, pieces: pieces)) }
            let used = Set((pieces ?? []).map(\.name))
            unexpected += candidates.map(\.tensor.name).filter { !used.contains($0) }
        }
        self.entries = entries
        self.unexpected = unexpected
        self.isHuggingFace = isHuggingFace
        indices = Dictionary(uniqueKeysWithValues: entries.enumerated().map { ($1.name, $0) })
    }

    /// One whole tensor, or query, key and value of the same shape and type.
    private static func pieces(
        of candidates: [(prefixes: Int, piece: Int?, tensor: WeightTensor)]
    ) -> [WeightTensor]? {
        if let whole = candidates.first(where: { $0.piece == nil }) { return [whole.tensor] }
        let parts = (0..<3).compactMap { piece in candidates.first { $0.piece == piece }?.tensor }
        guard parts.count == 3, !parts[0].shape.isEmpty,
            parts.allSatisfy({ $0.shape == parts[0].shape && $0.type == parts[0].type })
        else { return nil }
        return parts
    }

    /// The tensor with MAE's name, or nil.
    public subscript(name: String) -> Entry? { indices[name].map { entries[$0] } }

    /// Reads a tensor as single precision, in row-major order.
    ///
    /// - Precondition: `destination` has as many places as the tensor has elements.
    public func read(_ entry: Entry, into destination: UnsafeMutableBufferPointer<Float>) {
        var position = 0
        for piece in entry.pieces {
            file.read(
                piece, into: UnsafeMutableBufferPointer(rebasing: destination[position..<position + piece.count]))
            position += piece.count
        }
    }
}
