use super::*;

/// Defaults much like those of `plugin.toml`, with models of its own.
pub(crate) fn chat(platform: Platform) -> ChatSettings {
    let models = |ids: &[&str]| Models::new(ids.iter().map(|id| (*id).to_owned()).collect());
    ChatSettings {
        platform,
        safety: Vec::new(),
        schemas: Schemas::Json,
        effort_budgets: [("minimal", 1024), ("low", 1024), ("medium", 8192), ("high", 24576)]
            .map(|(word, tokens)| (word.to_owned(), tokens))
            .to_vec(),
        level_models: models(&["gemini-3"]),
        no_minimal: models(&["gemini-3-pro"]),
        always_thinking: models(&["gemini-2.5-pro"]),
        unthinking: models(&["gemini-2.0"]),
        signed_calls: models(&["gemini-3"]),
        media_results: models(&["gemini-3"]),
    }
}

#[test]
fn models_are_known_by_the_beginning_of_their_id() {
    let models = chat(Platform::Gemini).level_models;
    assert!(models.contain("gemini-3-flash-preview"));
    assert!(models.contain("publishers/google/models/gemini-3-pro"));
    assert!(!models.contain("gemini-2.5-flash"));
    assert!(!Models::new(vec![String::new()]).contain("anything"));
}

#[test]
fn every_value_that_is_read_is_declared_and_the_other_way_round() {
    let manifest = include_str!("../../plugin.toml");
    let mut declared: Vec<&str> =
        manifest.lines().filter_map(|line| line.strip_prefix("[config.")?.strip_suffix(']')).collect();
    let (code, _) = include_str!("../settings.rs").split_once("#[cfg(test)]").unwrap();
    let read_by = |reader: &str| {
        let calls = code.match_indices(reader).map(|(place, _)| &code[place + reader.len()..]);
        calls.filter_map(|rest| rest.split('"').next()).collect::<Vec<_>>()
    };
    let mut read: Vec<&str> = ["text(\"", "texts(\"", "url(\"", "required(\"", "models(\""]
        .iter()
        .flat_map(|reader| read_by(reader))
        .collect();
    declared.sort_unstable();
    read.sort_unstable();
    assert_eq!(read, declared);
}

#[test]
fn budgets_are_sorted_and_what_is_none_is_named() {
    let entries = ["high = 9".to_owned(), "low=1".to_owned()];
    assert_eq!(effort_budgets(&entries).unwrap(), [("low".to_owned(), 1), ("high".to_owned(), 9)]);
    let error = effort_budgets(&["low=many".to_owned()]).unwrap_err();
    assert!(error.message.contains("config.effort-budgets") && error.message.contains("many"));
}

#[test]
fn every_scheme_that_can_be_chosen_is_in_the_manifest() {
    let manifest = include_str!("../../plugin.toml");
    for (word, auth) in AUTHS {
        assert_eq!(*word, auth.scheme());
        assert!(manifest.contains(&format!("[auth.{word}]")), "{word}");
    }
}
