import Foundation
import Testing

/// `crew health`: the health check of an image that holds no other program.
@Suite("crew health", .timeLimit(.minutes(2)))
struct HealthCommandTests {
    @Test("A server that answers is well; another answer, and none, end with 1 and say why")
    func answers() async throws {
        let crew = try KeptCrew()
        let address = try await ServedCrew.serving(URL(filePath: crew.folder)) { served in
            for path in ["/health", "/openapi.json"] {
                let well = try await Product.run("health", served.address + path)
                #expect(well.code == 0 && well.output == "ok\n", "\(well.errors)")
            }
            let nowhere = try await Product.run("health", served.address + "/nowhere")
            #expect(nowhere.code == 1 && nowhere.errors.contains("answers 404"))
            return served.address
        }
        let gone = try await Product.run("health", address + "/health", "--timeout", "2")
        #expect(gone.code == 1 && gone.errors.contains("does not answer"))
        let wrong = try await Product.run("health", "not an address")
        #expect(wrong.code == 64 && wrong.errors.contains("http://"))
    }

    @Test("A wait without bounds is refused")
    func bounds() async throws {
        for seconds in ["0", "301"] {
            #expect(try await Product.run("health", "--timeout", seconds).code == 64)
        }
    }
}
