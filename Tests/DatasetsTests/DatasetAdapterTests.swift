import Session
import Testing

@testable import Datasets

@Suite struct DatasetAdapterTests {
    @Test func everyKindHasItsAdapter() {
        #expect(Set(DataKinds.all.map { $0.kind }).count == DataKinds.all.count)
        for kind in DataKinds.all {
            #expect(kind is any DatasetAdapter.Type, "\(kind.kind) has no adapter")
            #expect(kind.isLabelled == (kind is any LabelledAdapter.Type), "\(kind.kind)")
            #expect(!kind.summary.isEmpty && !kind.summary.hasSuffix("."))
        }
    }

    @Test func imagesWithoutLabelsAreSearchedFor() throws {
        let folder = try PictureFolder()
        try folder.pictures(["a.png", "b.png"])
        let home = RenderedHome(path: "/nowhere")
        let source = DataSource(name: "photos", content: FolderData(paths: [folder.path]))
        #expect(source.adapter.isThere(in: home))
        let found = try source.adapter.photographs(in: home)
        #expect(found.images.count == 2 && found.place == " in \(folder.path)" && found.notes.isEmpty)
        let empty = FolderData(paths: ["\(folder.path)/none"])
        #expect(throws: DatasetError.self) { try empty.photographs(in: home) }
    }

    @Test func imagesOfALabelledSetAreThoseWithLabels() throws {
        let folder = try PictureFolder()
        var table = try folder.table { rows in
            rows[0][0] = "images/none.png"
        }
        let home = RenderedHome(path: "")
        #expect(labelError { _ = try table.photographs(in: home) }?.description.contains("none.png") == true)
        table.missingImages = .skip
        let found = try table.photographs(in: home)
        #expect(found.images.count == 11 && found.notes.count == 1 && found.place.isEmpty)
    }

    @Test func renderedSetsLieInAFolderThatSaysWhatIsDrawn() throws {
        let folder = try PictureFolder()
        let home = RenderedHome(path: folder.path)
        var faces = RenderedData()
        (faces.identities, faces.photosPerIdentity, faces.side) = (2, 2, 16)
        #expect(faces.folder(in: home) == "\(folder.path)/rendered/2x2-16px-seed1")
        #expect(!faces.isThere(in: home))
        let set = try faces.labelledSet(in: home)
        #expect(set.count == 4 && set.groupings["subject"]?.names.count == 2)
        #expect(faces.isThere(in: home))
        let found = try faces.photographs(in: home)
        #expect(found.images.count == 4 && found.notes == ["4 rendered faces in \(faces.folder(in: home))"])

        var videos = RenderedVideoData()
        (videos.videos, videos.frames, videos.side, videos.path) = (4, 3, 16, "\(folder.path)/own")
        #expect(videos.folder(in: home) == "\(folder.path)/own" && !videos.isThere(in: home))
        #expect(try videos.labelledSet(in: home).hasUnits)
        #expect(videos.isThere(in: home))
    }
}
