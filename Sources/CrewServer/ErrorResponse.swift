import CrewKit
import HTTPTypes
import Hummingbird
import NIOCore

/// What a failed request is answered with: an RFC 9457 problem document with a stable `code`.
///
/// The only place where an error becomes an HTTP status.
enum ErrorResponse {
    /// The answer to an error; one that is not ours says nothing of its inside.
    ///
    /// - Parameter requestID: what the request is found again by.
    static func response(to error: any Error, requestID: String? = nil) -> Response {
        problem(told(of: error), requestID, (error as? MethodNotAllowed)?.headers ?? [:])
    }

    /// The error that clients are told of: the only place where one that is not ours gets its code.
    private static func told(of error: any Error) -> CrewError {
        switch error {
        case let error as CrewError: error
        case let error as MethodNotAllowed:
            CrewError(.methodNotAllowed, "Method not allowed; use \(error.names)")
        case let error as any HTTPResponseError:
            switch error.status {
            case .notFound: CrewError(.notFound, "There is nothing at this path")
            case .contentTooLarge: CrewError(.bodyTooLarge, "The body is too large")
            default: CrewError(.invalidInput, error.status.reasonPhrase)
            }
        default: CrewError(.internalError, "")
        }
    }

    /// The code that a problem document gives an error.
    static func code(of error: any Error) -> CrewError.Code { told(of: error).code }

    /// Whether an error is the server's own and belongs into its log.
    static func isUnexpected(_ error: any Error) -> Bool {
        switch error {
        case is MethodNotAllowed, is any HTTPResponseError, is CancellationError: false
        case let error as CrewError: kind(of: error.code).status == .internalServerError
        default: true
        }
    }

    private static func problem(
        _ error: CrewError, _ requestID: String?, _ headers: HTTPFields
    ) -> Response {
        let (status, fields, document) = parts(of: error, requestID: requestID)
        var headers = headers
        for field in fields { headers[field.name] = field.value }
        return Response(
            status: status, headers: headers,
            body: ResponseBody(byteBuffer: ByteBuffer(string: document.text)))
    }

    /// The same in pieces, for what is answered before there is a request.
    static func parts(
        of error: CrewError, requestID: String? = nil
    ) -> (status: HTTPResponse.Status, headers: HTTPFields, document: JSONValue) {
        let kind = kind(of: error.code)
        var document: JSONObject = [
            "type": "about:blank", "title": .string(kind.title),
            "status": .integer(kind.status.code), "detail": .string(detail(of: error)),
            "code": .string(error.code.rawValue),
        ]
        document["request_id"] = requestID.map { .string($0) }
        var headers = headers(for: error)
        headers[.contentType] = "application/problem+json"
        headers[.cacheControl] = "no-store"
        return (kind.status, headers, .object(document))
    }

    /// The status and code that an error is answered with.
    static func kind(of error: any Error) -> (status: Int, code: String) {
        // The client has left.
        if error is CancellationError { return (499, "cancelled") }
        let code = code(of: error)
        return (kind(of: code).status.code, code.rawValue)
    }

    /// What clients are told of an error, in an answer or a stream.
    ///
    /// What went wrong on this side is not for them; of a store `/health` says what to do.
    static func detail(of error: CrewError) -> String {
        switch (error.code, kind(of: error.code).status) {
        case (.storeFailed, _):
            "The store of runs failed; /health and the log of the server say more"
        case (_, .internalServerError): "Something went wrong on this side"
        default: error.message
        }
    }

    /// What the log says of an error: its inside too.
    static func fullText(of error: any Error) -> String {
        guard let error = error as? CrewError, let cause = error.cause else { return "\(error)" }
        return "\(error) (\(cause))"
    }

    private static func headers(for error: CrewError) -> HTTPFields {
        if error.code == .unauthorized { return [.wwwAuthenticate: "Bearer"] }
        let status = kind(of: error.code).status
        guard status == .serviceUnavailable || status == .tooManyRequests else { return [:] }
        let seconds = max(1, Int(((error.retryAfter ?? .zero) / .seconds(1)).rounded(.up)))
        return [.retryAfter: String(seconds)]
    }

    /// The status of a code, and what it means in a few words.
    static func kind(of code: CrewError.Code) -> (
        status: HTTPResponse.Status, title: String
    ) {
        switch code {
        case .invalidInput: (.badRequest, "The request cannot be read")
        case .unknownAgent: (.badRequest, "There is no such agent")
        case .unauthorized: (.unauthorized, "A key is needed")
        case .forbidden: (.forbidden, "The key does not allow this")
        case .tooManyRequests: (.tooManyRequests, "Too many requests")
        case .foreignOrigin: (.forbidden, "Requests from other sites are refused")
        case .notFound: (.notFound, "Not found")
        case .unknownRun: (.notFound, "There is no such run")
        case .unknownApproval: (.notFound, "There is no such call")
        case .unknownCrew: (.notFound, "There is no such crew")
        case .unknownSession: (.notFound, "There is no such session")
        case .unknownArtifact: (.notFound, "There is no such artifact")
        case .methodNotAllowed: (.methodNotAllowed, "Method not allowed")
        case .runNotPaused: (.conflict, "The run does not wait for an answer")
        case .sessionBusy: (.conflict, "The session has a run under way")
        case .alreadyDecided: (.conflict, "The call was decided about otherwise")
        case .definitionChanged: (.conflict, "The crew has changed")
        case .foreignSession: (.conflict, "The session is another crew's")
        case .foreignCrew: (.conflict, "The run is another crew's")
        case .conflict: (.conflict, "The run is not in that state")
        case .crewRetired: (.gone, "The crew is not served any more")
        case .preconditionFailed: (.preconditionFailed, "The run has gone on")
        case .idempotencyConflict: (.unprocessableContent, "The key was used for another request")
        case .bodyTooLarge: (.contentTooLarge, "The body is too large")
        case .unsupportedMediaType: (.unsupportedMediaType, "The body is not JSON")
        case .tooManyRuns: (.serviceUnavailable, "Too many runs at the same time")
        case .shuttingDown: (.serviceUnavailable, "The server is shutting down")
        case .notReady: (.serviceUnavailable, "The server is not ready yet")
        case .tooManyConnections: (.serviceUnavailable, "Too many connections")
        case .requestTimeout: (.requestTimeout, "The request came too slowly")
        case .uriTooLong: (.uriTooLong, "The address is too long")
        case .headersTooLarge: (.requestHeaderFieldsTooLarge, "The header fields are too large")
        case .storeFailed: (.internalServerError, "The store failed")
        default: (.internalServerError, "Internal error")
        }
    }
}

/// A path that exists was asked with a method that it does not know.
struct MethodNotAllowed: Error {
    let allowed: [HTTPRequest.Method]

    var names: String { allowed.map(\.rawValue).joined(separator: ", ") }
    var headers: HTTPFields { [.allow: names] }
}

extension CrewError.Code {
    static let unauthorized = Self("unauthorized")
    static let forbidden = Self("forbidden")
    static let tooManyRequests = Self("too_many_requests")
    static let foreignOrigin = Self("foreign_origin")
    static let notFound = Self("not_found")
    static let methodNotAllowed = Self("method_not_allowed")
    static let unknownCrew = Self("unknown_crew")
    static let unknownSession = Self("unknown_session")
    static let unknownArtifact = Self("unknown_artifact")
    static let alreadyDecided = Self("already_decided")
    static let foreignCrew = Self("foreign_crew")
    static let preconditionFailed = Self("precondition_failed")
    static let bodyTooLarge = Self("body_too_large")
    static let unsupportedMediaType = Self("unsupported_media_type")
    static let internalError = Self("internal_error")
}
