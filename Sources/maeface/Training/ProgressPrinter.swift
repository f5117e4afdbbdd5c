import Basics
import Foundation
import Training

/// Prints training to stderr: a bar that is drawn over on a terminal, a line an epoch elsewhere.
final class ProgressPrinter: Sendable {
    private struct Shown {
        var last = -Double.infinity
        var isBarOpen = false
    }

    private let isTerminal = isatty(2) == 1
    private let shown = Guarded(Shown())

    func report(_ report: TrainerReport) {
        switch report {
        case .message(let text):
            clearBar()
            Output.say(text)
        case .rendering(let done, let total):
            if isTerminal { draw(isLast: done == total) { _ in "rendering faces  \(done) of \(total)" } }
        case .progress(let progress):
            if isTerminal {
                draw(isLast: progress.step == progress.steps) { Self.bar(progress, width: $0) }
            } else {
                printEpoch(progress)
            }
        }
    }

    /// Leaves the last bar standing.
    func finish() {
        shown.withLock { shown in
            if shown.isBarOpen { Output.show("\n") }
            shown.isBarOpen = false
        }
    }

    private func clearBar() {
        shown.withLock { shown in
            if shown.isBarOpen { Output.show("\r\u{1B}[K") }
            shown.isBarOpen = false
        }
    }

    private func printEpoch(_ progress: TrainerProgress) {
        guard let mean = progress.epochLoss else { return }
        Output.say(
            "\(progress.stageKind) epoch \(progress.epoch)/\(progress.epochs)  loss \(Self.fixed(mean, 4))  "
                + Self.speed(progress))
    }

    /// Draws a line over the last one, ten times a second at most.
    private func draw(isLast: Bool, _ line: (_ width: Int) -> String) {
        let now = ProcessInfo.processInfo.systemUptime
        shown.withLock { shown in
            guard now - shown.last >= 0.1 || isLast else { return }
            shown.last = now
            shown.isBarOpen = true
            Output.show("\r" + line(Self.terminalWidth) + "\u{1B}[K")
        }
    }

    /// One line of at most `width` columns; what does not fit is left out from the right.
    static func bar(_ progress: TrainerProgress, width: Int) -> String {
        let share = progress.steps > 0 ? Double(progress.step) / Double(progress.steps) : 0
        let cells = 20
        let filled = Int((share * Double(cells)).rounded(.down))
        let bar = String(repeating: "━", count: filled) + String(repeating: "╌", count: cells - filled)
        let parts = [
            "\(progress.stageKind) \(progress.epoch)/\(progress.epochs) \(bar)", "loss \(fixed(progress.loss, 4))",
            speed(progress),
        ]
        var line = ""
        for part in parts where line.count + part.count + 2 < width { line += (line.isEmpty ? "" : "  ") + part }
        return line
    }

    private static func speed(_ progress: TrainerProgress) -> String {
        let throughput = progress.throughput
        var parts: [String] = []
        if let rate = throughput.imagesPerSecond { parts.append("\(fixed(rate, rate < 10 ? 2 : 0)) img/s") }
        if let rate = throughput.gflops { parts.append("\(fixed(rate, 0)) GFLOP/s") }
        if let share = throughput.peakShare { parts.append("\(fixed(share * 100, 0)) % of peak") }
        if let seconds = throughput.secondsLeft { parts.append("ETA \(duration(seconds))") }
        return parts.joined(separator: "  ")
    }

    static func fixed(_ value: Double, _ digits: Int) -> String {
        value.isFinite ? String(format: "%.\(digits)f", value) : "\(value)"
    }

    /// Hours, minutes and seconds as 1:02:03.
    static func duration(_ seconds: Double) -> String {
        guard seconds.isFinite, seconds >= 0 else { return "?" }
        let whole = Int(seconds.rounded())
        return String(format: "%d:%02d:%02d", whole / 3600, whole / 60 % 60, whole % 60)
    }

    private static var terminalWidth: Int {
        var size = winsize()
        return ioctl(2, UInt(TIOCGWINSZ), &size) == 0 && size.ws_col > 0 ? Int(size.ws_col) : 80
    }
}
