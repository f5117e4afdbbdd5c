import Basics

public typealias TableError = FileError
