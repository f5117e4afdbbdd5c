import Foundation
import Testing

@testable import Compute

/// A kernel level and a number of threads; every operation is tested under each.
struct Engine: CustomTestStringConvertible, Sendable {
    let level: KernelLevel
    let threads: Int

    var testDescription: String { "\(level), \(threads) threads" }
    func pool() -> ThreadPool { ThreadPool(threads: threads, level: level) }

    /// Each level this processor has, with one and with two threads.
    static let all = KernelLevel.supported.flatMap { level in [1, 2].map { Engine(level: level, threads: $0) } }
}

/// Uniform in [-1, 1), the generator of Reference/generate.py.
func referenceNumbers(_ seed: UInt32, _ count: Int, scale: Float = 1, shift: Float = 0) -> FloatBuffer {
    let buffer = FloatBuffer(count: count)
    var state = seed
    for index in 0..<count {
        state = state &* 1_664_525 &+ 1_013_904_223
        buffer[index] = Float(Double(state >> 8) / 0x1p23 - 1) * scale + shift
    }
    return buffer
}

enum Reference {
    private static let tensors: [String: String] = {
        let path = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Reference/reference.json")
        guard let data = try? Data(contentsOf: path),
            let object = try? JSONDecoder().decode([String: String].self, from: data)
        else { return [:] }
        return object
    }()

    static func values(_ name: String) throws -> [Float] {
        let text = try #require(tensors[name], "no reference tensor \(name)")
        let data = try #require(Data(base64Encoded: text))
        return data.withUnsafeBytes { Array($0.bindMemory(to: Float.self)) }
    }
}

/// ‖a − b‖ / ‖b‖; infinite if a holds NaN or the counts differ.
func distance(_ a: [Float], _ b: [Float]) -> Double {
    guard a.count == b.count, !b.isEmpty else { return .infinity }
    var difference = 0.0
    var norm = 0.0
    for (x, y) in zip(a, b) {
        difference += (Double(x) - Double(y)) * (Double(x) - Double(y))
        norm += Double(y) * Double(y)
    }
    let result = (difference / max(norm, 1e-300)).squareRoot()
    return result.isNaN ? .infinity : result
}

/// Asserts that `buffer` equals the reference tensor up to a relative norm.
func expectClose(
    _ buffer: FloatBuffer, _ name: String, within bound: Double = 1e-6,
    sourceLocation: SourceLocation = #_sourceLocation
) throws {
    let error = distance(buffer.array, try Reference.values(name))
    #expect(error <= bound, "\(name) is off by \(error)", sourceLocation: sourceLocation)
}

/// The derivative of Σ weights · f(x) along `direction`, by central differences, beside gradient · direction.
func directionalDerivatives(
    of f: (FloatBuffer) -> [Float], at x: FloatBuffer, weights: [Float], gradient: [Float], step: Float = 1e-2
) -> (numeric: Double, analytic: Double) {
    let direction = referenceNumbers(977, x.count)
    func value(_ sign: Float) -> Double {
        let moved = FloatBuffer(count: x.count)
        for i in 0..<x.count { moved[i] = x[i] + sign * step * direction[i] }
        return zip(f(moved), weights).reduce(0) { $0 + Double($1.0) * Double($1.1) }
    }
    let numeric = (value(1) - value(-1)) / (2 * Double(step))
    let analytic = zip(gradient, direction.array).reduce(0) { $0 + Double($1.0) * Double($1.1) }
    return (numeric, analytic)
}

func expectDerivative(
    of f: (FloatBuffer) -> [Float], at x: FloatBuffer, weights: [Float], gradient: [Float], within bound: Double = 2e-3,
    step: Float = 1e-2, sourceLocation: SourceLocation = #_sourceLocation
) {
    let (numeric, analytic) = directionalDerivatives(of: f, at: x, weights: weights, gradient: gradient, step: step)
    // A direction nearly across the gradient has a small derivative; errors are judged against the gradient's size.
    let size = gradient.reduce(0) { $0 + Double($1) * Double($1) }.squareRoot()
    #expect(
        abs(numeric - analytic) <= bound * max(abs(numeric), size),
        "numeric \(numeric), analytic \(analytic)", sourceLocation: sourceLocation)
}
