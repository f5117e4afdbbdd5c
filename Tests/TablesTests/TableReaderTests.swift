import Basics
import Foundation
import Testing

@testable import Tables

/// A file that goes away with the test.
private final class TextFile {
    let path = FileManager.default.temporaryDirectory.appending(path: "table-\(UUID().uuidString).csv").path

    init(_ bytes: [UInt8]) throws { try Data(bytes).write(to: URL(filePath: path)) }
    convenience init(_ text: String) throws { try self.init(Array(text.utf8)) }
    deinit { try? FileManager.default.removeItem(atPath: path) }

    func records() throws -> [[String]] {
        defer { withExtendedLifetime(self) {} }
        let reader = try TableReader(path: path)
        var all: [[String]] = []
        while let record = try reader.next() { all.append(record.texts) }
        return all
    }
}

/// A reader of this text; the file may go once it is open.
private func table(_ text: String) throws -> TableReader {
    let file = try TextFile(text)
    defer { withExtendedLifetime(file) {} }
    return try TableReader(path: file.path)
}

@Suite struct TableReaderTests {
    @Test(arguments: [
        "a,b\n1,2\n", "a,b\r\n1,2\r\n", "a,b\r1,2", "\u{FEFF}a,b\n\n1,2\n\n", "a;b\n1;2", "a\tb\n1\t2\n",
        "\"a\",b\n1 ,  \"2\"\n", "a, b\n 1,2",
    ])
    func theSameTableInManyForms(_ text: String) throws {
        // A quote after a space is part of the text, so that form is looked at apart.
        let expected = text.contains("  \"2\"") ? [["a", "b"], ["1", "\"2\""]] : [["a", "b"], ["1", "2"]]
        #expect(try TextFile(text).records() == expected)
    }

    @Test func quotedFieldsHoldAnything() throws {
        let file = try TextFile("name,note\n\"x, y\",\"he said \"\"no\"\"\nand left\"\nz,\"\"\nlast,line")
        #expect(
            try file.records() == [
                ["name", "note"], ["x, y", "he said \"no\"\nand left"], ["z", ""], ["last", "line"],
            ])
        let reader = try TableReader(path: file.path)
        var lines: [Int] = []
        while let record = try reader.next() { lines.append(record.line) }
        #expect(lines == [1, 2, 4, 5])
    }

    @Test(arguments: ["plain", "", "a,b", "a;b", "a\tb", "she said \"a\"", "two\nlines", "\r\n", "\u{2028}"])
    func fieldsAreReadBackAsTheyWereWritten(text: String) throws {
        let file = try TextFile("a,b\n\(text.asTableField),2\n")
        #expect(try file.records() == [["a", "b"], [text, "2"]])
    }

    @Test func emptyFieldsCountAndEmptyLinesDoNot() throws {
        #expect(try TextFile("a,b,c\n,,\n\n1,,\n").records() == [["a", "b", "c"], ["", "", ""], ["1", "", ""]])
    }

    @Test func aTableLargerThanTheBufferIsWhole() throws {
        var text = "index,square,words\r\n"
        for i in 0..<40_000 { text += "\(i),\(i * i),\"a \"\"quoted\"\" word, \(i)\"\r\n" }
        let reader = try table(text)
        _ = try TableHeader(reader)
        var record = TableRecord()
        var count = 0
        while try reader.next(into: &record) {
            #expect(record.wholeNumber(1) == count * count && record.line == count + 2)
            if count % 1000 == 0 { #expect(record[2] == "a \"quoted\" word, \(count)") }
            count += 1
        }
        #expect(count == 40_000)
    }

    @Test(arguments: [
        ("0", 0.0), ("-1", -1), ("+2.5", 2.5), ("0.1", 0.1), (".5", 0.5), ("5.", 5), ("1e-3", 1e-3),
        ("-0.30000001192092896", -0.30000001192092896), (" 7 ", 7), ("123456789012345", 123_456_789_012_345),
        ("0.000000000000001", 1e-15),
    ])
    func numbers(_ text: String, _ value: Double) throws {
        let reader = try table("x,y\n\"\(text)\",1")
        _ = try TableHeader(reader)
        #expect(try #require(try reader.next()).number(0) == value)
    }

    @Test(arguments: ["x", "", "1,5,2", "0x10", "inf", "nan", "1e999", "1 2", "--1", "1.2.3", "-", "."])
    func whatIsNoNumber(_ text: String) throws {
        let reader = try table("x,y\n\"\(text)\",1")
        _ = try TableHeader(reader)
        #expect(try #require(try reader.next()).number(0) == nil)
    }

    @Test func missingValues() throws {
        let reader = try table("a,b,c,d,e\n,NaN, NA ,null,nano\n")
        _ = try TableHeader(reader)
        let record = try #require(try reader.next())
        #expect((0..<5).map(record.isMissing) == [true, true, true, true, false])
    }

    @Test(arguments: [
        (Array("a,b\n\"1,2\n3,4\n".utf8), ":2: a quote opens here and is never closed"),
        (Array("a,b\n\"1\"x,2\n".utf8), ":2: text after a closing quote"),
        ([], "an empty file"), ([0xFF, 0xFE, 0x61, 0x00, 0x0A], "cut off in the middle"),
        ([0x50, 0x4B, 0x03, 0x04, 0x00], "export"),
        (Array("a,b\n".utf8) + [0, 1, 2], "no text"),
    ])
    func whatCannotBeReadIsSaid(_ bytes: [UInt8], _ message: String) throws {
        let file = try TextFile(bytes)
        let error = #expect(throws: FileError.self) { _ = try file.records() }
        #expect(error?.description.contains(message) == true)
        #expect(error?.description.hasPrefix(file.path) == true)
    }

    @Test func columnsAreFoundByName() throws {
        let file = try TextFile("image,AU1\nx.jpg,1\ny.jpg\n")
        let reader = try TableReader(path: file.path)
        let header = try TableHeader(reader)
        #expect(try header.requiredIndex(of: "AU1") == 1 && header.index(of: "AU2") == nil)
        let missing = #expect(throws: FileError.self) { try header.requiredIndex(of: "AU2") }
        let reason = "there is no column \"AU2\"; the columns are \"image\", \"AU1\"; did you mean \"AU1\"?"
        #expect(missing?.message == reason)
        try header.requireFields(try #require(try reader.next()))
        let short = try #require(try reader.next())
        #expect(throws: FileError(path: file.path, line: 3, "1 fields in a table of 2 columns")) {
            try header.requireFields(short)
        }
        #expect(throws: FileError.self) { try TableHeader(table("a,b,a\n")) }
        #expect(throws: FileError.self) { try TableReader(path: "/no/such/file") }
        #expect(throws: FileError.self) { try TableReader(path: "/tmp") }
    }
}
