import CKernels

#if canImport(Glibc)
    import Glibc
#endif

/// The smoothing loops in C, at one level of instruction set.
struct SmoothingKernels: Sendable {
    /// CK_PLAIN, CK_AVX2 or CK_AVX512.
    let level: Int

    /// Those that this processor runs, slowest first.
    static let supported = (0...2).filter { ck_table_for(Int32($0)) != nil }.map(SmoothingKernels.init)

    /// The fastest, or those that the environment variable `MAEFACE_KERNELS` names where the processor has them.
    static let standard: SmoothingKernels = {
        let fastest = supported.last ?? SmoothingKernels(level: 0)
        guard let text = getenv("MAEFACE_KERNELS") else { return fastest }
        let wanted = String(cString: text)
        return supported.first { $0.name == wanted } ?? fastest
    }()

    var name: String { table.map { String(cString: $0.pointee.name) } ?? "" }
    private var table: UnsafePointer<ck_table>? { ck_table_for(Int32(level)) }

    /// y[j] = Σ weights[k] x[j + k] for j in 0 ..< count; `x` holds count + weights - 1 values. The weights are symmetric.
    func convolve(
        _ x: UnsafePointer<Double>, weights: [Double], count: Int, into y: UnsafeMutablePointer<Double>
    ) {
        guard let table = table?.pointee, let size = table.smooth_scratch, count > 0 else { return }
        let padding = Int(CK_SMOOTH_PADDING)
        let padded = Array(repeating: 0, count: padding) + weights + Array(repeating: 0, count: padding)
        let scratch = UnsafeMutablePointer<Double>.allocate(capacity: size(count, weights.count))
        defer { scratch.deallocate() }
        padded.withUnsafeBufferPointer { padded in
            guard let base = padded.baseAddress else { return }
            var job = ck_convolution(
                count: count, taps: weights.count, x: x, weights: base + padding, y: y, scratch: scratch)
            table.smooth_convolve(&job)
        }
    }

    /// y = first + MD(x - second, x - third), clipped; without `second` no residual.
    func residual(_ job: ck_residual) {
        guard let table = table?.pointee else { return }
        var job = job
        table.smooth_residual(&job)
    }

    /// The moments of the same y against `truth`, without writing y.
    func moments(_ job: ck_residual) -> ConcordanceMoments {
        guard let table = table?.pointee else { return ConcordanceMoments() }
        var job = job
        var sums = ck_moments()
        table.smooth_moments(&job, &sums)
        return ConcordanceMoments(
            ConcordanceMoments.ShiftedSums(
                count: Int(sums.count), origin: (sums.y0, sums.truth0), d: sums.d, e: sums.e, dd: sums.dd, ee: sums.ee,
                de: sums.de))
    }
}
