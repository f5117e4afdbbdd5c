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

    /// The units of ABAW 2020, where those of later years are `AffectTask.standardChannels`.
    public static let units2020 = ["AU1", "AU2", "AU4", "AU6", "AU12", "AU15", "AU20", "AU25"]
    /// The classes of ABAW 2020: the eight of later years without the last.
    public static let classes2020 = Array(ExpressionClasses.affWild2.dropLast())

    /// The channels that the files of a track have had over the years, the newest first.
    public static func channels(of track: AffectTask) -> [[String]] {
        switch track {
        case .actionUnits: [track.standardChannels, units2020]
        case .expression: [track.standardChannels, classes2020]
        case .valenceArousal: [track.standardChannels]
        }
    }

    /// The columns of a file of several tasks (ABAW 2022 to 2025), whose header `image,valence,arousal,expression,aus` has
    /// one name for the twelve units of its rows; any other header as it is.
    /// - Parameter fields: the number of fields of the rows.
    public static func columns(_ header: [String], fields: Int) -> [String] {
        let units = AffectTask.actionUnits.standardChannels
        // A separator may end the line.
        let wide = fields - (header.count - 1 + units.count)
        guard header.last?.lowercased() == "aus", wide == 0 || wide == 1 else { return header }
        return header.dropLast() + units
    }

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
