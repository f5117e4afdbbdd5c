/// The standard deviations of the three Gaussians of the paper's eq. 9, in frames. 0 switches a filter off.
///
/// The paper asks for σ1 > σ2 and σ1 > σ3; σ2 and σ3 have no order between them, and swapping them changes nothing but
/// ties. With σ2 = 0 or σ3 = 0 the residual vanishes and the filter is the plain Gaussian g(σ1).
public struct Sigmas: Sendable, Hashable, Codable {
    public var first: Double
    public var second: Double
    public var third: Double

    public init(_ first: Double, _ second: Double, _ third: Double) {
        self.first = first
        self.second = second
        self.third = third
    }

    /// Changes nothing: y = x.
    public static let identity = Sigmas(0, 0, 0)
    /// y = g(σ), without a residual.
    public static func gaussian(_ sigma: Double) -> Sigmas { Sigmas(sigma, 0, 0) }

    /// Below this a Gaussian has a single weight and does nothing (4 σ rounds to no frame): show it as off.
    public static let smallest = 0.125

    public var isIdentity: Bool { first < Self.smallest && isGaussian }
    /// Without a residual.
    public var isGaussian: Bool { second < Self.smallest || third < Self.smallest }
    /// Whether σ1 > σ2 and σ1 > σ3, or all are 0, and all are finite and not negative.
    public var isValid: Bool {
        [first, second, third].allSatisfy { $0.isFinite && $0 >= 0 }
            && (second == 0 || first > second) && (third == 0 || first > third)
    }
    /// The paper's filter with both residual Gaussians at work, rather than a plain Gaussian: σ2, σ3 ≥ 1 frame.
    public var isStrict: Bool { isValid && second >= 1 && third >= 1 }

    public enum Which: Int, Sendable, CaseIterable, Hashable {
        case first = 1
        case second = 2
        case third = 3
    }

    public subscript(which: Which) -> Double {
        get {
            switch which {
            case .first: first
            case .second: second
            case .third: third
            }
        }
        set {
            switch which {
            case .first: first = newValue
            case .second: second = newValue
            case .third: third = newValue
            }
        }
    }

    /// Sets one sigma and moves the others by as little as σ1 > σ2 and σ1 > σ3 ask for, `step` apart. Returns those that
    /// were moved, so that a person can be told.
    @discardableResult
    public mutating func set(_ which: Which, to value: Double, step: Double = 0.5) -> [Which] {
        var moved: [Which] = []
        self[which] = max(0, value)
        if which == .first {
            for other in [Which.second, .third] where self[other] > 0 && self[other] >= first {
                self[other] = max(0, first - step)
                moved.append(other)
            }
        } else if self[which] > 0, first <= self[which] {
            first = self[which] + step
            moved.append(.first)
        }
        return moved
    }

    /// Reads `29,8,3.5`, or a single number for a plain Gaussian; nil when it is neither or breaks σ1 > σ2, σ3.
    public init?(text: String) {
        let parts = text.split(separator: ",", omittingEmptySubsequences: false).map {
            Double($0.filter { !$0.isWhitespace })
        }
        guard parts.count == 1 || parts.count == 3, let first = parts[0] else { return nil }
        if parts.count == 1 {
            self.init(first, 0, 0)
        } else {
            guard let second = parts[1], let third = parts[2] else { return nil }
            self.init(first, second, third)
        }
        guard isValid else { return nil }
    }
}

extension Sigmas: CustomStringConvertible {
    /// As `init(text:)` reads it: 29,8,3.5
    public var description: String { [first, second, third].map(Self.text).joined(separator: ",") }

    /// Without a fraction where there is none.
    static func text(_ value: Double) -> String {
        value == value.rounded() && abs(value) < 1e15 ? String(Int(value)) : String(value)
    }
}
