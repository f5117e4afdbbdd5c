import CKernels

#if canImport(Glibc)
    import Glibc
#endif

/// The instruction set the hot loops use. Results of different levels agree to rounding, not to the bit.
public enum KernelLevel: Int, CaseIterable, Sendable, CustomStringConvertible {
    case plain = 0
    case avx2 = 1
    case avx512 = 2

    public var description: String {
        switch self {
        case .plain: "plain"
        case .avx2: "avx2"
        case .avx512: "avx512"
        }
    }

    /// Whether this processor can run the level.
    public var isSupported: Bool { ck_table_for(Int32(rawValue)) != nil }

    /// The levels of this processor, slowest first.
    public static var supported: [KernelLevel] { allCases.filter(\.isSupported) }

    /// The fastest level, or the one that the environment variable `MAEFACE_KERNELS` (plain, avx2, avx512) names.
    /// A level that the processor lacks falls back to the fastest it has.
    public static let standard: KernelLevel = {
        let fastest = supported.last ?? .plain
        guard let text = getenv("MAEFACE_KERNELS") else { return fastest }
        let name = String(cString: text)
        return supported.first { $0.description == name } ?? fastest
    }()
}
