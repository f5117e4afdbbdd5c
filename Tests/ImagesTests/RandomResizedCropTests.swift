import Compute
import Foundation
import Testing

@testable import Images

@Suite struct RandomResizedCropTests {
    /// The same rectangles as torchvision's arithmetic gives in Python from the same draws.
    @Test func rectanglesAreTorchvisions() throws {
        let cases = try Reference.decode([[Int]].self, from: "crops.json")
        #expect(cases.count == 72)
        let key = RandomKey(seed: 42, purpose: .crop)
        for values in cases {
            var random = key.stream(epoch: 3, sample: values[2])
            let crop = RandomResizedCrop().rectangle(width: values[0], height: values[1], using: &random)
            #expect([crop.left, crop.top, crop.width, crop.height] == Array(values[3...]), "\(values)")
        }
    }

    @Test func cropsStayInsideAndWithinTheScale() {
        let key = RandomKey(seed: 1, purpose: .crop)
        var shares: [Double] = []
        for sample in 0..<4000 {
            var random = key.stream(sample: sample)
            let crop = RandomResizedCrop().rectangle(width: 300, height: 200, using: &random)
            #expect(crop.left >= 0 && crop.top >= 0)
            #expect(crop.left + crop.width <= 300 && crop.top + crop.height <= 200)
            shares.append(Double(crop.width * crop.height) / 60000)
        }
        #expect((shares.min() ?? 0) > 0.19)
        #expect((shares.min() ?? 1) < 0.22)
        // Uniform in area but for the crops that did not fit.
        let mean = shares.reduce(0, +) / Double(shares.count)
        #expect(mean > 0.4 && mean < 0.6)
    }

    @Test func fallbackIsCentred() {
        let crop = RandomResizedCrop()
        #expect(crop.centred(width: 300, height: 1000) == PixelRectangle(left: 0, top: 300, width: 300, height: 400))
        #expect(crop.centred(width: 1000, height: 300) == PixelRectangle(left: 300, top: 0, width: 400, height: 300))
        #expect(crop.centred(width: 10, height: 10) == PixelRectangle(left: 0, top: 0, width: 10, height: 10))
        #expect(crop.centred(width: 1, height: 1) == PixelRectangle(left: 0, top: 0, width: 1, height: 1))
    }
}
