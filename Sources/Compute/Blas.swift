import COpenBLAS

private let oneThread: Void = { openblas_set_num_threads(1) }()

/// OpenBLAS works inside our tiles, so it must not start threads of its own.
func prepareBLAS() { _ = oneThread }

/// The core that OpenBLAS chose and its version, part of a run's engine fingerprint.
public func blasDescription() -> String {
    prepareBLAS()
    let core = openblas_get_corename().map { String(cString: $0) } ?? "unknown core"
    let configuration = openblas_get_config().map { String(cString: $0) } ?? "OpenBLAS"
    return "\(configuration.split(separator: " ").prefix(2).joined(separator: " ")) on \(core)"
}

/// The matrix product that the plain level uses, called from C through a pointer.
let blasProduct:
    @convention(c) (
        Int32, Int32, Int, Int, Int, UnsafePointer<Float>?, Int, UnsafePointer<Float>?, Int, Float,
        UnsafeMutablePointer<Float>?, Int
    ) -> Void = { transposeA, transposeB, m, n, k, a, lda, b, ldb, beta, c, ldc in
        cblas_sgemm(
            CblasRowMajor, transposeA != 0 ? CblasTrans : CblasNoTrans, transposeB != 0 ? CblasTrans : CblasNoTrans,
            blasint(m), blasint(n), blasint(k), 1, a, blasint(lda), b, blasint(ldb), beta, c, blasint(ldc))
    }
