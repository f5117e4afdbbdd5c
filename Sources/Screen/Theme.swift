/// What a piece of the screen means; a theme says how each looks.
public enum Role: String, Sendable, CaseIterable, Hashable {
    case text, faint, title, titleFocused, border, borderFocused
    case accent, key, selection, match
    case bar, barCurrent
    case good, warning, bad, badge
    case axis, crosshair, progress, progressRest
    case popup, popupBorder
    case series1, series2, series3, series4, series5, series6, series7, series8
    /// The raw curve behind the smoothed one.
    case raw

    static let series: [Role] = [.series1, .series2, .series3, .series4, .series5, .series6, .series7, .series8]
}

/// A colour theme: a style for every role, made for a dark or a light terminal.
public struct Theme: Equatable, Sendable {
    public enum Ground: String, Sendable { case dark, light }

    public let name: String
    /// The terminal background the theme is made for.
    public let ground: Ground
    private let styles: [Role: Style]
    /// Without colours pictures and curves are told apart by brightness and shape alone.
    public let isMono: Bool

    /// Why a theme cannot be used.
    public struct Problem: Error, Equatable, CustomStringConvertible {
        public let description: String
    }

    /// Takes a theme that has every role and can be read.
    /// - Throws: `Theme.Problem` with a sentence that names what is missing or too pale.
    public init(name: String, ground: Ground, styles: [Role: Style]) throws(Problem) {
        self.name = name
        self.ground = ground
        self.styles = styles
        isMono = false
        let missing = Role.allCases.filter { styles[$0] == nil }.map(\.rawValue)
        if !missing.isEmpty {
            throw Problem(description: "theme \(name) lacks \(missing.joined(separator: ", ")); every role is needed")
        }
        for role in Role.allCases {
            let style = self[role]
            let ratio = Palette.contrast(style, on: ground)
            let needed = Self.neededContrast(role)
            if ratio < needed {
                throw Problem(
                    description: "theme \(name): \(role.rawValue) has a contrast of \(Numbers.fixed(ratio, 1)), "
                        + "which is hard to read; it needs \(Numbers.fixed(needed, 1))")
            }
        }
    }

    private init(mono styles: [Role: Style]) {
        name = "mono"
        ground = .dark
        self.styles = styles
        isMono = true
    }

    public subscript(role: Role) -> Style { styles[role] ?? .plain }

    /// The stable colour of the n-th series, counted from zero.
    public func series(_ index: Int) -> Style { self[Role.series[((index % 8) + 8) % 8]] }

    /// Text is read, curves are followed with the eye, borders and faint marks are only seen (WCAG 2 ratios).
    private static func neededContrast(_ role: Role) -> Double {
        switch role {
        case .border, .raw, .progressRest, .axis: 1.5
        case .faint: 2.5
        case .series1, .series2, .series3, .series4, .series5, .series6, .series7, .series8, .borderFocused,
            .popupBorder, .progress, .crosshair:
            3
        default: 4.5
        }
    }

    /// No colours at all (`NO_COLOR`): attributes alone.
    public static let mono: Theme = {
        var styles: [Role: Style] = [:]
        for role in Role.allCases { styles[role] = .plain }
        for role in [Role.faint, .border, .raw, .axis, .progressRest] { styles[role] = Style(attributes: .dim) }
        for role in [Role.title, .titleFocused, .borderFocused, .accent, .key, .warning, .match, .progress] {
            styles[role] = Style(attributes: .bold)
        }
        styles[.selection] = Style(attributes: .reverse)
        styles[.barCurrent] = Style(attributes: .reverse)
        styles[.bad] = Style(attributes: [.bold, .reverse])
        styles[.badge] = Style(attributes: [.bold, .reverse])
        return Theme(mono: styles)
    }()

    /// The theme of the program itself, so that it works without the folder `themes`.
    public static let standard: Theme = {
        func style(_ foreground: UInt8, bold: Bool = false, on background: UInt8? = nil) -> Style {
            Style(
                foreground: .indexed(foreground), background: background.map { .indexed($0) } ?? .standard,
                attributes: bold ? .bold : [])
        }
        let styles: [Role: Style] = [
            .text: style(252), .faint: style(244), .title: style(250), .titleFocused: style(231, bold: true),
            .border: style(239), .borderFocused: style(75), .accent: style(117), .key: style(117, bold: true),
            .selection: style(231, on: 24), .match: style(222, bold: true), .bar: style(250, on: 235),
            .barCurrent: style(231, bold: true, on: 25), .good: style(114), .warning: style(221),
            .bad: style(210, bold: true), .badge: style(231, bold: true, on: 124), .axis: style(242),
            .crosshair: style(222), .progress: style(114), .progressRest: style(239), .popup: style(252, on: 235),
            .popupBorder: style(117, on: 235), .series1: style(80), .series2: style(215), .series3: style(141),
            .series4: style(149), .series5: style(211), .series6: style(110), .series7: style(179),
            .series8: style(174), .raw: style(239),
        ]
        return (try? Theme(name: "dark", ground: .dark, styles: styles)) ?? .mono
    }()
}
