//! Images and documents.

use jackfield_sdk::types::Document;

use super::*;

#[test]
fn images_and_documents_come_from_bytes_addresses_and_files() {
    let media = |source, mime: Option<&str>| {
        let mime_type = mime.map(str::to_owned);
        Part::Image(Media { source, mime_type, detail: None, transcript: None, id: None })
    };
    let document = |source, mime: &str| {
        let (name, context) = (Some("T".to_owned()), Some("C".to_owned()));
        Part::Document(Document { source, mime_type: Some(mime.to_owned()), name, context, citations: true })
    };
    let request = asking(vec![message(
        Role::User,
        vec![
            media(Source::Data(vec![1, 2, 3]), Some("image/png")),
            media(Source::Url("https://a.example/x.png".to_owned()), None),
            media(Source::Url("data:image/gif;base64,AAAA".to_owned()), None),
            media(Source::FileId("file_1".to_owned()), None),
            document(Source::Data(vec![1, 2, 3]), "application/pdf"),
            document(Source::Data(b"plain".to_vec()), "text/markdown; charset=utf-8"),
            document(Source::Url("https://a.example/x.pdf".to_owned()), "application/pdf"),
        ],
    )]);
    let prepared = prepare(&request, Purpose::Answer, &settings()).unwrap();
    let body: Value = serde_json::from_slice(&prepared.body).unwrap();
    let content = body["messages"][0]["content"].as_array().unwrap();
    let sources: Vec<&Value> = content.iter().map(|block| &block["source"]).collect();
    assert_eq!(*sources[0], json!({"type": "base64", "media_type": "image/png", "data": "AQID"}));
    assert_eq!(*sources[1], json!({"type": "url", "url": "https://a.example/x.png"}));
    assert_eq!(*sources[2], json!({"type": "base64", "media_type": "image/gif", "data": "AAAA"}));
    assert_eq!(*sources[3], json!({"type": "file", "file_id": "file_1"}));
    assert_eq!(*sources[4], json!({"type": "base64", "media_type": "application/pdf", "data": "AQID"}));
    assert_eq!(*sources[5], json!({"type": "text", "media_type": "text/plain", "data": "plain"}));
    assert_eq!(*sources[6], json!({"type": "url", "url": "https://a.example/x.pdf"}));
    let expected = json!({"type": "document", "source": sources[6], "title": "T", "context": "C", "citations": {"enabled": true}});
    assert_eq!(content[6], expected);
    assert_eq!(prepared.betas, ["files-api-2025-04-14"]);
}

#[test]
fn media_that_the_api_cannot_take_is_refused_with_a_reason() {
    let media = |mime_type| Media {
        source: Source::Data(vec![0]),
        mime_type,
        detail: None,
        transcript: None,
        id: None,
    };
    let document = |mime: &str, bytes: &[u8]| {
        let source = Source::Data(bytes.to_vec());
        Part::Document(Document {
            source,
            mime_type: Some(mime.to_owned()),
            name: None,
            context: None,
            citations: false,
        })
    };
    for (role, part, kind) in [
        (Role::User, Part::Audio(media(Some("audio/wav".to_owned()))), ErrorKind::Unsupported),
        (Role::User, Part::Image(media(None)), ErrorKind::InvalidRequest),
        (Role::Assistant, Part::Image(media(Some("image/png".to_owned()))), ErrorKind::Unsupported),
        (Role::System, Part::Image(media(Some("image/png".to_owned()))), ErrorKind::Unsupported),
        (Role::User, document("application/msword", b"x"), ErrorKind::Unsupported),
        (Role::User, document("text/plain", &[0xff]), ErrorKind::InvalidRequest),
        (Role::User, call("1", "{}"), ErrorKind::InvalidRequest),
        (Role::User, Part::Native("nonsense".to_owned()), ErrorKind::InvalidRequest),
        (Role::User, Part::Native("[1]".to_owned()), ErrorKind::InvalidRequest),
    ] {
        assert_eq!(refused(&asking(vec![message(role, vec![part.clone()])])).kind, kind, "{part:?}");
    }
}
