import Compute

/// The order in which an epoch visits the files: a permutation of their numbers that depends on the key and the epoch.
struct EpochOrder {
    let epoch: Int
    let files: [Int32]

    /// Fisher and Yates's shuffle, from the last element down.
    init(key: RandomKey, epoch: Int, count: Int) {
        var random = key.stream(epoch: epoch)
        var files = (0..<Int32(count)).map { $0 }
        for i in stride(from: count - 1, to: 0, by: -1) {
            files.swapAt(i, random.nextInt(below: i + 1))
        }
        self.epoch = epoch
        self.files = files
    }

    /// The files as they come.
    init(epoch: Int, count: Int) {
        self.epoch = epoch
        files = (0..<Int32(count)).map { $0 }
    }
}
