/// One tensor of a file of weights: what it is, and how its elements lie in their storage.
public struct WeightTensor: Sendable {
    public let name: String
    public let type: ScalarType
    /// Row-major; empty for a single number.
    public let shape: [Int]
    /// Elements between neighbours of each dimension.
    let strides: [Int]
    /// Elements before the first one.
    let offset: Int
    /// The number of the storage in its file.
    let storage: Int

    /// Number of elements.
    public var count: Int { shape.reduce(1, *) }

    /// Bytes of its elements.
    public var byteCount: Int { count * type.width }

    /// Whether the elements lie one after the other.
    var isContiguous: Bool {
        var expected = 1
        for (size, stride) in zip(shape, strides).reversed() {
            if size != 1, stride != expected { return count == 0 }
            expected *= size
        }
        return true
    }

    /// Calls `body` with the offset of every run of neighbouring elements, in row-major order, and its length.
    func forEachRun(_ body: (_ offset: Int, _ length: Int) -> Void) {
        guard count > 0 else { return }
        if isContiguous { return body(offset, count) }
        let isRowContiguous = strides.last == 1
        let length = isRowContiguous ? shape[shape.count - 1] : 1
        let sizes = isRowContiguous ? Array(shape.dropLast()) : shape
        var index = [Int](repeating: 0, count: sizes.count)
        var position = offset
        while true {
            body(position, length)
            var dimension = sizes.count - 1
            while dimension >= 0 {
                index[dimension] += 1
                position += strides[dimension]
                if index[dimension] < sizes[dimension] { break }
                position -= index[dimension] * strides[dimension]
                index[dimension] = 0
                dimension -= 1
            }
            if dimension < 0 { return }
        }
    }
}
