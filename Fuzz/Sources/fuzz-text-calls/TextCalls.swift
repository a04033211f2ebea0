@testable import CrewKit

/// Reads any bytes as an agent's reply, checks the calls in it as a run would, and holds what was
/// read against what must be true of every reply.
@_cdecl("LLVMFuzzerTestOneInput")
public func readTextCalls(_ bytes: UnsafePointer<UInt8>, _ count: Int) -> CInt {
    let reply = String(decoding: UnsafeBufferPointer(start: bytes, count: count), as: UTF8.self)
    let found = TextToolCallParser.calls(in: reply, tools: tools)
    precondition(found.warnings.count <= 20, "warnings without end")

    var seen: Set<String> = []
    for call in found.calls {
        guard let tool = tools.first(where: { $0.name == call.name }) else {
            preconditionFailure("a call of no tool: \(call.name)")
        }
        precondition(call.arguments.object != nil, "arguments that are no object")
        precondition(
            seen.insert("\(call.name) \(call.arguments.canonicalText)").inserted, "a call twice")
        // Refusing is fine; not ending, or trapping, is not.
        let checked = try? ArgumentCheck.arguments(call.arguments, for: tool)
        if let checked { _ = JSONValue.object(checked).text }
    }

    // By bytes: to a `String` a carriage return and a line feed are one character.
    let lines = reply.utf8.split(separator: 0x0A, omittingEmptySubsequences: false)
    let quoted = lines.map { "> \(Substring($0))\n" }.joined()
    precondition(
        TextToolCallParser.calls(in: quoted, tools: tools).calls.isEmpty, "a call in a quotation")
    return 0
}

private let tools: [ToolDefinition] = [
    ToolDefinition(name: "GetCPUUsage", description: ""),
    tool(
        "PingHost",
        ["host": ["type": "string", "format": "hostname"], "count": ["type": "integer"]]),
    tool("ExecuteCommand", ["command": ["type": "string", "x-transform": ["trim", "unquote"]]]),
    tool(
        "Search",
        [
            "query": ["type": "string", "x-transform": ["slug"]],
            "tags": ["type": "array", "items": ["enum": ["a", "b", 1]]],
            "since": ["type": "string", "format": "date-time"],
            "page": ["type": "string", "format": "uri"],
        ]),
    tool("List", ["items": ["type": "array", "items": ["type": "number"]]]),
    tool(
        "Any",
        [
            "x": ["anyOf": [["type": "object"], ["type": "boolean"], ["format": "email"]]],
            "ip": ["anyOf": [["format": "ipv4"], ["format": "ipv6"], ["format": "date"]]],
        ]),
]

private func tool(_ name: ToolName, _ properties: JSONObject) -> ToolDefinition {
    ToolDefinition(
        name: name, description: "",
        parameters: ["type": "object", "properties": .object(properties)])
}
