//! The same target again, and what a client is told of waiting.

use std::time::{Duration, Instant, SystemTime};

use jackfield_e2e::Reply;
use serde_json::Value;

use crate::Json;
use crate::wire::{OPENAI, WIRES};
use crate::{Bench, header};

fn limited(headers: &str) -> Reply {
    let body = "{\"error\":{\"message\":\"too much\"}}";
    let headers = format!("content-type: application/json\r\ncontent-length: {}\r\n{headers}", body.len());
    Reply::head(429, &headers).send(body)
}

/// A date as HTTP spells it, this long from now.
fn date(from_now: Duration) -> String {
    let seconds = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap() + from_now;
    let (days, of_day) = (seconds.as_secs() / 86_400, seconds.as_secs() % 86_400);
    // The day of the year 0 that begins in March, as calendars are reckoned.
    let shifted = days + 719_468;
    let (era, of_era) = (shifted / 146_097, shifted % 146_097);
    let year = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year + year / 4 - year / 100);
    let month = (5 * of_year + 2) / 153;
    let day = of_year - (153 * month + 2) / 5 + 1;
    let name = ["Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec", "Jan", "Feb"];
    let weekday = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"][(days % 7) as usize];
    format!(
        "{weekday}, {day:02} {} {} {:02}:{:02}:{:02} GMT",
        name[month as usize],
        year + era * 400 + u64::from(month >= 10),
        of_day / 3600,
        of_day / 60 % 60,
        of_day % 60
    )
}

#[tokio::test]
async fn each_spelling_of_retry_after_comes_back_in_seconds_and_in_milliseconds() {
    for wire in WIRES {
        let (soon, past) = (date(Duration::from_secs(600)), "Sun, 06 Nov 1994 08:49:37 GMT");
        let spellings: [(String, std::ops::RangeInclusive<u64>); 7] = [
            ("retry-after: 7\r\n".into(), 7_000..=7_000),
            ("retry-after: 1.5\r\n".into(), 1_500..=1_500),
            ("retry-after-ms: 1200\r\n".into(), 1_200..=1_200),
            ("retry-after: 9\r\nretry-after-ms: 250\r\n".into(), 250..=250),
            ("x-ms-retry-after-ms: 700\r\n".into(), 700..=700),
            (format!("retry-after: {soon}\r\n"), 540_000..=600_000),
            (format!("retry-after: {past}\r\n"), 0..=0),
        ];
        for stream in [false, true] {
            let replies = spellings.iter().map(|(headers, _)| limited(headers)).collect();
            let bench = Bench::new(wire, replies).await;
            for (headers, expected) in &spellings {
                let response = if stream { bench.stream().await } else { bench.whole().await };
                assert_eq!(response.status(), 429, "{wire:?} {headers}");
                let millis: u64 = header(&response, "retry-after-ms").parse().unwrap();
                assert!(expected.contains(&millis), "{wire:?} {headers}: {millis}");
                let seconds: u64 = header(&response, "retry-after").parse().unwrap();
                assert_eq!(seconds, millis.div_ceil(1_000), "{headers}");
                wire.error_message(&response.json().await.unwrap());
            }
        }
    }
}

#[tokio::test]
async fn without_a_wait_none_is_made_up() {
    for headers in ["", "retry-after: soon\r\n", "retry-after: -1\r\n"] {
        let response = Bench::new(OPENAI, vec![limited(headers)]).await.whole().await;
        assert_eq!(response.status(), 429);
        assert!(response.headers().get("retry-after").is_none(), "{headers}: {response:?}");
    }
}

const RETRIED: &str = "[routes.again]\nstrategy = \"fallback\"\n\
                       targets = [{ model = \"up/m\", retry = { attempts = 2 } }]\n";

#[tokio::test]
async fn an_error_and_then_an_answer_is_an_answer_with_the_retry_counted() {
    for wire in WIRES {
        for stream in [false, true] {
            let good = if stream { crate::wire::sse(&wire.events(&["good"])) } else { wire.reply("good") };
            let replies = vec![Reply::json(500, "{}"), good];
            let bench = Bench::with(wire, replies, "", RETRIED).await;
            let request = if stream { wire.streamed("again") } else { wire.request("again") };
            let response = bench.served.post(wire.path, &request).await;
            assert_eq!(response.status(), 200, "{wire:?}");
            assert_eq!(header(&response, "x-portkey-retry-attempt-count"), "1");
            assert_eq!(header(&response, "x-jackfield-attempts"), "2");
            assert!(response.text().await.unwrap().contains("good"));
            assert_eq!(bench.upstream.requests().len(), 2);
        }
    }
}

#[tokio::test]
async fn retries_end_and_the_last_error_is_told() {
    let replies = ["one", "two", "three"]
        .map(|what| Reply::json(503, &format!("{{\"error\":{{\"message\":\"{what}\"}}}}")));
    let bench = Bench::with(OPENAI, replies.to_vec(), "", RETRIED).await;
    let response = bench.served.post(OPENAI.path, &OPENAI.request("again")).await;
    assert_eq!(response.status(), 503);
    assert_eq!(header(&response, "x-portkey-retry-attempt-count"), "-1");
    assert_eq!(header(&response, "x-portkey-provider"), "up");
    assert_eq!(bench.upstream.requests().len(), 3);
    let body: Value = response.json().await.unwrap();
    assert!(OPENAI.error_message(&body).contains("three"), "{body}");
}

#[tokio::test]
async fn a_status_that_another_try_does_not_mend_is_not_retried() {
    let bench = Bench::with(OPENAI, vec![Reply::json(400, "{}")], "", RETRIED).await;
    let response = bench.served.post(OPENAI.path, &OPENAI.request("again")).await;
    assert_eq!(response.status(), 400);
    assert_eq!(header(&response, "x-portkey-retry-attempt-count"), "0");
    assert_eq!(bench.upstream.requests().len(), 1);
}

#[tokio::test]
async fn the_upstreams_own_waiting_time_is_kept_to_where_the_rule_says_so() {
    let bench = Bench::new(OPENAI, vec![limited("retry-after-ms: 600\r\n"), OPENAI.reply("good")]).await;
    let config = r#"{"provider":"up","retry":{"attempts":1,"use_retry_after_headers":true}}"#;
    let ask = bench.served.ask(OPENAI.path, &OPENAI.request("m")).header("x-portkey-config", config);
    let began = Instant::now();
    assert_eq!(ask.send().await.unwrap().status(), 200);
    assert!(began.elapsed() >= Duration::from_millis(600), "{:?}", began.elapsed());
}

#[tokio::test]
async fn a_retry_waits_as_long_as_each_spelling_asks() {
    let trials = [
        ("retry-after: 1\r\n", 1_000),
        ("retry-after: 0.6\r\n", 600),
        ("retry-after-ms: 500\r\n", 500),
        ("x-ms-retry-after-ms: 450\r\n", 450),
    ];
    let waits = trials.map(|(headers, least)| async move {
        let bench = Bench::new(OPENAI, vec![limited(headers), OPENAI.reply("good")]).await;
        let config = r#"{"provider":"up","retry":{"attempts":1}}"#;
        let ask = bench.served.ask(OPENAI.path, &OPENAI.request("m")).header("x-portkey-config", config);
        let began = Instant::now();
        assert_eq!(ask.send().await.unwrap().status(), 200, "{headers}");
        let took = began.elapsed();
        assert!(took >= Duration::from_millis(least), "{headers}: {took:?}");
        assert_eq!(bench.upstream.requests().len(), 2, "{headers}");
    });
    futures_util::future::join_all(waits).await;
}

#[tokio::test]
async fn a_retry_waits_for_the_date_that_is_asked_for() {
    let since = || SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap();
    // A date has no parts of a second.
    let asked = since().as_secs() + 3;
    let soon = format!("retry-after: {}\r\n", date(Duration::from_secs(3)));
    let bench = Bench::new(OPENAI, vec![limited(&soon), OPENAI.reply("good")]).await;
    let config = r#"{"provider":"up","retry":{"attempts":1}}"#;
    let ask = bench.served.ask(OPENAI.path, &OPENAI.request("m")).header("x-portkey-config", config);
    assert_eq!(ask.send().await.unwrap().status(), 200);
    assert!(since().as_secs() >= asked, "{soon}");
}
