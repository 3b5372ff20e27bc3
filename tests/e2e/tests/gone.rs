//! What becomes of a host that nobody holds any more: its threads and its
//! address space go with it. In a program of its own, as it counts both.

use std::time::{Duration, Instant};

use jackfield_e2e::Served;
use jackfield_e2e::gateway::{provider, upstream};
use jackfield_e2e::guests::{bind, chat, host, plugin};
use jackfield_runtime::CallContext;
use serde_json::json;

/// Hosts alive: each has one thread that keeps its time.
fn alive() -> usize {
    let threads = std::fs::read_dir("/proc/self/task").into_iter().flatten().flatten();
    let names = threads.filter_map(|thread| std::fs::read_to_string(thread.path().join("comm")).ok());
    names.filter(|name| name.trim() == "jackfield-timer").count()
}

async fn none_is_left(what: &str) {
    let deadline = Instant::now() + Duration::from_secs(10);
    while alive() > 0 {
        assert!(Instant::now() < deadline, "{what}: {} hosts are still there", alive());
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

/// One test, as others of this program would be counted too.
#[tokio::test]
#[cfg(target_os = "linux")]
async fn a_host_takes_everything_along_when_it_goes() {
    drop(host());
    none_is_left("a host that did nothing").await;

    let origin = upstream(Default::default()).await;
    {
        let host = host();
        host.load_file(plugin("openai")).unwrap();
        let lines = format!(
            "plugin = \"openai\"\nconfig.base-url = \"{origin}/v1\"\ngrant.origins = [\"{origin}\"]\n"
        );
        let provider = bind(&host, "p", &lines).await;
        assert_eq!(alive(), 1, "there is a host to be counted");
        provider.chat(&CallContext::default(), chat("m", "hello")).await.unwrap();
    }
    none_is_left("a host that answered a chat").await;

    {
        let served = Served::start(&provider("up", "openai", &origin, "")).await;
        let body = json!({ "model": "up/m", "messages": [{ "role": "user", "content": "hello" }] });
        assert_eq!(served.post("/v1/chat/completions", &body).await.status(), 200);
    }
    none_is_left("a gateway's host").await;
}
