import Glibc
import Images

/// Decoded images kept in memory, by file, as many as the budget holds; nothing is ever thrown out, since every epoch
/// visits every file once. Grey images take a third of the room. Safe to use from several threads.
// Unchecked: entries and the used budget are reached under its lock; images never change.
final class DecodedCache: @unchecked Sendable {
    struct Entry {
        let image: PixelImage
        let isJPEG: Bool
    }

    private let lock = WorkerLock()
    private let budget: Int
    private var used = 0
    private var entries: [Entry?]

    init(files: Int, budget: Int) {
        self.budget = budget
        entries = budget > 0 ? Array(repeating: nil, count: files) : []
    }

    var bytes: Int { lock.locked { used } }

    func entry(_ file: Int) -> Entry? {
        budget > 0 ? lock.locked { entries[file] } : nil
    }

    func keep(_ entry: Entry, for file: Int) {
        let bytes = entry.image.pixels.count + 64
        guard budget > 0 else { return }
        lock.locked {
            guard entries[file] == nil, used + bytes <= budget else { return }
            entries[file] = entry
            used += bytes
        }
    }
}

extension ImageLoader {
    /// A quarter of the memory that is free now, in bytes, cgroup limits included; 0 when the system does not tell.
    public static func suggestedCacheBytes() -> Int {
        var available = number(in: "/proc/meminfo", after: "MemAvailable:").map { $0 * 1024 } ?? 0
        if let limit = number(in: "/sys/fs/cgroup/memory.max", after: ""),
            let current = number(in: "/sys/fs/cgroup/memory.current", after: "")
        {
            available = min(available, max(limit - current, 0))
        }
        return available / 4
    }

    private static func number(in path: String, after key: String) -> Int? {
        guard let file = fopen(path, "re") else { return nil }
        defer { fclose(file) }
        var line = [CChar](repeating: 0, count: 256)
        while fgets(&line, Int32(line.count), file) != nil {
            let text = String(decoding: line.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
            guard text.hasPrefix(key) else { continue }
            return Int(text.dropFirst(key.count).drop { $0 == " " }.prefix { $0.isNumber })
        }
        return nil
    }
}
