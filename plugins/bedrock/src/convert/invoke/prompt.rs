//! A conversation as one prompt, in the words that models were trained on.
//!
//! * Llama: <https://www.llama.com/docs/model-cards-and-prompt-formats/>
//! * Mistral: <https://docs.aws.amazon.com/bedrock/latest/userguide/model-parameters-mistral-text-completion.html>
//! * Titan: <https://docs.aws.amazon.com/bedrock/latest/userguide/model-parameters-titan-text.html>

use crate::settings::model::Family;

/// Who says a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Speaker {
    User,
    Assistant,
}

/// A conversation of texts.
#[derive(Debug, Default)]
pub(super) struct Script {
    pub(super) system: String,
    /// Speakers take turns.
    pub(super) turns: Vec<(Speaker, String)>,
}

/// The prompt for a model that takes one.
pub(super) fn prompt(family: Family, script: &Script) -> String {
    match family {
        Family::Llama3 => {
            headers(script, "<|begin_of_text|>", ["<|start_header_id|>", "<|end_header_id|>", "<|eot_id|>"])
        }
        Family::Llama4 => {
            headers(script, "<|begin_of_text|>", ["<|header_start|>", "<|header_end|>", "<|eot|>"])
        }
        Family::Llama2 => instructions(script, true),
        Family::Mistral => instructions(script, false),
        Family::Titan => names(script, "User: ", "Bot: "),
        _ => plain(script),
    }
}

/// Each turn with a header that names its speaker.
fn headers(script: &Script, begin: &str, [open, close, end]: [&str; 3]) -> String {
    let mut prompt = begin.to_owned();
    let mut turn = |role: &str, text: &str| {
        prompt.push_str(&format!("{open}{role}{close}\n\n{}{end}", text.trim()));
    };
    if !script.system.is_empty() {
        turn("system", &script.system);
    }
    for (speaker, text) in &script.turns {
        turn(if *speaker == Speaker::User { "user" } else { "assistant" }, text);
    }
    prompt.push_str(&format!("{open}assistant{close}\n\n"));
    prompt
}

/// What the user says between brackets. The system's words stand in the first
/// of them, between marks of their own with Llama 2.
fn instructions(script: &Script, marks: bool) -> String {
    let mut prompt = String::new();
    let mut system = Some(script.system.as_str()).filter(|system| !system.is_empty());
    for (speaker, text) in &script.turns {
        match speaker {
            Speaker::User => {
                let system = match (system.take(), marks) {
                    (Some(system), true) => format!("<<SYS>>\n{system}\n<</SYS>>\n\n"),
                    (Some(system), false) => format!("{system}\n\n"),
                    (None, _) => String::new(),
                };
                // Mistral begins its text once, Llama 2 each turn anew.
                let begin = if marks || prompt.is_empty() { "<s>" } else { "" };
                prompt.push_str(&format!("{begin}[INST] {system}{} [/INST]", text.trim()));
            }
            Speaker::Assistant => prompt.push_str(&format!(" {}</s>", text.trim())),
        }
    }
    prompt
}

/// Each turn on a line that begins with its speaker's name.
fn names(script: &Script, user: &str, bot: &str) -> String {
    let mut prompt = String::new();
    if !script.system.is_empty() {
        prompt.push_str(&format!("{}\n\n", script.system));
    }
    for (speaker, text) in &script.turns {
        let name = if *speaker == Speaker::User { user } else { bot };
        prompt.push_str(&format!("{name}{}\n", text.trim()));
    }
    prompt.push_str(bot.trim_end());
    prompt
}

/// One text of the user's as it is, and a longer conversation with names.
fn plain(script: &Script) -> String {
    match script.turns.as_slice() {
        [(Speaker::User, text)] if script.system.is_empty() => text.clone(),
        _ => names(script, "User: ", "Assistant: "),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn script() -> Script {
        Script {
            system: "Be brief.".to_owned(),
            turns: vec![
                (Speaker::User, "Hi".to_owned()),
                (Speaker::Assistant, "Hello".to_owned()),
                (Speaker::User, "Bye".to_owned()),
            ],
        }
    }

    #[test]
    fn each_family_has_its_own_words() {
        for (family, expected) in [
            (
                Family::Llama3,
                "<|begin_of_text|><|start_header_id|>system<|end_header_id|>\n\nBe brief.<|eot_id|>\
                 <|start_header_id|>user<|end_header_id|>\n\nHi<|eot_id|>\
                 <|start_header_id|>assistant<|end_header_id|>\n\nHello<|eot_id|>\
                 <|start_header_id|>user<|end_header_id|>\n\nBye<|eot_id|>\
                 <|start_header_id|>assistant<|end_header_id|>\n\n",
            ),
            (
                Family::Llama2,
                "<s>[INST] <<SYS>>\nBe brief.\n<</SYS>>\n\nHi [/INST] Hello</s><s>[INST] Bye [/INST]",
            ),
            (Family::Mistral, "<s>[INST] Be brief.\n\nHi [/INST] Hello</s>[INST] Bye [/INST]"),
            (Family::Titan, "Be brief.\n\nUser: Hi\nBot: Hello\nUser: Bye\nBot:"),
            (Family::Jurassic, "Be brief.\n\nUser: Hi\nAssistant: Hello\nUser: Bye\nAssistant:"),
        ] {
            assert_eq!(prompt(family, &script()), expected, "{family:?}");
        }
        assert!(
            prompt(Family::Llama4, &script())
                .starts_with("<|begin_of_text|><|header_start|>system<|header_end|>")
        );
        let one = Script { system: String::new(), turns: vec![(Speaker::User, "Hi ".to_owned())] };
        assert_eq!(prompt(Family::Completions, &one), "Hi ");
    }
}
