import Testing

@testable import Datasets

@Suite struct InnerSplitTests {
    @Test func aFifthOfTheGroupsIsAsideAndNoGroupIsOnBothSides() throws {
        let folder = try PictureFolder()
        let set = try folder.table().read()
        // Subjects have two images each; the last one is held out elsewhere.
        let samples = Array(0..<10)
        let split = try InnerSplit(samples, of: set, by: "subject")
        #expect((split.training + split.validation).sorted() == samples)
        #expect(split.validation.count == 2)
        #expect(Set(split.validation.map { $0 / 2 }).isDisjoint(with: split.training.map { $0 / 2 }))
        #expect(try InnerSplit(samples, of: set, by: nil) == split)
        let few = labelError { _ = try InnerSplit([0, 1], of: set, by: "subject") }
        #expect(few?.description.contains("has 1 group to train on") == true)
    }
}
