import CrewKit
import Dispatch
import Testing

@testable import CrewTools

@Suite("Blocking calls")
struct BlockingCallTests {
    @Test("One call too many is refused instead of waiting; when one returns there is room again")
    func limit() async throws {
        let calls = BlockingCall(limit: 2)
        let gate = DispatchSemaphore(value: 0)
        let (begun, beginning) = AsyncStream.makeStream(of: Void.self)
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<2 {
                group.addTask {
                    try await calls.perform {
                        beginning.yield()
                        gate.wait()
                    }
                }
            }
            var begins = begun.makeAsyncIterator()
            for _ in 0..<2 { await begins.next() }
            let error = await #expect(throws: CrewError.self) { try await calls.perform {} }
            #expect(error?.code == .toolFailed)
            #expect(error?.message.contains("2 earlier questions") == true)
            gate.signal()
            try await group.next()
            #expect(try await calls.perform { 7 } == 7)
            gate.signal()
            try await group.waitForAll()
        }
    }

    @Test("The answer of a call that nobody waits for any more is dropped")
    func cancelled() async throws {
        let gate = DispatchSemaphore(value: 0)
        let (begun, beginning) = AsyncStream.makeStream(of: Void.self)
        await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                try await BlockingCall.performUnlessCancelled {
                    beginning.yield()
                    gate.wait()
                }
            }
            var begins = begun.makeAsyncIterator()
            await begins.next()
            group.cancelAll()
            await #expect(throws: CancellationError.self) { try await group.next() }
        }
        gate.signal()
        #expect(try await BlockingCall.performUnlessCancelled { 7 } == 7)
    }

    @Test("A call that throws leaves its place")
    func failing() async throws {
        let calls = BlockingCall(limit: 1)
        for _ in 0..<3 {
            await #expect(throws: CrewError.self) {
                try await calls.perform { throw CrewError(.toolFailed, "no") }
            }
        }
        #expect(try await calls.perform { 7 } == 7)
    }

    /// More than the threads of the engine, which are as many as the processors.
    private static let many = 60

    @Test("Many hung calls hold up neither the engine nor each other")
    func hung() async throws {
        let calls = BlockingCall(limit: Self.many)
        try await hang { body in try await calls.perform(body) }
    }

    @Test("Many hung tools hold up neither the engine nor each other")
    func hungTools() async throws {
        let executor = ToolExecutor()
        try await hang { body in
            try await withTaskExecutorPreference(executor) { try await Self.run(body) }
        }
    }

    @concurrent private static func run(_ body: @Sendable () -> Void) async throws { body() }

    /// Comes back only when the engine goes on while all of the calls hang.
    private func hang(
        _ call: @escaping @Sendable (@escaping @Sendable () -> Void) async throws -> Void
    ) async throws {
        let gate = DispatchSemaphore(value: 0)
        let (begun, beginning) = AsyncStream.makeStream(of: Void.self)
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<Self.many {
                group.addTask {
                    try await call {
                        beginning.yield()
                        gate.wait()
                    }
                }
            }
            var begins = begun.makeAsyncIterator()
            for _ in 0..<Self.many { await begins.next() }
            for _ in 0..<Self.many { gate.signal() }
            try await group.waitForAll()
        }
    }
}
