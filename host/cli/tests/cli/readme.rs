//! What the README and the templates' README show is what happens: every block
//! of code in them is run, or parsed by what reads it in earnest. The Rust block
//! is a documentation test of the library.

use std::path::{Path, PathBuf};

use jackfield::upstream::{UpstreamOptions, serve};
use tokio::net::TcpListener;

use crate::scene::Scene;

const README: &str = include_str!("../../../../README.md");
const GATEWAY: &str = include_str!("../../../gateway/README.md");
const CATALOG: &str = include_str!("../../../runtime/CATALOG.md");

/// The blocks of one language, in their order.
pub(crate) fn blocks(text: &str, language: &str) -> Vec<String> {
    let (mut blocks, mut open) = (Vec::new(), None);
    for line in text.lines() {
        match (line.strip_prefix("```"), &mut open) {
            (Some(_), Some(_)) => blocks.extend(open.take().filter(|(of, _)| of == language)),
            (Some(of), None) => open = Some((of.to_owned(), String::new())),
            (None, Some((_, block))) => *block += &format!("{line}\n"),
            (None, None) => {}
        }
    }
    assert!(open.is_none(), "a block has no end");
    blocks.into_iter().map(|(_, block)| block).collect()
}

/// The block of shell commands that has this in it.
fn shell_with(text: &str, part: &str) -> String {
    let mut found = blocks(text, "sh").into_iter().filter(|block| block.contains(part));
    match (found.next(), found.next()) {
        (Some(block), None) => block,
        other => panic!("one block should have {part}: {other:?}"),
    }
}

/// An upstream that takes every key.
async fn upstream() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let origin = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(serve(listener, UpstreamOptions::default(), std::future::pending()));
    origin
}

/// A scene whose shell finds the program, and Cargo what it needs to build.
fn shell_scene() -> Scene {
    let program = Path::new(env!("CARGO_BIN_EXE_jackfield")).parent().unwrap().to_owned();
    let inherited = std::env::var_os("PATH").unwrap_or_default();
    let paths = std::env::join_paths(std::iter::once(program).chain(std::env::split_paths(&inherited)));
    let home = PathBuf::from(std::env::var_os("HOME").unwrap_or_default());
    let mut scene = Scene::new().with_variable("PATH", paths.unwrap().into_string().unwrap());
    for (name, folder) in [("CARGO_HOME", ".cargo"), ("RUSTUP_HOME", ".rustup")] {
        if std::env::var_os(name).is_none() {
            scene = scene.with_variable(name, home.join(folder).to_str().unwrap());
        }
    }
    scene
}

#[test]
fn no_block_is_left_unchecked() {
    let fences = README.lines().filter(|line| line.starts_with("```")).count() / 2;
    let (sh, toml, rust) = (blocks(README, "sh"), blocks(README, "toml"), blocks(README, "rust"));
    assert_eq!(
        (sh.len(), toml.len(), rust.len(), fences),
        (5, 1, 1, 7),
        "give a new block a test here, then change this"
    );
    let fences = GATEWAY.lines().filter(|line| line.starts_with("```")).count() / 2;
    // The block in Python is what the peers' tests send.
    assert_eq!((blocks(GATEWAY, "toml").len(), blocks(GATEWAY, "python").len(), fences), (8, 1, 9));
}

#[test]
fn the_makefile_has_every_target_that_is_named() {
    let makefile = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../../Makefile")).unwrap();
    let named = shell_with(README, "make demo");
    for line in named.lines() {
        let target = line.strip_prefix("make ").unwrap().split_whitespace().next().unwrap();
        assert!(makefile.lines().any(|rule| rule.starts_with(&format!("{target}: "))), "{target}");
    }
}

#[test]
fn the_program_and_its_plugins_are_where_the_shell_is_told() {
    let line = shell_with(README, "JACKFIELD_PLUGINS");
    for place in ["PATH=\"$PWD/target/debug:$PATH\"", "JACKFIELD_PLUGINS=\"$PWD/target/plugins\""] {
        assert!(line.contains(place), "{line}");
    }
    let makefile = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../../Makefile")).unwrap();
    assert!(makefile.contains("JACKFIELD := $(BUILT)/debug/jackfield\n"));
    assert!(makefile.contains("--plugins target/plugins"));
}

#[tokio::test]
async fn the_questions_are_answered() {
    let origin = upstream().await;
    let provider = |name: &str, path: &str| {
        format!(
            "[providers.{name}]\nplugin = \"{name}\"\nconfig.base-url = \"{origin}{path}\"\n\
             grant.origins = [\"{origin}\"]\n"
        )
    };
    let scene = shell_scene()
        .with_plugins()
        .with_config(&(provider("openai", "/v1") + &provider("anthropic", "")))
        .with_variable("ANTHROPIC_API_KEY", "any")
        .with_file("question.txt", "Pourquoi ?");
    let outcome = scene.run_shell(&shell_with(README, "jackfield chat -m openai")).await;
    outcome.exits(0).says(&["OPENAI_API_KEY", "ANTHROPIC_API_KEY"]);
}

/// The first command of the block runs until the others are through.
#[tokio::test]
async fn the_gateway_answers() {
    let origin = upstream().await;
    let config =
        format!("[providers.openai]\nconfig.base-url = \"{origin}/v1\"\ngrant.origins = [\"{origin}\"]\n");
    let scene = shell_scene().with_plugins().with_config(&config).with_variable("OPENAI_API_KEY", "any");
    let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let block = shell_with(README, "jackfield serve").replace("8787", &port.to_string());
    let (serve, ask) = block.split_once('\n').unwrap();
    let script = format!(
        "{serve} > serve.out & served=$!\nuntil grep -q http serve.out; do sleep 0.1; done\n{ask}\n\
         answered=$?\nkill $served\nexit $answered"
    );
    let outcome = scene.run_shell(&script).await.exits(0);
    assert!(outcome.stdout.contains("You said: Hello"), "{}", outcome.stdout);
}

/// The brand of the example is played by a server of ours.
#[tokio::test]
async fn a_brand_of_ones_own_takes_a_file() {
    let (toml, sh) = (blocks(CATALOG, "toml"), blocks(CATALOG, "sh"));
    let ([config, preset], [commands]) = (&toml[..], &sh[..]) else { panic!("{toml:?} {sh:?}") };
    assert_eq!(CATALOG.lines().filter(|line| line.starts_with("```")).count() / 2, 3);
    let path = "https://api.deepinfra.com/v1/openai";
    assert!(preset.contains(path) && CATALOG.contains("`presets/deepinfra.toml`"));
    let origin = upstream().await;
    let preset = preset.replace(path, &format!("{origin}/v1")).replace("https://api.deepinfra.com", &origin);
    let scene = shell_scene()
        .with_plugins()
        .with_config(config)
        .with_file("presets/deepinfra.toml", preset)
        .with_variable("DEEPINFRA_API_KEY", "any");
    let outcome = scene.run_shell(commands).await.exits(0);
    outcome.says(&["DeepInfra", "BAAI/bge-m3", "ok  deepinfra", "You said: Why is the sky blue?"]);
}

#[tokio::test]
async fn the_configuration_is_one() {
    let [config] = &blocks(README, "toml")[..] else { panic!("there is one") };
    let scene = Scene::new()
        .with_plugins()
        .with_config(config)
        .with_variable("GROQ_API_KEY", "any")
        .with_variable("LAPTOP_KEY", "any")
        .with_variable("TEAM_KEY", "any");
    scene.run(&["config", "check"]).await.exits(0).says(&["groq", "laptop", "ok"]);
}

/// A certificate for a name, and its key.
fn certificate() -> [String; 2] {
    let made = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
    [made.cert.pem(), made.signing_key.serialize_pem()]
}

/// Each alone, and all together.
#[tokio::test]
async fn the_gateways_configurations_are_some() {
    let blocks = blocks(GATEWAY, "toml");
    let [certificate, key] = certificate();
    for config in blocks.iter().chain([&blocks.concat()]) {
        let scene = Scene::new()
            .with_plugins()
            .with_config(&format!("{config}\n[providers.openai]\n"))
            .with_file("server.pem", &certificate)
            .with_file("server.key", &key)
            .with_variable("OPENAI_API_KEY", "any")
            .with_variable("TEAM_KEY", "any")
            .with_variable("BASETEN_API_KEY", "any")
            .with_variable("BASETEN_WEBHOOK_SECRET", "any");
        scene.run(&["config", "check"]).await.exits(0).says(&["ok"]);
    }
}

#[tokio::test]
async fn the_exit_codes_are_those_of_the_help() {
    let help = Scene::new().run(&["--help"]).await.exits(0).stdout;
    let rows: Vec<_> = README
        .lines()
        .filter_map(|line| line.strip_prefix("| ")?.strip_suffix(" |")?.split_once(" | "))
        .filter(|(code, _)| code.parse::<u8>().is_ok())
        .collect();
    assert_eq!(rows.len(), 7);
    for (code, meaning) in rows {
        assert!(help.contains(&format!("  {code:<3}  {meaning}\n")), "{code} {meaning} in\n{help}");
    }
}

/// Takes as long as building a plugin does.
#[tokio::test]
async fn a_new_plugin_is_built_added_and_asked_and_its_own_readme_is_right() {
    let lines = shell_with(README, "jackfield plugin new");
    let [new, build, add, chat] = &lines.lines().collect::<Vec<_>>()[..] else { panic!("{lines}") };
    // From test to test the dependencies stay built.
    let kept = Path::new(env!("CARGO_TARGET_TMPDIR")).join("readme");
    let scene = shell_scene()
        .with_variable("API_KEY", "any")
        .with_variable("CARGO_TARGET_DIR", kept.to_str().unwrap());
    scene.run_shell(new).await.exits(0);

    let manifest = scene.read("my-llm/plugin.toml");
    let origin = upstream().await;
    let scene = scene.with_file("my-llm/plugin.toml", manifest.replace("https://api.example.com", &origin));
    std::fs::create_dir_all(&kept).unwrap();
    std::os::unix::fs::symlink(kept, scene.path("my-llm/target")).unwrap();

    scene.run_shell(build).await.exits(0);
    // It asks back, and there is nobody to answer.
    scene.run_shell(add).await.exits(2).complains(&["asks to send", &origin, "--yes"]);
    let (add, _) = add.split_once('#').unwrap();
    scene.run_shell(&format!("{add} --yes")).await.exits(0).says(&["is ready"]);
    let answer = scene.run_shell(chat).await.exits(0);
    assert!(!answer.stdout.trim().is_empty(), "{answer}");

    let its_own = scene.read("my-llm/README.md");
    let commands = blocks(&its_own, "sh").concat();
    assert!(commands.lines().count() == 5 && !commands.contains("{{"), "{commands}");
    // Which targets there are is the tester's own affair.
    let commands = commands.replace("rustup target add wasm32-wasip2\n", "");
    scene.run_shell(&format!("cd my-llm\n{commands}")).await.exits(0).says(&["my-llm.wasm"]);
}
