//! The parts that every request and event passes, by themselves.

use std::hint::black_box;

use bytes::Bytes;
use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use jackfield_runtime::egress::scan::SecretScanner;
use jackfield_runtime::frame::{Cutter, EventStreamCutter, LineCutter, SseCutter};

/// A body of server-sent events of 200 bytes each.
fn events(count: usize) -> Bytes {
    let mut body = String::new();
    for index in 0..count {
        body.push_str(&format!(
            "data: {{\"id\":\"chatcmpl-{index:08}\",\"object\":\"chat.completion.chunk\",\"created\":1700000000,\"model\":\"m\",\"choices\":[{{\"index\":0,\"delta\":{{\"content\":\"word {index}\"}},\"finish_reason\":null}}]}}\n\n"
        ));
    }
    body.into()
}

fn framing(c: &mut Criterion) {
    const COUNT: usize = 50;
    let mut group = c.benchmark_group("framing");
    group.throughput(Throughput::Elements(COUNT as u64));
    let body = events(COUNT);
    group.bench_function("server-sent events, whole", |b| {
        b.iter(|| {
            let mut cutter = SseCutter::new(1 << 20);
            let _ = cutter.push(body.clone());
            black_box(cutter.drain().len())
        });
    });
    group.bench_function("server-sent events, in pieces of 100 bytes", |b| {
        b.iter(|| {
            let mut cutter = SseCutter::new(1 << 20);
            let mut count = 0;
            for start in (0..body.len()).step_by(100) {
                let _ = cutter.push(body.slice(start..body.len().min(start + 100)));
                count += cutter.drain().len();
            }
            black_box(count)
        });
    });
    let lines: Bytes =
        "{\"message\":{\"role\":\"assistant\",\"content\":\"word\"},\"done\":false}\n".repeat(COUNT).into();
    group.bench_function("newline-delimited JSON", |b| {
        b.iter(|| {
            let mut cutter = LineCutter::new(1 << 20);
            let _ = cutter.push(lines.clone());
            black_box(cutter.drain().len())
        });
    });
    group.bench_function("an event stream that isn't one", |b| {
        b.iter(|| {
            let mut cutter = EventStreamCutter::new(1 << 20);
            black_box(cutter.push(lines.clone()).is_err())
        });
    });
    group.finish();
}

fn scanning(c: &mut Criterion) {
    let mut group = c.benchmark_group("secrets");
    group.throughput(Throughput::Bytes(1024));
    let secret = "sk-0123456789abcdefghijklmnopqrstuvwxyz0123456789ABCD";
    let Ok(scanner) = SecretScanner::new([secret.as_bytes()]) else { return };
    let body: Vec<u8> = events(6)[..1024].to_vec();
    group.bench_function("1 KB without a secret", |b| b.iter(|| black_box(scanner.find(&body))));
    group.finish();
}

criterion_group!(benches, framing, scanning);
criterion_main!(benches);
