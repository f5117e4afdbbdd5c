import Foundation
import Synchronization

@testable import RunStore

/// A folder for runs that disappears with the fixture, and a clock that only the test moves.
final class Fixture: Sendable {
    let home: String
    private let time = Mutex(1_000_000.0)

    init() throws {
        home = NSTemporaryDirectory() + "maeface-store-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: home, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(atPath: home) }

    var path: String { home + "/runs.db" }
    var now: Double { time.withLock { $0 } }
    func advance(by seconds: Double) { time.withLock { $0 += seconds } }

    func open(readOnly: Bool = false, host: String = "here", network: String? = nil) throws -> RunStore {
        try RunStore.open(
            home: home, readOnly: readOnly, clock: { self.now }, host: host, networkFileSystem: { _ in network })
    }

    /// Every file of the folder with its content, to show that nothing was altered.
    func contents() throws -> [String: Data] {
        var found: [String: Data] = [:]
        for name in try FileManager.default.contentsOfDirectory(atPath: home) {
            found[name] = try? Data(contentsOf: URL(fileURLWithPath: "\(home)/\(name)"))
        }
        return found
    }
}

let loss = SeriesKey(stage: 0, name: .loss)
let twoStages = [
    StageRecord(index: 0, kind: "pretrain", epochs: 40, stepsPerEpoch: 100),
    StageRecord(index: 1, kind: "finetune", epochs: 10, stepsPerEpoch: 50),
]

extension RunStore {
    func makeRun(_ name: String = "demo") throws -> Run {
        try createRun(name: name, sessionText: "{ name: \"\(name)\" }", stages: twoStages)
    }
}

/// Points `range` of a curve, each with its step as the value.
func line(_ range: ClosedRange<Int64>, _ key: SeriesKey = loss) -> [(SeriesKey, Point)] {
    range.map { (key, Point(step: $0, value: Double($0))) }
}
