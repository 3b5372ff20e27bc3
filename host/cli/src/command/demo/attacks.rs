//! What the hostile plugin tries, and what comes of it.

use std::io::Write;
use std::path::Path;
use std::time::{Duration, Instant};

use jackfield::runtime::api::llm::{ChatEvent, ChatResponse, Part};
use jackfield::runtime::{CallContext, CallError, LoadError, Provider};

use super::stage::{FRIENDLY, HOSTILE, KEY, Stage};
use crate::command::chat;
use crate::render::text::plain;
use crate::render::{BOLD, DIM, GREEN, RED};

/// What the plugin tries to smuggle out.
const PROMPT: &str = "a prompt that is nobody else's business";

/// The model that names each attack, and what the attack is.
const ATTACKS: &[(&str, &str)] = &[
    ("other-origin", "sends the prompt to an origin that its manifest doesn't name"),
    ("not-granted", "sends it to one that its manifest names and nobody granted"),
    ("private-address", "reaches the cloud's metadata service through a granted name"),
    ("redirect", "follows its provider's redirect to another origin"),
    ("own-credential", "brings a credential of its own"),
    ("ask-for-secret", "looks for the key in its configuration, environment and files"),
    ("reflected-secret", "has its provider send the key back"),
    ("memory", "takes all memory"),
    ("loop", "never returns"),
    ("crash", "crashes"),
];

/// Runs all attacks. Returns how many got through.
pub(super) async fn run(stage: &Stage, guests: &Path) -> anyhow::Result<usize> {
    let host = stage.jackfield().host();
    let (hostile, sockets) = (host.clone(), host.clone());
    let (hostile_file, sockets_file) = (guests.join("hostile.wasm"), guests.join("hostile-sockets.wasm"));
    let loading = tokio::task::spawn_blocking(move || hostile.load_file(hostile_file).map_err(Box::new));
    let loading_sockets =
        tokio::task::spawn_blocking(move || sockets.load_file(sockets_file).map_err(Box::new));
    loading.await??;
    let provider = host.bind(HOSTILE, &stage.jackfield().config().provider(HOSTILE)?).await?;

    let mut through = 0;
    for (attack, what) in ATTACKS {
        let begun = Instant::now();
        let outcome = provider.chat(&CallContext::default(), chat::ask(attack, PROMPT)).await;
        through += report(what, judge(outcome), Some(begun.elapsed()))?;
    }
    let begun = Instant::now();
    through += report("streams without end", flood(&provider).await, Some(begun.elapsed()))?;
    through += report("opens a socket of its own", judge_load(loading_sockets.await?.map(drop)), None)?;

    let begun = Instant::now();
    let friendly = stage.jackfield().provider(FRIENDLY).await?;
    friendly.chat(&CallContext::default(), chat::ask("gpt-4o-mini+chunks-4", PROMPT)).await?;
    writeln!(
        anstream::stdout(),
        "{BOLD}The host is unharmed:{BOLD:#} through the other plugin the provider answered in {}.",
        milliseconds(begun.elapsed())
    )?;
    Ok(through)
}

/// What came of an attack: why it failed, or what it got.
type Verdict = Result<String, String>;

fn judge(outcome: Result<ChatResponse, CallError>) -> Verdict {
    match outcome {
        Err(error) => Ok(error.to_string()),
        Ok(response) => {
            let parts = response.choices.iter().flat_map(|choice| &choice.content);
            let texts = parts.filter_map(|part| match part {
                Part::Text(text) => Some(text.text.as_str()),
                _ => None,
            });
            let text = texts.collect::<Vec<_>>().join(" ");
            if text.contains(KEY) || text.starts_with("STOLEN") { Err(text) } else { Ok(text) }
        }
    }
}

fn judge_load(outcome: Result<(), Box<LoadError>>) -> Verdict {
    match outcome {
        Err(error) if matches!(*error, LoadError::Import { .. }) => Ok(error.to_string()),
        Err(error) => Err(format!("it failed for another reason: {error}")),
        Ok(()) => Err("it was loaded".to_owned()),
    }
}

/// Reads an endless stream until the host ends it.
async fn flood(provider: &Provider) -> Verdict {
    let request = chat::ask("flood", PROMPT);
    let mut stream =
        provider.stream_chat(&CallContext::default(), request).await.map_err(|error| error.to_string())?;
    let mut words = 0_usize;
    while let Some(batch) = stream.next_batch().await {
        match batch {
            Ok(batch) => words += batch.iter().filter(|event| matches!(event, ChatEvent::Text(_))).count(),
            Err(error) => return Ok(format!("after {words} events: {error}")),
        }
    }
    Err(format!("the stream ended by itself after {words} events"))
}

/// Prints what came of an attack. Returns 1 where it got through.
fn report(what: &str, verdict: Verdict, took: Option<Duration>) -> anyhow::Result<usize> {
    let (mark, word, text) = match &verdict {
        Ok(text) => (GREEN, "stopped", text),
        Err(text) => (RED, "GOT THROUGH", text),
    };
    let took =
        took.map_or_else(|| "when it was loaded".to_owned(), |took| format!("in {}", milliseconds(took)));
    let mut out = anstream::stdout();
    writeln!(out, "It {what}: {mark}{word}{mark:#} {DIM}{took}{DIM:#}")?;
    writeln!(out, "    {}", plain(text))?;
    Ok(usize::from(verdict.is_err()))
}

fn milliseconds(took: Duration) -> String {
    format!("{:.1} ms", took.as_secs_f64() * 1_000.0)
}
