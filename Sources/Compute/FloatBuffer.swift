#if canImport(Glibc)
    import Glibc
#endif

/// Floats on the heap: owned, zeroed, aligned to 64 bytes (one cache line, one AVX-512 register).
///
/// Large buffers come from the system as pages that take no memory before something is written, so a model that is
/// never trained has no memory of gradients.
///
/// Safe to hand to another thread because it is only memory; who writes when is for its users to agree.
// Unchecked: plain memory at an address that never changes.
public final class FloatBuffer: @unchecked Sendable {
    public let pointer: UnsafeMutablePointer<Float>
    public let count: Int
    /// What was mapped, or nil for what was allocated.
    private let mapped: UnsafeMutableRawBufferPointer?

    /// From here on pages of their own are worth it.
    private static let mappedBytes = 256 << 10

    public init(count: Int) {
        precondition(count >= 0, "a buffer cannot hold \(count) floats")
        let bytes = (max(count, 1) * MemoryLayout<Float>.stride + 63) & ~63
        let raw: UnsafeMutableRawPointer
        if bytes >= Self.mappedBytes, let (region, start) = Self.map(bytes) {
            mapped = region
            raw = start
        } else {
            mapped = nil
            raw = .allocate(byteCount: bytes, alignment: 64)
            raw.initializeMemory(as: UInt8.self, repeating: 0, count: bytes)
        }
        pointer = raw.bindMemory(to: Float.self, capacity: max(count, 1))
        self.count = count
    }

    /// Zeroed pages, and where in them the floats begin; nil when the system has none.
    private static func map(
        _ bytes: Int
    ) -> (region: UnsafeMutableRawBufferPointer, start: UnsafeMutableRawPointer)? {
        // Products walk large matrices by rows, a page each: pages of 2 MB spare the processor most address look-ups.
        let large = 2 << 20
        let isHuge = bytes >= 2 * large
        let length = isHuge ? (bytes + large - 1) / large * large + large : bytes
        guard let base = mmap(nil, length, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0),
            base != MAP_FAILED
        else { return nil }
        var start = base
        if isHuge {
            start = base.alignedUp(toMultipleOf: large)
            madvise(start, length - large, MADV_HUGEPAGE)
        }
        return (UnsafeMutableRawBufferPointer(start: base, count: length), start)
    }

    public convenience init(_ values: [Float]) {
        self.init(count: values.count)
        values.withUnsafeBufferPointer { source in
            if let base = source.baseAddress { pointer.update(from: base, count: source.count) }
        }
    }

    deinit {
        if let mapped {
            munmap(mapped.baseAddress, mapped.count)
        } else {
            UnsafeMutableRawPointer(pointer).deallocate()
        }
    }

    public var values: UnsafeMutableBufferPointer<Float> { UnsafeMutableBufferPointer(start: pointer, count: count) }

    public subscript(index: Int) -> Float {
        get { values[index] }
        set { values[index] = newValue }
    }

    /// A copy, for tests and files.
    public var array: [Float] { Array(values) }

    public func zero() { pointer.update(repeating: 0, count: count) }
}
