//! The providers' words for why an answer ended, and ours.

use jackfield_runtime::api::llm::FinishReason;

/// The words of chat completions. Together says `eos` for the end.
const CHAT: [(&str, FinishReason); 6] = [
    ("stop", FinishReason::Stop),
    ("eos", FinishReason::Stop),
    ("length", FinishReason::Length),
    ("tool_calls", FinishReason::ToolCalls),
    ("function_call", FinishReason::ToolCalls),
    ("content_filter", FinishReason::ContentFilter),
];

/// The words of messages.
const MESSAGES: [(&str, FinishReason); 7] = [
    ("end_turn", FinishReason::Stop),
    ("stop_sequence", FinishReason::Stop),
    ("max_tokens", FinishReason::Length),
    ("tool_use", FinishReason::ToolCalls),
    ("pause_turn", FinishReason::Pause),
    ("refusal", FinishReason::Refusal),
    ("model_context_window_exceeded", FinishReason::ContextLength),
];

/// The words of the other providers' own answers: Gemini's, Converse's, those of
/// models' own bodies on Bedrock, Cohere's, Ollama's.
const NEUTRAL: [(&str, FinishReason); 14] = [
    ("STOP", FinishReason::Stop),
    ("MAX_TOKENS", FinishReason::Length),
    ("SAFETY", FinishReason::ContentFilter),
    ("end_turn", FinishReason::Stop),
    ("max_tokens", FinishReason::Length),
    ("tool_use", FinishReason::ToolCalls),
    ("guardrail_intervened", FinishReason::ContentFilter),
    ("FINISH", FinishReason::Stop),
    ("LENGTH", FinishReason::Length),
    ("endoftext", FinishReason::Stop),
    ("length", FinishReason::Length),
    ("COMPLETE", FinishReason::Stop),
    ("TOOL_CALL", FinishReason::ToolCalls),
    ("stop", FinishReason::Stop),
];

/// Our word for a chat completion's. `calls` and `refusal` say what it holds:
/// OpenAI says `stop` after a call that it was forced to make, and after a
/// refusal, where the contract has words of their own.
pub fn of_chat(word: Option<&str>, calls: bool, refusal: bool) -> Option<FinishReason> {
    match word {
        Some("stop") if calls => Some(FinishReason::ToolCalls),
        Some("stop") if refusal => Some(FinishReason::Refusal),
        // Of a response that isn't ready the status stands here.
        word => Some(
            find(&CHAT, word?).unwrap_or_else(|| FinishReason::Other(word.unwrap_or_default().to_owned())),
        ),
    }
}

/// Our word for a message's.
pub fn of_message(word: Option<&str>) -> Option<FinishReason> {
    find(&MESSAGES, word?)
}

/// Our word for one of the others. `calls` says whether there are some: Gemini
/// and Ollama have no word of their own for them.
pub fn of_neutral(word: Option<&str>, calls: bool) -> Option<FinishReason> {
    match word? {
        "STOP" | "stop" if calls => Some(FinishReason::ToolCalls),
        word => find(&NEUTRAL, word),
    }
}

fn find(table: &[(&str, FinishReason)], word: &str) -> Option<FinishReason> {
    table.iter().find(|(known, _)| *known == word).map(|(_, reason)| reason.clone())
}
