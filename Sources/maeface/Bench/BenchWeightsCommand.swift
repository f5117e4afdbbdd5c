import Basics
import Checkpoints
import Compute
import Foundation
import Model
import Training

/// `maeface bench weights`: how long a file of weights takes to load, beside reading its bytes.
enum BenchWeightsCommand: Command {
    static let path = ["bench", "weights"]
    static let summary = "measure time and memory of loading a file of weights"
    static let help = """
        Loads a full checkpoint (encoder and decoder) into a model, and reads the
        bytes of the file for comparison; the best of several turns counts. The file
        should be in the page cache, or both times measure the disk.

        USAGE: maeface bench weights FILE [--turns N] [--json]

          --turns N  load and read N times each (5)
          --json     print an object

        EXAMPLE: maeface bench weights mae_pretrain_vit_base_full.pth
        """

    struct Result: Encodable {
        var fileBytes: Int
        var readSeconds: Double
        var loadSeconds: Double
        var ratio: Double
        /// Reading through a small buffer that is used again and again: no language can read faster.
        var streamSeconds: Double
        var streamRatio: Double
        /// Anonymous memory that the loaded model takes, over the bytes of the file.
        var anonymousBytes: Int
        var anonymousShare: Double

        enum CodingKeys: String, CodingKey {
            case ratio
            case fileBytes = "file_bytes"
            case readSeconds = "read_s"
            case loadSeconds = "load_s"
            case streamSeconds = "stream_s"
            case streamRatio = "stream_ratio"
            case anonymousBytes = "anonymous_bytes"
            case anonymousShare = "anonymous_share"
        }
    }

    static func run(_ arguments: inout Arguments) throws -> ExitCode {
        let isJSON = arguments.flag("--json")
        let turns = try arguments.integer("--turns") ?? 5
        let path = try arguments.positionals("FILE", atLeast: 1, atMost: 1)[0]
        let result = try measure(path, turns: turns)
        if isJSON {
            try Output.json(result)
        } else {
            Output.result(
                """
                file             \(result.fileBytes / 1_000_000) MB
                read             \(fixed(result.readSeconds)) s into fresh memory, \(fixed(result.streamSeconds)) s through a buffer
                load             \(fixed(result.loadSeconds)) s: \(fixed(result.ratio)) and \(fixed(result.streamRatio)) times that
                anonymous memory \(result.anonymousBytes / 1_000_000) MB, \(fixed(result.anonymousShare)) times the file
                """)
        }
        return .done
    }

    private static func measure(_ path: String, turns: Int) throws -> Result {
        let shape = try WeightsShape(NamedWeights(WeightsFile(path: path)))
        guard let decoder = shape.decoder, let grid = shape.grid else {
            throw UserError.data("\(path): has no decoder; a full checkpoint is measured")
        }
        let configuration = try ModelConfiguration(
            image: grid * shape.patch, patch: shape.patch,
            encoder: EncoderConfiguration.named("\(shape.width)d\(shape.depth)b"),
            decoder: DecoderConfiguration.named("\(decoder.width)d\(decoder.depth)b"))
        let pool = ThreadPool(threads: 1)
        _ = try read(path)
        var (reading, streaming, loading, anonymous) = (Double.infinity, Double.infinity, Double.infinity, Int.max)
        for _ in 0..<turns {
            reading = min(reading, try time { try read(path) })
            streaming = min(streaming, try time { try read(path, piece: 1 << 20) })
            let before = anonymousBytes()
            // The model is made before the clock starts: random weights need it too.
            let model = MaskedAutoencoder(configuration: configuration, microBatch: 1, pool: pool)
            loading = min(
                loading,
                try time {
                    let weights = NamedWeights(try WeightsFile(path: path))
                    let parameters = model.parameters.parameters
                    let wanted = parameters.map { WantedTensor(name: $0.name, shape: $0.shape, isRequired: true) }
                    _ = try weights.load(wanted, of: "the model") { model.parameters.values(of: parameters[$0]) }
                })
            anonymous = min(anonymous, anonymousBytes() - before)
            withExtendedLifetime(model) {}
        }
        let bytes = try WeightsFile(path: path).byteCount
        return Result(
            fileBytes: bytes, readSeconds: reading, loadSeconds: loading, ratio: loading / reading,
            streamSeconds: streaming, streamRatio: loading / streaming,
            anonymousBytes: anonymous, anonymousShare: Double(anonymous) / Double(bytes))
    }

    private static func fixed(_ value: Double) -> String { String(format: "%.3f", value) }

    /// Reads a file into fresh memory, as `read` of any language does, or piece by piece into the same.
    private static func read(_ path: String, piece: Int? = nil) throws {
        let file = open(path, O_RDONLY)
        guard file >= 0 else { throw UserError.data("\(path): \(String(cString: strerror(errno)))") }
        defer { close(file) }
        var status = stat()
        fstat(file, &status)
        let size = Int(status.st_size)
        guard let buffer = malloc(piece ?? size) else { throw UserError.environment("there is too little memory") }
        defer { free(buffer) }
        var position = 0
        while position < size {
            let target = piece == nil ? buffer + position : buffer
            let count = Foundation.read(file, target, min(piece ?? size, size - position))
            guard count > 0 else { throw UserError.environment("\(path): reading stopped") }
            position += count
        }
    }

    private static func time(_ body: () throws -> Void) rethrows -> Double {
        let begin = Clock.monotonic()
        try body()
        return Clock.monotonic() - begin
    }

    /// Memory of this process that is no file's, as the kernel counts it.
    private static func anonymousBytes() -> Int {
        let text = (try? String(contentsOfFile: "/proc/self/status", encoding: .utf8)) ?? ""
        let line = text.split(separator: "\n").first { $0.hasPrefix("RssAnon:") } ?? ""
        return line.split(separator: " ").compactMap { Int($0) }.first.map { $0 * 1024 } ?? 0
    }
}
