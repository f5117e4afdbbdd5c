import Basics
import Compute
import Glibc

/// A batch of images, on loan from the loader's ring until it is given back with `recycle`.
public struct ImageBatch {
    /// (count, 3, H, W), aligned to 64 bytes.
    public let images: UnsafeMutablePointer<Float>
    public let count: Int
    /// The image scheduled at each place, as an index into the loader's images or a sample of the labelled set: a key
    /// for random numbers, since none occurs twice in an epoch.
    public let indices: UnsafeBufferPointer<Int>
    /// The image shown at each place: the scheduled one, or the one that stands in for a bad one.
    public let sources: UnsafeBufferPointer<Int>
    public let epoch: Int
    /// Place of the batch in its epoch, from 0.
    public let step: Int
    let slot: Int
}

/// A fixed number of batch buffers that workers fill in order and one consumer empties in order.
///
/// Workers claim a few samples at a time, so that several may fill the same batch.
final class BatchRing: @unchecked Sendable {
    /// Some places of a batch for one worker to fill.
    struct Claim {
        let slot: Int
        let places: Range<Int>
        let order: EpochOrder
        /// Position of the batch's first place in the epoch's order.
        let offset: Int
        let images: UnsafeMutablePointer<Float>
        let indices: UnsafeMutablePointer<Int>
        let sources: UnsafeMutablePointer<Int>
    }

    private enum State {
        case free
        case filling
        case ready
        case taken
    }

    private struct Slot {
        let images: UnsafeMutablePointer<Float>
        let indices: UnsafeMutablePointer<Int>
        let sources: UnsafeMutablePointer<Int>
        var state = State.free
        var number = 0
        var claimed = 0
        var finished = 0
    }

    private static let placesPerClaim = 4

    private let batch: Int
    private let images: Int
    let stepsPerEpoch: Int
    private let makeOrder: (Int) -> EpochOrder
    private let lock = WorkerLock()
    private var slots: [Slot] = []
    private var order: EpochOrder
    /// Batches are numbered through all epochs: the next one to fill, and the next one to hand out.
    private var filling = 0
    private var reading = 0
    private var busyWorkers = 0
    private var paused = false
    private var stopped = false
    private var failure: DatasetError?
    private var totals = LoaderCounters()

    init(
        slots count: Int, batch: Int, images: Int, keepsLastBatch: Bool, floatsPerImage: Int,
        order makeOrder: @escaping @Sendable (Int) -> EpochOrder
    ) {
        self.batch = batch
        self.images = images
        stepsPerEpoch = keepsLastBatch ? (images + batch - 1) / batch : images / batch
        self.makeOrder = makeOrder
        order = makeOrder(0)
        for _ in 0..<count {
            let bytes = batch * floatsPerImage * MemoryLayout<Float>.stride
            let memory = UnsafeMutableRawPointer.allocate(byteCount: bytes, alignment: 64)
            slots.append(
                Slot(
                    images: memory.bindMemory(to: Float.self, capacity: batch * floatsPerImage),
                    indices: .allocate(capacity: batch), sources: .allocate(capacity: batch)))
        }
    }

    deinit {
        for slot in slots {
            UnsafeMutableRawPointer(slot.images).deallocate()
            slot.indices.deallocate()
            slot.sources.deallocate()
        }
    }

    // MARK: Workers

    /// The next places to fill, waited for; nil when the ring is stopped.
    func claim() -> Claim? {
        lock.locked {
            while !stopped {
                if let claim = claimNow() {
                    busyWorkers += 1
                    return claim
                }
                lock.wait(for: .work)
            }
            return nil
        }
    }

    /// Images of a batch: a last one that is kept has what is left.
    private func size(ofBatch number: Int) -> Int {
        min(batch, images - number % stepsPerEpoch * batch)
    }

    private func claimNow() -> Claim? {
        if paused || failure != nil { return nil }
        let index = filling % slots.count
        if slots[index].state == .free {
            slots[index].state = .filling
            slots[index].number = filling
            slots[index].claimed = 0
            slots[index].finished = 0
        }
        guard slots[index].state == .filling, slots[index].number == filling else { return nil }
        let epoch = filling / stepsPerEpoch
        if order.epoch != epoch { order = makeOrder(epoch) }
        let first = slots[index].claimed
        let size = size(ofBatch: filling)
        let end = min(first + Self.placesPerClaim, size)
        slots[index].claimed = end
        let offset = filling % stepsPerEpoch * batch
        if end == size { filling += 1 }
        let slot = slots[index]
        return Claim(
            slot: index, places: first..<end, order: order, offset: offset, images: slot.images,
            indices: slot.indices, sources: slot.sources)
    }

    func finish(_ claim: Claim, _ tally: SampleLoader.Tally) {
        lock.locked {
            busyWorkers -= 1
            totals.decoded += tally.decoded
            totals.cacheHits += tally.hits
            totals.substituted += tally.substituted
            slots[claim.slot].finished += claim.places.count
            if slots[claim.slot].finished == size(ofBatch: slots[claim.slot].number) {
                slots[claim.slot].state = .ready
            }
            lock.signal(.result)
        }
    }

    func fail(_ error: DatasetError) {
        lock.locked {
            busyWorkers -= 1
            failure = error
            lock.signal(.result)
        }
    }

    /// Called when the system gave not one thread: nobody would ever fill a batch.
    func failWithoutWorkers() {
        lock.locked {
            failure = .noThreads
            lock.signal(.result)
        }
    }

    // MARK: Consumer

    func next() throws -> ImageBatch {
        try lock.locked {
            if stopped { throw DatasetError.stopped }
            let index = reading % slots.count
            precondition(slots[index].state != .taken, "recycle a batch before asking for the next")
            func isReady() -> Bool { slots[index].state == .ready && slots[index].number == reading }
            if !isReady() {
                let began = Clock.monotonic()
                defer { totals.secondsWaited += Clock.monotonic() - began }
                while !isReady() {
                    if stopped { throw DatasetError.stopped }
                    if let failure { throw failure }
                    lock.wait(for: .result)
                }
            }
            slots[index].state = .taken
            reading += 1
            totals.batches += 1
            let slot = slots[index]
            let size = size(ofBatch: slot.number)
            return ImageBatch(
                images: slot.images, count: size,
                indices: UnsafeBufferPointer(start: slot.indices, count: size),
                sources: UnsafeBufferPointer(start: slot.sources, count: size),
                epoch: slot.number / stepsPerEpoch, step: slot.number % stepsPerEpoch, slot: index)
        }
    }

    func recycle(_ slot: Int) {
        lock.locked {
            precondition(slots[slot].state == .taken, "a batch is recycled once")
            slots[slot].state = .free
            lock.signal(.work)
        }
    }

    /// Forgets what is ready and goes on at `number`. Workers finish what they began, into slots that are forgotten.
    func move(to number: Int) {
        lock.locked {
            paused = true
            while busyWorkers > 0 { lock.wait(for: .result) }
            for i in slots.indices {
                precondition(slots[i].state != .taken, "recycle all batches before moving the loader")
                slots[i].state = .free
            }
            filling = number
            reading = number
            failure = nil
            paused = false
            stopped = false
            lock.signal(.work)
        }
    }

    func stop() {
        lock.locked {
            stopped = true
            lock.signal(.work)
            lock.signal(.result)
        }
    }

    var counters: LoaderCounters { lock.locked { totals } }
}
