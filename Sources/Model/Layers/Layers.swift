import Compute

/// What the layers of one model share: parameters, threads, the memory of activations, and a count of operations.
final class Workspace {
    let parameters: ParameterSet
    let pool: ThreadPool
    let arena: Arena
    /// Floating-point operations of matrix products since the last reset, two per multiply-add.
    var operations = 0

    init(parameters: ParameterSet, pool: ThreadPool, plan: Arena.Plan) {
        self.parameters = parameters
        self.pool = pool
        arena = Arena(plan)
    }

    subscript(slot: Arena.Slot) -> UnsafeMutablePointer<Float> { arena[slot] }

    func value(_ offset: Int) -> UnsafeMutablePointer<Float> { parameters.values + offset }
    func gradient(_ offset: Int) -> UnsafeMutablePointer<Float> { parameters.gradients + offset }
}

/// A linear layer y = x Wᵀ + b on rows: x (rows, inputs), y (rows, outputs).
struct LinearLayer {
    let parameters: LinearParameters
    let weight: PackedWeight

    init(_ parameters: LinearParameters, inputGradient: Bool = true, pool: ThreadPool) {
        self.parameters = parameters
        weight = PackedWeight(
            outputs: parameters.outputs, inputs: parameters.inputs, backward: inputGradient, pool: pool)
    }

    /// Copies the weight into the order of the kernels; once after every change of the weights.
    func pack(_ workspace: Workspace, backward: Bool) {
        weight.pack(workspace.value(parameters.weight), backward: backward, pool: workspace.pool)
    }

    private func count(_ workspace: Workspace, _ rows: Int) {
        workspace.operations += 2 * rows * parameters.inputs * parameters.outputs
    }

    /// y = x Wᵀ + b, plus `residual` (rows, outputs) if given.
    func forward(
        _ x: UnsafePointer<Float>, rows: Int, residual: UnsafePointer<Float>? = nil, y: UnsafeMutablePointer<Float>,
        _ workspace: Workspace
    ) {
        let bias = workspace.value(parameters.bias)
        count(workspace, rows)
        if let residual {
            LinearOps.forwardAdding(
                x, rows: rows, weight: weight, bias: bias, residual: residual, y: y, pool: workspace.pool)
        } else {
            LinearOps.forward(x, rows: rows, weight: weight, bias: bias, y: y, pool: workspace.pool)
        }
    }

    /// y = GELU(x Wᵀ + b) and its derivative there, when a backward pass follows.
    func forwardGELU(
        _ x: UnsafePointer<Float>, rows: Int, y: UnsafeMutablePointer<Float>,
        derivative: UnsafeMutablePointer<Float>?, _ workspace: Workspace
    ) {
        count(workspace, rows)
        LinearOps.forwardGELU(
            x, rows: rows, weight: weight, bias: workspace.value(parameters.bias), y: y, derivative: derivative,
            pool: workspace.pool)
    }

    /// dW and db from dy (rows, outputs) and the layer's input x.
    func backwardWeight(
        _ dy: UnsafePointer<Float>, x: UnsafePointer<Float>, rows: Int, accumulate: Bool, _ workspace: Workspace
    ) {
        count(workspace, rows)
        LinearOps.backwardWeight(
            dy, x: x, rows: rows, outputs: parameters.outputs, inputs: parameters.inputs,
            dW: workspace.gradient(parameters.weight), db: workspace.gradient(parameters.bias),
            accumulate: accumulate, pool: workspace.pool)
    }

    /// dx (rows, inputs) = dy W, times `derivative` (rows, inputs) if given.
    func backwardInput(
        _ dy: UnsafePointer<Float>, rows: Int, derivative: UnsafePointer<Float>? = nil,
        dx: UnsafeMutablePointer<Float>, _ workspace: Workspace
    ) {
        count(workspace, rows)
        LinearOps.backwardInput(
            dy, rows: rows, weight: weight, dx: dx, derivative: derivative, pool: workspace.pool)
    }
}

/// A layer normalisation and the memory of its statistics.
struct NormLayer {
    let parameters: NormParameters
    /// Mean and reciprocal deviation of each row.
    let mean: Arena.Slot
    let deviation: Arena.Slot

    init(_ parameters: NormParameters, rows: Int, in plan: inout Arena.Plan) {
        self.parameters = parameters
        mean = plan.reserve(rows)
        deviation = plan.reserve(rows)
    }

    /// x, y (rows, width).
    func forward(
        _ x: UnsafePointer<Float>, rows: Int, y: UnsafeMutablePointer<Float>, _ workspace: Workspace
    ) {
        LayerNormOps.forward(
            x, rows: rows, width: parameters.width, gamma: workspace.value(parameters.weight),
            beta: workspace.value(parameters.bias), y: y, mean: workspace[mean], rstd: workspace[deviation],
            pool: workspace.pool)
    }

    /// dx (rows, width) from dy and the input x; `addingToInput` adds to dx, as a residual branch does.
    func backward(
        _ dy: UnsafePointer<Float>, x: UnsafePointer<Float>, rows: Int, dx: UnsafeMutablePointer<Float>,
        addingToInput: Bool, accumulate: Bool, _ workspace: Workspace
    ) {
        LayerNormOps.backward(
            dy, x: x, rows: rows, width: parameters.width, gamma: workspace.value(parameters.weight),
            mean: workspace[mean], rstd: workspace[deviation], dx: dx, accumulateInput: addingToInput,
            dgamma: workspace.gradient(parameters.weight), dbeta: workspace.gradient(parameters.bias),
            accumulate: accumulate, pool: workspace.pool)
    }
}
