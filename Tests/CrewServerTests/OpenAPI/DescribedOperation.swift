import CrewKit
import HTTPTypes
import NIOCore

@testable import CrewServer

/// One operation of the document, as a client reads it.
struct DescribedOperation {
    let method: HTTPRequest.Method
    let path: String
    let json: JSONValue
    let document: JSONValue

    var name: String { "\(method.rawValue) \(path)" }
    var check: JSONSchemaCheck { JSONSchemaCheck(document: document) }

    /// All operations of a document.
    static func all(in document: JSONValue) -> [DescribedOperation] {
        (document["paths"]?.object ?? [:]).flatMap { path, methods in
            (methods.object ?? [:]).compactMap { word, json in
                HTTPRequest.Method(word.uppercased()).map {
                    DescribedOperation(method: $0, path: path, json: json, document: document)
                }
            }
        }
    }

    var parameters: [JSONValue] { json["parameters"]?.array ?? [] }
    var bodySchema: JSONValue? {
        json["requestBody"]?["content"]?["application/json"]?["schema"]
    }
    var statuses: [String] { json["responses"]?.object?.keys ?? [] }

    /// What is wrong with an answer, by the document; empty when nothing is.
    func problems(status: Int, headers: HTTPFields, body: ByteBuffer) -> [String] {
        guard let described = json["responses"]?[String(status)] else {
            return ["status \(status) is not described"]
        }
        let answer = check.resolved(described)
        var found = headerProblems(headers, answer["headers"]?.object ?? [:])
        guard let contents = answer["content"]?.object else {
            if body.readableBytes > 0 { found.append("has a body that is not described") }
            return found
        }
        let type = String((headers[.contentType] ?? "").prefix { $0 != ";" })
        guard let content = contents[type] ?? contents["*/*"] else {
            return found + ["content type '\(type)' is not described"]
        }
        if let data = content["schema"]?["properties"]?["data"]?["contentSchema"] {
            return found + eventProblems(String(buffer: body), data)
        }
        guard type.hasSuffix("json"), contents["*/*"] == nil else { return found }
        do {
            let value = try JSONValue(parsing: String(buffer: body))
            return found + check.problems(of: value, content["schema"] ?? .null)
        } catch {
            return found + ["the body is no JSON: \(error)"]
        }
    }

    private func headerProblems(_ headers: HTTPFields, _ described: JSONObject) -> [String] {
        let byName = Dictionary(
            described.map { ($0.key.lowercased(), check.resolved($0.value)) },
            uniquingKeysWith: { $1 })
        return headers.flatMap { field -> [String] in
            let name = field.name.canonicalName
            if OpenAPIDriveTests.plainHeaders.contains(name) { return [] }
            guard let schema = byName[name]?["schema"] else {
                return ["header \(name) is not described"]
            }
            let value = Int(field.value).map { JSONValue.integer($0) }
            let isNumber = schema["type"] == "integer"
            return check.problems(
                of: isNumber ? value ?? .string(field.value) : .string(field.value), schema)
        }
    }

    private func eventProblems(_ text: String, _ schema: JSONValue) -> [String] {
        text.split(separator: "\n").flatMap { line -> [String] in
            guard line.hasPrefix("data: ") else { return [] }
            do {
                return check.problems(
                    of: try JSONValue(parsing: String(line.dropFirst(6))), schema)
            } catch {
                return ["data is no JSON: \(line)"]
            }
        }
    }
}
