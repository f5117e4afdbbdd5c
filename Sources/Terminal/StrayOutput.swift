import CSystem
import Glibc

/// Catches what anything in the program prints while the screen is ours, as lines.
struct StrayOutput {
    private var captured: maeface_captured_output?
    private var lines = LineSplitter()

    /// The descriptor to wait on, -1 while nothing is caught.
    var descriptor: Int32 { captured?.reader ?? -1 }

    mutating func begin() {
        guard captured == nil else { return }
        var fresh = maeface_captured_output()
        if maeface_capture_output(&fresh) == 0 { captured = fresh }
    }

    mutating func end() {
        guard var old = captured else { return }
        maeface_release_output(&old)
        captured = nil
        kept += read(from: old.reader)
        Glibc.close(old.reader)
    }

    /// Lines that were read while the screen was given back.
    private var kept: [String] = []

    mutating func read() -> [String] {
        defer { kept = [] }
        return kept + (captured.map { read(from: $0.reader) } ?? [])
    }

    private mutating func read(from descriptor: Int32) -> [String] {
        var found: [String] = []
        var buffer = [UInt8](repeating: 0, count: 16384)
        // A program that prints without end must not keep the screen from being drawn.
        for _ in 0..<64 {
            let count = Glibc.read(descriptor, &buffer, buffer.count)
            if count <= 0 { break }
            found += lines.split(buffer[..<count])
        }
        return found
    }
}

/// Cuts bytes into lines that can be shown: no control characters, at most 500 bytes each.
struct LineSplitter {
    private var rest: [UInt8] = []

    mutating func split(_ bytes: ArraySlice<UInt8>) -> [String] {
        var lines: [String] = []
        for byte in bytes {
            if byte == 10 || byte == 13 || rest.count >= 500 {
                if !rest.isEmpty { lines.append(String(decoding: rest, as: UTF8.self)) }
                rest = []
            }
            if byte >= 0x20 && byte != 0x7f || byte == 9 { rest.append(byte == 9 ? 0x20 : byte) }
        }
        return lines
    }
}
