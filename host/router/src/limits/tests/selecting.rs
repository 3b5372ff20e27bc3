use super::*;

fn matches(pattern: &str, text: &str) -> bool {
    let values = vec![Pattern::new(pattern)];
    let condition = Condition { field: Field::Endpoint, values, excludes: Vec::new() };
    condition.holds(&Subject { endpoint: Some(text), ..subject(&BTreeMap::new()) })
}

#[test]
fn a_star_stands_for_any_text() {
    for (pattern, text, does) in [
        ("chat", "chat", true),
        ("chat", "chats", false),
        ("*", "", true),
        ("*", "chat", true),
        ("c*", "chat", true),
        ("*t", "chat", true),
        ("c*t", "chat", true),
        ("c*a*t", "chat", true),
        ("c*c*t", "chat", false),
        ("ch*hat", "chat", false),
        ("*a*", "chat", true),
        ("x*", "chat", false),
    ] {
        assert_eq!(matches(pattern, text), does, "{pattern} {text}");
    }
}

fn holds(key: &str, values: &[&str], excludes: &[&str]) -> bool {
    let patterns = |words: &[&str]| words.iter().map(|word| Pattern::new(*word)).collect();
    let metadata = BTreeMap::from([("team".to_owned(), "ads".to_owned())]);
    let condition =
        Condition { field: key.parse().unwrap(), values: patterns(values), excludes: patterns(excludes) };
    condition.holds(&subject(&metadata))
}

#[test]
fn a_condition_looks_at_its_property() {
    for (key, value) in [
        ("api_key", "key-1"),
        ("tenant", "acme"),
        ("workspace_id", "acme"),
        ("provider", "openai"),
        ("virtual_key", "openai"),
        ("model", "openai/gpt-4o"),
        ("model", "openai/*"),
        ("model", "gpt-4o"),
        ("endpoint_type", "chat"),
        ("metadata.team", "ads"),
    ] {
        assert!(holds(key, &["x", value], &[]), "{key}");
        assert!(!holds(key, &["x"], &[]), "{key}");
        assert!(!holds(key, &["*"], &[value]), "{key}");
        assert!(holds(key, &[], &["x"]), "{key}");
    }
    assert!(!holds("metadata.x", &["*"], &[]), "what isn't there matches nothing");
    assert!(holds("metadata.x", &[], &["ads"]), "and isn't excluded");
    assert!("colour".parse::<Field>().unwrap_err().contains("colour"));
}

fn rigged(field: &str) -> Rig {
    let group_by = vec![field.parse().unwrap()];
    Rig::new([Limit { group_by, ..limit(Metric::Requests, 1, Window::Lifetime) }])
}

#[test]
fn groups_are_counted_apart() {
    let rig = rigged("metadata.user");
    let user = |name: &str| BTreeMap::from([("user".to_owned(), name.to_owned())]);
    for name in ["a", "b", "-;", ""] {
        assert!(rig.reserve_as(&user(name), &estimate(0)).is_ok(), "{name}");
        assert!(rig.reserve_as(&user(name), &estimate(0)).is_err(), "{name}");
    }
    assert!(rig.reserve(0).is_ok(), "those without a user are a group of their own");
    assert!(rig.reserve(0).is_err());
}

#[test]
fn no_two_groups_look_alike() {
    let fields = ["metadata.a".parse().unwrap(), "metadata.b".parse().unwrap()];
    let scope = |a: &str, b: &str| {
        let metadata = BTreeMap::from([("a".to_owned(), a.to_owned()), ("b".to_owned(), b.to_owned())]);
        Scope::of(&fields, &subject(&metadata))
    };
    assert_ne!(scope("x;1:y", "z"), scope("x", "y;1:z"));
    assert_ne!(scope("", "-"), scope("-", ""));
}

#[test]
fn only_limits_whose_conditions_hold_apply() {
    let about = |value: &str| {
        let condition =
            Condition { field: Field::Provider, values: vec![Pattern::new(value)], excludes: Vec::new() };
        Limit { conditions: vec![condition], ..named(value, limit(Metric::Tokens, 1, Window::Lifetime)) }
    };
    let rig = Rig::new([about("openai"), about("groq")]);
    let matching = rig.limits.matching(&subject(&BTreeMap::new()));
    assert_eq!(matching, [(LimitId::new("openai"), Scope::default())]);
}

#[test]
fn owners_have_counters_of_their_own() {
    let one = limit(Metric::Requests, 1, Window::Lifetime);
    let rig = Rig::new([one.clone().owned_by("key-1"), one.owned_by("key-2")]);
    let reserve = |owner: &str| {
        let id = LimitId::new(&format!("{owner}: one"));
        rig.limits.reserve(&[(id, Scope::default())], &estimate(0)).now_or_never().unwrap()
    };
    assert!(reserve("key-1").is_ok() && reserve("key-2").is_ok());
    assert!(reserve("key-1").is_err() && reserve("key-2").is_err());
}
