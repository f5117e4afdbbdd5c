import Basics

public typealias CheckpointError = FileError
