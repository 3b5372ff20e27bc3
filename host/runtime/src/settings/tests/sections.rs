//! Sections of the file that are others' to read.

use super::*;

#[test]
fn sections_of_others_are_left_alone_and_unknown_ones_are_not() {
    assert!(problems("[routes.x]\ny = 1\n[server]\nz = 2").is_empty());
    let found =
        problems("[provider.x]\n[runtime]\ninstances = 0\nmemory = '5 GiB'\n[plugins]\ndirs = 'x'\n[Bad]");
    let expected = [
        "jackfield.toml:1:2: provider: unknown field; did you mean `providers`?",
        "jackfield.toml:3:13: runtime.instances: 0 is out of range: write 1 to 100000",
        "jackfield.toml:4:10: runtime.memory: a plugin can't address more than 4 GiB: write at most \"4 GiB\"",
        "jackfield.toml:6:1: plugins.dirs: unknown field; did you mean `dir`?",
        "jackfield.toml:7:2: Bad: unknown field; remove it, or use one of: catalog, plugins, runtime, providers, routes, server",
    ];
    assert_eq!(found, expected);
}

#[test]
fn another_crates_section_is_read_by_serde_with_its_place() {
    #[derive(Debug, serde::Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Server {
        listen: String,
        #[expect(dead_code, reason = "only its absence is looked at")]
        idle: Option<Period>,
    }
    let read = |text: &str| {
        document::read(text, "jackfield.toml", |mut fields| {
            let server = fields.take("server")?.deserialize::<Server>();
            fields.leave(Settings::SECTIONS);
            fields.finish();
            server
        })
    };
    assert_eq!(read("[server]\nlisten = 'x'\n[plugins]\ndir = 1").unwrap().listen, "x");
    let error = read("[server]\nlisten = 'x'\nlsten = 1").unwrap_err().to_string();
    assert!(error.starts_with("jackfield.toml:3:1: server: unknown field `lsten`"), "{error}");
    let error = read("[server]\nlisten = 'x'\nidle = '1'").unwrap_err().to_string();
    assert!(error.starts_with("jackfield.toml:3:8: server: \"1\" isn't a length of time"), "{error}");
}

#[test]
fn problems_of_several_readers_are_put_in_order() {
    let one = Settings::parse("a = 1\nb = 2", "f", &["a"]).unwrap_err();
    let two = Settings::parse("a = 1\nb = 2", "f", &["b"]).unwrap_err();
    let both = one.and(two);
    assert_eq!(both.iter().map(|problem| problem.line).collect::<Vec<_>>(), [1, 2]);
}
