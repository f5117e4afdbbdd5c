#if canImport(Glibc)
    import Glibc
#endif

/// Floats on the heap: owned, zeroed, aligned to 64 bytes (one cache line, one AVX-512 register).
///
/// Safe to hand to another thread because it is only memory; who writes when is for its users to agree.
public final class FloatBuffer: @unchecked Sendable {
    public let pointer: UnsafeMutablePointer<Float>
    public let count: Int

    public init(count: Int) {
        precondition(count >= 0, "a buffer cannot hold \(count) floats")
        let large = 2 << 20
        var bytes = (max(count, 1) * MemoryLayout<Float>.stride + 63) & ~63
        // Products walk large matrices by rows, a page each: pages of 2 MB spare the processor most address look-ups.
        let huge = bytes >= 2 * large
        if huge { bytes = (bytes + large - 1) / large * large }
        let raw = UnsafeMutableRawPointer.allocate(byteCount: bytes, alignment: huge ? large : 64)
        if huge { madvise(raw, bytes, MADV_HUGEPAGE) }
        raw.initializeMemory(as: UInt8.self, repeating: 0, count: bytes)
        pointer = raw.bindMemory(to: Float.self, capacity: max(count, 1))
        self.count = count
    }

    public convenience init(_ values: [Float]) {
        self.init(count: values.count)
        values.withUnsafeBufferPointer { source in
            if let base = source.baseAddress { pointer.update(from: base, count: source.count) }
        }
    }

    deinit { UnsafeMutableRawPointer(pointer).deallocate() }

    public var values: UnsafeMutableBufferPointer<Float> { UnsafeMutableBufferPointer(start: pointer, count: count) }

    public subscript(index: Int) -> Float {
        get { values[index] }
        set { values[index] = newValue }
    }

    /// A copy, for tests and files.
    public var array: [Float] { Array(values) }

    public func zero() { pointer.update(repeating: 0, count: count) }
}
