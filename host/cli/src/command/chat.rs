//! `jackfield chat`: one question, one answer.

use std::io::{IsTerminal, Read};
use std::time::{Duration, Instant};

use jackfield::runtime::api::llm::{ChatEvent, ChatRequest, Message, ReasoningOptions, Role};
use jackfield::runtime::api::types::Usage;
use jackfield::runtime::{CallContext, Provider};

use super::target::Target;
use crate::exit::usage;
use crate::render::answer::{Answer, Form, print_usage};
use crate::session::Session;

/// What it takes.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
A provider of the catalog needs no configuration, only its usual environment variable with the key.

Examples:
  jackfield chat -m openai/gpt-4o-mini \"Why is the sky blue?\"
  jackfield chat -m anthropic/claude-haiku-4-5 --system \"Answer in French.\" < question.txt
  jackfield chat -m groq/openai/gpt-oss-20b --json --no-stream \"Name a colour.\" | jq .usage")]
pub(crate) struct Arguments {
    /// The model
    #[arg(short, long, value_name = "PROVIDER/MODEL")]
    model: Target,
    /// The question; without it, or with -, it is read from stdin
    prompt: Option<String>,
    /// Instructions that precede it
    #[arg(short, long, value_name = "TEXT")]
    system: Option<String>,
    /// Wait for the whole answer
    #[arg(long)]
    no_stream: bool,
    /// Print JSON: one event per line, or the whole answer with --no-stream
    #[arg(long)]
    json: bool,
    /// The most tokens of the answer
    #[arg(long, value_name = "N")]
    max_tokens: Option<u32>,
    /// Randomness, 0 to 2 in most models
    #[arg(short, long, value_name = "NUMBER")]
    temperature: Option<f64>,
    /// Nucleus sampling, 0 to 1
    #[arg(long, value_name = "NUMBER")]
    top_p: Option<f64>,
    /// Seed of the sampling, for providers that take one
    #[arg(long, value_name = "NUMBER", allow_negative_numbers = true)]
    seed: Option<i64>,
    /// A text at which to stop; can be given several times
    #[arg(long, value_name = "TEXT")]
    stop: Vec<String>,
    /// How much to think, in the provider's words, as in low or high
    #[arg(long, value_name = "EFFORT")]
    reasoning: Option<String>,
    /// A JSON object merged over the request that the plugin would send
    #[arg(long, value_name = "JSON", value_parser = json_object)]
    extra: Option<String>,
    /// The most seconds that the call may take; it can shorten the provider's own limit
    #[arg(long, value_name = "SECONDS", value_parser = clap::value_parser!(u64).range(1..=86_400))]
    timeout: Option<u64>,
}

pub(crate) async fn run(session: &Session, arguments: Arguments) -> anyhow::Result<()> {
    let prompt = prompt(arguments.prompt.as_deref())?;
    let provider = session.open()?.provider(&arguments.model.provider).await?;
    let begun = Instant::now();
    let context = CallContext {
        deadline: arguments.timeout.map(|seconds| begun + Duration::from_secs(seconds)),
        ..CallContext::default()
    };
    let form = if arguments.json { Form::Json } else { Form::Text };
    let (whole, verbose) = (arguments.no_stream, session.verbose());
    let request = request(arguments, prompt);
    let spent = if whole {
        let response = provider.chat(&context, request).await?;
        Answer::new(form).whole(&response)?;
        response.usage
    } else {
        stream(&provider, &context, request, Answer::new(form)).await?
    };
    if verbose {
        print_usage(spent.as_ref(), begun.elapsed(), &provider.plugin());
    }
    Ok(())
}

/// Streams an answer to stdout. Returns what it cost.
pub(super) async fn stream(
    provider: &Provider,
    context: &CallContext,
    request: ChatRequest,
    mut answer: Answer,
) -> anyhow::Result<Option<Usage>> {
    let mut stream = provider.stream_chat(context, request).await?;
    let mut spent = None;
    while let Some(batch) = stream.next_batch().await {
        let batch = match batch {
            Ok(batch) => batch,
            Err(error) => {
                // What came before the error stays readable, on a line of its own.
                answer.end()?;
                return Err(error.into());
            }
        };
        answer.events(&batch)?;
        for event in batch {
            if let ChatEvent::Usage(usage) = event {
                spent = Some(usage);
            }
        }
    }
    answer.end()?;
    Ok(spent)
}

/// The prompt that was given, or stdin.
fn prompt(given: Option<&str>) -> anyhow::Result<String> {
    if let Some(text) = given.filter(|text| *text != "-") {
        return Ok(text.to_owned());
    }
    if given.is_none() && std::io::stdin().is_terminal() {
        return Err(usage("there is no question: write it behind the options, or pipe it in"));
    }
    let mut text = String::new();
    std::io::stdin().read_to_string(&mut text)?;
    let text = text.trim_end();
    if text.is_empty() { Err(usage("there is no question: stdin is empty")) } else { Ok(text.to_owned()) }
}

fn request(arguments: Arguments, prompt: String) -> ChatRequest {
    let mut request = ask(&arguments.model.model, &prompt);
    if let Some(system) = arguments.system {
        request.messages.insert(0, Message::text(Role::System, system));
    }
    let reasoning = |effort| ReasoningOptions { effort: Some(effort), budget_tokens: None, summary: None };
    ChatRequest {
        max_output_tokens: arguments.max_tokens,
        temperature: arguments.temperature,
        top_p: arguments.top_p,
        seed: arguments.seed,
        stop: arguments.stop,
        reasoning: arguments.reasoning.map(reasoning),
        extra: arguments.extra,
        ..request
    }
}

/// A question, and nothing said about how to answer it.
pub(super) fn ask(model: &str, prompt: &str) -> ChatRequest {
    ChatRequest::new(model, vec![Message::text(Role::User, prompt)])
}

fn json_object(text: &str) -> Result<String, String> {
    serde_json::from_str::<serde_json::Map<String, serde_json::Value>>(text)
        .map(|_| text.to_owned())
        .map_err(|error| format!("write a JSON object, as in {{\"store\": false}}: {error}"))
}
