/// The points of one curve, ready to be drawn at any width: beside the values it keeps their extremes in blocks of 8,
/// 64, 512 ... so that the least and greatest value of any stretch is found without reading it. Appending is cheap;
/// a spike is never lost.
public struct Curve: Equatable, Sendable {
    /// Ascending positions, in steps.
    public private(set) var positions: [Double] = []
    private(set) var raw = ValueColumn()
    /// The debiased moving average of `raw`; empty while `smoothing` is 0.
    private(set) var smooth = ValueColumn()
    /// The weight of the past in the moving average, 0 (off) to below 1.
    public private(set) var smoothing: Double = 0
    private var average = MovingAverage()
    /// How many values are NaN or infinite.
    public private(set) var nonFiniteCount = 0

    public init() {}

    /// A whole curve at once: the same as appending its points one by one, and much faster. Positions ascend.
    public init(positions: [Double], values: [Double]) {
        precondition(positions.count == values.count, "every point has a position and a value")
        self.positions = positions
        raw = ValueColumn(values)
        nonFiniteCount = values.count { !$0.isFinite }
    }

    public var count: Int { positions.count }
    public var isEmpty: Bool { positions.isEmpty }
    public var values: [Double] { raw.values }
    /// What is drawn in front: the smoothed values where smoothing is on.
    public var front: [Double] { smoothing > 0 ? smooth.values : raw.values }
    var frontColumn: ValueColumn { smoothing > 0 ? smooth : raw }

    /// Adds a point. A position at or before the last one replaces everything from there on.
    public mutating func append(_ position: Double, _ value: Double) {
        if let last = positions.last, position <= last { truncate(from: position) }
        positions.append(position)
        raw.append(value)
        if !value.isFinite { nonFiniteCount += 1 }
        if smoothing > 0 { smooth.append(average.next(value, weight: smoothing)) }
    }

    /// Drops the points at `position` and after it.
    public mutating func truncate(from position: Double) {
        let keep = index(atOrAfter: position)
        guard keep < positions.count else { return }
        nonFiniteCount -= raw.values[keep...].reduce(0) { $0 + ($1.isFinite ? 0 : 1) }
        positions.removeSubrange(keep...)
        raw.truncate(keep)
        rebuildSmooth()
    }

    /// Changes the smoothing of the whole curve.
    public mutating func setSmoothing(_ weight: Double) {
        guard weight != smoothing else { return }
        smoothing = min(0.9999, max(0, weight))
        rebuildSmooth()
    }

    /// The index of the first point at or after a position; `count` when there is none.
    public func index(atOrAfter position: Double) -> Int {
        var low = 0
        var high = positions.count
        while low < high {
            let middle = (low + high) / 2
            if positions[middle] < position { low = middle + 1 } else { high = middle }
        }
        return low
    }

    /// The index of the point nearest to a position.
    public func nearest(to position: Double) -> Int? {
        guard !positions.isEmpty else { return nil }
        let after = index(atOrAfter: position)
        if after == 0 { return 0 }
        if after == positions.count { return after - 1 }
        return position - positions[after - 1] <= positions[after] - position ? after - 1 : after
    }

    /// The value on the line between the points around a position; nil outside the curve and in a gap.
    func front(at position: Double) -> Double? {
        let after = index(atOrAfter: position)
        guard after > 0, after < count else { return nil }
        let share = (position - positions[after - 1]) / (positions[after] - positions[after - 1])
        let value = front[after - 1] + share * (front[after] - front[after - 1])
        return value.isFinite ? value : nil
    }

    private mutating func rebuildSmooth() {
        smooth = ValueColumn()
        average = MovingAverage()
        guard smoothing > 0 else { return }
        for value in raw.values { smooth.append(average.next(value, weight: smoothing)) }
    }
}

/// An exponential moving average whose start is not pulled towards zero: the weighted sum is divided by the sum of the
/// weights, as TensorBoard does. Values that are not finite pass through and leave the average alone.
struct MovingAverage: Equatable, Sendable {
    private var sum = 0.0
    private var weights = 0.0

    mutating func next(_ value: Double, weight: Double) -> Double {
        guard value.isFinite else { return value }
        sum = sum * weight + value * (1 - weight)
        weights = weights * weight + (1 - weight)
        return sum / weights
    }
}

/// The least and greatest finite value of a stretch, the least one above zero (for a log axis), and whether a value
/// in it is not finite.
struct Extent: Equatable, Sendable {
    var least = Double.infinity
    var greatest = -Double.infinity
    var leastPositive = Double.infinity
    var hasNonFinite = false

    var isEmpty: Bool { least > greatest }

    mutating func add(_ value: Double) {
        guard value.isFinite else {
            hasNonFinite = true
            return
        }
        if value < least { least = value }
        if value > greatest { greatest = value }
        if value > 0, value < leastPositive { leastPositive = value }
    }

    mutating func add(_ other: Extent) {
        least = min(least, other.least)
        greatest = max(greatest, other.greatest)
        leastPositive = min(leastPositive, other.leastPositive)
        hasNonFinite = hasNonFinite || other.hasNonFinite
    }
}

/// Values and a pyramid of their extents.
struct ValueColumn: Equatable, Sendable {
    private static let fan = 8
    private(set) var values: [Double] = []
    /// `levels[k][i]` covers the values from `i * 8^(k+1)`, as many as there are up to the next block.
    private var levels: [[Extent]] = []

    init() {}

    init(_ values: [Double]) {
        self.values = values
        guard values.count >= Self.fan else { return }
        var below = stride(from: 0, to: values.count, by: Self.fan).map { start in
            var extent = Extent()
            for index in start..<min(start + Self.fan, values.count) { extent.add(values[index]) }
            return extent
        }
        levels = [below]
        while below.count > Self.fan {
            below = stride(from: 0, to: below.count, by: Self.fan).map { start in
                var extent = Extent()
                for index in start..<min(start + Self.fan, below.count) { extent.add(below[index]) }
                return extent
            }
            levels.append(below)
        }
    }

    mutating func append(_ value: Double) {
        var block = values.count
        values.append(value)
        for level in levels.indices {
            block /= Self.fan
            if block == levels[level].count { levels[level].append(Extent()) }
            levels[level][block].add(value)
        }
        growIfNeeded()
    }

    /// A level more once the top one has become too long to read.
    private mutating func growIfNeeded() {
        if levels.isEmpty {
            guard values.count >= Self.fan else { return }
            var first = Extent()
            for value in values { first.add(value) }
            levels.append([first])
        } else if let top = levels.last, top.count > Self.fan {
            var above: [Extent] = []
            for (index, extent) in top.enumerated() {
                if index % Self.fan == 0 { above.append(extent) } else { above[index / Self.fan].add(extent) }
            }
            levels.append(above)
        }
    }

    mutating func truncate(_ count: Int) {
        guard count < values.count else { return }
        values.removeSubrange(count...)
        let kept = values
        values = []
        levels = []
        for value in kept { append(value) }
    }

    /// The extent of the values in a range of indices.
    func extent(_ range: Range<Int>) -> Extent {
        var result = Extent()
        var low = max(0, range.lowerBound)
        var high = min(values.count, range.upperBound)
        // The ragged ends at each level, the whole blocks between them one level up.
        while low < high, low % Self.fan != 0 || high - low < Self.fan {
            result.add(values[low])
            low += 1
        }
        while high > low, high % Self.fan != 0 {
            high -= 1
            result.add(values[high])
        }
        var level = 0
        low /= Self.fan
        high /= Self.fan
        while low < high, level < levels.count {
            let isTop = level + 1 >= levels.count
            while low < high, isTop || low % Self.fan != 0 || high - low < Self.fan {
                result.add(levels[level][low])
                low += 1
            }
            while high > low, high % Self.fan != 0 {
                high -= 1
                result.add(levels[level][high])
            }
            low /= Self.fan
            high /= Self.fan
            level += 1
        }
        return result
    }
}
