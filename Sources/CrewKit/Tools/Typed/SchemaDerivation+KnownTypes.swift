import FoundationEssentials

/// Types whose schema is known without asking them, with a value of each.
enum SchemaKnownTypes {
    static func finding<Value>(for type: Value.Type) -> SchemaProbe.Finding<Value>? {
        guard let (schema, sample) = sample(of: type), let value = sample as? Value else {
            return nil
        }
        return SchemaProbe.Finding(schema: schema, value: value)
    }

    private static func sample(of type: Any.Type) -> (JSONValue, Any)? {
        switch type {
        case is String.Type: (["type": "string"], "")
        case is Bool.Type: (["type": "boolean"], false)
        case is Double.Type: (["type": "number"], 0.0)
        case is Float.Type: (["type": "number"], Float(0))
        case is JSONValue.Type: ([:], JSONValue.null)
        case is JSONObject.Type: (["type": "object"], JSONObject())
        case is UUID.Type: (["type": "string", "format": "uuid"], UUID(uuid: zeros))
        case is Date.Type:
            (["type": "string", "format": "date-time"], Date(timeIntervalSince1970: 0))
        case is URL.Type: (["type": "string", "format": "uri"], URL(filePath: "/"))
        case let type as any FixedWidthInteger.Type: integer(type)
        default: nil
        }
    }

    private static func integer<Number: FixedWidthInteger>(_ type: Number.Type) -> (JSONValue, Any)
    {
        var schema: JSONObject = ["type": "integer"]
        if Number.bitWidth < Int.bitWidth {
            schema["minimum"] = .integer(Int(Number.min))
            schema["maximum"] = .integer(Int(Number.max))
        } else if !Number.isSigned {
            schema["minimum"] = 0
        }
        return (.object(schema), Number.zero)
    }

    private static var zeros: uuid_t { (0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0) }
}
