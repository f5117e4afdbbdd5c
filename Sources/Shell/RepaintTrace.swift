import Basics
import Foundation

/// Milliseconds from a key to the screen that shows all that it led to, a line each in the file that `MAEFACE_TRACE`
/// names: how the workbench is measured from outside.
struct RepaintTrace {
    private let path: String
    private var since: Double?
    private var times: [Double] = []

    /// Nil unless it is asked for.
    init?(environment: [String: String]) {
        guard let path = environment["MAEFACE_TRACE"], !path.isEmpty else { return nil }
        self.path = path
    }

    /// A key came. Keys that come before the screen shows the last one count as one.
    mutating func begin() { since = since ?? Clock.monotonic() }

    /// The screen is drawn.
    /// - Parameter isComplete: whether it shows all that the keys led to.
    mutating func drawn(isComplete: Bool) {
        guard isComplete, let begun = since else { return }
        times.append((Clock.monotonic() - begun) * 1000)
        since = nil
    }

    /// Writes what was measured.
    func write() {
        let text = times.map { String(format: "%.3f\n", $0) }.joined()
        try? text.write(toFile: path, atomically: true, encoding: .utf8)
    }
}
