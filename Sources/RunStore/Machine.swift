import CSystem

/// Facts about this machine that runs keep or depend on.
public enum Machine {
    /// This machine's name.
    public static let hostName: String = {
        var name = [CChar](repeating: 0, count: 256)
        maeface_host_name(&name, name.count)
        return String(decoding: name.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
    }()

    /// The network file system that a path lies on ("NFS", "SMB"...), nil when it is a local one.
    public static func networkFileSystem(of path: String) -> String? {
        maeface_network_file_system(path).map { String(cString: $0) }
    }

    /// Bytes that can still be written where the path lies; nil when unknown.
    public static func freeBytes(at path: String) -> Int64? {
        let bytes = maeface_free_bytes(path)
        return bytes < 0 ? nil : bytes
    }

    /// Bytes of memory this process holds.
    public static var residentBytes: Int64 { maeface_resident_bytes() }
}
