import Glibc

/// The entry that libFuzzer calls with one input after the other; see `run.sh`.
///
/// The first byte of an input says what the rest is: a file as it is, or the inside of one, wrapped here so that
/// lengths and offsets fit whatever the fuzzer changes.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzOne(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    guard let start, count > 0 else { return 0 }
    let input = UnsafeBufferPointer(start: start + 1, count: count - 1)
    let kind = start[0]
    let file: [UInt8] =
        switch kind % 4 {
        case 0: Array(input)
        case 1: zip(pickle: input)
        case 2: legacy(pickle: input)
        default: length(input.count) + input + [UInt8](repeating: 1, count: 64)
        }
    guard !file.isEmpty else { return 0 }
    let begin = processorSeconds()
    do {
        let opened = try WeightsFile(MappedFile(copying: file), path: "input", verifiesChecksums: kind & 4 != 0)
        for tensor in opened.tensors {
            let values = opened.floats(of: tensor)
            precondition(values.count == tensor.count, "a tensor was not read whole")
            opened.withBytes(of: tensor) { precondition($0.count == tensor.byteCount, "bytes were lost") }
        }
        let weights = NamedWeights(opened)
        _ = try weights.check([WantedTensor(name: "pos_embed", shape: [1, 5, 16], isRequired: true)], of: "model").lines
    } catch {
        precondition(!error.message.isEmpty, "refused without a sentence")
    }
    precondition(processorSeconds() - begin < 5, "took more than five seconds")
    return 0
}

/// Of this thread: libFuzzer's own limit is of the wall clock, which counts time in which the process was stopped.
private func processorSeconds() -> Double {
    var time = timespec()
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
}

private func length(_ value: Int) -> [UInt8] { (0..<8).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) } }

/// A zip archive of PyTorch with this pickle and a storage of 64 bytes.
private func zip(pickle: UnsafeBufferPointer<UInt8>) -> [UInt8] {
    var (body, directory) = ([UInt8](), [UInt8]())
    func half(_ value: Int) -> [UInt8] { [UInt8(truncatingIfNeeded: value), UInt8(truncatingIfNeeded: value >> 8)] }
    func word(_ value: Int) -> [UInt8] { half(value) + half(value >> 16) }
    for (name, content) in [("a/data.pkl", Array(pickle)), ("a/data/0", [UInt8](repeating: 63, count: 64))] {
        let sizes = word(0) + word(content.count) + word(content.count)
        let named = half(name.utf8.count) + half(0)
        directory += [0x50, 0x4B, 1, 2] + half(20) + half(20) + word(0) + word(0) + sizes + named + word(0) + word(0)
        directory += half(0) + word(body.count) + Array(name.utf8)
        body += [0x50, 0x4B, 3, 4] + half(20) + word(0) + word(0) + sizes + named + Array(name.utf8) + content
    }
    return body + directory + [0x50, 0x4B, 5, 6] + word(0) + half(2) + half(2) + word(directory.count)
        + word(body.count) + half(0)
}

/// A file of the format before 1.6 with this pickle and the storage "0" of 16 elements.
private func legacy(pickle: UnsafeBufferPointer<UInt8>) -> [UInt8] {
    let magic: [UInt8] = [0x80, 2, 0x8A, 10, 0x6C, 0xFC, 0x9C, 0x46, 0xF9, 0x20, 0x6A, 0xA8, 0x50, 0x19, 0x2E]
    let facts: [UInt8] = [0x80, 2, 0x4D, 0xE9, 3, 0x2E, 0x80, 2, 0x7D, 0x2E]
    let keys: [UInt8] = [0x80, 2, 0x5D, 0x8C, 1, 0x30, 0x61, 0x2E]
    return magic + facts + pickle + keys + length(16) + [UInt8](repeating: 63, count: 64)
}
