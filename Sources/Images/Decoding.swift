import CImage

/// The size of an image as seen, known without decoding it.
public struct ImageHeader: Equatable, Sendable {
    public let width: Int
    public let height: Int
    public let isJPEG: Bool
    public let orientation: Orientation
}

/// How much smaller than its full size a JPEG is decoded: the inverse DCT of a block then gives 4x4, 2x2 or 1 pixel.
public enum DecodingScale: Int32, Sendable {
    case full = 8
    case half = 4
    case quarter = 2
    case eighth = 1

    /// Full-size pixels per decoded pixel.
    public var divisor: Int { 8 / Int(rawValue) }

    /// The smallest scale at which a crop still has at least the pixels of the output, so that nothing is enlarged:
    /// below the full one only when the crop is at least twice the output.
    public static func smallest(crop: PixelRectangle, output: Int) -> DecodingScale {
        let side = min(crop.width, crop.height)
        for scale in [DecodingScale.eighth, .quarter, .half] where side >= output * scale.divisor { return scale }
        return .full
    }
}

/// Reads and decodes a JPEG or PNG file, turned upright by its EXIF orientation.
///
/// Grey files, and colour files whose pixels are all grey, give one channel. A JPEG that ends early or holds corrupt
/// data is accepted if at least half of its rows came before the fault, as other programs show it; a PNG, whose data
/// are checksummed, must be whole.
///
/// - Throws: `ImageError` with the path and the reason.
public func decodeImage(_ path: String, scale: DecodingScale = .full) throws(ImageError) -> PixelImage {
    try ImageFile.withContent(of: path) { (bytes) throws(ImageError) in try decodeImage(bytes, scale: scale) }
}

/// Decodes the image that is referred to, as `decodeImage(_: String)` does.
///
/// - Throws: `ImageError` with the path and the reason; of kind `unsupported` for a frame of a video.
public func decodeImage(_ image: ImageReference, scale: DecodingScale = .full) throws(ImageError) -> PixelImage {
    try decodeImage(try image.file(), scale: scale)
}

/// Decodes the content of a JPEG or PNG file, as `decodeImage(_: String)` does.
///
/// - Throws: `ImageError` without a path.
public func decodeImage(_ bytes: [UInt8], scale: DecodingScale = .full) throws(ImageError) -> PixelImage {
    let result = bytes.withUnsafeBytes { bytes in
        Result { () throws(ImageError) in try decodeImage(bytes, scale: scale) }
    }
    return try result.get()
}

/// Reads the header of a JPEG or PNG file.
///
/// - Throws: `ImageError` with the path and the reason.
public func imageHeader(_ path: String) throws(ImageError) -> ImageHeader {
    try ImageFile.withContent(of: path) { (bytes) throws(ImageError) in try imageHeader(bytes) }
}

public func imageHeader(_ bytes: UnsafeRawBufferPointer) throws(ImageError) -> ImageHeader {
    let (format, info) = try readHeader(bytes)
    let orientation = Orientation(rawValue: info.orientation) ?? .upright
    let (width, height) = (Int(info.width), Int(info.height))
    return ImageHeader(
        width: orientation.swapsSides ? height : width, height: orientation.swapsSides ? width : height,
        isJPEG: format == .jpeg, orientation: orientation)
}

public func decodeImage(_ bytes: UnsafeRawBufferPointer, scale: DecodingScale = .full) throws(ImageError) -> PixelImage
{
    let (format, header) = try readHeader(bytes)
    let scale = format == .jpeg ? scale : .full
    let divisor = UInt32(scale.divisor)
    let width = Int((header.width + divisor - 1) / divisor)
    let height = Int((header.height + divisor - 1) / divisor)
    let channels = Int(header.channels)
    let start = bytes.bindMemory(to: UInt8.self).baseAddress

    var info = ImageDecoding()
    var status: Int32 = 0
    let capacity = width * height * channels
    let pixels = [UInt8](unsafeUninitializedCapacity: capacity) { target, count in
        status =
            format == .jpeg
            ? image_decode_jpeg(start, bytes.count, scale.rawValue, target.baseAddress, capacity, &info)
            : image_decode_png(start, bytes.count, target.baseAddress, capacity, &info)
        count = status == Int32(IMAGE_OK) ? capacity : 0
    }
    guard status == Int32(IMAGE_OK) else { throw problem(status, info, format) }
    let decoded = PixelImage(width: width, height: height, channels: channels, pixels: pixels)
    return decoded.greyIfColourless().oriented(Orientation(rawValue: info.orientation) ?? .upright)
}

extension PixelImage {
    /// One channel when the three are equal everywhere, itself otherwise: a grey photograph saved as colour.
    func greyIfColourless() -> PixelImage {
        guard channels == 3 else { return self }
        let count = width * height
        return pixels.withUnsafeBufferPointer { source in
            for i in 0..<count where source[3 * i] != source[3 * i + 1] || source[3 * i] != source[3 * i + 2] {
                return self
            }
            let grey = [UInt8](unsafeUninitializedCapacity: count) { target, filled in
                for i in 0..<count { target[i] = source[3 * i] }
                filled = count
            }
            return PixelImage(width: width, height: height, channels: 1, pixels: grey)
        }
    }
}

private func readHeader(_ bytes: UnsafeRawBufferPointer) throws(ImageError) -> (ImageFormat, ImageDecoding) {
    guard !bytes.isEmpty else { throw ImageError(.empty, "an empty file") }
    let format = ImageFormat.recognise(bytes)
    let start = bytes.bindMemory(to: UInt8.self).baseAddress
    var info = ImageDecoding()
    let status: Int32
    switch format {
    case .jpeg: status = image_header_jpeg(start, bytes.count, &info)
    case .png: status = image_header_png(start, bytes.count, &info)
    case .other(let what):
        let isImage = what.hasSuffix(" image")
        throw ImageError(.otherFormat, isImage ? "\(what); only JPEG and PNG are read" : what)
    }
    guard status == Int32(IMAGE_OK) else { throw problem(status, info, format) }
    return (format, info)
}

private func problem(_ status: Int32, _ info: ImageDecoding, _ format: ImageFormat) -> ImageError {
    let name = format == .jpeg ? "JPEG" : "PNG"
    let message = withUnsafeBytes(of: info.message) { text in
        String(decoding: text.prefix { $0 != 0 }, as: UTF8.self)
    }
    switch status {
    case Int32(IMAGE_TOO_LARGE):
        let limit = Int(IMAGE_MAXIMUM_PIXELS) / 1_000_000
        return ImageError(.tooLarge, "a \(name) refused for its size: \(message); the limit is \(limit) megapixels")
    case Int32(IMAGE_UNSUPPORTED):
        return ImageError(.unsupported, "a kind of \(name) that is not read: \(message)")
    case Int32(IMAGE_MISSING):
        let rows = "only \(info.intact_rows) of its \(info.height) rows are there"
        return ImageError(.damaged, "a damaged \(name): \(rows) (\(message))")
    case Int32(IMAGE_CORRUPT):
        return ImageError(.damaged, "a damaged \(name): its data are corrupt in \(info.faults) places")
    default:
        return ImageError(.damaged, "a damaged \(name): \(message)")
    }
}
