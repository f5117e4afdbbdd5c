import Session

extension FolderData: DatasetAdapter {
    package func photographs(in home: RenderedHome) throws -> FoundImages { try FoundImages(in: paths) }
}
