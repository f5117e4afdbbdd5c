/// What became of the tensors of a file and of those that a model has: counts and names, in MAE's spelling.
public struct WeightsReport: Equatable, Sendable {
    public struct Resized: Equatable, Sendable {
        public let name: String
        public let from: [Int]
        public let to: [Int]
    }

    /// Read as they are.
    public internal(set) var loaded: [String] = []
    /// Positions that were brought to another image size.
    public internal(set) var resized: [Resized] = []
    /// In the model but not in the file; they keep their first values.
    public internal(set) var missing: [String] = []
    /// In the file and known, but of no use for this model.
    public internal(set) var leftOut: [String] = []
    /// In the file under names that mean nothing here.
    public internal(set) var unexpected: [String] = []
    /// Sentences about what is worth knowing.
    public var notes: [String] = []

    public init() {}

    /// One line a kind: how many, and which. Long lists are folded: `blocks.0-11.attn.qkv.weight`.
    public var lines: [String] {
        var lines: [String] = []
        func add(_ word: String, _ names: [String]) {
            guard !names.isEmpty else { return }
            lines.append("\(word) \(names.count): \(Self.folded(names).joined(separator: ", "))")
        }
        add("loaded", loaded)
        if !resized.isEmpty {
            let names = resized.map {
                "\($0.name) from \(TensorEntry.words(for: $0.from)) to \(TensorEntry.words(for: $0.to))"
            }
            lines.append("resized \(resized.count): \(names.joined(separator: ", "))")
        }
        add("missing", missing)
        add("left out", leftOut)
        add("unexpected", unexpected)
        return lines + notes
    }

    /// Names that differ in the number of the block only become one, and weight and bias too.
    public static func folded(_ names: [String]) -> [String] {
        var order: [String] = []
        var numbers: [String: [Int]] = [:]
        for name in names {
            let parts = name.split(separator: ".", omittingEmptySubsequences: false)
            guard let place = parts.firstIndex(where: { Int($0) != nil }), let number = Int(parts[place]) else {
                if numbers.updateValue([], forKey: name) == nil { order.append(name) }
                continue
            }
            var pattern = parts.map(String.init)
            pattern[place] = "*"
            let key = pattern.joined(separator: ".")
            if numbers[key] == nil { order.append(key) }
            numbers[key, default: []].append(number)
        }
        return order.map { key in
            guard let found = numbers[key], let first = found.min(), let last = found.max() else { return key }
            let isRange = last - first + 1 == Set(found).count
            let text =
                first == last
                ? "\(first)" : isRange ? "\(first)-\(last)" : found.map(String.init).joined(separator: "+")
            guard let star = key.range(of: "*") else { return key }
            return key.replacingCharacters(in: star, with: text)
        }
    }
}

extension String {
    fileprivate func range(of character: Character) -> Range<String.Index>? {
        firstIndex(of: character).map { $0..<index(after: $0) }
    }

    fileprivate func replacingCharacters(in range: Range<String.Index>, with text: String) -> String {
        self[..<range.lowerBound] + text + self[range.upperBound...]
    }
}
