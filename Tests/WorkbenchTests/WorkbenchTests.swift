import Foundation
import Screen
import Testing

@testable import Workbench

@Test func look() throws {
    guard let folder = ProcessInfo.processInfo.environment["LOOK"] else { return }
    func dump(_ name: String, _ state: State, _ w: Int, _ h: Int) throws {
        let f = view(state, Size(width: w, height: h))
        var out = "\(w) \(h)\n"
        for c in f.cells {
            func n(_ c: Color) -> Int { if case .indexed(let i) = c { return Int(i) }; return -1 }
            out +=
                "\(n(c.style.foreground)) \(n(c.style.background)) \(c.style.attributes.rawValue) \(c.text.unicodeScalars.map { String($0.value) }.joined(separator: ","))\n"
        }
        try out.write(toFile: folder + "/\(name).cells", atomically: true, encoding: .utf8)
        print("=== \(name)")
        print(f.text.joined(separator: "\n"))
    }
    let half = Options(pictures: .halfBlocks)
    for (w, h) in [(80, 24), (120, 36), (200, 60)] {
        var s = Fixture.state(options: half)
        s.size = Size(width: w, height: h)
        try dump("monitor-\(w)", s, w, h)
        for (k, n) in [("?", "help"), (":", "palette"), ("R", "chooser"), ("s", "stop")] as [(Character, String)] {
            var t = s
            _ = update(&t, .input(.key(.character(k))))
            try dump("\(n)-\(w)", t, w, h)
        }
        _ = update(&s, .input(.key(.character("4"))))
        try dump("runs-\(w)", s, w, h)
        try dump("empty-\(w)", Fixture.empty(), w, h)
    }
}
