/// Floats on the heap: owned, zeroed, aligned to 64 bytes (one cache line, one AVX-512 register).
///
/// Safe to hand to another thread because it is only memory; who writes when is for its users to agree.
public final class FloatBuffer: @unchecked Sendable {
    public let pointer: UnsafeMutablePointer<Float>
    public let count: Int

    public init(count: Int) {
        precondition(count >= 0, "a buffer cannot hold \(count) floats")
        let bytes = max(count, 1) * MemoryLayout<Float>.stride
        let raw = UnsafeMutableRawPointer.allocate(byteCount: (bytes + 63) & ~63, alignment: 64)
        raw.initializeMemory(as: UInt8.self, repeating: 0, count: (bytes + 63) & ~63)
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
