use std::time::Duration;

use super::{Ending, Instead, Knob, Knobs, Style, When};

#[test]
fn every_documented_knob_is_read() {
    let milliseconds = Duration::from_millis;
    for (text, knob) in [
        ("status-429", Knob::Status(429, When::Always)),
        ("status-503-first-2", Knob::Status(503, When::First(2))),
        ("status-429-after-2", Knob::Status(429, When::After(2))),
        ("retry-after-2s", Knob::RetryAfter(milliseconds(2000))),
        ("retry-after-1500ms", Knob::RetryAfter(milliseconds(1500))),
        ("delay-200ms", Knob::Delay(milliseconds(200))),
        ("slow-50ms", Knob::Slow(milliseconds(50))),
        ("chunks-500", Knob::Chunks(500)),
        ("endless", Knob::Endless),
        ("silent", Knob::Instead(Instead::Silent)),
        ("reset", Knob::Instead(Instead::Reset)),
        ("html", Knob::Instead(Instead::Html)),
        ("garbage", Knob::Instead(Instead::Garbage)),
        ("empty", Knob::Instead(Instead::Empty)),
        ("other-json", Knob::Instead(Instead::OtherJson)),
        ("redirect", Knob::Instead(Instead::Redirect)),
        ("redirect-same", Knob::Instead(Instead::RedirectSame)),
        ("cut-after-10", Knob::Ending(Ending::Cut(10))),
        ("end-after-10", Knob::Ending(Ending::End(10))),
        ("stall-after-10", Knob::Ending(Ending::Stall(10))),
        ("half-event", Knob::Ending(Ending::Half)),
        ("error-after-10", Knob::Ending(Ending::Error(10))),
        ("error-in-stream", Knob::Ending(Ending::Error(5))),
        ("burst", Knob::Style(Style::Burst)),
        ("torn", Knob::Style(Style::Torn)),
        ("crlf", Knob::Style(Style::Crlf)),
        ("comments", Knob::Style(Style::Comments)),
        ("invalid-utf8", Knob::InvalidUtf8),
        ("big-header", Knob::BigHeader),
        ("echo-key", Knob::EchoKey),
        ("no-done", Knob::NoDone),
        ("no-usage", Knob::NoUsage),
    ] {
        assert_eq!(text.parse(), Ok(knob), "{text}");
    }
}

#[test]
fn knobs_ride_behind_any_name_or_stand_alone() {
    let both = Knobs::of_model("gpt-4o-mini+slow-20ms+cut-after-10").unwrap();
    assert_eq!((both.slow, both.ending), (Some(Duration::from_millis(20)), Ending::Cut(10)));
    assert_eq!(Knobs::of_model("silent").unwrap().instead, Some(Instead::Silent));
    assert_eq!(Knobs::of_model("status-quo").unwrap(), Knobs::default());
}

#[test]
fn a_slip_behind_the_name_is_refused() {
    for part in [
        "",
        "silence",
        "slow-50",
        "slow-ms",
        "slow- 5ms",
        "status-200",
        "status-429-after",
        "status-429-later-2",
        "chunks-0",
        "cut-after-",
        "cut-after--1",
    ] {
        let error = Knobs::of_model(&format!("m+{part}")).unwrap_err();
        assert!(error.to_string().contains(&format!("`{part}`")), "{error}");
    }
}
