import Affect
import Session
import Testing

@testable import Datasets

@Suite struct ClassFolderDataTests {
    @Test func foldersAreClasses() throws {
        let folder = try PictureFolder()
        try folder.pictures(["happy/b.png", "happy/a.png", "sad/deep/c.png", "calm/d.png"])
        let set = try ClassFolderData(path: folder.path).read()
        #expect(set.classes == ["calm", "happy", "sad"])
        #expect((0..<4).map { set.expression($0) } == [0, 1, 1, 2])
        #expect(
            folder.relative((0..<4).map(set.image)) == ["calm/d.png", "happy/a.png", "happy/b.png", "sad/deep/c.png"])
        #expect(set.place(1).file == "\(folder.path)/happy" && set.place(1).line == nil)
        #expect(labelError { _ = try Folds.official(set) }?.description.contains("no split of its own") == true)
        #expect(
            labelError { _ = try Folds.grouped(set, count: 2, by: "subject") }?.description.contains("image") == true)
    }

    @Test func numberedFoldersOfASplit() throws {
        let folder = try PictureFolder()
        try folder.pictures(["train_set/0/a.png", "train_set/10/b.png", "train_set/2/c.png", "val_set/2/d.png"])
        let set = try ClassFolderData(path: folder.path).read()
        #expect(set.classes == ["0", "2", "10"])
        #expect(try Folds.official(set).folds == [Fold(name: "official", training: [0, 1, 2], validation: [3])])
        let named = ClassFolderData(
            path: folder.path,
            classes: ExpressionClasses(names: ["neutral", "happy", "sad"], drop: ["10"])
        )
        #expect(labelError { _ = try named.read() }?.description.contains("no folder for the class \"happy\"") == true)
    }

    @Test func whatIsNoClassIsSaid() throws {
        let folder = try PictureFolder()
        try folder.pictures(["happy/a.png", "sadd/b.png"])
        let classes = ExpressionClasses(names: ["happy", "sad"])
        let error = try #require(labelError { _ = try ClassFolderData(path: folder.path, classes: classes).read() })
        #expect(error.problems.map(\.path) == ["\(folder.path)/sadd", folder.path])
        #expect(
            labelError { _ = try ClassFolderData(path: "/no/such").read() }?.description.contains("no such folder")
                == true
        )
        #expect(
            labelError { _ = try ClassFolderData(path: "\(folder.path)/happy").read() }?.description
                .contains("holds no folders") == true)
    }
}
