import Evaluation

#if canImport(Glibc)
    import Glibc
#endif

/// How the tracks of the sliders are divided, and how far a key moves them.
public enum SliderTrack {
    /// The right end of a sigma's track, in frames. Larger ones can be typed.
    static let largest = SigmaScale.largest
    /// The largest sigma that can be typed.
    static let largestTyped = 10_000.0
    /// Scores along a track are computed at so many places.
    static let places = 25

    /// Sigmas stand by the logarithm of 1 + σ: small ones matter most, and 0 is a place too.
    static func share(_ value: Double, of slider: SmootherSlider) -> Double {
        slider == .threshold ? value : log(1 + max(0, value)) / log(1 + largest)
    }

    /// The value at a share of the track, rounded to a step.
    static func value(_ share: Double, of slider: SmootherSlider) -> Double {
        if slider == .threshold { return rounded(min(0.99, max(0.01, share)), to: 0.01) }
        let sigma = exp(share * log(1 + largest)) - 1
        return rounded(sigma, to: step(sigma, of: slider))
    }

    /// A fine step at a value: about two parts in a hundred, and no finer than matters.
    static func step(_ value: Double, of slider: SmootherSlider) -> Double {
        if slider == .threshold { return 0.01 }
        return value < 5 ? 0.1 : value < 20 ? 0.5 : value < 100 ? 1 : 5
    }

    /// The value some fine steps on: on the grid of the steps, and never stuck between two step sizes.
    static func moved(_ value: Double, by steps: Int, of slider: SmootherSlider) -> Double {
        var value = value
        for _ in 0..<abs(steps) {
            let size = step(steps > 0 ? value + 1e-9 : value - 1e-9, of: slider)
            value = rounded(value + (steps > 0 ? size : -size), to: size)
        }
        return slider == .threshold ? min(0.99, max(0.01, value)) : max(0, value)
    }

    static func rounded(_ value: Double, to step: Double) -> Double {
        ((value / step).rounded() * step * 1000).rounded() / 1000
    }

    /// The values at the places of a strip.
    public static func values(of slider: SmootherSlider) -> [Double] {
        (0..<places).map { place in
            let share = Double(place) / Double(places - 1)
            if slider == .threshold { return min(0.99, max(0.01, share)) }
            return exp(share * log(1 + largest)) - 1
        }
    }
}
