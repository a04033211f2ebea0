extension DefinitionCheck {
    mutating func checkSettings() {
        let settings = crew.settings
        let counts: [(key: String, value: Int, least: Int)] = [
            ("max_rounds", settings.maxRounds, 1),
            ("max_handoffs", settings.maxHandoffs, 0),
            ("max_parallel_tools", settings.maxParallelTools, 1),
            ("max_tool_output_chars", settings.maxToolOutput, 1),
            ("max_total_tool_output_chars", settings.maxTotalToolOutput, 1),
            ("max_context_window", settings.contextWindow, 1),
            ("stream_buffer_size", settings.feedBuffer, 1),
            ("max_tokens_per_run", settings.maxTokens ?? 1, 1),
        ]
        for count in counts where count.value < count.least {
            add(
                .error, "out_of_range", at: .crew("settings", count.key),
                "\(count.key) must be at least \(count.least), got \(count.value)")
        }
        let times: [(key: String, value: Duration)] = [
            ("timeout_seconds", settings.timeout),
            ("parallel_timeout_seconds", settings.memberTimeout),
            ("tool_execution_timeout_seconds", settings.toolTimeout),
            ("tool_result_timeout_seconds", settings.toolBatchTimeout),
        ]
        for time in times where time.value <= .zero {
            add(
                .error, "out_of_range", at: .crew("settings", time.key),
                "\(time.key) must be more than 0")
        }
        checkPauseAnswer(settings)
        if !(0..<1).contains(settings.contextTrimShare) {
            add(
                .error, "out_of_range", at: .crew("settings", "context_trim_percent"),
                "context_trim_percent must be at least 0 and below 100")
        }
    }

    private mutating func checkPauseAnswer(_ settings: CrewSettings) {
        guard let answer = settings.pauseAnswer else { return }
        let place = DefinitionPath.crew("settings", "pause_answer")
        if settings.pauseTimeout == nil {
            add(
                .warning, "no_effect", at: place,
                "pause_answer is never taken, as pause_timeout_seconds is 0")
        }
        if answer.utf8.count > settings.maxInputBytes {
            add(.error, "out_of_range", at: place, "pause_answer is longer than an input may be")
        }
    }
}
