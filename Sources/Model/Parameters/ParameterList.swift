extension ClassifierConfiguration {
    /// The parameters that a classifier of this shape has, in the order of its checkpoint, without their memory.
    public var parameters: [Parameter] { ClassifierLayout(encoder, outputs: outputs).layout.parameters }
}

extension ModelConfiguration {
    /// The parameters that a masked autoencoder of this shape has, in the order of its checkpoint, without their memory.
    public var parameters: [Parameter] { AutoencoderLayout(self).layout.parameters }
}
