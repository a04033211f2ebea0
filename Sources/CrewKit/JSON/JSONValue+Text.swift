extension JSONValue {
    /// Reads one JSON value from UTF-8 text, refusing anything after it.
    public init(parsing text: String) throws(JSONError) {
        var text = text
        let result = text.withUTF8 { bytes in
            Result { () throws(JSONError) in try JSONParser.parse(bytes) }
        }
        self = try result.get()
    }

    /// Reads one JSON value from UTF-8 bytes, refusing anything after it.
    public init(parsing bytes: UnsafeBufferPointer<UInt8>) throws(JSONError) {
        self = try JSONParser.parse(bytes)
    }

    /// The value as compact JSON text, members in their own order.
    public var text: String {
        var writer = JSONWriter()
        writer.write(self)
        return writer.text
    }

    /// The value as compact JSON text with sorted keys: equal values give equal text.
    public var canonicalText: String {
        var writer = JSONWriter(sortsKeys: true)
        writer.write(self)
        return writer.text
    }
}
