import CrewKit
import HTTPTypes
import Hummingbird
import NIOCore

/// `/openapi.json`: the description of everything that the server answers.
///
/// It tells what the program is, and nothing of its crews and runs: it takes no key, so that tools can
/// read it.
struct OpenAPIRoute: Sendable {
    private let document: ByteBuffer

    /// - Parameter endpoints: all others; this one is added.
    init(describing endpoints: [Endpoint], options: ServerOptions) {
        let own = Endpoint(.get, Self.path, nil) { _, _ in Response(status: .ok) }
        let document = OpenAPIDocument(of: endpoints + [own], options: options)
        self.document = ByteBuffer(string: document.json.text)
    }

    static let path = "/openapi.json"

    var endpoint: Endpoint {
        Endpoint(.get, Self.path, nil) { [document] _, _ in
            Response(
                status: .ok,
                headers: [.contentType: "application/json", .cacheControl: "no-cache"],
                body: ResponseBody(byteBuffer: document))
        }
    }
}

extension ServerOptions {
    /// Whether a key is needed for what has a scope.
    var asksForKeys: Bool { keys != nil }
}
