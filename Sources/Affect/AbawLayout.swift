/// The folders and file names of Aff-Wild2 and the ABAW challenges: one annotation file for each video and track, with a
/// line for each frame, and a folder of face crops for each video, named by the number of the frame.
///
/// Line k after the header belongs to `cropped_aligned/VIDEO/k.jpg`, k from 00001 with five digits. Frames without a
/// face have no crop, and some videos have a line more or less than frames.
public enum AbawLayout {
    /// The tracks, in the order in which sessions and rendered videos list them.
    public static let tracks: [AffectTask] = [.actionUnits, .expression, .valenceArousal]

    /// The names that the folder of a track has had over the years.
    public static func folderNames(of track: AffectTask) -> [String] {
        switch track {
        case .actionUnits: ["AU_Detection_Challenge", "AU_Set"]
        case .expression: ["EXPR_Classification_Challenge", "EXPR_Recognition_Challenge", "EXPR_Set"]
        case .valenceArousal: ["VA_Estimation_Challenge", "VA_Set"]
        }
    }

    /// The names that the folder of the training set has had, below that of a track.
    public static let trainingFolders = ["Train_Set", "Training_Set"]
    public static let validationFolders = ["Validation_Set"]
    /// The folders of face crops.
    public static let cropFolders = ["cropped_aligned", "cropped_aligned_new_50_vids"]

    /// The name of a frame's crop without its ending: 00017.
    public static func frameName(_ number: Int) -> String {
        let digits = String(number)
        return String(repeating: "0", count: max(0, 5 - digits.count)) + digits
    }

    /// The video that a name is of: `_left` and `_right` at its end are two people of one video.
    public static func videoWithoutSide(_ name: String) -> String {
        for side in ["_left", "_right"] where name.hasSuffix(side) { return String(name.dropLast(side.count)) }
        return name
    }
}
