import Compute

/// What the memory of a pass is for.
enum PassMemory {
    /// Every block keeps what its backward pass reads.
    case training
    /// Nothing is kept: all blocks work in the same memory, which stays in the caches.
    case inference
}

/// Blocks one after the other, with the memory of the residual stream between them. Encoder and decoder share it.
struct TransformerStack {
    let blocks: [TransformerBlock]
    /// The input of each block, and last the output: (rows, D) each.
    private let streams: [Arena.Slot]
    /// The gradient on its way back and a spare of the same size: (rows, D).
    let gradient: Arena.Slot
    let spare: Arena.Slot

    /// - Parameters:
    ///   - rows: the most token rows of a pass.
    ///   - selects: whether the last block goes on with selected tokens only.
    init(
        _ parameters: [BlockParameters], configuration: TransformerConfiguration, rows: Int, selects: Bool = false,
        memory: PassMemory = .training, pool: ThreadPool, in plan: inout Arena.Plan
    ) {
        var blocks: [TransformerBlock] = []
        var streams = [plan.reserve(rows * configuration.width)]
        let mark = plan.mark
        for (index, block) in parameters.enumerated() {
            if memory == .inference { plan.rewind(to: mark) }
            blocks.append(
                TransformerBlock(
                    block, configuration: configuration, rows: rows, selects: selects && index == parameters.count - 1,
                    memory: memory, pool: pool, in: &plan))
            // A block is done with its input before it writes its output.
            streams.append(memory == .inference ? streams[0] : plan.reserve(rows * configuration.width))
        }
        self.blocks = blocks
        self.streams = streams
        gradient = plan.reserve(memory == .inference ? 0 : rows * configuration.width)
        spare = plan.reserve(rows * configuration.width)
    }

    /// Where the first block reads its input.
    var input: Arena.Slot { streams[0] }
    /// Where the last block writes its output.
    var output: Arena.Slot { streams[streams.count - 1] }

    func pack(_ workspace: Workspace, backward: Bool) {
        for block in blocks { block.pack(workspace, backward: backward) }
    }

    /// From `input` to `output`.
    func forward(
        _ sequences: Sequences, selection: TokenSelection? = nil, dropPath: DropPath? = nil, training: Bool,
        _ workspace: Workspace
    ) {
        for (index, block) in blocks.enumerated() {
            block.forward(
                workspace[streams[index]], sequences, selection: index == blocks.count - 1 ? selection : nil,
                dropPath: dropPath?.branches(ofBlock: index), y: workspace[streams[index + 1]], training: training,
                workspace)
        }
    }

    /// In `gradient`, from that of the output to that of the input.
    func backward(
        _ sequences: Sequences, selection: TokenSelection? = nil, dropPath: DropPath? = nil, accumulate: Bool,
        _ workspace: Workspace
    ) {
        for (index, block) in blocks.enumerated().reversed() {
            block.backward(
                workspace[gradient], x: workspace[streams[index]], sequences,
                selection: index == blocks.count - 1 ? selection : nil, dropPath: dropPath?.branches(ofBlock: index),
                spare: workspace[spare], accumulate: accumulate, workspace)
        }
    }
}
