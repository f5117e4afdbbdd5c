import Compute
import Foundation
import Images
import TestSupport

/// Twelve small pictures of six subjects with labels of all three tasks.
enum LabelledPictures {
    static let count = 12

    /// Writes the pictures and `labels.csv`.
    /// - Parameter change: of the rows, header included.
    @discardableResult
    static func write(in folder: TemporaryFolder, _ change: (inout [String]) -> Void = { _ in }) throws -> [String] {
        var rows = ["image,expression,AU1,AU12,valence,arousal,subject"]
        var paths: [String] = []
        for number in 0..<count {
            paths.append(try folder.write("faces/\(number + 10).png", picture(number).png()))
            let expression = ["calm", "glad", "sad"][number / 2 % 3]
            rows.append(
                "faces/\(number + 10).png,\(expression),\(number % 2),\(number % 4 / 2),0.\(number % 10),-0.5,s\(number / 2)"
            )
        }
        change(&rows)
        try folder.write("labels.csv", rows.joined(separator: "\n") + "\n")
        return paths
    }

    /// Noise, different for each number.
    static func picture(_ number: Int, side: Int = 20) -> PixelImage {
        var random = RandomKey(seed: 3, purpose: .test).stream(sample: number)
        let pixels = (0..<side * side * 3).map { _ in UInt8(truncatingIfNeeded: random.nextUInt32()) }
        return PixelImage(width: side, height: side, channels: 3, pixels: pixels)
    }
}
