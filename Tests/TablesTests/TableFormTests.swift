import Basics
import Foundation
import TestSupport
import Testing

@testable import Tables

/// The same small table as other programs write it.
@Suite struct TableFormTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    private func bytes(_ text: String, _ encoding: TextEncoding) -> [UInt8] {
        switch encoding {
        case .utf8: Array(text.utf8)
        case .utf16LittleEndian: [0xFF, 0xFE] + text.utf16.flatMap { [UInt8($0 & 255), UInt8($0 >> 8)] }
        case .utf16BigEndian: [0xFE, 0xFF] + text.utf16.flatMap { [UInt8($0 >> 8), UInt8($0 & 255)] }
        }
    }

    private func reader(_ text: String, _ encoding: TextEncoding = .utf8) throws -> TableReader {
        try TableReader(path: try folder.write("t.csv", bytes(text, encoding)))
    }

    private func rows(_ reader: TableReader) throws -> [[String]] {
        var rows: [[String]] = []
        while let record = try reader.next() { rows.append(record.texts) }
        return rows
    }

    @Test(
        "Decimal commas are read where no comma separates, and said",
        arguments: [
            (
                "video;frame;valence;arousal\nc;1;0,25;-0,5\nc;2;1;1e-1\n",
                "semicolons between the fields, decimal commas"
            ),
            (
                "video\tframe\tvalence\tarousal\nc\t1\t0,25\t-0,5\nc\t2\t1\t1e-1\n",
                "tabs between the fields, decimal commas"
            ),
            ("video,frame,valence,arousal\nc,1,\"0,25\",\"-0,5\"\nc,2,1,1e-1\n", "decimal commas"),
            (
                "sep=;\r\nvideo;frame;valence;arousal\r\nc;1;0.25;-0.5\r\nc;2;1;1e-1\r\n",
                "semicolons between the fields"
            ),
            ("\u{FEFF}sep=|\rvideo|frame|valence|arousal\rc|1|0.25|-0.5\rc|2|1|1e-1", "'|' between the fields"),
            ("video  frame valence arousal \n c 1  0.25 -0.5\nc 2 1 1e-1\n", "spaces between the fields"),
        ])
    func forms(_ text: String, _ note: String) throws {
        for encoding in [TextEncoding.utf8, .utf16LittleEndian, .utf16BigEndian] {
            // The mark is in `bytes` where it is UTF-16.
            let plain = encoding == .utf8 ? text : text.replacing("\u{FEFF}", with: "")
            let reader = try reader(plain, encoding)
            let header = try TableHeader(reader)
            #expect(header.columns == ["video", "frame", "valence", "arousal"])
            let first = try #require(try reader.next())
            #expect(first[0] == "c" && first.wholeNumber(1) == 1)
            #expect(first.number(2) == 0.25 && first.number(3) == -0.5)
            let second = try #require(try reader.next())
            #expect(second.number(2) == 1 && second.number(3) == 0.1)
            #expect(try reader.next() == nil)
            let encoded = encoding == .utf8 ? "" : ", the encoding \(encoding.rawValue)"
            #expect(reader.form.note == "read with \(note)\(encoded)")
        }
    }

    @Test func aPlainTableHasNothingToSay() throws {
        let reader = try reader("image,AU1,note\na.jpg,1,\"1,5\"\nb.jpg,0.5,x\n")
        _ = try TableHeader(reader)
        #expect(try #require(try reader.next()).number(2) == nil)
        #expect(reader.form.note == nil && reader.form.decimal == .point)
    }

    @Test func decimalCommasWithoutAHeader() throws {
        let reader = try reader("0,5;0,25\n-5;-5\n")
        let record = try #require(try reader.next())
        #expect(record.count == 2 && record.number(0) == 0.5 && record.number(1) == 0.25)
    }

    @Test func aDecimalSignThatComesLateIsFoundAndTheOtherOneIsNoNumberThen() throws {
        var text = "frame;valence\n"
        for frame in 0..<60_000 { text += "\(frame);1\n" }
        let reader = try reader(text + "60000;0,5\n60001;0.5\n60002;1.000\n")
        _ = try TableHeader(reader)
        var record = TableRecord()
        for _ in 0..<60_000 { _ = try reader.next(into: &record) }
        #expect(reader.form.decimal == nil)
        #expect(try reader.next(into: &record) && record.number(1) == 0.5)
        #expect(try reader.next(into: &record) && record.number(1) == nil)
        #expect(try reader.next(into: &record) && record.number(1) == nil)
    }

    @Test(arguments: [TextEncoding.utf16LittleEndian, .utf16BigEndian])
    func textInUTF16LargerThanTheBufferIsWhole(_ encoding: TextEncoding) throws {
        var text = "name;value\n"
        for index in 0..<40_000 { text += "é€😀\(index);\(index),5\n" }
        let reader = try reader(text, encoding)
        _ = try TableHeader(reader)
        var record = TableRecord()
        var count = 0
        while try reader.next(into: &record) {
            guard record[0] == "é€😀\(count)", record.number(1) == Double(count) + 0.5, record.line == count + 2 else {
                Issue.record("line \(record.line): \(record.texts)")
                return
            }
            count += 1
        }
        #expect(count == 40_000)
    }

    @Test func halvesOfCharactersInUTF16() throws {
        let lone = try folder.write(
            "lone.csv", [0xFF, 0xFE, 0x61, 0, 0x0A, 0, 0x00, 0xD8, 0x62, 0, 0x00, 0xDC, 0x0A, 0])
        #expect(try rows(TableReader(path: lone)) == [["a"], ["\u{FFFD}b\u{FFFD}"]])
        let ending = try folder.write("end.csv", [0xFE, 0xFF, 0, 0x61, 0, 0x0A, 0xD8, 0])
        #expect(try rows(TableReader(path: ending)) == [["a"], ["\u{FFFD}"]])
        #expect(throws: FileError.self) {
            try TableReader(path: try folder.write("e.csv", [0xFF, 0xFE, 0x61, 0]), isExact: true)
        }
    }

    @Test(
        "The names of the columns behind #, as numpy.savetxt writes them",
        arguments: [
            "# AU1,AU2\n1.0e-1,1\n0,1\n", "# AU1,AU2\n# \n1.0e-1,1\n0,1\n", "#AU1,AU2\n1.0e-1,1\n0,1\n# the end\n",
            "# made by a program\n# AU1,AU2, \n1.0e-1,1\n0,1\n", "# AU1 AU2\n0.1 1\n0 1\n",
            "#AU1;AU2\n0,1;1\n#AU1;AU2\n0;1",
            "# of\n# a program\nAU1,AU2\n0.1,1\n# in the middle\n0,1\n",
        ])
    func commentedHeaders(_ text: String) throws {
        let reader = try reader(text)
        #expect(try TableHeader(reader).columns == ["AU1", "AU2"])
        let first = try #require(try reader.next())
        #expect(first.number(0) == 0.1 && first.number(1) == 1)
        #expect(try #require(try reader.next()).number(1) == 1)
        #expect(try reader.next() == nil && reader.form.note != nil)
    }

    @Test func whatBeginsWithANumberSignIsDataWhereItHasNoSpaceAfterIt() throws {
        #expect(try rows(reader("image,AU1\n#1.jpg,1\n#,0\n")) == [["image", "AU1"], ["#1.jpg", "1"], ["#", "0"]])
        let indexed = try reader("#,image,AU1\n1,a.jpg,0\n")
        #expect(try TableHeader(indexed).columns == ["", "image", "AU1"])
        let exact = try TableReader(path: try folder.write("t.csv", "# a,b\n1,2\n"), isExact: true)
        #expect(try rows(exact) == [["# a", "b"], ["1", "2"]])
    }

    @Test(
        "Separators that end a line stand for nothing",
        arguments: ["a,b,\n1,2\n", "a,b\n1,2,\n", "a,b,,\n1,2,,,\n", "a,b, \n1,2, \n", "a,b,\n1,2,unnamed\n"])
    func trailingSeparators(_ text: String) throws {
        let reader = try reader(text)
        let header = try TableHeader(reader)
        let record = try #require(try reader.next())
        try header.requireFields(record)
        #expect(header.columns == ["a", "b"] && record.texts == ["1", "2"])
    }

    @Test func moreFieldsThanColumnsAreStillRefused() throws {
        let reader = try reader("a,b\n1,2,3\n")
        let header = try TableHeader(reader)
        let record = try #require(try reader.next())
        #expect(throws: FileError.self) { try header.requireFields(record) }
    }

    @Test func joinedFilesHaveTheirHeadersInside() throws {
        let reader = try reader("\u{FEFF}image,AU1\na,1\n\u{FEFF}image,AU1\nb,0\nimage,AU1\n")
        _ = try TableHeader(reader)
        #expect(try rows(reader) == [["a", "1"], ["b", "0"]])
        #expect(reader.form.note == "2 repeated header lines passed over")
    }

    @Test func aRecordOfTooManyFieldsIsRefused() throws {
        let path = try folder.write("wide.csv", "a,b\n" + String(repeating: ",", count: 2 << 20))
        let reader = try TableReader(path: path)
        _ = try reader.next()
        #expect(throws: FileError.self) { try reader.next() }
    }
}
