import Compute

/// Random masking: the patches with the smallest noise stay visible, the others are to be rebuilt.
public enum Masking {
    /// Noise (P) of one sample in one epoch, uniform in [0, 1); it depends on the key, the epoch and the sample only.
    public static func drawNoise(
        _ noise: UnsafeMutableBufferPointer<Float>, key: RandomKey, epoch: Int, sample: Int
    ) {
        var stream = key.stream(epoch: epoch, sample: sample)
        for index in noise.indices { noise[index] = stream.nextFloat() }
    }

    /// Splits the patches of one image, without allocating.
    ///
    /// Sorts the patch indices by noise, stably: of equal noise the lower index comes first. The first `visible` of
    /// them stay visible, in that order; the masked ones follow in ascending index, since their order is free.
    /// - Parameters:
    ///   - noise: (P) values.
    ///   - order: (P) receives the visible patches, then the masked ones.
    ///   - visible: how many stay visible.
    static func split(
        noise: UnsafePointer<Float>, patches: Int, visible: Int, into order: UnsafeMutablePointer<Int32>
    ) {
        for index in 0..<patches { order[index] = Int32(index) }
        heapSort(order, count: patches) { a, b in
            let (x, y) = (noise[Int(a)], noise[Int(b)])
            return x < y || (x == y && a < b)
        }
        heapSort(order + visible, count: patches - visible, by: <)
    }

    /// Heap sort needs no memory of its own; with ties broken by index its result is that of a stable sort.
    private static func heapSort(
        _ items: UnsafeMutablePointer<Int32>, count: Int, by precedes: (Int32, Int32) -> Bool
    ) {
        func sift(_ start: Int, _ end: Int) {
            var root = start
            while true {
                var child = 2 * root + 1
                guard child < end else { return }
                if child + 1 < end, precedes(items[child], items[child + 1]) { child += 1 }
                guard precedes(items[root], items[child]) else { return }
                (items[root], items[child]) = (items[child], items[root])
                root = child
            }
        }
        guard count > 1 else { return }
        for start in stride(from: count / 2 - 1, through: 0, by: -1) { sift(start, count) }
        for end in stride(from: count - 1, to: 0, by: -1) {
            (items[0], items[end]) = (items[end], items[0])
            sift(0, end)
        }
    }
}
