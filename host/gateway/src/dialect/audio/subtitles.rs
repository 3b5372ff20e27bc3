//! Subtitles, out of the stretches of a transcript.

use std::fmt::Write;

use jackfield_runtime::api::transcription::Segment;

/// SubRip.
pub(super) fn srt(segments: &[Segment]) -> String {
    let mut out = String::new();
    for (number, segment) in (1..).zip(segments) {
        let (start, end) = (time(segment.start, ','), time(segment.end, ','));
        // Writing to a text can't fail.
        let _ = write!(out, "{number}\n{start} --> {end}\n{}\n\n", line(&segment.text));
    }
    out
}

/// WebVTT.
pub(super) fn vtt(segments: &[Segment]) -> String {
    let mut out = String::from("WEBVTT\n\n");
    for segment in segments {
        let (start, end) = (time(segment.start, '.'), time(segment.end, '.'));
        let _ = write!(out, "{start} --> {end}\n{}\n\n", line(&segment.text).replace("-->", "->"));
    }
    out
}

/// An empty line would end the subtitle.
fn line(text: &str) -> String {
    text.lines().map(str::trim).filter(|line| !line.is_empty()).collect::<Vec<_>>().join("\n")
}

fn time(seconds: f64, point: char) -> String {
    // `as` saturates, and what is no number becomes 0.
    let milliseconds = (seconds.max(0.0) * 1000.0).round() as u64;
    let (seconds, milliseconds) = (milliseconds / 1000, milliseconds % 1000);
    let (minutes, seconds) = (seconds / 60, seconds % 60);
    let (hours, minutes) = (minutes / 60, minutes % 60);
    format!("{hours:02}:{minutes:02}:{seconds:02}{point}{milliseconds:03}")
}
