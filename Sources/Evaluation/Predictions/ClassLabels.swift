import Basics

/// What stands for the classes in a column of truth: their names, the names of their columns, or their numbers.
struct ClassLabels: Sendable, Equatable {
    private let channels: [String]
    private var numbers: [String: Int] = [:]
    /// The class that a number means: numbers count the columns of the file, whatever order the channels come in.
    private let ofNumber: [Int]

    /// - Parameters:
    ///   - channels: the classes in the order of the scores.
    ///   - columns: the name of each one's column.
    ///   - order: the classes in the order of the file.
    init(channels: [String], columns: [String], order: [String]) {
        self.channels = channels
        for (index, (channel, column)) in zip(channels, columns).enumerated() {
            for name in [channel, column] where numbers[name.lowercased()] == nil { numbers[name.lowercased()] = index }
        }
        ofNumber = order.compactMap { channels.firstIndex(of: $0) }
    }

    /// Numbers alone: the places among the channels.
    init(places channels: [String]) { self.init(channels: channels, columns: [], order: channels) }

    /// The number that means the class at a place among the channels.
    func number(of place: Int) -> Int { ofNumber.firstIndex(of: place) ?? place }

    /// The class in a field, as a place among the channels; NaN where there is none.
    func label(_ rows: any RowSource, _ column: Int) throws(FileError) -> Double {
        let word = rows.text(column)
        if let index = numbers[word.lowercased()] { return Double(index) }
        if let known = PredictionColumns.channel(word), let index = numbers[known.name.lowercased()] {
            return Double(index)
        }
        let number: Double
        do throws(FileError) {
            number = try rows.number(column)
        } catch {
            throw rows.bad("'\(word)' is none of the classes \(channels.joined(separator: ", ")).")
        }
        if number.isNaN || number < 0 { return .nan }
        // A class that is called 3 may be written 3.0.
        if let index = Int(exactly: number).flatMap({ numbers[String($0)] }) { return Double(index) }
        guard let label = Int(exactly: number), label < ofNumber.count else {
            throw rows.bad("class \(word) where there are \(channels.count), counted from 0.")
        }
        return Double(ofNumber[label])
    }
}
