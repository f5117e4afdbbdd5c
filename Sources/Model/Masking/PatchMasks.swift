/// Which patches of each image in a micro-batch are visible and which masked, in memory that is taken once.
final class PatchMasks {
    /// (images, visible) patch numbers in the order of their noise.
    let visible: UnsafeMutablePointer<Int32>
    /// (images, masked) patch numbers, ascending.
    let masked: UnsafeMutablePointer<Int32>
    /// (images, P) the place of each patch: below `visible` its index among the visible ones.
    let restore: UnsafeMutablePointer<Int32>
    /// (images, P) 0 ..< P for every image.
    let all: UnsafeMutablePointer<Int32>
    private let order: UnsafeMutablePointer<Int32>
    private let patches: Int
    private let visibleCount: Int

    init(_ configuration: ModelConfiguration, images: Int) {
        patches = configuration.patches
        visibleCount = configuration.visiblePatches
        visible = .allocate(capacity: images * visibleCount)
        masked = .allocate(capacity: images * (patches - visibleCount))
        restore = .allocate(capacity: images * patches)
        all = .allocate(capacity: images * patches)
        order = .allocate(capacity: patches)
        for index in 0..<images * patches { all[index] = Int32(index % patches) }
    }

    deinit {
        for memory in [visible, masked, restore, all, order] { memory.deallocate() }
    }

    /// Splits `count` images by their noise (count, P).
    func split(noise: UnsafePointer<Float>, count: Int) {
        let maskedCount = patches - visibleCount
        for image in 0..<count {
            Masking.split(noise: noise + image * patches, patches: patches, visible: visibleCount, into: order)
            (visible + image * visibleCount).update(from: order, count: visibleCount)
            (masked + image * maskedCount).update(from: order + visibleCount, count: maskedCount)
            for place in 0..<patches { restore[image * patches + Int(order[place])] = Int32(place) }
        }
    }
}
