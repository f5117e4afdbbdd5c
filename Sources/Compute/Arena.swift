/// Memory planned before it is allocated: every buffer of a step gets its offset once, then one allocation holds all.
///
///     var plan = Arena.Plan()
///     let hidden = plan.reserve(rows * width)
///     let arena = Arena(plan)
///     arena[hidden]            // UnsafeMutablePointer<Float>
///
/// Slots that are never alive together share memory: take a `mark`, reserve, and `rewind` to it.
// Unchecked: plain memory at an address that never changes; one training loop uses it.
public final class Arena: @unchecked Sendable {
    /// A place in the arena, in floats, aligned to 64 bytes.
    public struct Slot: Sendable, Equatable {
        public let offset: Int
        public let count: Int
    }

    public struct Plan: Sendable {
        private var next = 0
        /// Floats needed at the worst moment.
        public private(set) var peak = 0

        public init() {}

        public mutating func reserve(_ count: Int) -> Slot {
            precondition(count >= 0, "cannot reserve \(count) floats")
            let slot = Slot(offset: next, count: count)
            // One extra line between slots keeps large power-of-two slots from starting in the same cache set.
            next += (count + 15) / 16 * 16 + 16
            peak = max(peak, next)
            return slot
        }

        /// The current end of the plan.
        public var mark: Int { next }

        /// Later reservations may overlap everything reserved since `mark`.
        public mutating func rewind(to mark: Int) { next = mark }
    }

    private let buffer: FloatBuffer

    public init(_ plan: Plan) { buffer = FloatBuffer(count: plan.peak) }

    public subscript(slot: Slot) -> UnsafeMutablePointer<Float> { buffer.pointer + slot.offset }

    public var byteCount: Int { buffer.count * MemoryLayout<Float>.stride }
}
