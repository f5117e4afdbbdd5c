import Testing

@testable import JSON5
@testable import Session

@Suite("What is wrong with a session")
struct SessionProblemTests {
    /// The shortest session with `text` in place of `old`.
    func changed(_ old: String, _ text: String) -> String {
        let parts = shortest.split(separator: old, maxSplits: 1, omittingEmptySubsequences: false)
        return parts.joined(separator: text)
    }

    static let stage = "data: [\"photos\"]"

    @Test(
        "Keys of a stage",
        arguments: [
            ("epoch: 3", "5:43: stages[0].epoch: there is no such key; did you mean `epochs`?"),
            (
                "momentum: 3",
                "5:43: stages[0].momentum: there is no such key; known here: kind, data, seed, epochs, warmup, "
                    + "batch, lr, baseLr, minLr, weightDecay, betas, epsilon, mask, loss, crop, flip, clip, microBatch, workers, "
                    + "cacheMegabytes, reducedDecode, checkpointMinutes, checkpointEpochs, keep, previewEpochs, previewSamples"
            ),
            ("epochs: 0", "5:51: stages[0].epochs: must be between 1 and 1000000, found 0"),
            ("epochs: 2.5", "5:51: stages[0].epochs: expected a whole number, found 2.5"),
            ("epochs: 'ten'", "5:51: stages[0].epochs: expected a whole number, found \"ten\""),
            ("epochs: null", "5:51: stages[0].epochs: expected a value, found null; leave the key out for the default"),
            ("batch: -4", "5:50: stages[0].batch: must be between 1 and 1048576, found -4"),
            ("batch: 1e300", "5:50: stages[0].batch: expected a whole number, found 1e+300"),
            ("learning_rate: 1", "5:43: stages[0].learning_rate: there is no such key; did you mean `lr`?"),
            ("lr: 0", "5:47: stages[0].lr: must be above 0 and finite, found 0"),
            ("lr: NaN", "5:47: stages[0].lr: must be above 0 and finite, found NaN"),
            (
                "lr: 1e-3, baseLr: 1e-4",
                "5:61: stages[0].baseLr: cannot stand beside `lr`; `lr` is used as it is, `baseLr` is times batch / 256"
            ),
            ("minLr: 1", "5:50: stages[0].minLr: is above the highest learning rate, 0.0024"),
            ("mask: 1", "5:49: stages[0].mask: must be above 0 and below 1, found 1"),
            ("mask: .999", "5:49: stages[0].mask: leaves no patch of 196 visible; choose a smaller share"),
            ("mask: true", "5:49: stages[0].mask: expected a number, found true"),
            ("warmup: 900", "5:51: stages[0].warmup: a warm-up of 900 epochs is longer than the stage's 800"),
            ("loss: 'l3'", "5:49: stages[0].loss: must be one of \"l1\", \"l2\", found \"l3\"; did you mean \"l1\"?"),
            ("flip: 1", "5:49: stages[0].flip: expected true or false, found 1"),
            ("betas: [.9, 1]", "5:55: stages[0].betas[1]: must be at least 0 and below 1, found 1"),
            ("betas: .9", "5:50: stages[0].betas: expected a list of two numbers, such as [0.9, 0.95], found 0.9"),
            ("crop: {scale: [.5, .2]}", "5:57: stages[0].crop.scale: the smaller number comes first, found [0.5, 0.2]"),
            ("crop: {scale: [0, 1]}", "5:58: stages[0].crop.scale[0]: must be above 0 and at most 1, found 0"),
            ("crop: {scal: 1}", "5:50: stages[0].crop.scal: there is no such key; did you mean `scale`?"),
            ("crop: 3", "5:49: stages[0].crop: expected an object in braces, found 3"),
            ("microBatch: 5000", "5:55: stages[0].microBatch: is larger than the batch of 4096"),
            ("workers: 0", "5:52: stages[0].workers: must be between 1 and 1024, found 0"),
        ])
    func stageKeys(addition: String, expected: String) {
        #expect(problems(changed(Self.stage, Self.stage + ", " + addition)) == "s.json5:" + expected)
    }

    @Test(
        "The rest of a session",
        arguments: [
            (
                "\"vit-tiny\"", "\"vit-tinny\"",
                "2:21: model.encoder: there is no encoder \"vit-tinny\"; did you mean \"vit-tiny\"?"
            ),
            (
                "\"vit-tiny\"", "5",
                "2:21: model.encoder: expected a name or { width: 192, depth: 12, heads: 3 }, found 5"
            ),
            (
                "\"vit-tiny\"", "\"190d2b\"",
                "2:21: model.encoder: \"190d2b\": a width must be a multiple of 4 for the sine-cosine positions, found 190"
            ),
            (
                "\"vit-tiny\"", "{width: 64, depth: 2, heads: 5}",
                "2:50: model.encoder.heads: 5 heads cannot share a width of 64 evenly"
            ),
            ("\"vit-tiny\"", "{width: 64, depth: 2}", "2:21: model.encoder.heads: is missing; for example heads: 3"),
            (
                "\"vit-tiny\"", "\"vit-tiny\", decoder: \"512\"",
                "2:42: model.decoder: \"512\" is not a decoder; write \"512d8b\" for width 512 and 8 blocks, or \"512d8b16h\" with heads"
            ),
            (
                "\"vit-tiny\"", "\"vit-tiny\", patch: 15",
                "2:40: model.patch: an image of 224 pixels cannot be cut into patches of 15; 210 or 225 pixels can"
            ),
            (
                "\"vit-tiny\"", "\"vit-tiny\", image: 16",
                "2:40: model.image: one patch of 16 pixels covers the whole image, so nothing is left to mask"
            ),
            ("encoder: \"vit-tiny\"", "", "2:10: model.encoder: is missing; for example encoder: \"vit-tiny\""),
            (
                "model: { encoder: \"vit-tiny\" },", "",
                "1:1: model: is missing; for example model: { encoder: \"vit-tiny\" }"
            ),
            (
                "model", "name: 'last', model",
                "2:9: name: cannot be \"last\": runs are also asked for by number and as `last`"
            ),
            (
                "model", "name: 'a/b', model",
                "2:9: name: must be up to 64 letters, digits, `-`, `_` and `.`, not beginning with `-` or `.`"
            ),
            ("model", "seed: -1, model", "2:9: seed: must be at least 0, found -1"),
            (
                "model", "folds: { count: 5, group: 'subject' }, model",
                "2:10: folds: no data set here has labels to fold by; leave the key out"
            ),
            ("path: \"faces\"", "", "3:19: data.photos.path: is missing; for example path: \"photos\""),
            (
                "path: \"faces\"", "path: 'a', paths: ['b']",
                "3:55: data.photos.paths: cannot stand beside `path`; list every folder in `paths`"
            ),
            (
                "path: \"faces\"", "paths: []",
                "3:44: data.photos.paths: expected a list of folders, such as [\"a\", \"b\"], found an empty list"
            ),
            (
                "path: \"faces\"", "path: '${NOWHERE}/x'",
                "3:43: data.photos.path: the environment variable NOWHERE is not set; `${NOWHERE}` needs it"
            ),
            ("path: \"faces\"", "path: '${FACES'", "3:43: data.photos.path: `${` has no closing `}`"),
            (
                "path: \"faces\"", "path: '~bob/x'",
                "3:43: data.photos.path: the home folder of another user (`~bob/x`) is not looked up; write the whole path"
            ),
            ("path: \"faces\"", "path: ''", "3:43: data.photos.path: the path is empty"),
            (
                "\"folder\"", "\"tabel\"",
                "3:27: data.photos.kind: there is no kind \"tabel\"; did you mean \"table\"?"
            ),
            ("\"folder\"", "\"foldr\"", "3:27: data.photos.kind: there is no kind \"foldr\"; did you mean \"folder\"?"),
            (
                "\"pretrain\"", "\"finetune\"",
                "5:5: stages[0].task: is missing; for example task: \"expression\"\n"
                    + "s.json5:5:31: stages[0].data: \"photos\" has no labels; use kind \"table\", \"classes\" or \"affWild2\""
            ),
            (
                "\"pretrain\"", "\"sleep\"",
                "5:13: stages[0].kind: there is no kind \"sleep\"; this version has \"pretrain\", \"supervise\", "
                    + "\"finetune\" and \"distil\""
            ),
            ("kind: \"pretrain\", ", "", "5:5: stages[0].kind: is missing; for example kind: \"pretrain\""),
            (
                "[\"photos\"]", "[\"photo\"]",
                "5:32: stages[0].data[0]: there is no data set \"photo\"; did you mean \"photos\"?"
            ),
            ("[\"photos\"]", "[\"photos\", 'photos']", "5:42: stages[0].data[1]: names \"photos\" a second time"),
            (
                "[\"photos\"]", "'photos:train'",
                "5:31: stages[0].data: \"photos\" has no splits, since it has no labels; write \"photos\" alone"
            ),
            (
                "[\"photos\"]", "[]",
                "5:31: stages[0].data: expected a list of names, such as [\"photos\"], found an empty list"
            ),
        ])
    func otherKeys(old: String, new: String, expected: String) {
        #expect(problems(changed(old, new)) == "s.json5:" + expected)
    }

    @Test("All problems are said at once, in the order of the text")
    func together() {
        let text = """
            {
              model: { encoder: "vit-tiny", imge: 96 },
              data: { a: { kind: "folder" } },
              stages: [{ kind: "pretrain", data: ["a"], epochs: 0, mask: 2 }, { kind: "distil" }, 7],
              extra: 1,
            }
            """
        #expect(
            problems(text, "seed=x") == """
                s.json5:2:33: model.imge: there is no such key; did you mean `image`?
                s.json5:3:14: data.a.path: is missing; for example path: "photos"
                s.json5:4:53: stages[0].epochs: must be between 1 and 1000000, found 0
                s.json5:4:62: stages[0].mask: must be above 0 and below 1, found 2
                s.json5:4:75: stages[1].kind: "distil" needs a stage before it that trains its teacher, such as a "finetune"
                s.json5:4:87: stages[2]: expected an object in braces, found 7
                s.json5:5:3: extra: there is no such key; known here: name, seed, model, data, folds, stages
                --set seed=x: seed: expected a whole number, found "x"
                """)
    }

    @Test("A session that is no object is refused", arguments: ["7", "[]", "'text'"])
    func notAnObject(text: String) {
        #expect(problems(text).hasPrefix("s.json5:1:1: expected an object in braces, found "))
    }
}

@Suite("Overrides")
struct OverrideTests {
    @Test("Both ways to write a list's index; values are JSON5 or plain text; the last one wins")
    func set() throws {
        let session = try read(
            shortest, "stages.0.epochs=7", "stages[0].batch=0x40", "stages.0.lr=.001", "name=trial-1", "name=trial-2",
            "stages.0.crop.scale=[0.5, 1]", "model.decoder=96d1b", "data.photos.path=pictures")
        guard case .pretrain(let stage) = session.stages[0] else { return }
        #expect(stage.epochs == 7)
        #expect(stage.batch == 64)
        #expect(stage.learningRate == .absolute(0.001))
        #expect(stage.crop.scale == 0.5...1)
        #expect(session.name == "trial-2")
        #expect(session.model.decoder == TransformerShape(width: 96, depth: 1, heads: 3))
        // Relative to where the person is, not to the file.
        #expect(session.data[0].content as? FolderData == FolderData(paths: ["/photos/pictures"]))
    }

    @Test("Null takes an entry out of a list; the place behind the last is free for another")
    func lists() throws {
        let two = "stages.1={kind: 'pretrain', data: 'photos', epochs: 3}"
        #expect(try read(shortest, two).stages.map(\.epochs) == [800, 3])
        #expect(try read(shortest, two, "stages.0=null").stages.map(\.epochs) == [3])
        #expect(try read(shortest, two, "stages[1]=null").stages.map(\.epochs) == [800])
        #expect(problems(shortest, "stages.0=null").contains("expected a list of stages"))
        #expect(problems(shortest, "stages.1=null").contains("there is no [1]"))
    }

    @Test("A key takes the place of the one that excludes it")
    func alternatives() throws {
        let session = try read(complete, "stages.0.baseLr=1e-4", "data.photos.path=/p")
        guard case .pretrain(let stage) = session.stages[0] else { return }
        #expect(stage.learningRate == .base(1e-4))
        #expect(session.data[0].content as? FolderData == FolderData(paths: ["/p"]))
    }

    @Test("A text may look like a number, and a key may be new")
    func texts() throws {
        #expect(
            try read(shortest, "data.photos.path=2024").data[0].content as? FolderData
                == FolderData(paths: ["/photos/2024"]))
        let session = try read(shortest, "data.drawn={kind: 'rendered', side: 32}", "data.drawn.seed=3")
        #expect(
            session.data[1].content as? RenderedData
                == RenderedData {
                    $0.side = 32
                    $0.seed = 3
                })
    }

    @Test(
        "Wrong overrides are said as they were typed",
        arguments: [
            ("epochs", "expected KEY=VALUE, such as stages.0.epochs=2"),
            ("=2", "`` is not the path of a key, such as stages.0.epochs"),
            ("stages..epochs=2", "`stages..epochs` is not the path of a key, such as stages.0.epochs"),
            ("stages[x].epochs=2", "expected a number and `]` after `[` in `stages[x].epochs`"),
            ("stages.1.epochs=2", "`stages` has 1 entry, counted from 0; there is no [1]"),
            ("stages.2={}", "`stages` has 1 entry, counted from 0; there is no [2]"),
            ("stages.first.epochs=2", "`stages` is a list; expected a number after it, found `first`"),
            ("model.encoder.width=2", "`model.encoder` holds a single value, so nothing can be set inside it"),
            (
                "stages.0.betas=[0.9",
                "the value is not JSON5: the text ends, but the list of line 1 still needs its `]`"
            ),
            ("stages.0.epochs=0", "stages[0].epochs: must be between 1 and 1000000, found 0"),
            ("stages.0.epoch=2", "stages[0].epoch: there is no such key; did you mean `epochs`?"),
            ("stages[0].mask=high", "stages[0].mask: expected a number, found \"high\""),
            ("modl.image=3", "modl: there is no such key; did you mean `model`?"),
        ])
    func wrong(override: String, message: String) {
        #expect(problems(shortest, override) == "--set \(override): \(message)")
    }
}

@Suite("Any text is read or refused")
struct SessionFuzzTests {
    /// SplitMix64, so that the same texts are tried every time.
    struct Noise {
        var state: UInt64
        mutating func next(below bound: Int) -> Int {
            state &+= 0x9E37_79B9_7F4A_7C15
            var z = state
            z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
            z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
            return Int(truncatingIfNeeded: (z ^ (z >> 31)) >> 33) % bound
        }
    }

    @Test("2,000 mutations of a session: each is read, or refused with places inside the text")
    func mutations() {
        let original = Array(complete.utf8)
        let pieces = [
            "{", "}", "[", "]", ",", ":", "\"", "'", "\\", "/*", "//", "-", "0x", "1e9", "NaN", "null", "\n",
            "\u{2028}", "${", "~",
        ]
        .map { Array($0.utf8) }
        var noise = Noise(state: 5)
        var refused = 0
        for _ in 0..<2000 {
            var bytes = original
            for _ in 0...noise.next(below: 4) {
                let at = noise.next(below: bytes.count)
                switch noise.next(below: 5) {
                case 0: bytes[at] = UInt8(noise.next(below: 256))
                case 1: bytes.removeSubrange(at..<min(bytes.count, at + 1 + noise.next(below: 40)))
                case 2: bytes.insert(contentsOf: pieces[noise.next(below: pieces.count)], at: at)
                case 3:
                    bytes.insert(
                        contentsOf: bytes[at..<min(bytes.count, at + noise.next(below: 60))],
                        at: noise.next(below: bytes.count))
                default: bytes = Array(bytes[..<max(1, at)])
                }
            }
            do {
                let node = try JSON5Reader.read(utf8: bytes, file: "s")
                #expect(!JSON5Writer.text(node.value).isEmpty)
                let text = String(decoding: bytes, as: UTF8.self)
                let session = try SessionReader.read(text: text, file: "s", folder: "/f", surroundings: surroundings)
                let again = try SessionReader.read(
                    text: session.resolvedText, file: "s", folder: "/f", surroundings: surroundings)
                #expect(again == session)
            } catch let error as JSON5Error {
                refused += 1
                #expect(error.location.line >= 1 && error.location.line <= bytes.count + 1)
            } catch let error as SessionError {
                refused += 1
                #expect(!error.problems.isEmpty)
            } catch {
                Issue.record("an error of another kind: \(error)")
            }
        }
        #expect(refused > 500 && refused < 2000)
    }

    @Test("2,000 odd overrides: each is applied, or refused")
    func overrides() {
        let parts = [
            "stages", ".0", "[0]", ".epochs", "model", ".", "[", "]", "=", "=2", "={a:1}", "=[", "'", "data", ".photos",
            "=~", "=${FACES}", "9",
        ]
        var noise = Noise(state: 6)
        for _ in 0..<2000 {
            let override = (0...noise.next(below: 6)).map { _ in parts[noise.next(below: parts.count)] }.joined()
            do {
                _ = try read(complete, override)
            } catch {
                #expect(error.problems.allSatisfy { $0.isInOverride || !$0.path.isEmpty })
            }
        }
    }
}
