import Testing

@testable import Compute

@Suite struct ProductTilesTests {
    private func tiles(_ rows: Int, _ columns: Int, threads: Int) -> ProductTiles {
        ProductTiles(
            rows: rows, columns: columns, rowsAbout: 256, columnsAbout: 768, rowPanel: 14, panel: 32, threads: threads)
    }

    @Test func coverTheProductOnce() {
        for rows in [1, 13, 14, 15, 28, 197, 394, 800, 3152] {
            for columns in [1, 31, 32, 33, 192, 576, 768, 2304, 3072] {
                for threads in 1...5 {
                    let cut = tiles(rows, columns, threads: threads)
                    #expect((cut.rowTiles - 1) * cut.rowBlock < rows && cut.rowTiles * cut.rowBlock >= rows)
                    #expect((cut.columnTiles - 1) * cut.columnBlock < columns)
                    #expect(cut.columnTiles * cut.columnBlock >= columns)
                }
            }
        }
    }

    /// One image's 197 tokens are 15 panels of rows, which two threads cannot share evenly; columns they can.
    @Test(arguments: [192, 576, 768]) func oneImageKeepsTwoThreadsBusyAlike(columns: Int) {
        let cut = tiles(197, columns, threads: 2)
        #expect(cut.rowTiles == 1)
        #expect(cut.columnTiles == 2)
        #expect(cut.columnBlock == columns / 2)
    }
}
