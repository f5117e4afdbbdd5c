import Affect
import Basics
import Foundation
import Images
import RenderedFaces
import Session

/// The labels of a rendered face, which follow from its action units.
public struct RenderedLabels: Equatable, Sendable {
    /// Whether each of `ActionUnit.allCases` is active.
    public let units: [Bool]
    /// A place in `ExpressionClasses.affWild2`.
    public let expression: Int
    public let valence: Float
    public let arousal: Float

    /// From this intensity on a unit is there to be seen, and counts.
    public static let activeFrom: Float = 0.25

    public init(_ parameters: FaceParameters) {
        let strength = ActionUnit.allCases.map { parameters[$0] }
        units = strength.map { $0 >= Self.activeFrom }
        func unit(_ unit: ActionUnit) -> Float { strength[unit.index] }

        // Units that pull the mood up or down, and those that come with excitement: after the places of the prototypes
        // of Ekman and Friesen (1978) on Russell's circle (1980).
        let pleasant = 0.85 * unit(.lipCornerPuller) + 0.25 * unit(.cheekRaiser) * unit(.lipCornerPuller)
        let unpleasant =
            0.55 * unit(.browLowerer) + 0.7 * unit(.lipCornerDepressor) + 0.55 * unit(.upperLipRaiser)
            + 0.3 * unit(.lipTightener) + 0.3 * unit(.lipPressor)
        valence = min(max(pleasant - unpleasant, -1), 1)
        let excited =
            0.55 * unit(.jawDrop) + 0.3 * unit(.outerBrowRaiser) + 0.3 * unit(.lipsPart) + 0.3 * unit(.browLowerer)
            + 0.25 * unit(.lipCornerPuller) + 0.25 * unit(.lidTightener) + 0.2 * unit(.innerBrowRaiser)
        let calm: Float = 0.2 + 0.45 * unit(.lipCornerDepressor)
        arousal = min(max(excited - calm, -1), 1)

        // The class whose units are there most; units that speak against it count against it.
        let scores: [Float] = [
            0,
            0.5 * unit(.browLowerer) + 0.25 * unit(.lidTightener)
                + 0.5 * max(unit(.lipTightener), unit(.lipPressor)) - 0.6 * unit(.innerBrowRaiser)
                - 0.6 * unit(.upperLipRaiser),
            0.8 * unit(.upperLipRaiser) + 0.2 * unit(.browLowerer) - 0.5 * unit(.lipCornerPuller),
            0.4 * unit(.innerBrowRaiser) + 0.4 * unit(.browLowerer) + 0.25 * unit(.lipsPart)
                - 0.6 * unit(.lipCornerDepressor),
            0.8 * unit(.lipCornerPuller) + 0.2 * unit(.cheekRaiser) - 0.5 * unit(.lipCornerDepressor),
            0.4 * unit(.innerBrowRaiser) + 0.6 * unit(.lipCornerDepressor),
            0.35 * unit(.innerBrowRaiser) + 0.4 * unit(.outerBrowRaiser) + 0.4 * unit(.jawDrop)
                - 0.7 * unit(.browLowerer),
            0,
        ]
        let best = scores.indices.max { scores[$0] < scores[$1] } ?? 0
        if scores[best] >= 0.3 {
            expression = best
        } else {
            expression = units.contains(true) ? ExpressionClasses.affWild2.count - 1 : 0
        }
    }
}

extension RenderedVideos {
    /// Every fourth video is held out.
    public static func split(video: Int) -> Split { video % 4 == 3 ? .validation : .training }
}

extension RenderedVideos.Frame {
    public var labels: RenderedLabels { RenderedLabels(parameters) }
}

extension RenderedFaces {
    /// Writes `labels.csv` beside the photographs of `write`: image, expression, the twelve action units, valence,
    /// arousal, identity.
    ///
    /// - Returns: the table, ready to be read.
    /// - Throws: `ImageEncodingError` when the file cannot be written.
    public static func writeLabels(
        to directory: String, identities: Int, photosPerIdentity: Int, seed: UInt64
    ) throws -> TableData {
        let units = ActionUnit.allCases.map { "AU\($0.rawValue)" }
        var text = "image,expression,\(units.joined(separator: ",")),valence,arousal,identity\n"
        for identity in 0..<identities {
            for photo in 0..<photosPerIdentity {
                let labels = RenderedLabels(parameters(seed: seed, identity: identity, photo: photo))
                let active = labels.units.map { $0 ? "1" : "0" }.joined(separator: ",")
                text += "identity-\(padded(identity))/photo-\(padded(photo)).jpg,"
                text += "\(ExpressionClasses.affWild2[labels.expression]),\(active),"
                text += "\(decimal(labels.valence)),\(decimal(labels.arousal)),\(padded(identity))\n"
            }
        }
        let path = "\(directory)/labels.csv"
        try WholeFile.write(Array(text.utf8), to: path)
        var table = TableData(path: path)
        table.expression = "expression"
        table.units = units
        table.valence = "valence"
        table.arousal = "arousal"
        table.subject = "identity"
        return table
    }

    /// Three decimals, a point whatever the locale.
    static func decimal(_ value: Float) -> String {
        let thousandths = Int((value * 1000).rounded())
        let digits = String(abs(thousandths) % 1000)
        return (thousandths < 0 ? "-" : "") + "\(abs(thousandths) / 1000)."
            + String(repeating: "0", count: 3 - digits.count) + digits
    }
}
