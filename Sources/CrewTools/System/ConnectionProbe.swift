#if canImport(Darwin)
    import Darwin
#elseif canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// Tries to open one TCP connection, for two seconds at most.
enum ConnectionProbe {
    enum Answer: Sendable, Hashable {
        case open
        /// Something is there and says no.
        case refused
        case silent
    }

    /// Blocks until there is an answer or the time is over.
    static func probe(
        _ address: NetworkAddress, port: UInt16, milliseconds: Int32 = 2000
    ) -> Answer {
        var bytes = address.bytes
        guard bytes.count >= 4 else { return .silent }
        // The port stands at the same place in both kinds of address.
        bytes[2] = UInt8(port >> 8)
        bytes[3] = UInt8(port & 0xFF)
        #if canImport(Darwin)
            let kind = SOCK_STREAM
        #else
            let kind = Int32(SOCK_STREAM.rawValue)
        #endif
        let family = bytes.count == MemoryLayout<sockaddr_in6>.size ? AF_INET6 : AF_INET
        let descriptor = socket(family, kind, 0)
        guard descriptor >= 0 else { return .silent }
        defer { close(descriptor) }
        guard fcntl(descriptor, F_SETFD, FD_CLOEXEC) == 0,
            fcntl(descriptor, F_SETFL, O_NONBLOCK) == 0
        else { return .silent }
        let failure = bytes.withUnsafeBytes { raw in
            raw.withMemoryRebound(to: sockaddr.self) { buffer in
                connect(descriptor, buffer.baseAddress, socklen_t(raw.count)) == 0 ? 0 : errno
            }
        }
        if failure == 0 { return .open }
        guard failure == EINPROGRESS else { return failure == ECONNREFUSED ? .refused : .silent }
        var poller = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
        guard poll(&poller, 1, milliseconds) == 1 else { return .silent }
        var result: Int32 = 0
        var length = socklen_t(MemoryLayout<Int32>.size)
        guard getsockopt(descriptor, SOL_SOCKET, SO_ERROR, &result, &length) == 0 else {
            return .silent
        }
        if result != 0 { return result == ECONNREFUSED ? .refused : .silent }
        return hasPeer(descriptor) ? .open : .silent
    }

    /// Whether somebody is at the other end: no error is not yet a connection.
    private static func hasPeer(_ descriptor: Int32) -> Bool {
        var storage = sockaddr_storage()
        var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
        return withUnsafeMutablePointer(to: &storage) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                getpeername(descriptor, $0, &length) == 0
            }
        }
    }
}
