import Testing

@testable import JSON5

@Suite("JSON5 reader")
struct JSON5ReaderTests {
    func value(_ text: String) throws -> JSON5Value { try JSON5Reader.read(text, file: "t").value }

    func failure(_ text: String, depth: Int = JSON5Reader.defaultDepth) -> String {
        do {
            let node = try JSON5Reader.read(text, file: "t", maximumDepth: depth)
            return "read as \(node.value.shown)"
        } catch {
            return error.description
        }
    }

    @Test(
        "Whole numbers are exact and apart from others",
        arguments: [
            ("0", .integer(0)), ("-0", .integer(0)), ("+7", .integer(7)), ("0x1F", .integer(31)),
            ("-0xff", .integer(-255)),
            ("9223372036854775807", .integer(.max)), ("-9223372036854775808", .integer(.min)),
            ("9007199254740993", .integer(9_007_199_254_740_993)),
            ("1.0", .double(1)), (".5", .double(0.5)), ("5.", .double(5)), ("2.4e-3", .double(2.4e-3)),
            ("1E+2", .double(100)), ("-.25", .double(-0.25)), ("Infinity", .double(.infinity)),
            ("-Infinity", .double(-.infinity)), ("5e-324", .double(.leastNonzeroMagnitude)),
        ] as [(String, JSON5Value)])
    func numbers(text: String, expected: JSON5Value) throws {
        #expect(try value(text) == expected)
    }

    @Test("NaN reads as not a number")
    func nan() throws {
        for text in ["NaN", "-NaN", "+NaN"] {
            guard case .double(let number) = try value(text) else {
                Issue.record("\(text) is no number")
                continue
            }
            #expect(number.isNaN)
        }
    }

    @Test(
        "Texts",
        arguments: [
            ("'it\\'s'", "it's"), ("\"a'b\"", "a'b"), ("'tab\\tnew\\nline'", "tab\tnew\nline"),
            ("'\\x41\\u00e9\\uD83D\\uDE00'", "Aé😀"), ("'one \\\ntwo'", "one two"), ("'one \\\r\ntwo'", "one two"),
            ("'\\0'", "\0"), ("'\\q'", "q"), ("'\\v\\b\\f'", "\u{0B}\u{08}\u{0C}"), ("'Zoë – ✓'", "Zoë – ✓"),
            ("'a\u{2028}b'", "a\u{2028}b"),
        ])
    func strings(text: String, expected: String) throws {
        #expect(try value(text) == .string(expected))
    }

    @Test("Comments, trailing commas, unquoted and single-quoted keys, every kind of space")
    func syntax() throws {
        let text = """
            \u{FEFF}// first
            { /* second */ a: 1, 'b': [1, 2,], $c_1: null, ünï: true,
              "d e": {},\u{00A0}\u{2003}\\u0066: false, // last
            }
            """
        guard case .object(let object) = try value(text) else {
            Issue.record("not an object")
            return
        }
        #expect(object.members.map(\.key) == ["a", "b", "$c_1", "ünï", "d e", "f"])
        #expect(object["f"]?.value == .boolean(false))
        guard case .array(let elements) = object["b"]?.value else {
            Issue.record("b is no list")
            return
        }
        #expect(elements.map(\.value) == [.integer(1), .integer(2)])
    }

    @Test("Every value knows its line and column, in characters")
    func places() throws {
        let text = "{\r\n  /* é\n */ a: 'ü', b: [7,\r 8]\n}"
        guard case .object(let object) = try value(text), case .array(let list) = object["b"]?.value else {
            Issue.record("not as written")
            return
        }
        #expect(object["a"]?.location == SourceLocation(file: "t", line: 3, column: 8))
        #expect(object.members[1].keyLocation == SourceLocation(file: "t", line: 3, column: 13))
        #expect(list[0].location == SourceLocation(file: "t", line: 3, column: 17))
        #expect(list[1].location == SourceLocation(file: "t", line: 4, column: 2))
    }

    @Test(
        "What is wrong is said with its place",
        arguments: [
            ("", "t:1:1: the text is empty; expected a value"),
            ("  // nothing", "t:1:13: the text is empty; expected a value"),
            ("{a: 1,\n b: 2\n c: 3}", "t:3:2: expected `,` or `}` after the value of `b`, found `c`"),
            ("{a: 1, b: 2,\n a: 3}", "t:2:2: the key `a` is written twice; it is already on line 1"),
            ("{a 1}", "t:1:4: expected `:` after the key `a`, found `1`"),
            ("{a: }", "t:1:5: expected a value, found `}`"),
            ("{a: yes}", "t:1:5: expected a value, found the word `yes`; a text needs quotes"),
            ("{a: 1", "t:1:6: the text ends, but the object of line 1 still needs its `}`"),
            ("{\n a: [1,\n", "t:3:1: the text ends, but the list of line 2 still needs its `]`"),
            ("[1 2]", "t:1:4: expected `,` or `]` in the list, found `2`"),
            ("[1] 2", "t:1:5: expected the end of the text, found `2`"),
            ("{,}", "t:1:2: expected a key or `}`, found `,`"),
            ("{a: 'x\n'}", "t:1:5: the text in quotes has no end on its line"),
            ("'x", "t:1:1: the text in quotes has no end"),
            ("/* x", "t:1:1: the comment has no end; `*/` is missing"),
            ("/ 1", "t:1:1: expected `//` or `/*`, found a lone `/`"),
            ("012", "t:1:1: a number may not begin with a needless 0"),
            ("1.2.3", "t:1:4: expected the number to end, found `.`"),
            ("12px", "t:1:3: expected the number to end, found `p`"),
            ("0x", "t:1:3: expected hexadecimal digits after `0x`, found the end of the text"),
            ("1e", "t:1:3: expected the digits of the exponent, found the end of the text"),
            (".", "t:1:2: expected digits, found the end of the text"),
            ("- 1", "t:1:2: expected digits, found ` `"),
            ("1e999", "t:1:1: the number is too large for 64-bit floating point"),
            ("9223372036854775808", "t:1:1: the whole number does not fit 64 bits"),
            ("99999999999999999999999", "t:1:1: the whole number does not fit 64 bits"),
            ("0x10000000000000000", "t:1:1: the whole number does not fit 64 bits"),
            ("'\\1'", "t:1:2: `\\1` is not an escape of JSON5; write `\\x` and two digits"),
            ("'\\u12g4'", "t:1:6: expected 4 hexadecimal digits after `\\u`, found `g`"),
            ("'\\uD800'", "t:1:2: half of a surrogate pair; both halves must follow each other"),
            ("\u{01}", "t:1:1: expected a value, found the control character U+0001"),
        ])
    func errors(text: String, expected: String) {
        #expect(failure(text) == expected)
    }

    @Test("Nesting has a limit, which no text can pass")
    func depth() {
        #expect(failure("[[1]]", depth: 2) == "read as a list of 1")
        #expect(failure("[[[1]]]", depth: 2) == "t:1:3: objects and lists nest deeper than 2 levels")
        let deep = String(repeating: "[", count: 1_000_000)
        #expect(failure(deep) == "t:1:65: objects and lists nest deeper than 64 levels")
        let objects = String(repeating: "{a:", count: 100_000)
        #expect(failure(objects).hasSuffix("objects and lists nest deeper than 64 levels"))
    }

    @Test("Bytes that are not UTF-8 are refused with their place")
    func notUTF8() {
        #expect(throws: JSON5Error(at: SourceLocation(file: "t", line: 2, column: 2), "the text is not UTF-8")) {
            try JSON5Reader.read(utf8: Array("[\n1".utf8) + [0xFF], file: "t")
        }
    }

    @Test("One long line takes one pass")
    func longLine() throws {
        let text = "[" + String(repeating: "1,", count: 500_000) + "]"
        guard case .array(let elements) = try value(text) else {
            Issue.record("not a list")
            return
        }
        #expect(elements.count == 500_000)
        #expect(elements[499_999].location.column == 1_000_000)
    }

    @Test("Written text reads back to the same values")
    func roundTrip() throws {
        let text = """
            {a: [1, 2.5, -0.1, 1e300, 5e-324, 9223372036854775807], b: {"c d": 'q"\\\\\\n\\u0001\\u2028é'}, e: [[], {}, [{f: null}]]}
            """
        let first = try JSON5Writer.text(value(text))
        let second = try JSON5Writer.text(value(first))
        #expect(first == second)
        #expect(
            first == """
                {
                  "a": [1, 2.5, -0.1, 1e+300, 5e-324, 9223372036854775807],
                  "b": {
                    "c d": "q\\"\\\\\\n\\u0001\\u2028é"
                  },
                  "e": [
                    [],
                    {},
                    [
                      {
                        "f": null
                      }
                    ]
                  ]
                }

                """)
    }
}
