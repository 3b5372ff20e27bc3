//! Turns and their parts.

use super::*;

#[test]
fn one_text_goes_out_as_such_and_several_as_parts() {
    let (out, warnings) = messages(
        vec![
            message(Role::System, vec![text("s")]),
            message(Role::Developer, vec![text("d")]),
            Message { name: Some("ann".to_owned()), ..message(Role::User, vec![text("a"), text("b")]) },
            message(Role::Assistant, vec![text("c")]),
        ],
        &Table::new(),
    );
    assert_eq!(
        out,
        json!([
            {"role": "system", "content": "s"},
            {"role": "developer", "content": "d"},
            {"role": "user", "name": "ann", "content": [{"type": "text", "text": "a"}, {"type": "text", "text": "b"}]},
            {"role": "assistant", "content": "c"},
        ])
    );
    assert_eq!(warnings, 0);
}

#[test]
fn texts_are_joined_and_roles_renamed_where_the_server_needs_it() {
    let table = Table::new().flag("join-text", true).text("developer-role", "system");
    let (out, _) = messages(vec![message(Role::Developer, vec![text("a"), text("b")])], &table);
    assert_eq!(out, json!([{"role": "system", "content": "a\nb"}]));
    let image = Part::Image(media(Source::Url("https://e.example/a.png".into()), None));
    assert_eq!(
        refused(vec![message(Role::User, vec![text("a"), image])], &table).kind,
        ErrorKind::Unsupported
    );
}

#[test]
fn media_find_their_form() {
    let mut image = media(Source::Data(vec![1, 2, 3]), Some("image/png"));
    image.detail = Some("low".to_owned());
    let (out, warnings) = messages(
        vec![message(
            Role::User,
            vec![
                Part::Image(image),
                Part::Image(media(Source::Url("https://e.example/a.png".into()), None)),
                Part::Image(media(Source::FileId("file-1".into()), None)),
                Part::Audio(media(Source::Data(vec![0]), Some("audio/mpeg"))),
                Part::Audio(media(Source::Data(vec![0]), Some("audio/x-wav; codec=1"))),
                Part::Document(document(Source::Data(vec![1, 2, 3]))),
                Part::Document(document(Source::FileId("file-2".into()))),
                Part::Native(r#"{"type":"new_part","x":[1]}"#.to_owned()),
            ],
        )],
        &Table::new(),
    );
    assert_eq!(
        out[0]["content"],
        json!([
            {"type": "image_url", "image_url": {"url": "data:image/png;base64,AQID", "detail": "low"}},
            {"type": "image_url", "image_url": {"url": "https://e.example/a.png"}},
            {"type": "file", "file": {"file_id": "file-1"}},
            {"type": "input_audio", "input_audio": {"data": "AA==", "format": "mp3"}},
            {"type": "input_audio", "input_audio": {"data": "AA==", "format": "wav"}},
            {"type": "file", "file": {"filename": "document.pdf", "file_data": "data:application/pdf;base64,AQID"}},
            {"type": "file", "file": {"file_id": "file-2"}},
            {"type": "new_part", "x": [1]},
        ])
    );
    assert_eq!(warnings, 0);
}

#[test]
fn media_that_the_api_cannot_take_are_refused_before_anything_is_sent() {
    let image = || Part::Image(media(Source::Url("https://e.example".into()), None));
    let none =
        Table::new().flag("image-input", false).flag("audio-input", false).text("document-part", "none");
    for (part, table, kind) in [
        (image(), &none, ErrorKind::Unsupported),
        (Part::Audio(media(Source::Data(vec![0]), Some("audio/wav"))), &none, ErrorKind::Unsupported),
        (Part::Document(document(Source::Data(vec![0]))), &none, ErrorKind::Unsupported),
        (
            Part::Document(document(Source::Url("https://e.example".into()))),
            &Table::new(),
            ErrorKind::Unsupported,
        ),
        (
            Part::Audio(media(Source::Url("https://e.example".into()), None)),
            &Table::new(),
            ErrorKind::Unsupported,
        ),
        (Part::Image(media(Source::Data(vec![0]), None)), &Table::new(), ErrorKind::InvalidRequest),
        (Part::Native("{".to_owned()), &Table::new(), ErrorKind::InvalidRequest),
        (call("a", "{}"), &Table::new(), ErrorKind::InvalidRequest),
    ] {
        let error = refused(vec![message(Role::User, vec![part])], table);
        assert_eq!((error.kind, error.sent), (kind, false), "{}", error.message);
    }
}

#[test]
fn documents_go_by_address_where_the_upstream_reads_them_so() {
    let table = Table::new().text("document-part", "document_url");
    let mut named = document(Source::Url("https://e.example/a.pdf".into()));
    named.name = Some("A".to_owned());
    named.citations = true;
    let (out, warnings) = messages(
        vec![message(
            Role::User,
            vec![Part::Document(named), Part::Document(document(Source::Data(vec![1])))],
        )],
        &table,
    );
    assert_eq!(
        out[0]["content"],
        json!([
            {"type": "document_url", "document_url": "https://e.example/a.pdf", "document_name": "A"},
            {"type": "document_url", "document_url": "data:application/pdf;base64,AQ=="},
        ])
    );
    assert_eq!(warnings, 1);
}

#[test]
fn calls_and_results_become_messages_of_their_own() {
    let mut failed = ToolResult {
        call_id: "b".into(),
        name: None,
        content: vec![ResultPart::Text("boom".into())],
        is_error: true,
    };
    failed.name = Some("f".to_owned());
    let (out, warnings) = messages(
        vec![
            message(Role::Assistant, vec![call("a", r#"{"x":1}"#), call("b", "")]),
            message(
                Role::Tool,
                vec![
                    result("a", vec![ResultPart::Text("1".into()), ResultPart::Json(r#"{"y":2}"#.into())]),
                    Part::ToolResult(failed),
                ],
            ),
        ],
        &Table::new(),
    );
    assert_eq!(
        out,
        json!([
            {"role": "assistant", "content": null, "tool_calls": [
                {"type": "function", "id": "a", "function": {"name": "f", "arguments": "{\"x\":1}"}},
                {"type": "function", "id": "b", "function": {"name": "f", "arguments": "{}"}},
            ]},
            {"role": "tool", "tool_call_id": "a", "content": "1\n{\"y\":2}"},
            {"role": "tool", "tool_call_id": "b", "content": "Error: boom"},
        ])
    );
    assert_eq!(warnings, 0);
}

#[test]
fn images_of_results_follow_when_all_results_have_been_told() {
    let image = || ResultPart::Image(media(Source::Url("https://e.example/a.png".into()), None));
    let (out, warnings) = messages(
        vec![
            message(Role::Tool, vec![result("a", vec![image()])]),
            message(Role::Tool, vec![result("b", vec![image()])]),
            message(Role::User, vec![text("And?")]),
        ],
        &Table::new(),
    );
    let roles: Vec<_> =
        out.as_array().unwrap().iter().map(|message| message["role"].as_str().unwrap()).collect();
    assert_eq!(roles, ["tool", "tool", "user", "user"]);
    assert_eq!(out[2]["content"].as_array().unwrap().len(), 2);
    assert_eq!(warnings, 1);
}

#[test]
fn a_tools_turn_holds_results_only() {
    assert_eq!(
        refused(vec![message(Role::Tool, vec![text("x")])], &Table::new()).kind,
        ErrorKind::InvalidRequest
    );
}

#[test]
fn ids_are_remade_alike_in_call_and_result() {
    let table = Table::new().integer("tool-id-length", 9);
    let (out, _) = messages(
        vec![
            message(Role::Assistant, vec![call("call_long-1", "{}")]),
            message(Role::Tool, vec![result("call_long-1", Vec::new())]),
        ],
        &table,
    );
    let id = out[0]["tool_calls"][0]["id"].as_str().unwrap();
    assert_eq!(id.len(), 9);
    assert_eq!(out[1]["tool_call_id"], id);
}

#[test]
fn earlier_thoughts_go_back_only_where_they_are_taken() {
    let thought = || {
        Part::Reasoning(ReasoningPart {
            text: "hm".into(),
            signature: Some("s".into()),
            redacted: None,
            id: None,
        })
    };
    let turn = || vec![message(Role::Assistant, vec![thought(), text("a")])];
    let (out, warnings) = messages(turn(), &Table::new());
    assert_eq!((out, warnings), (json!([{"role": "assistant", "content": "a"}]), 1));
    for (setting, expected) in [
        ("reasoning_content", json!({"role": "assistant", "reasoning_content": "hm", "content": "a"})),
        ("reasoning", json!({"role": "assistant", "reasoning": "hm", "content": "a"})),
        (
            "thinking",
            json!({"role": "assistant", "content": [
                {"type": "thinking", "thinking": [{"type": "text", "text": "hm"}], "signature": "s"}, {"type": "text", "text": "a"}]}),
        ),
    ] {
        let (out, warnings) = messages(turn(), &Table::new().text("reasoning-input", setting));
        assert_eq!((&out[0], warnings), (&expected, 0));
    }
}

#[test]
fn refusals_and_sounds_of_the_model_go_back() {
    let mut sound = media(Source::Data(vec![0]), Some("audio/wav"));
    sound.transcript = Some("hi".to_owned());
    let mut known = sound.clone();
    known.id = Some("audio_1".to_owned());
    let (out, warnings) = messages(
        vec![
            message(Role::Assistant, vec![Part::Refusal("no".into())]),
            message(Role::Assistant, vec![Part::Audio(known)]),
            message(Role::Assistant, vec![Part::Audio(sound)]),
            message(Role::Assistant, vec![]),
        ],
        &Table::new(),
    );
    assert_eq!(
        out,
        json!([
            {"role": "assistant", "content": null, "refusal": "no"},
            {"role": "assistant", "content": null, "audio": {"id": "audio_1"}},
            {"role": "assistant", "content": "hi"},
            {"role": "assistant", "content": ""},
        ])
    );
    assert_eq!(warnings, 1);
}

#[test]
fn cache_points_mark_the_part_before_them() {
    let turn = || {
        vec![message(
            Role::User,
            vec![text("a"), Part::CachePoint(CachePoint { ttl: Some("1h".into()) }), text("b")],
        )]
    };
    let (out, warnings) = messages(turn(), &Table::new().text("cache-points", "cache_control"));
    assert_eq!(
        out[0]["content"][0],
        json!({"type": "text", "text": "a", "cache_control": {"type": "ephemeral", "ttl": "1h"}})
    );
    assert_eq!(warnings, 0);
    let (out, _) = messages(turn(), &Table::new().text("cache-points", "prompt_cache_breakpoint"));
    assert_eq!(out[0]["content"][0]["prompt_cache_breakpoint"], json!({"mode": "explicit"}));
    let (out, warnings) = messages(turn(), &Table::new());
    assert_eq!(out[0]["content"][0], json!({"type": "text", "text": "a"}));
    assert_eq!(warnings, 1);
}
