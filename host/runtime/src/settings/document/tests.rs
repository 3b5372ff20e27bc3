use super::*;

#[derive(Debug, PartialEq)]
struct Sample {
    name: String,
    count: u32,
}

fn sample(mut fields: Fields<'_>) -> Option<Sample> {
    let name = fields.require("name", "\"tea\"").and_then(|node| node.string());
    let count = fields.take("count").and_then(|node| node.count(1, 9)).unwrap_or(1);
    fields.finish();
    Some(Sample { name: name?.to_owned(), count })
}

fn messages(text: &str) -> Vec<String> {
    let problems = read(text, "sample.toml", sample).unwrap_err();
    problems.iter().map(ToString::to_string).collect()
}

#[test]
fn a_good_document_is_read() {
    let read = read("name = \"tea\"\ncount = 3", "sample.toml", sample);
    assert_eq!(read, Ok(Sample { name: "tea".to_owned(), count: 3 }));
}

#[test]
fn every_problem_is_reported_at_once_in_the_order_of_the_document() {
    assert_eq!(
        messages("nmae = \"tea\"\n\n  count = 12\nspeed = 1"),
        [
            "sample.toml:1:1: `name` is missing: write `name = \"tea\"`",
            "sample.toml:1:1: nmae: unknown field; did you mean `name`?",
            "sample.toml:3:11: count: 12 is out of range: write 1 to 9",
            "sample.toml:4:1: speed: unknown field; remove it, or use one of: name, count",
        ]
    );
}

#[test]
fn a_value_of_the_wrong_type_says_what_it_is_and_what_to_write() {
    for (text, message) in [
        ("name = 1", "name: this is a whole number: write a string"),
        ("name = 1.5", "name: this is a number: write a string"),
        ("name = true", "name: this is true or false: write a string"),
        ("name = []", "name: this is a list: write a string"),
        ("name.x = 1", "name: this is a table: write a string"),
        ("name = 2020-01-01", "name: this is a date or time: write a string"),
        ("name = 'a'\ncount = 'b'", "count: this is a string: write a whole number"),
        ("name = 'a'\ncount = -1", "count: -1 is out of range: write 1 to 9"),
        ("name = 'a'\ncount = 99999999999999999999", "count: this number is beyond 64 bits"),
    ] {
        let found = messages(text);
        assert!(found.len() == 1 && found[0].ends_with(message), "{text}: {found:?}");
    }
}

#[test]
fn a_number_where_quotes_are_missing_is_answered_in_the_words_of_what_is_wanted() {
    use crate::settings::{ByteSize, Period};
    let period = |mut fields: Fields<'_>| fields.take("wait").and_then(|node| node.parse::<Period>());
    let size = |mut fields: Fields<'_>| fields.take("most").and_then(|node| node.parse::<ByteSize>());
    let text = |mut fields: Fields<'_>| fields.take("name").and_then(|node| node.parse::<String>());
    let told = |found: Option<Problems>| found.map(|it| it.to_string()).unwrap_or_default();
    assert!(told(read("wait = 60", "x", period).err()).contains("\"1m30s\""));
    assert!(told(read("most = 1.5", "x", size).err()).contains("MiB"));
    assert_eq!(
        told(read("name = 1", "x", text).err()),
        "x:1:8: name: this is a whole number: write a string"
    );
    assert_eq!(read("name = '1'", "x", text), Ok("1".to_owned()));
}

#[test]
fn a_name_that_comes_twice_is_told() {
    let found = messages("name = 'a'\nname = 'b'");
    assert_eq!(found, ["sample.toml:2:1: `name` is written here for the second time: remove one"]);
}

#[test]
fn a_slip_of_syntax_is_reported_with_its_place() {
    let found = messages("name = \"tea\"\ncount = = 3\n");
    assert!(found[0].starts_with("sample.toml:2:9: "), "{found:?}");
    let found = messages("name = \"tea\"\nname = \"milk\"\n");
    assert!(found[0].starts_with("sample.toml:2:1: "), "{found:?}");
}

#[test]
fn columns_count_characters_not_bytes() {
    let found = messages("name = \"é\"\n\"é\" = 1 # ü");
    assert!(found[0].starts_with("sample.toml:2:1: \"é\": unknown field"), "{found:?}");
    let found = messages("count = 1\nname = [\"é\", \"ü\"] ");
    assert!(found[0].starts_with("sample.toml:2:8: name"), "{found:?}");
}

#[test]
fn a_name_that_toml_must_quote_is_quoted_in_the_path() {
    assert_eq!(join("a", "b-c_1"), "a.b-c_1");
    assert_eq!(join("a", "b.c"), "a.\"b.c\"");
    assert_eq!(join("", ""), "\"\"");
}

#[test]
fn numbers_in_other_radixes_are_read() {
    let read = read("name = 'x'\ncount = 0x0_7", "sample.toml", sample).unwrap();
    assert_eq!(read.count, 7);
}

#[test]
fn a_decoder_that_gives_up_in_silence_is_still_an_error() {
    let problems = read("", "x", |fields| {
        fields.finish();
        None::<()>
    });
    assert_eq!(problems.unwrap_err().iter().count(), 1);
}

#[test]
fn a_hostile_document_costs_little_and_reports_a_hundred_problems() {
    let unknown: String = (0..8_000).map(|number| format!("k{number}=1\n")).collect();
    let started = std::time::Instant::now();
    let problems = read(&unknown, "x", sample).unwrap_err();
    assert_eq!(problems.iter().count(), MOST);
    for nested in ["[", "{a=", "[{a="] {
        let text = format!("name = {}", nested.repeat(20_000));
        assert!(read(&text, "x", sample).is_err());
    }
    let dotted = format!("name{} = 1", ".a".repeat(30_000));
    assert!(read(&dotted, "x", sample).is_err());
    assert!(started.elapsed().as_secs() < 20, "{:?}", started.elapsed());
}

#[test]
fn elements_of_lists_have_their_place_in_the_path() {
    let problems = read("list = [\"a\", 2]", "x", |mut fields| {
        let list = fields.take("list")?.list(|node| node.string().map(str::to_owned));
        fields.finish();
        list
    });
    assert_eq!(problems.unwrap_err().to_string(), "x:1:14: list[1]: this is a whole number: write a string");
}
