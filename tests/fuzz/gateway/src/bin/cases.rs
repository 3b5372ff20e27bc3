//! Tries many cases of a target with the stable compiler, and says how many, how
//! fast, and which took the longest. A case that fails is printed so that it can
//! be tried again.
//!
//! `cases TARGET COUNT [SEED]`, or `cases TARGET --case HEX`.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::process::ExitCode;
use std::time::{Duration, Instant};

use jackfield_fuzz_gateway::targets::{
    gateway_request, gateway_whole, other_dialects, portkey_config, portkey_headers, sigv4_head,
};

type Target = fn(&[u8]);

const TARGETS: [(&str, Target); 6] = [
    ("gateway_request", gateway_request::run),
    ("gateway_whole", gateway_whole::run),
    ("other_dialects", other_dialects::run),
    ("portkey_config", portkey_config::run),
    ("portkey_headers", portkey_headers::run),
    ("sigv4_head", sigv4_head::run),
];

/// A case that takes longer costs more than its few kilobytes are worth.
const LONGEST: Duration = Duration::from_secs(2);

/// How many failures are enough to go by.
const MOST_FAILURES: usize = 20;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let target = arguments.first().and_then(|name| TARGETS.iter().find(|(known, _)| known == name));
    match (target, arguments.get(1).map(String::as_str), arguments.get(2)) {
        (Some((_, target)), Some("--case"), Some(case)) => {
            target(&unhex(case));
            ExitCode::SUCCESS
        }
        (Some((name, target)), Some(count), seed) => {
            match (count.parse(), seed.map_or(Ok(1), |seed| seed.parse())) {
                (Ok(count), Ok(seed)) => many(name, *target, count, seed),
                _ => usage(),
            }
        }
        _ => usage(),
    }
}

fn usage() -> ExitCode {
    let names: Vec<&str> = TARGETS.iter().map(|(name, _)| *name).collect();
    eprintln!("cases TARGET COUNT [SEED], or cases TARGET --case HEX; targets: {}", names.join(", "));
    ExitCode::from(2)
}

/// Case by case on one thread: run it twice with two seeds to use two cores.
fn many(name: &str, target: Target, count: u64, seed: u64) -> ExitCode {
    let began = Instant::now();
    let (mut longest, mut failures, mut tried) = ((Duration::ZERO, [0; 16]), 0, 0_u64);
    for number in 0..count {
        let case = case(seed, number);
        let since = Instant::now();
        let whole = catch_unwind(AssertUnwindSafe(|| target(&case)));
        let took = since.elapsed();
        tried += 1;
        if took > longest.0 && number > 0 {
            longest = (took, case);
        }
        if whole.is_err() || (took > LONGEST && number > 0) {
            println!("FAILED {name} --case {} ({took:?})", hex(&case));
            failures += 1;
            if failures == MOST_FAILURES {
                break;
            }
        }
        if number % 1_000_000 == 999_999 {
            println!(
                "{name}: {} million cases, {failures} failures, {:?}",
                (number + 1) / 1_000_000,
                began.elapsed()
            );
        }
    }
    println!(
        "{name}: {tried} cases by seed {seed}, {failures} failures, {:.0} a second, the longest took {:?} ({})",
        tried as f64 / began.elapsed().as_secs_f64(),
        longest.0,
        hex(&longest.1),
    );
    if failures == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// The bytes of a case; different for each number and seed.
fn case(seed: u64, number: u64) -> [u8; 16] {
    let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ number.wrapping_mul(0xd134_2543_de82_ef95);
    let mut next = || {
        state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (state ^ (state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    };
    let mut case = [0; 16];
    case[..8].copy_from_slice(&next().to_le_bytes());
    case[8..].copy_from_slice(&next().to_le_bytes());
    case
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn unhex(text: &str) -> Vec<u8> {
    let digits = text.as_bytes().chunks(2);
    digits.filter_map(|pair| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok()).collect()
}
