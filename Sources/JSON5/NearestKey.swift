import Basics

/// Finds the key that a person meant.
package enum NearestKey {
    /// The candidate that other programs call so, or the one whose spelling is nearest.
    package static func of(_ key: String, among candidates: [String]) -> String? {
        if let other = otherNames[key.lowercased().filter { $0 != "_" && $0 != "-" }], candidates.contains(other) {
            return other
        }
        return Spelling.nearest(to: key, among: candidates)
    }

    /// What other programs call our keys, without case and punctuation.
    private static let otherNames = [
        "learningrate": "lr", "blr": "baseLr", "baselearningrate": "baseLr", "minimumlearningrate": "minLr",
        "wd": "weightDecay", "maskratio": "mask", "maskingratio": "mask", "batchsize": "batch",
        "warmupepochs": "warmup",
        "imagesize": "image", "inputsize": "image", "patchsize": "patch", "clipgrad": "clip", "numworkers": "workers",
        "weights": "init", "folder": "path",
    ]
}
