import Testing

@testable import CrewTools

#if os(Linux)
    @Suite("Programs and what they leave open")
    struct ProgramLeakTests {
        /// In a process of its own, as the other tests open and close things at the same time.
        @Test("Two hundred runs leave no descriptor and no process")
        func leaks() async {
            await #expect(processExitsWith: .success) {
                func run() async throws {
                    let echo = Program(command: ["echo", "x"], timeLimit: .seconds(600))
                    try #require(try await echo.run().output == "x\n")
                }
                try await run()
                let descriptors = try ProcessFolder.openDescriptors()
                let children = try ProcessFolder.children()
                for _ in 0..<200 { try await run() }
                try #require(try ProcessFolder.openDescriptors() <= descriptors)
                try #require(try ProcessFolder.children() <= children)
            }
        }
    }
#endif
