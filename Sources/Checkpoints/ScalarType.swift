/// The type of a tensor's elements, named as in safetensors files.
public enum ScalarType: String, Sendable, CaseIterable {
    case float64 = "F64"
    case float32 = "F32"
    case float16 = "F16"
    case bfloat16 = "BF16"
    case int64 = "I64"
    case int32 = "I32"
    case int16 = "I16"
    case int8 = "I8"
    case uint64 = "U64"
    case uint32 = "U32"
    case uint16 = "U16"
    case uint8 = "U8"
    case boolean = "BOOL"

    /// Bytes of one element.
    public var width: Int {
        switch self {
        case .float64, .int64, .uint64: 8
        case .float32, .int32, .uint32: 4
        case .float16, .bfloat16, .int16, .uint16: 2
        case .int8, .uint8, .boolean: 1
        }
    }

    /// Converts `destination.count` little-endian elements to single precision, rounding to nearest; the source need
    /// not be aligned.
    ///
    /// - Precondition: `source` has `destination.count × width` bytes.
    public func convert(_ source: UnsafeRawBufferPointer, to destination: UnsafeMutableBufferPointer<Float>) {
        precondition(source.count == destination.count * width, "a tensor's bytes do not match its elements")
        switch self {
        case .float32:
            #if _endian(little)
                UnsafeMutableRawBufferPointer(destination).copyMemory(from: source)
            #else
                Self.each(source, destination) { (bits: UInt32) in Float(bitPattern: bits) }
            #endif
        case .float64: Self.each(source, destination) { (bits: UInt64) in Float(Double(bitPattern: bits)) }
        case .float16: Self.each(source, destination) { (bits: UInt16) in Self.float(half: bits) }
        case .bfloat16: Self.each(source, destination) { (bits: UInt16) in Float(bitPattern: UInt32(bits) << 16) }
        case .int64: Self.each(source, destination) { (bits: Int64) in Float(bits) }
        case .int32: Self.each(source, destination) { (bits: Int32) in Float(bits) }
        case .int16: Self.each(source, destination) { (bits: Int16) in Float(bits) }
        case .int8: Self.each(source, destination) { (bits: Int8) in Float(bits) }
        case .uint64: Self.each(source, destination) { (bits: UInt64) in Float(bits) }
        case .uint32: Self.each(source, destination) { (bits: UInt32) in Float(bits) }
        case .uint16: Self.each(source, destination) { (bits: UInt16) in Float(bits) }
        case .uint8: Self.each(source, destination) { (bits: UInt8) in Float(bits) }
        case .boolean: Self.each(source, destination) { (bits: UInt8) in bits == 0 ? 0 : 1 }
        }
    }

    @inline(__always)
    private static func each<Bits: FixedWidthInteger>(
        _ source: UnsafeRawBufferPointer, _ destination: UnsafeMutableBufferPointer<Float>,
        _ value: (Bits) -> Float
    ) {
        let width = MemoryLayout<Bits>.size
        for index in destination.indices {
            let bits = source.loadUnaligned(fromByteOffset: index * width, as: Bits.self)
            destination[index] = value(Bits(littleEndian: bits))
        }
    }

    /// IEEE 754 half precision: 1 sign, 5 exponent and 10 fraction bits.
    static func float(half bits: UInt16) -> Float {
        let sign = UInt32(bits & 0x8000) << 16
        let exponent = UInt32(bits >> 10) & 0x1F
        let fraction = UInt32(bits & 0x3FF)
        switch exponent {
        case 0:
            // Subnormal halves are exact multiples of 2⁻²⁴.
            let magnitude = Float(fraction) * 0x1p-24
            return sign == 0 ? magnitude : -magnitude
        case 31: return Float(bitPattern: sign | 0x7F80_0000 | fraction << 13)
        default: return Float(bitPattern: sign | (exponent + 112) << 23 | fraction << 13)
        }
    }
}
