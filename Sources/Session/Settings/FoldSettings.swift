import JSON5

/// How labelled data is cut into folds.
public enum FoldSettings: Equatable, Sendable {
    /// `count` folds in which no `group` (a subject, a video) is in two of them; labels are spread evenly. `seed` orders
    /// groups that are alike, and is not the session's, so that repetitions with other seeds share their folds.
    case grouped(count: Int, group: String, seed: UInt64 = 0)
    /// The split that the data set comes with.
    case official
    /// A file that names the fold of every sample.
    case file(String)
}

/// The settings of folds that the program cuts.
struct GroupedFolds: SettingsRecord {
    var count = 2
    var group = ""
    var seed: UInt64 = 0

    static let initial = GroupedFolds()

    static let settings: [Setting<GroupedFolds>] = [
        Setting("count", \.count, .whole(2...1000), "how many folds").required("5").consequence(.indirect),
        Setting("group", \.group, .text, "what is never in two folds: `subject`, `video` or `image`")
            .required("\"subject\"").consequence(.indirect),
        Setting("seed", \.seed, .seed, "another such division; runs of other seeds share their folds")
            .consequence(.indirect),
    ]
}

extension SettingCodec<FoldSettings> {
    static var folds: SettingCodec {
        SettingCodec(
            domain: .other(
                "object: `count`, `group`, `seed`; `official`; or path",
                examples: ["\"official\"", "\"/folds.csv\"", "{ count: 5, group: \"subject\", seed: 3 }"]),
            read: { field, _ in
                switch field.node.value {
                case .string("official"): return .official
                case .string: return field.absolutePath().map { .file($0) }
                case .object:
                    guard var fields = FieldReader(field) else { return nil }
                    let grouped = GroupedFolds.read(&fields)
                    return .grouped(count: grouped.count, group: grouped.group, seed: grouped.seed)
                default:
                    field.note(
                        "expected { count: 5, group: \"subject\" }, \"official\" or a file's path, found "
                            + "\(field.node.value.shown)")
                    return nil
                }
            },
            write: { folds in
                switch folds {
                case .grouped(let count, let group, let seed):
                    GroupedFolds(count: count, group: group, seed: seed).resolved
                case .official: .string("official")
                case .file(let path): .path(path)
                }
            })
    }
}
