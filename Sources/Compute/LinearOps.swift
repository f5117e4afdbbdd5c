import CKernels

/// A weight (outputs, inputs), as PyTorch stores it, copied into the order that the kernels read.
///
/// Pack once after every change of the weight (once per step); forward and backward passes then use the copy.
// Unchecked: written between operations, and only read during one.
public final class PackedWeight: @unchecked Sendable {
    public let outputs: Int
    public let inputs: Int
    /// Columns of the panels, fixed by the kernel level of the pool given at creation.
    private let panel: Int
    /// B = Wᵀ (inputs, outputs): used by forward passes.
    let transposed: FloatBuffer
    /// B = W (outputs, inputs): used by backward passes; the plain level reads `transposed` instead.
    let straight: FloatBuffer

    /// - Parameters:
    ///   - backward: false saves the memory of the backward form when it is not needed.
    ///   - pool: any pool of the kernel level that will use the weight.
    public init(outputs: Int, inputs: Int, backward: Bool = true, pool: ThreadPool) {
        self.outputs = outputs
        self.inputs = inputs
        panel = pool.kernels.pointee.panel
        if panel == 0 {
            transposed = FloatBuffer(count: outputs * inputs)
            straight = transposed
        } else {
            transposed = FloatBuffer(count: (outputs + panel - 1) / panel * panel * inputs)
            straight = FloatBuffer(count: backward ? (inputs + panel - 1) / panel * panel * outputs : 0)
        }
    }

    /// Copies weight (outputs, inputs) into both forms, or into the forward form only.
    public func pack(_ weight: UnsafePointer<Float>, backward: Bool = true, pool: ThreadPool) {
        precondition(panel == pool.kernels.pointee.panel, "packed for another kernel level")
        var job = ck_pack(rows: outputs, columns: inputs, weight: weight, packed: transposed.pointer)
        pool.run(pool.kernels.pointee.pack_transposed, job, tiles: panel == 0 ? 1 : (outputs + panel - 1) / panel)
        guard backward, panel != 0 else { return }
        precondition(straight.count > 0, "this weight was created without its backward form")
        job.packed = straight.pointer
        pool.run(pool.kernels.pointee.pack_straight, job, tiles: (inputs + panel - 1) / panel)
    }
}

/// How a product is cut into tiles.
///
/// In the packed kernels an element's bits depend on the depth of the product only, so the cut may suit the number of
/// threads; BLAS gives an element different bits in blocks of different size, so there it depends on the shape alone.
struct ProductTiles {
    let rowBlock: Int
    let rowTiles: Int
    let columnBlock: Int
    let columnTiles: Int

    /// The cut for which the last thread is done soonest, by a model of what a tile costs.
    ///
    /// - Parameters:
    ///   - rowsAbout, columnsAbout: the largest block that suits the caches.
    ///   - rowPanel, panel: rows and columns of the micro-kernel; blocks are multiples of them, so that only the last
    ///     block has remainders.
    init(
        rows: Int, columns: Int, rowsAbout: Int, columnsAbout: Int, rowPanel: Int, panel: Int, threads: Int
    ) {
        let model = TileCosts(rows: rows, rowPanel: rowPanel, threads: threads)
        let columnPanels = max(1, (columns + panel - 1) / panel)
        let fewest = max(1, (columns + columnsAbout - 1) / columnsAbout)
        var best = (block: 0, width: 0, time: Double.infinity)
        for count in fewest..<fewest + max(threads, 1) {
            let width = (columnPanels + count - 1) / count
            let candidate = model.block(
                about: max(1, rowsAbout / rowPanel), columnTiles: (columnPanels + width - 1) / width, width: width)
            // Narrower tiles copy the rows once more: only for what can be noticed.
            if candidate.time < best.time * 0.98 { best = (candidate.size, width, candidate.time) }
        }
        rowBlock = best.block * rowPanel
        rowTiles = (model.panels + best.block - 1) / best.block
        columnBlock = best.width * panel
        columnTiles = (columns + columnBlock - 1) / columnBlock
    }

    var count: Int { rowTiles * columnTiles }
}

/// What tiles of a product cost, in units of one panel of rows meeting one panel of columns.
private struct TileCosts {
    let rows: Int
    let rowPanel: Int
    let threads: Int

    /// Panels of rows, the last one perhaps lower.
    var panels: Int { max(1, (rows + rowPanel - 1) / rowPanel) }

    /// The number of panels of rows in a block for which the last thread is done soonest.
    func block(about: Int, columnTiles: Int, width: Int) -> (size: Int, time: Double) {
        let least = max(1, min(about * 2 / 3, max(4, (panels + threads - 1) / threads)))
        var best = (size: about, time: Double.infinity)
        for size in stride(from: max(least, about * 10 / 9), through: least, by: -1) {
            let blocks = (panels + size - 1) / size
            let whole = (blocks - 1) * columnTiles
            let rounds = whole / threads, left = whole % threads
            let tile = cost(Double(size), width), lower = cost(lastPanels - Double((blocks - 1) * size), width)
            // The tiles of the last block of rows, which may be lower, go first to the threads that are free.
            let busy = Double(left > 0 ? rounds + 1 : rounds) * tile
            let free = threads - left
            let time =
                left > 0 && columnTiles <= free
                ? max(busy, Double(rounds) * tile + lower)
                : busy + Double(((left > 0 ? columnTiles - free : columnTiles) + threads - 1) / threads) * lower
            if time < best.time { best = (size, time) }
        }
        return best
    }

    /// Beside the products, a tile reads the panels of its columns once, as much as a third of a panel of rows, and
    /// copies its rows.
    private func cost(_ panels: Double, _ width: Int) -> Double { (panels + 0.35) * Double(width) + 0.2 * panels }

    /// The panels by what they cost: a last one of few rows waits for its own sums, as long as four rows take.
    private var lastPanels: Double {
        let height = rows - (panels - 1) * rowPanel
        return Double(panels - 1) + Double(min(max(height, 4), rowPanel)) / Double(rowPanel)
    }
}

/// y = x Wᵀ + b and its derivatives. Rows are tokens of all images together: x is (rows, inputs), y (rows, outputs).
public enum LinearOps {
    /// y (rows, outputs) = x (rows, inputs) Wᵀ + bias (outputs).
    public static func forward(
        _ x: UnsafePointer<Float>, rows: Int, weight: PackedWeight, bias: UnsafePointer<Float>?,
        y: UnsafeMutablePointer<Float>, pool: ThreadPool
    ) {
        product(x, rows: rows, weight: weight, backward: false, c: y, pool: pool) { $0.bias = bias }
    }

    /// y = GELU(x Wᵀ + bias) with the exact GELU, v Φ(v); `derivative` (rows, outputs) receives GELU'(v), which is all
    /// that the backward pass needs (see `backwardInput`). Pass nil when there will be none.
    public static func forwardGELU(
        _ x: UnsafePointer<Float>, rows: Int, weight: PackedWeight, bias: UnsafePointer<Float>?,
        y: UnsafeMutablePointer<Float>, derivative: UnsafeMutablePointer<Float>?, pool: ThreadPool
    ) {
        product(x, rows: rows, weight: weight, backward: false, c: y, pool: pool) {
            $0.bias = bias
            $0.epilogue = Int32(CK_GELU)
            $0.derivative = derivative
        }
    }

    /// y = residual + x Wᵀ + bias. `y` may be `residual` itself.
    public static func forwardAdding(
        _ x: UnsafePointer<Float>, rows: Int, weight: PackedWeight, bias: UnsafePointer<Float>?,
        residual: UnsafePointer<Float>, y: UnsafeMutablePointer<Float>, pool: ThreadPool
    ) {
        product(x, rows: rows, weight: weight, backward: false, c: y, pool: pool) {
            $0.bias = bias
            $0.add = residual
        }
    }

    /// dx (rows, inputs) = dy (rows, outputs) W.
    ///
    /// - Parameters:
    ///   - derivative: (rows, inputs) from `forwardGELU` of the layer below; dx becomes dx · derivative, the gradient
    ///     before the activation.
    ///   - accumulate: adds to dx instead of overwriting it; not together with `derivative`.
    public static func backwardInput(
        _ dy: UnsafePointer<Float>, rows: Int, weight: PackedWeight, dx: UnsafeMutablePointer<Float>,
        derivative: UnsafePointer<Float>? = nil, accumulate: Bool = false, pool: ThreadPool
    ) {
        precondition(derivative == nil || !accumulate, "a product cannot be both scaled and accumulated")
        product(dy, rows: rows, weight: weight, backward: true, c: dx, pool: pool) {
            if let derivative {
                $0.epilogue = Int32(CK_MULTIPLY)
                $0.factor = derivative
            }
            if accumulate { $0.add = UnsafePointer(dx) }
        }
    }

    /// dW (outputs, inputs) = dyᵀ x and db (outputs) = column sums of dy; added to what is there if `accumulate`.
    ///
    /// dy is (rows, outputs), x is (rows, inputs). Tiles are blocks of dW, so no sum crosses threads.
    public static func backwardWeight(
        _ dy: UnsafePointer<Float>, x: UnsafePointer<Float>, rows: Int, outputs: Int, inputs: Int,
        dW: UnsafeMutablePointer<Float>, db: UnsafeMutablePointer<Float>?, accumulate: Bool = false, pool: ThreadPool
    ) {
        let kernels = pool.kernels.pointee
        let tiles = ProductTiles(
            rows: outputs, columns: inputs, rowsAbout: 384, columnsAbout: 768, rowPanel: kernels.row_panel,
            panel: max(kernels.panel, 16), threads: kernels.panel == 0 ? 2 : pool.threads)
        pool.reserveScratch(kernels.weight_gradient_scratch(tiles.rowBlock, tiles.columnBlock))
        let job = ck_weight_gradient(
            m: rows, n: outputs, k: inputs, dy: dy, x: x, dw: dW, db: db, accumulate: accumulate ? 1 : 0,
            row_block: tiles.rowBlock, row_tiles: tiles.rowTiles, column_block: tiles.columnBlock,
            column_tiles: tiles.columnTiles, sgemm: blasProduct)
        pool.run(kernels.weight_gradient, job, tiles: tiles.count)
    }

    private static func product(
        _ a: UnsafePointer<Float>, rows: Int, weight: PackedWeight, backward: Bool, c: UnsafeMutablePointer<Float>,
        pool: ThreadPool, configure: (inout ck_gemm) -> Void
    ) {
        let kernels = pool.kernels.pointee
        let columns = backward ? weight.inputs : weight.outputs
        let depth = backward ? weight.outputs : weight.inputs
        let tiles = ProductTiles(
            rows: rows, columns: columns, rowsAbout: 256, columnsAbout: 768, rowPanel: kernels.row_panel,
            panel: max(kernels.panel, 16), threads: kernels.panel == 0 ? 2 : pool.threads)
        pool.reserveScratch(kernels.gemm_scratch(tiles.rowBlock, tiles.columnBlock))
        var job = ck_gemm()
        job.m = rows
        job.n = columns
        job.k = depth
        job.a = a
        job.lda = depth
        job.b = UnsafePointer(backward ? weight.straight.pointer : weight.transposed.pointer)
        job.b_transposed = backward ? 0 : 1
        job.c = c
        job.row_block = tiles.rowBlock
        job.row_tiles = tiles.rowTiles
        job.column_block = tiles.columnBlock
        job.column_tiles = tiles.columnTiles
        job.sgemm = blasProduct
        configure(&job)
        pool.run(kernels.gemm, job, tiles: tiles.count)
    }
}
