//! The same with a real provider, where the user has a key for one and wants it.

use std::io::Write;

use jackfield::runtime::CallContext;

use crate::command::chat;
use crate::render::answer::{Answer, Form};
use crate::render::{BOLD, ask};
use crate::session::Session;

/// Whose key is in which variable, and whom to ask with it.
const REAL: &[(&str, &str, &str)] =
    &[("OPENAI_API_KEY", "openai", "gpt-4o-mini"), ("ANTHROPIC_API_KEY", "anthropic", "claude-haiku-4-5")];

const PROMPT: &str = "In one sentence: what is a jackfield, or patch panel?";

/// Offers a question to each real provider that there is a key for. Sends
/// nothing unless somebody at a terminal says yes.
pub(super) async fn offer(session: &Session) -> anyhow::Result<()> {
    let mut out = anstream::stdout();
    let set = |name: &str| std::env::var_os(name).is_some_and(|value| !value.is_empty());
    for (variable, provider, model) in REAL.iter().filter(|(variable, ..)| set(variable)) {
        writeln!(out)?;
        if !ask::can_ask() {
            writeln!(out, "{variable} is set; it was not used, because nobody is here to be asked.")?;
            continue;
        }
        if !ask::confirm(&format!("{variable} is set. Ask {provider}/{model} one question with it?"))? {
            writeln!(out, "{variable} was not used.")?;
            continue;
        }
        writeln!(out, "{BOLD}{provider}/{model}{BOLD:#}, the real one, with {variable}:")?;
        let provider = session.open()?.provider(provider).await?;
        chat::stream(&provider, &CallContext::default(), chat::ask(model, PROMPT), Answer::new(Form::Text))
            .await?;
    }
    Ok(())
}
