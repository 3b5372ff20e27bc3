//! The demonstration, which is also the test of everything that it shows.

use crate::scene::{Scene, guests};

#[tokio::test]
async fn every_attack_is_stopped_and_the_key_reaches_only_the_provider() {
    let guests = guests();
    let outcome =
        Scene::new().with_plugins().run(&["demo", "--guests", guests.to_str().unwrap()]).await.exits(0);
    let stopped = outcome.stdout.matches(": stopped ").count();
    assert_eq!(stopped, 12, "{outcome}");
    assert!(!outcome.stdout.contains("GOT THROUGH"), "{outcome}");
    outcome.says(&[
        "You said: Say hello",
        "The key is not in what the plugin wrote, and in what the provider received.",
        "rule `asked`",
        "rule `granted`",
        "169.254.169.254 is a cloud metadata service",
        "rule `host-header`",
        "[redacted]",
        "limits.memory",
        "timeouts.total",
        "wasi:sockets/",
        "The host is unharmed",
    ]);
}

#[tokio::test]
async fn a_real_key_is_not_used_unless_somebody_says_so() {
    let guests = guests();
    let scene = Scene::new().with_plugins().with_variable("OPENAI_API_KEY", "sk-somebodys-real-key");
    let outcome = scene.run(&["demo", "--guests", guests.to_str().unwrap()]).await.exits(0);
    outcome.says(&["OPENAI_API_KEY is set; it was not used"]);
}

#[tokio::test]
async fn what_has_not_been_built_is_told() {
    Scene::new().with_plugins().run(&["demo", "--guests", "none"]).await.exits(2).complains(&["make guests"]);
}
