//! Reads one knob. Kept apart from the list of knobs, which is what people
//! look up.

use std::str::FromStr;
use std::time::Duration;

use super::{Ending, Instead, Knob, Style, When};

impl FromStr for Knob {
    /// No more than that it is no knob: the caller has the name to report.
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        plain(text).or_else(|| with_value(text)).ok_or(())
    }
}

fn plain(text: &str) -> Option<Knob> {
    Some(match text {
        "silent" => Knob::Instead(Instead::Silent),
        "reset" => Knob::Instead(Instead::Reset),
        "html" => Knob::Instead(Instead::Html),
        "garbage" => Knob::Instead(Instead::Garbage),
        "empty" => Knob::Instead(Instead::Empty),
        "other-json" => Knob::Instead(Instead::OtherJson),
        "redirect" => Knob::Instead(Instead::Redirect),
        "redirect-same" => Knob::Instead(Instead::RedirectSame),
        "half-event" => Knob::Ending(Ending::Half),
        "error-in-stream" => Knob::Ending(Ending::Error(5)),
        "burst" => Knob::Style(Style::Burst),
        "torn" => Knob::Style(Style::Torn),
        "crlf" => Knob::Style(Style::Crlf),
        "comments" => Knob::Style(Style::Comments),
        "endless" => Knob::Endless,
        "invalid-utf8" => Knob::InvalidUtf8,
        "big-header" => Knob::BigHeader,
        "echo-key" => Knob::EchoKey,
        "no-done" => Knob::NoDone,
        "no-usage" => Knob::NoUsage,
        _ => return None,
    })
}

fn with_value(text: &str) -> Option<Knob> {
    if let Some(rest) = text.strip_prefix("status-") {
        return status(rest);
    }
    let (name, value) = text.rsplit_once('-')?;
    Some(match name {
        "retry-after" => Knob::RetryAfter(duration(value)?),
        "delay" => Knob::Delay(duration(value)?),
        "slow" => Knob::Slow(duration(value)?),
        "chunks" => Knob::Chunks(number(value).filter(|count| (1..=10_000_000).contains(count))?),
        "cut-after" => Knob::Ending(Ending::Cut(number(value)?)),
        "end-after" => Knob::Ending(Ending::End(number(value)?)),
        "stall-after" => Knob::Ending(Ending::Stall(number(value)?)),
        "error-after" => Knob::Ending(Ending::Error(number(value)?)),
        _ => return None,
    })
}

fn status(text: &str) -> Option<Knob> {
    let (code, when) = match text.split_once('-') {
        None => (text, When::Always),
        Some((code, rest)) => match rest.split_once('-')? {
            ("first", count) => (code, When::First(number(count)?)),
            ("after", count) => (code, When::After(number(count)?)),
            _ => return None,
        },
    };
    let code = u16::try_from(number(code)?).ok()?;
    (400..600).contains(&code).then_some(Knob::Status(code, when))
}

fn duration(text: &str) -> Option<Duration> {
    match text.strip_suffix("ms") {
        Some(count) => Some(Duration::from_millis(number(count)?)),
        None => Some(Duration::from_secs(number(text.strip_suffix('s')?)?)),
    }
}

/// Digits alone: `u64`'s own reader takes a plus sign too.
fn number(text: &str) -> Option<u64> {
    text.bytes().all(|byte| byte.is_ascii_digit()).then(|| text.parse().ok())?
}
