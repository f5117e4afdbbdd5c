import Testing

@testable import Basics

@Suite struct SpellingTests {
    @Test("Distances count insertions, deletions, replacements and swaps, both ways")
    func distances() {
        for (a, b, distance) in [
            ("", "", 0), ("", "abc", 3), ("same", "SAME", 0), ("kitten", "sitting", 3), ("batch", "bacth", 1),
            ("epochs", "epoch", 1), ("lr", "mask", 4), ("ab", "ba", 1), ("größe", "grosse", 3),
        ] {
            #expect(Spelling.distance(a, b) == distance, "\(a) \(b)")
            #expect(Spelling.distance(b, a) == distance, "\(b) \(a)")
        }
    }

    @Test("The nearest word is the first of equals, and near enough to be meant")
    func nearest() {
        #expect(Spelling.nearest(to: "trian", among: ["plan", "train", "runs"]) == "train")
        #expect(Spelling.nearest(to: "EPOCH", among: ["epochs", "epocha"]) == "epochs")
        #expect(Spelling.nearest(to: "xyz", among: ["train", "plan"]) == nil)
        #expect(Spelling.nearest(to: "a", among: []) == nil)
    }
}
