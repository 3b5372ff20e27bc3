//! What a call may use, told before it is made: what limits reserve.
//!
//! Tokens are guessed from bytes, since no tokenizer is at hand for most
//! models. The guess for a prompt is meant to be a little high: what was
//! reserved in vain comes back when the call ends, but what wasn't reserved may
//! be spent twice.

use jackfield_runtime::api::llm::{ChatRequest, Part, ResultPart, Tool};
use jackfield_runtime::api::types::Usage;
use memchr::memchr_iter;

use super::{Money, Rates};

/// What one call may use.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Estimate {
    /// Tokens of the prompt.
    pub input_tokens: u64,
    /// Tokens of all answers.
    pub output_tokens: u64,
    /// What they cost. `None` where the model has no price.
    pub cost: Option<Money>,
}

impl Estimate {
    /// Reserved for an answer whose request sets no bound: most answers are
    /// shorter. A stream that gets longer is checked as it runs.
    pub const USUAL_OUTPUT: u64 = 4_096;

    /// For a prompt of so many tokens, with the bound that the request sets to
    /// an answer's tokens, what the model can give at most, and the number of
    /// answers asked for.
    pub fn new(
        input_tokens: u64,
        asked: Option<u32>,
        possible: Option<u32>,
        choices: Option<u32>,
        rates: Option<&Rates>,
    ) -> Self {
        let most = possible.map_or(u64::MAX, u64::from);
        let each = asked.map_or(Self::USUAL_OUTPUT, u64::from).min(most);
        let output_tokens = each.saturating_mul(u64::from(choices.unwrap_or(1).max(1)));
        Self { input_tokens, output_tokens, cost: None }.priced(rates)
    }

    /// For a call that has no output, as an embedding.
    pub fn input_only(input_tokens: u64, rates: Option<&Rates>) -> Self {
        Self { input_tokens, output_tokens: 0, cost: None }.priced(rates)
    }

    /// Prompt and answers together.
    pub const fn tokens(&self) -> u64 {
        self.input_tokens.saturating_add(self.output_tokens)
    }

    fn priced(self, rates: Option<&Rates>) -> Self {
        let usage = Usage {
            input_tokens: Some(self.input_tokens),
            output_tokens: Some(self.output_tokens),
            ..crate::usage::nothing()
        };
        Self { cost: rates.and_then(|rates| rates.booked(&usage)), ..self }
    }
}

/// Bytes of English text make a token by fours, of code and JSON by threes.
const PROMPT_BYTES: u64 = 3;

/// What an image, a sound or a document counts as, whatever its size: large
/// images take about so many in the dialects that document it.
const MEDIA_TOKENS: u64 = 1_500;

/// A string this long without a blank is no text that a person wrote.
const LONG_STRING: usize = 4_096;

/// The tokens of a text that was delivered: a quarter for each ASCII byte and a
/// third for any other, so that a Chinese character counts as one.
pub fn text_tokens(text: &str) -> u64 {
    let ascii = text.bytes().filter(u8::is_ascii).count() as u64;
    (ascii * 3 + (text.len() as u64 - ascii) * 4).div_ceil(12)
}

/// About how many tokens the prompt in a JSON body has: one for three bytes of
/// it, and 1,500 for each long string that is base64.
pub fn body_tokens(body: &[u8]) -> u64 {
    if body.len() < LONG_STRING {
        return (body.len() as u64).div_ceil(PROMPT_BYTES);
    }
    let (mut bytes, mut media, mut from) = (body.len() as u64, 0_u64, 0);
    for quote in memchr_iter(b'"', body) {
        let string = &body[from..quote];
        if string.len() >= LONG_STRING && is_base64(string) {
            bytes -= string.len() as u64;
            media += 1;
        }
        from = quote + 1;
    }
    bytes.div_ceil(PROMPT_BYTES) + media * MEDIA_TOKENS
}

fn is_base64(string: &[u8]) -> bool {
    // What an address with the bytes in it has before them is short.
    let head = memchr::memchr(b',', &string[..string.len().min(128)]).map_or(0, |comma| comma + 1);
    string[head..].iter().all(|byte| byte.is_ascii_alphanumeric() || b"+/=-_\\".contains(byte))
}

/// About how many tokens the prompt of a request has: one for three bytes of
/// text, four for each message, and 1,500 for each image, sound and
/// document.
pub fn prompt_tokens(request: &ChatRequest) -> u64 {
    let parts = request.messages.iter().flat_map(|message| &message.content);
    let (mut bytes, mut media) = (0, 0);
    for part in parts {
        match part {
            Part::Text(part) => bytes += part.text.len(),
            Part::Reasoning(part) => bytes += part.text.len(),
            Part::ToolCall(call) => bytes += call.name.len() + call.arguments.len(),
            Part::Refusal(text) | Part::Native(text) => bytes += text.len(),
            Part::Image(_) | Part::Audio(_) | Part::Document(_) => media += 1,
            Part::CachePoint(_) => {}
            Part::ToolResult(result) => {
                for piece in &result.content {
                    match piece {
                        ResultPart::Text(text) | ResultPart::Json(text) => bytes += text.len(),
                        ResultPart::Image(_) | ResultPart::Document(_) => media += 1,
                    }
                }
            }
        }
    }
    for tool in &request.tools {
        bytes += match tool {
            Tool::Function(tool) => {
                tool.name.len() + tool.description.as_ref().map_or(0, String::len) + tool.parameters.len()
            }
            Tool::Native(tool) => tool.len(),
        };
    }
    (bytes as u64).div_ceil(PROMPT_BYTES) + 4 * request.messages.len() as u64 + media * MEDIA_TOKENS
}
