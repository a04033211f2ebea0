import CrewKit
import Hummingbird

/// What runs made beside their words.
extension V1Routes {
    func artifacts(_ request: Request, _ context: Routes.Context) async throws -> Response {
        _ = try parameters(of: request)
        let record = try await record(context)
        let artifacts = try await runner.store.artifacts(of: record.id)
        return .json(["artifacts": .array(artifacts.map(\.json))])
    }

    /// Made by tools from what models said: never shown by the browser as if it were ours.
    func artifact(_ request: Request, _ context: Routes.Context) async throws -> Response {
        _ = try parameters(of: request)
        let record = try await record(context)
        let name = segment("name", of: context)
        let known = try await runner.store.artifacts(of: record.id).first { $0.name == name }
        guard let artifact = known, artifact.hasSafeName,
            let bytes = try await runner.store.bytes(ofArtifact: name, of: record.id)
        else {
            throw CrewError(.unknownArtifact, "run '\(record.id)' has no artifact of this name")
        }
        return Response(
            status: .ok,
            headers: [
                .contentType: artifact.safeMediaType, .cacheControl: "no-store",
                .contentDisposition: "attachment; filename=\"\(artifact.name)\"",
                .contentSecurityPolicy: "default-src 'none'; sandbox",
                .xContentTypeOptions: "nosniff",
            ],
            body: ResponseBody(byteBuffer: ByteBuffer(bytes: bytes)))
    }
}

extension Artifact {
    fileprivate var json: JSONValue {
        [
            "name": .string(name), "media_type": .string(mediaType),
            "byte_count": .integer(byteCount), "created_at": .string(Timestamp.text(createdAt)),
        ]
    }

    /// Whether the name may stand in a header.
    fileprivate var hasSafeName: Bool {
        name.utf8.allSatisfy { (0x21...0x7E).contains($0) && $0 != 0x22 && $0 != 0x5C }
    }

    /// The media type where it has the form of one.
    fileprivate var safeMediaType: String {
        let isMediaType =
            mediaType.utf8.allSatisfy { (0x20...0x7E).contains($0) }
            && mediaType.split(separator: "/", omittingEmptySubsequences: false).count == 2
        return isMediaType ? mediaType : "application/octet-stream"
    }
}
