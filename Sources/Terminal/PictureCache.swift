import Screen

/// Encoded pictures, so that going to another view and back costs nothing. The oldest go first.
struct PictureCache {
    private struct Key: Hashable {
        let key: String
        let rect: Rect
        let mode: PictureMode
        let cell: CellSize
    }

    private var entries: [Key: [UInt8]] = [:]
    private var order: [Key] = []
    private var total = 0
    private let limit: Int

    init(limit: Int = 16 << 20) { self.limit = limit }

    mutating func bytes(of picture: Picture, mode: PictureMode, cell: CellSize, encode: () -> [UInt8]) -> [UInt8] {
        let key = Key(key: picture.key, rect: picture.rect, mode: mode, cell: cell)
        if let known = entries[key] { return known }
        let fresh = encode()
        entries[key] = fresh
        order.append(key)
        total += fresh.count
        while total > limit, order.count > 1 {
            total -= entries.removeValue(forKey: order.removeFirst())?.count ?? 0
        }
        return fresh
    }
}
