//! Text that somebody else wrote, made safe to print on a terminal.
//!
//! Against: an upstream, a model or a plugin that writes escape sequences, with
//! which it could repaint what the user sees, fake a prompt, or have some
//! terminals type back what it likes.

use std::borrow::Cow;

/// The text with a visible mark in place of each control character, but for line
/// feeds and tabs.
pub(crate) fn plain(text: &str) -> Cow<'_, str> {
    if !text.chars().any(is_harmful) {
        return Cow::Borrowed(text);
    }
    Cow::Owned(text.chars().map(|c| if is_harmful(c) { char::REPLACEMENT_CHARACTER } else { c }).collect())
}

/// Control characters, and those that turn the direction of what follows.
fn is_harmful(c: char) -> bool {
    (c.is_control() && c != '\n' && c != '\t')
        || matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// A count of bytes for people.
pub(crate) fn size(bytes: u64) -> String {
    match bytes {
        0..1_024 => format!("{bytes} bytes"),
        1_024..1_048_576 => format!("{:.0} KiB", bytes as f64 / 1_024.0),
        _ => format!("{:.1} MiB", bytes as f64 / 1_048_576.0),
    }
}

/// Words in a row, with a comma between them, or a dash where there are none.
pub(crate) fn list<T: ToString>(words: impl IntoIterator<Item = T>) -> String {
    let words: Vec<String> = words.into_iter().map(|word| word.to_string()).collect();
    if words.is_empty() { "-".to_owned() } else { words.join(", ") }
}

/// How many there are of something, whose plural is made with an s.
pub(crate) fn count(number: usize, what: &str) -> String {
    format!("{number} {what}{}", if number == 1 { "" } else { "s" })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escape_sequences_lose_their_power() {
        for text in
            ["\u{1b}[2J", "\u{9b}31m", "a\rb", "\u{7}", "\u{8}", "\u{202e}fdp.exe", "\u{1b}]0;title\u{7}"]
        {
            let shown = plain(text);
            assert!(!shown.chars().any(is_harmful), "{text:?} became {shown:?}");
        }
    }

    #[test]
    fn ordinary_text_is_untouched() {
        for text in ["", "two\nlines\tand a tab", "naïve café 漢字 🦀"] {
            assert!(matches!(plain(text), Cow::Borrowed(same) if same == text));
        }
    }

    #[test]
    fn sizes_and_counts_are_readable() {
        assert_eq!(size(17), "17 bytes");
        assert_eq!(size(197_000), "192 KiB");
        assert_eq!(size(18 * 1_048_576), "18.0 MiB");
        let models = [0, 1, 2].map(|number| count(number, "model"));
        assert_eq!(models, ["0 models", "1 model", "2 models"]);
    }
}
