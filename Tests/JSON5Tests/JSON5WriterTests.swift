import Testing

@testable import JSON5

@Suite("JSON5 writer")
struct JSON5WriterTests {
    @Test("Compact text has no space, the order of its keys, and escapes what JSON does")
    func compact() throws {
        let value = JSON5Value.record([
            ("b", .list([.whole(1), .number(2.5), .null])), ("a \"x\"\n", .record([])), ("c", .list([.boolean(true)])),
        ])
        let text = JSON5Writer.compactText(value)
        #expect(text == #"{"b":[1,2.5,null],"a \"x\"\n":{},"c":[true]}"#)
        #expect(try JSON5Writer.compactText(JSON5Reader.read(text, file: "t").value) == text)
    }
}
