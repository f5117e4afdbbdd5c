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
        library("Archives", ["Basics", "CZlib"]),
        library("Tables", ["Basics"]),
        library("JSON5", ["Basics"]),
        library("Affect", ["Basics", "Tables"]),
        library("Compute", ["Basics", "CKernels", "COpenBLAS"]),
        library("Model", ["Basics", "Compute"]),
        library("Evaluation", ["Affect", "Archives", "Basics", "CKernels", "Compute", "Tables"]),
        library("Images", ["Basics", "Compute", "CImage", "CKernels"]),
        library("RenderedFaces", ["Affect", "Compute", "Images"]),
        library("Session", ["Affect", "Basics", "JSON5"]),
        library("Datasets", ["Affect", "Basics", "Compute", "Images", "RenderedFaces", "Session", "Tables"]),
        library("Checkpoints", ["Archives", "Basics", "Compute", "CSystem", "JSON5"]),
        library("RunStore", ["Affect", "Basics", "CSQLite", "CSystem"]),
        library("Results", ["Affect", "Basics", "Evaluation", "RunStore", "Session"]),
        library(
            "Training",
            [
                "Affect", "Basics", "Compute", "Model", "Evaluation", "Images", "RenderedFaces", "Session", "Datasets",
                "Checkpoints", "RunStore", "Results",
            ]),
        library("Screen", ["Basics"]),
        library("Workbench", ["Affect", "Basics", "JSON5", "Evaluation", "Session", "RunStore", "Results", "Screen"]),
        library("Terminal", ["Basics", "Screen", "CNcurses", "CChafa", "CSystem"]),
        library(
            "Shell",
            [
                "Affect", "Basics", "CSystem", "Evaluation", "Images", "RunStore", "Results", "Screen", "Workbench",
                "Terminal",
            ]),
        .executableTarget(
            name: "maeface",
            dependencies: [
                "Affect", "Basics", "JSON5", "Compute", "Model", "Evaluation", "Images", "RenderedFaces", "Session",
                "Datasets", "Checkpoints", "RunStore", "Results", "Tables", "Training", "Screen", "Workbench",
                "Terminal", "Shell", "CSystem",
            ],
            swiftSettings: strict),

        .target(name: "TestSupport", path: "Tests/TestSupport", swiftSettings: strict),
        tests("BasicsTests", ["Basics"]),
        tests("TablesTests", ["TestSupport", "Tables"]),
        tests("JSON5Tests", ["JSON5", "Session"]),
        tests("AffectTests", ["TestSupport", "Affect", "Tables"]),
        tests("ComputeTests", ["Compute", "CKernels"], exclude: ["Reference"]),
        tests("ModelTests", ["Model", "Compute"], exclude: ["Reference", "Fixtures"]),
        tests(
            "EvaluationTests", ["TestSupport", "Affect", "Basics", "Evaluation", "CKernels"], exclude: ["Reference"]),
        tests("ImagesTests", ["TestSupport", "Images", "Compute", "CImage"], exclude: ["Reference"]),
        tests("RenderedFacesTests", ["TestSupport", "Affect", "Datasets", "RenderedFaces", "Images", "Compute"]),
        tests("SessionTests", ["Affect", "Session", "JSON5"]),
        tests(
            "DatasetsTests",
            [
                "TestSupport", "Affect", "Basics", "Datasets", "RenderedFaces", "Images", "Compute", "Session",
                "Tables",
            ]),
        tests(
            "CheckpointsTests", ["TestSupport", "Archives", "Checkpoints", "Basics", "Compute"],
            exclude: ["Fixtures", "Reference"]),
        tests("RunStoreTests", ["Affect", "RunStore", "CSQLite", "CSystem"]),
        tests("ResultsTests", ["Results", "Affect", "Evaluation", "RunStore", "Session"]),
        tests(
            "TrainingTests",
            [
                "TestSupport", "Training", "Affect", "Basics", "Checkpoints", "Compute", "Datasets", "Evaluation",
                "Images",
                "Model", "Results", "RunStore", "Session",
            ]),
        tests("ScreenTests", ["Screen"]),
        tests(
            "WorkbenchTests",
            ["Workbench", "Affect", "Basics", "JSON5", "Screen", "RunStore", "Evaluation", "Results"],
            exclude: ["Snapshots"]),
        tests("TerminalTests", ["Terminal", "Screen"]),
        tests(
            "MaefaceTests",
            [
                "TestSupport", "maeface", "Shell", "Affect", "Basics", "Checkpoints", "Datasets", "Evaluation",
                "Images", "JSON5", "Model", "RenderedFaces", "RunStore", "Session", "Training", "Workbench",
            ]),
    ],
    swiftLanguageModes: [.v6],
    cLanguageStandard: .gnu11
)
