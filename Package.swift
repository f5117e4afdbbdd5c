// swift-tools-version: 6.2
import PackageDescription

/// A Debian C library that SwiftPM finds through pkg-config; `Makefile` installs the packages named here.
func systemLibrary(_ name: String, pkgConfig: String?, package: String) -> Target {
    .systemLibrary(name: name, pkgConfig: pkgConfig, providers: [.apt([package])])
}

let strict: [SwiftSetting] = [.treatAllWarnings(as: .error)]

/// Numerical C stays optimised in debug builds too: at -O0 a training step is more than ten times slower.
let optimised: [CSetting] = [
    .unsafeFlags(["-O3", "-ffp-contract=off", "-fno-math-errno", "-Wall", "-Wextra", "-Werror"])
]
let checked: [CSetting] = [.unsafeFlags(["-Wall", "-Wextra", "-Werror"])]

func library(_ name: String, _ dependencies: [Target.Dependency] = [], resources: [Resource]? = nil) -> Target {
    .target(name: name, dependencies: dependencies, resources: resources, swiftSettings: strict)
}

func tests(_ name: String, _ dependencies: [Target.Dependency], exclude: [String] = []) -> Target {
    .testTarget(name: name, dependencies: dependencies, exclude: exclude, swiftSettings: strict)
}

let package = Package(
    name: "maeface",
    products: [.executable(name: "maeface", targets: ["maeface"])],
    targets: [
        // Without pkg-config: ncursesw.pc adds -D flags that SwiftPM refuses with a warning; the shim sets them.
        systemLibrary("CNcurses", pkgConfig: nil, package: "libncurses-dev"),
        systemLibrary("COpenBLAS", pkgConfig: "openblas", package: "libopenblas-dev"),
        systemLibrary("CZlib", pkgConfig: "zlib", package: "zlib1g-dev"),
        systemLibrary("CSQLite", pkgConfig: "sqlite3", package: "libsqlite3-dev"),
        systemLibrary("CChafa", pkgConfig: "chafa", package: "libchafa-dev"),

        .target(
            name: "CImage", cSettings: checked,
            linkerSettings: [.linkedLibrary("jpeg"), .linkedLibrary("png"), .linkedLibrary("m")]),
        .target(name: "CSystem", cSettings: checked),
        .target(name: "CKernels", cSettings: optimised, linkerSettings: [.linkedLibrary("m")]),

        library("Basics"),
        library("Tables", ["Basics"]),
        library("Compute", ["CKernels", "COpenBLAS"]),
        library("Model", ["Compute"]),
        library("Evaluation", ["Basics", "CKernels", "Compute", "Tables"]),
        library("Faces", ["Compute", "CImage", "CKernels"]),
        library("Datasets", ["Basics", "Faces", "Compute", "Tables"]),
        library("Checkpoints", ["Basics", "Compute", "CZlib"]),
        library("RunStore", ["Basics", "CSQLite", "CSystem"]),
        library("Session", ["Basics"]),
        library(
            "Training",
            ["Basics", "Compute", "Model", "Evaluation", "Faces", "Datasets", "Checkpoints", "RunStore", "Session"]),
        library("Screen"),
        library("Workbench", ["Screen", "RunStore", "Evaluation", "Session"]),
        library("Terminal", ["Screen", "CNcurses", "CChafa", "CSystem"]),
        .executableTarget(
            name: "maeface",
            dependencies: [
                "Basics", "Compute", "Model", "Evaluation", "Faces", "Datasets", "Checkpoints", "RunStore", "Session",
                "Tables", "Training", "Screen", "Workbench", "Terminal", "CSystem",
            ],
            swiftSettings: strict),

        .target(name: "TestSupport", path: "Tests/TestSupport", swiftSettings: strict),
        tests("BasicsTests", ["Basics"]),
        tests("ComputeTests", ["Compute", "CKernels"], exclude: ["Reference"]),
        tests("ModelTests", ["Model", "Compute"], exclude: ["Reference", "Fixtures"]),
        tests("EvaluationTests", ["TestSupport", "Evaluation", "CKernels"], exclude: ["Reference"]),
        tests("FacesTests", ["TestSupport", "Faces", "Compute", "CImage"], exclude: ["Reference"]),
        tests("TablesTests", ["Tables"]),
        tests("DatasetsTests", ["TestSupport", "Basics", "Datasets", "Faces", "Compute", "Tables"]),
        tests(
            "CheckpointsTests", ["TestSupport", "Checkpoints", "Basics", "Compute"], exclude: ["Fixtures", "Reference"]),
        tests("RunStoreTests", ["RunStore", "CSQLite", "CSystem"]),
        tests("SessionTests", ["Session"]),
        tests("TrainingTests", ["Training", "Checkpoints", "Model", "Compute", "Session", "Evaluation"]),
        tests("ScreenTests", ["Screen"]),
        tests("WorkbenchTests", ["Workbench", "Screen", "RunStore", "Evaluation"], exclude: ["Snapshots"]),
        tests("TerminalTests", ["Terminal", "Screen"]),
        tests("MaefaceTests", ["TestSupport", "maeface", "Basics", "Checkpoints", "Datasets"]),
    ],
    swiftLanguageModes: [.v6],
    cLanguageStandard: .gnu11
)
