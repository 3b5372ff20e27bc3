//! What has to do with no provider.

use crate::scene::{Outcome, Scene};

#[tokio::test]
async fn help_lists_the_commands_and_the_exit_codes() {
    let commands = [
        "chat",
        "embed",
        "models",
        "providers",
        "tools",
        "plugin",
        "config",
        "dev",
        "demo",
        "completions",
        "130",
    ];
    Scene::new().run(&["--help"]).await.exits(0).says(&commands);
}

#[tokio::test]
async fn the_version_is_told() {
    Scene::new().run(&["--version"]).await.exits(0).says(&[env!("CARGO_PKG_VERSION")]);
}

#[tokio::test]
async fn slips_in_the_arguments_are_usage_errors() {
    for arguments in [
        &[][..],
        &["chatt"],
        &["chat", "hello"],
        &["chat", "-m", "openai", "hello"],
        &["chat", "-m", "openai/x", "--extra", "[1]", "hello"],
        &["chat", "-m", "openai/x", "--timeout", "0", "hello"],
        &["-v", "-q", "models"],
        &["plugin", "add", "x.wasm", "--set", "no-equals-sign"],
    ] {
        let outcome = Scene::new().run(arguments).await.exits(2);
        assert!(!outcome.stderr.contains("bug"), "{outcome}");
    }
}

#[tokio::test]
async fn there_is_a_completion_script_for_each_shell() {
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        Scene::new().run(&["completions", shell]).await.exits(0).says(&["jackfield", "chat"]);
    }
}

#[tokio::test]
async fn a_reader_that_goes_away_ends_the_command_quietly() {
    let mut child = Scene::new().command(&["completions", "zsh"]).spawn().unwrap();
    drop(child.stdout.take());
    let outcome = Outcome::of(child).await.exits(0);
    assert_eq!(outcome.stderr, "");
}
