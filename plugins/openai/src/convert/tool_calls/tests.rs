use super::*;

/// Feeds pieces and renders the calls that come out as `id name arguments`.
fn merged(pieces: &[&str]) -> Vec<String> {
    let mut calls = ToolCalls::default();
    let mut events = Vec::new();
    for piece in pieces {
        calls.add(0, serde_json::from_str(piece).unwrap(), &mut events);
    }
    calls.finish(0, &mut events);
    rendered(events)
}

fn rendered(events: Vec<ChatEvent>) -> Vec<String> {
    let mut out: Vec<String> = Vec::new();
    for event in events {
        match event {
            ChatEvent::ToolCallStart(start) => {
                assert_eq!(start.index as usize, out.len(), "calls begin in order");
                out.push(format!("{} {} ", start.id, start.name));
            }
            ChatEvent::ToolCallDelta(delta) => out[delta.index as usize].push_str(&delta.arguments),
            other => panic!("{other:?}"),
        }
    }
    out
}

#[test]
fn pieces_are_merged_by_index() {
    assert_eq!(
        merged(&[
            r#"{"index":0,"id":"a","type":"function","function":{"name":"f","arguments":""}}"#,
            r#"{"index":0,"function":{"arguments":"{\"x\""}}"#,
            r#"{"index":1,"id":"b","type":"function","function":{"name":"g","arguments":""}}"#,
            r#"{"index":1,"function":{"arguments":"{}"}}"#,
            r#"{"index":0,"function":{"arguments":":1}"}}"#,
        ]),
        [r#"a f {"x":1}"#, "b g {}"]
    );
}

#[test]
fn an_id_and_a_name_in_every_piece_are_still_one_call() {
    assert_eq!(
        merged(&[
            r#"{"index":0,"id":"a","function":{"name":"f","arguments":"{"}}"#,
            r#"{"index":0,"id":"a","function":{"name":"f","arguments":"\"x\":"}}"#,
            r#"{"index":0,"id":"a","function":{"name":"f","arguments":"1}"}}"#,
        ]),
        [r#"a f {"x":1}"#]
    );
}

#[test]
fn a_fresh_id_without_a_name_in_every_piece_is_still_one_call() {
    assert_eq!(
        merged(&[
            r#"{"index":0,"id":"a","function":{"name":"f"}}"#,
            r#"{"index":0,"id":"b","function":{"name":null,"arguments":"{}"}}"#,
        ]),
        ["a f {}"]
    );
}

#[test]
fn pieces_without_an_index_are_merged_by_id() {
    assert_eq!(
        merged(&[
            r#"{"id":"a","function":{"name":"f","arguments":"{"}}"#,
            r#"{"id":"b","function":{"name":"g","arguments":"{}"}}"#,
            r#"{"id":"a","function":{"arguments":"}"}}"#,
        ]),
        ["a f {}", "b g {}"]
    );
}

#[test]
fn pieces_with_neither_continue_the_last_call() {
    assert_eq!(
        merged(&[
            r#"{"id":"a","function":{"name":"f","arguments":"{"}}"#,
            r#"{"function":{"arguments":"}"}}"#
        ]),
        ["a f {}"]
    );
}

#[test]
fn whole_calls_of_the_same_index_are_several() {
    assert_eq!(
        merged(&[
            r#"{"index":0,"id":"a","function":{"name":"f","arguments":"{}"}}"#,
            r#"{"index":0,"id":"b","function":{"name":"f","arguments":"{}"}}"#,
        ]),
        ["a f {}", "b f {}"]
    );
}

#[test]
fn whole_calls_without_ids_are_several_and_get_ids() {
    let calls = merged(&[
        r#"{"function":{"name":"f","arguments":{"x":1}}}"#,
        r#"{"function":{"name":"f","arguments":{"x":2}}}"#,
    ]);
    assert_eq!(calls.len(), 2);
    assert!(calls[0].starts_with("call_") && calls[0].ends_with(r#" f {"x":1}"#), "{}", calls[0]);
    assert!(calls[1].ends_with(r#" f {"x":2}"#));
    assert_ne!(calls[0].split(' ').next(), calls[1].split(' ').next());
}

#[test]
fn a_name_that_comes_late_or_never_loses_no_arguments() {
    assert_eq!(
        merged(&[
            r#"{"index":0,"id":"a","function":{"arguments":"{"}}"#,
            r#"{"index":0,"function":{"name":"f","arguments":"}"}}"#
        ]),
        ["a f {}"]
    );
    assert_eq!(merged(&[r#"{"index":0,"id":"a","function":{"arguments":"{}"}}"#]), ["a  {}"]);
}

#[test]
fn a_tool_of_free_text_is_a_call_too() {
    assert_eq!(
        merged(&[r#"{"index":0,"id":"a","type":"custom","custom":{"name":"f","input":"select 1"}}"#]),
        ["a f select 1"]
    );
}

#[test]
fn the_older_protocol_has_one_call() {
    let mut calls = ToolCalls::default();
    let mut events = Vec::new();
    for piece in [r#"{"name":"f","arguments":""}"#, r#"{"arguments":"{"}"#, r#"{"arguments":"}"}"#] {
        calls.add_function(0, serde_json::from_str(piece).unwrap(), &mut events);
    }
    let calls = rendered(events);
    assert_eq!(calls.len(), 1);
    assert!(calls[0].ends_with(" f {}"));
}
