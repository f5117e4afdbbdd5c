extension String {
    /// The text as a field of a table: in quotes where it holds a quote, the end of a line, or what separates fields in
    /// tables of any kind.
    public var asTableField: String {
        contains { ",\"\r\n;\t".contains($0) || $0.isNewline } ? "\"" + replacing("\"", with: "\"\"") + "\"" : self
    }
}
