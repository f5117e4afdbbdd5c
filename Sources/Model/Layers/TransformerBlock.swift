import Compute

/// How many token rows a pass has: `images` sequences of `tokens` each.
struct Sequences {
    let images: Int
    let tokens: Int
    var rows: Int { images * tokens }
}

/// Tokens that the last block of a decoder goes on with after its attention: those that are predicted.
///
/// No later layer mixes tokens, so the projection, the second half of the block and everything after it need only
/// these rows. They lie together, image by image.
struct TokenSelection {
    /// (images, kept) patch numbers.
    let patches: UnsafePointer<Int32>
    /// How many of each image.
    let kept: Int
}

/// A pre-norm transformer block: x + proj(attention(norm1(x))), then + fc2(GELU(fc1(norm2(·)))).
///
/// The block remembers in its slots what the backward pass reads. Backward writes over them where it is done reading.
struct TransformerBlock {
    let configuration: TransformerConfiguration
    let norm1: NormLayer
    let qkv: LinearLayer
    let projection: LinearLayer
    let norm2: NormLayer
    let fc1: LinearLayer
    let fc2: LinearLayer

    private let normed1: Arena.Slot
    private let qkvValues: Arena.Slot
    private let logSumExp: Arena.Slot
    private let attended: Arena.Slot
    private let middle: Arena.Slot
    private let normed2: Arena.Slot
    private let hidden: Arena.Slot
    private let derivative: Arena.Slot
    /// The selected rows of the input and of the attention's output; empty in blocks that keep all tokens.
    private let selectedInput: Arena.Slot
    private let selectedAttended: Arena.Slot

    init(
        _ parameters: BlockParameters, configuration: TransformerConfiguration, rows: Int, selects: Bool,
        memory: PassMemory, pool: ThreadPool, in plan: inout Arena.Plan
    ) {
        self.configuration = configuration
        let width = configuration.width
        norm1 = NormLayer(parameters.norm1, rows: rows, in: &plan)
        qkv = LinearLayer(parameters.qkv, pool: pool)
        projection = LinearLayer(parameters.projection, pool: pool)
        norm2 = NormLayer(parameters.norm2, rows: rows, in: &plan)
        fc1 = LinearLayer(parameters.fc1, pool: pool)
        fc2 = LinearLayer(parameters.fc2, pool: pool)
        normed1 = plan.reserve(rows * width)
        qkvValues = plan.reserve(rows * 3 * width)
        logSumExp = plan.reserve(rows * configuration.heads)
        attended = plan.reserve(rows * width)
        middle = plan.reserve(rows * width)
        normed2 = plan.reserve(rows * width)
        hidden = plan.reserve(rows * 4 * width)
        derivative = plan.reserve(memory == .inference ? 0 : rows * 4 * width)
        selectedInput = plan.reserve(selects ? rows * width : 0)
        selectedAttended = plan.reserve(selects ? rows * width : 0)
    }

    func pack(_ workspace: Workspace, backward: Bool) {
        for layer in [qkv, projection, fc1, fc2] { layer.pack(workspace, backward: backward) }
    }

    /// x (rows, D) → y (rows, D), or (images · kept, D) with a selection. Drop path and a selection exclude each other.
    func forward(
        _ x: UnsafePointer<Float>, _ sequences: Sequences, selection: TokenSelection? = nil,
        dropPath: DropPath.Branches? = nil, y: UnsafeMutablePointer<Float>, training: Bool, _ workspace: Workspace
    ) {
        let width = configuration.width
        norm1.forward(x, rows: sequences.rows, y: workspace[normed1], workspace)
        qkv.forward(workspace[normed1], rows: sequences.rows, y: workspace[qkvValues], workspace)
        AttentionOps.forward(
            workspace[qkvValues], images: sequences.images, tokens: sequences.tokens, heads: configuration.heads,
            headWidth: configuration.headWidth, y: workspace[attended],
            logSumExp: training ? workspace[logSumExp] : nil, pool: workspace.pool)
        workspace.operations += attentionOperations(sequences, products: 2)

        var rows = sequences.rows
        var residual = x
        var mixed = UnsafePointer(workspace[attended])
        if let selection {
            rows = sequences.images * selection.kept
            gather(x, sequences, selection, width, workspace[selectedInput], workspace)
            gather(mixed, sequences, selection, width, workspace[selectedAttended], workspace)
            residual = UnsafePointer(workspace[selectedInput])
            mixed = UnsafePointer(workspace[selectedAttended])
        }
        if let dropPath {
            projection.forward(mixed, rows: rows, y: workspace[middle], workspace)
            addScaled(workspace[middle], dropPath.attention, to: residual, sequences, y: workspace[middle], workspace)
        } else {
            projection.forward(mixed, rows: rows, residual: residual, y: workspace[middle], workspace)
        }
        norm2.forward(workspace[middle], rows: rows, y: workspace[normed2], workspace)
        fc1.forwardGELU(
            workspace[normed2], rows: rows, y: workspace[hidden], derivative: training ? workspace[derivative] : nil,
            workspace)
        if let dropPath {
            fc2.forward(workspace[hidden], rows: rows, y: y, workspace)
            addScaled(y, dropPath.perceptron, to: workspace[middle], sequences, y: y, workspace)
        } else {
            fc2.forward(workspace[hidden], rows: rows, residual: workspace[middle], y: y, workspace)
        }
    }

    /// The gradient in `dx` turns from that of the output into that of the input x (rows, D).
    /// - Parameters:
    ///   - dx: with a selection it holds (images · kept, D) at first; room for (rows, D).
    ///   - spare: (rows, D), overwritten.
    func backward(
        _ dx: UnsafeMutablePointer<Float>, x: UnsafePointer<Float>, _ sequences: Sequences,
        selection: TokenSelection? = nil, dropPath: DropPath.Branches? = nil, spare: UnsafeMutablePointer<Float>,
        accumulate: Bool, _ workspace: Workspace
    ) {
        let width = configuration.width
        let rows = selection.map { sequences.images * $0.kept } ?? sequences.rows
        let mixed = workspace[selection == nil ? attended : selectedAttended]

        // The hidden values are read for the last time by fc2's weight gradient; their own gradient takes the place.
        var branch = UnsafePointer(dx)
        if let dropPath {
            addScaled(dx, dropPath.perceptron, to: nil, sequences, y: spare, workspace)
            branch = UnsafePointer(spare)
        }
        fc2.backwardWeight(branch, x: workspace[hidden], rows: rows, accumulate: accumulate, workspace)
        fc2.backwardInput(
            branch, rows: rows, derivative: workspace[derivative], dx: workspace[hidden], workspace)
        fc1.backwardWeight(
            workspace[hidden], x: workspace[normed2], rows: rows, accumulate: accumulate, workspace)
        fc1.backwardInput(workspace[hidden], rows: rows, dx: spare, workspace)
        norm2.backward(
            spare, x: workspace[middle], rows: rows, dx: dx, addingToInput: true, accumulate: accumulate, workspace)

        branch = UnsafePointer(dx)
        if let dropPath {
            // What followed the attention is done with `middle`.
            addScaled(dx, dropPath.attention, to: nil, sequences, y: workspace[middle], workspace)
            branch = UnsafePointer(workspace[middle])
        }
        projection.backwardWeight(branch, x: mixed, rows: rows, accumulate: accumulate, workspace)
        projection.backwardInput(branch, rows: rows, dx: spare, workspace)
        var dAttended = UnsafePointer(spare)
        if let selection {
            scatter(spare, sequences, selection, width, workspace[middle], workspace)
            dAttended = UnsafePointer(workspace[middle])
            // dx grows from the selected rows to all rows by way of `spare`.
            scatter(dx, sequences, selection, width, spare, workspace)
            dx.update(from: spare, count: sequences.rows * width)
        }
        AttentionOps.backward(
            dAttended, qkv: workspace[qkvValues], y: workspace[attended], logSumExp: workspace[logSumExp],
            images: sequences.images, tokens: sequences.tokens, heads: configuration.heads,
            headWidth: configuration.headWidth, dqkv: workspace[hidden], pool: workspace.pool)
        workspace.operations += attentionOperations(sequences, products: 5)
        qkv.backwardWeight(
            workspace[hidden], x: workspace[normed1], rows: sequences.rows, accumulate: accumulate, workspace)
        qkv.backwardInput(workspace[hidden], rows: sequences.rows, dx: spare, workspace)
        norm1.backward(
            spare, x: x, rows: sequences.rows, dx: dx, addingToInput: true, accumulate: accumulate, workspace)
    }

    /// Each product of attention costs 2 · T · T · D operations per image: two forward; backward five, since the
    /// probabilities are computed again.
    private func attentionOperations(_ sequences: Sequences, products: Int) -> Int {
        products * 2 * sequences.rows * sequences.tokens * configuration.width
    }

    /// y = x + scales · branch, by image; without x the scaled branch alone.
    private func addScaled(
        _ branch: UnsafePointer<Float>, _ scales: UnsafePointer<Float>, to x: UnsafePointer<Float>?,
        _ sequences: Sequences, y: UnsafeMutablePointer<Float>, _ workspace: Workspace
    ) {
        TokenOps.residual(
            x, branch: branch, scales: scales, images: sequences.images, tokens: sequences.tokens,
            width: configuration.width, y: y, pool: workspace.pool)
    }

    private func gather(
        _ x: UnsafePointer<Float>, _ sequences: Sequences, _ selection: TokenSelection, _ width: Int,
        _ y: UnsafeMutablePointer<Float>, _ workspace: Workspace
    ) {
        TokenOps.gather(
            x, images: sequences.images, patches: sequences.tokens - 1, kept: selection.kept, width: width,
            indices: selection.patches, y: y, pool: workspace.pool)
    }

    private func scatter(
        _ x: UnsafePointer<Float>, _ sequences: Sequences, _ selection: TokenSelection, _ width: Int,
        _ y: UnsafeMutablePointer<Float>, _ workspace: Workspace
    ) {
        TokenOps.scatter(
            x, images: sequences.images, patches: sequences.tokens - 1, kept: selection.kept, width: width,
            indices: selection.patches, y: y, pool: workspace.pool)
    }
}
