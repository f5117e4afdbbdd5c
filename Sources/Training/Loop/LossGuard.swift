/// Watches the loss for NaN and infinity, so that one bad batch costs a step and a diverged run ends with advice
/// instead of spoiling its weights.
struct LossGuard: Equatable {
    /// How many bad steps in a row end the run.
    static let tolerated = 5

    /// Bad steps since the last good one; part of the training state, so that a resume goes on counting.
    var consecutive = 0

    enum Verdict: Equatable {
        case good
        /// The step is not applied; the text says why.
        case skip(String)
        /// The run ends; the text says why and what to try.
        case fail(String)
    }

    /// Judges the loss and the gradient norm of one step.
    /// - Parameters:
    ///   - loss: the loss of the whole batch.
    ///   - gradientNorm: the norm before clipping, where it was taken.
    mutating func judge(loss: Float, gradientNorm: Double?, step: Int64, learningRate: Double) -> Verdict {
        let bad: String
        if !loss.isFinite {
            bad = "the loss is \(loss)"
        } else if let norm = gradientNorm, !norm.isFinite {
            bad = "the gradient norm is \(norm)"
        } else {
            consecutive = 0
            return .good
        }
        consecutive += 1
        let place = "step \(step), learning rate \(learningRate.formattedRate)"
        if consecutive < Self.tolerated {
            return .skip("\(bad) at \(place): this step is not applied (\(consecutive) of \(Self.tolerated) in a row).")
        }
        return .fail(
            "\(bad) at \(place), for the \(Self.tolerated)th step in a row. The last good checkpoint is kept. "
                + "Start again with a lower learning rate, a longer warm-up or clip: 1.0.")
    }
}

extension Double {
    /// Three significant digits, as learning rates are written: 2.40e-03.
    var formattedRate: String {
        guard isFinite, self != 0 else { return "\(self)" }
        var exponent = 0
        var mantissa = self
        while abs(mantissa) >= 10 {
            mantissa /= 10
            exponent += 1
        }
        while abs(mantissa) < 1 {
            mantissa *= 10
            exponent -= 1
        }
        let hundredths = Int((abs(mantissa) * 100).rounded())
        let digits = "\(hundredths / 100).\(hundredths % 100 < 10 ? "0" : "")\(hundredths % 100)"
        let sign = self < 0 ? "-" : ""
        let size = abs(exponent) < 10 ? "0\(abs(exponent))" : "\(abs(exponent))"
        return "\(sign)\(digits)e\(exponent < 0 ? "-" : "+")\(size)"
    }
}
