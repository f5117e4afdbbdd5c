import Foundation
import TestSupport
import Testing

@testable import Datasets

@Suite struct FolderScanTests {
    private let png: [UInt8] = [0x89, 0x50]

    @Test func orderIsThatOfTheBytes() throws {
        let folder = try PictureFolder()
        for name in ["b.jpg", "a/z.JPEG", "a/B.png", "a.png", "ä.jpg", "C.PnG", "a-b/x.jpg", "d.jfif"] {
            try folder.add(name, png)
        }
        let scan = try FolderScan.scan([folder.path])
        #expect(
            folder.relative(scan.images)
                == ["C.PnG", "a-b/x.jpg", "a.png", "a/B.png", "a/z.JPEG", "b.jpg", "d.jfif", "ä.jpg"])
        #expect(try FolderScan.scan([folder.path + "/"]).images == scan.images)
    }

    @Test func otherFilesAreCountedAndHiddenOnesPassedOver() throws {
        let folder = try PictureFolder()
        for name in ["a.jpg", "labels.csv", "jpg", "a.jpg.txt", ".b.jpg", "._a.jpg", ".cache/c.jpg"] {
            try folder.add(name, png)
        }
        let scan = try FolderScan.scan([folder.path])
        #expect(folder.relative(scan.images) == ["a.jpg"])
        #expect(scan.otherFiles == 3)
        #expect(scan.skipped.isEmpty)
    }

    @Test func circlesOfLinksEnd() throws {
        let folder = try PictureFolder()
        try folder.add("a/b/x.jpg", png)
        try folder.link("a/b/up", to: "../..")
        try folder.link("a/self", to: ".")
        try folder.link("again", to: "a")
        try folder.link("broken.jpg", to: "nowhere.jpg")
        try folder.link("circle.jpg", to: "circle.jpg")
        let scan = try FolderScan.scan([folder.path, folder.path, "\(folder.path)/a"])
        #expect(folder.relative(scan.images) == ["a/b/x.jpg"])
        #expect(folder.relative(scan.skipped.map(\.image.path)).sorted() == ["broken.jpg", "circle.jpg"])
    }

    @Test func linkedFoldersAndFilesCount() throws {
        let (folder, other) = (try PictureFolder(), try PictureFolder())
        try other.add("far.jpg", png)
        try folder.add("near.jpg", png)
        try folder.link("linked", to: other.path)
        try folder.link("same.jpg", to: "near.jpg")
        let scan = try FolderScan.scan([folder.path])
        #expect(folder.relative(scan.images) == ["linked/far.jpg", "near.jpg", "same.jpg"])
    }

    @Test func namesAreTakenInTheirOrder() throws {
        let (first, second) = (try PictureFolder(), try PictureFolder())
        let a = try first.add("a.jpg", png)
        let b = try second.add("b.jpg", png)
        let odd = try second.add("odd.bin", png)
        #expect(try FolderScan.scan([second.path, first.path]).images.map(\.path) == [b, a])
        #expect(try FolderScan.scan([odd, a, a, first.path]).images.map(\.path) == [odd, a])
    }

    @Test func whatIsMissingIsAnError() throws {
        let folder = try PictureFolder()
        #expect(throws: DatasetError.self) { try FolderScan.scan(["\(folder.path)/none"]) }
        do throws(DatasetError) {
            _ = try FolderScan.scan(["\(folder.path)/none"])
        } catch {
            #expect(error.description.hasPrefix("\(folder.path)/none: no such file or folder."))
        }
        try folder.add("labels.csv", png)
        do throws(DatasetError) {
            _ = try FolderScan.scan([folder.path])
        } catch {
            #expect(error.description.hasPrefix("no JPEG or PNG file"))
            #expect(error.description.contains("1 files have other names"))
        }
        #expect(throws: DatasetError.self) { try FolderScan.scan([folder.path]) }
    }

    @Test func unreadableFoldersAreReported() throws {
        let folder = try PictureFolder()
        try folder.add("a.jpg", png)
        try folder.add("locked/b.jpg", png)
        #expect(chmod("\(folder.path)/locked", 0) == 0)
        defer { chmod("\(folder.path)/locked", 0o700) }
        let scan = try withoutRootsRights { try FolderScan.scan([folder.path]) }
        #expect(folder.relative(scan.images) == ["a.jpg"])
        #expect(folder.relative(scan.skipped.map(\.image.path)) == ["locked"])
    }

    @Test func specialFilesAreReported() throws {
        let folder = try PictureFolder()
        try folder.add("a.jpg", png)
        #expect(mkfifo("\(folder.path)/fifo.jpg", 0o600) == 0)
        let scan = try FolderScan.scan([folder.path])
        #expect(folder.relative(scan.images) == ["a.jpg"])
        #expect(scan.skipped == [SkippedFile(path: "\(folder.path)/fifo.jpg", reason: "not a regular file")])
    }

    @Test func startCheckStopsWhatIsMostlyBad() throws {
        let folder = try PictureFolder(pictures: 4)
        for i in 0..<4 { try folder.add("bad-\(i).jpg", Array("<html>".utf8)) }
        let half = try StartCheck.run(try FolderScan.scan([folder.path]).images)
        #expect(half.checked == 8)
        #expect(half.bad.count == 4)
        #expect(half.averageBytes > 800)
        try folder.add("bad-4.jpg", [])
        do throws(DatasetError) {
            _ = try StartCheck.run(folder.images)
            Issue.record("5 of 9 are bad")
        } catch {
            #expect(error.description.hasPrefix("5 of 9 images checked cannot be used"))
            #expect(error.description.contains("a web page (HTML)"))
        }
    }

    @Test func startCheckSpreadsItsSample() throws {
        let folder = try PictureFolder(pictures: 10)
        let check = try StartCheck.run(folder.images, sample: 3)
        #expect(check.checked == 3)
        #expect(check.bad.isEmpty)
    }
}
