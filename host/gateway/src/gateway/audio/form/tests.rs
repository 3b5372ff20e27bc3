use super::*;

const TYPE: &str = "multipart/form-data; boundary=cut";

fn part(head: &str, value: &str) -> String {
    format!("--cut\r\ncontent-disposition: form-data; {head}\r\n\r\n{value}\r\n")
}

fn read_parts(parts: &[String]) -> Result<Form, DecodeError> {
    let body = format!("{}--cut--\r\n", parts.concat());
    read(Some(&HeaderValue::from_static(TYPE)), body.into())
}

fn refused(parts: &[String]) -> String {
    read_parts(parts).unwrap_err().to_string()
}

#[test]
fn texts_and_the_file_are_read_byte_for_byte() {
    let form = read_parts(&[
        part("name=\"model\"", "a/b"),
        part("name=\"prompt\"", "Zürich\r\n--cu"),
        part("name=\"timestamp_granularities[]\"", "word"),
        part("name=\"file\"; filename=\"a b.wav\"\r\ncontent-type: audio/wav", "RIFF\r\n\0\r\n--cu"),
        part("name=\"empty\"\r\ncontent-transfer-encoding: 8bit", ""),
    ])
    .unwrap();
    let fields: Vec<_> = form.fields.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    let wanted = [
        ("model", "a/b"),
        ("prompt", "Zürich\r\n--cu"),
        ("timestamp_granularities[]", "word"),
        ("empty", ""),
    ];
    assert_eq!(fields, wanted);
    let file = form.file.unwrap();
    assert_eq!((file.name.as_str(), file.mime_type.as_deref()), ("a b.wav", Some("audio/wav")));
    assert_eq!(file.data, b"RIFF\r\n\0\r\n--cu");
}

#[test]
fn what_is_no_field_of_such_a_form_is_refused_by_name() {
    let file = || part("name=\"file\"; filename=\"a.wav\"", "x");
    for (parts, message) in [
        (vec![file(), file()], "`file`: comes twice"),
        (vec![part("name=\"file\"", "x")], "`file`: must have a file name"),
        (vec![part("name=\"model\"; filename=\"m\"", "x")], "`model`: must be a text"),
        (vec![part("filename=\"m\"", "x")], "has no name"),
        (vec![part("name=\"model\"\r\ncontent-transfer-encoding: base64", "x")], "content-transfer-encoding"),
        (vec![part("name=\"prompt\"", &"x".repeat(MOST_TEXT + 1))], "`prompt`: is longer"),
        (vec![part("name=\"a\"", "x"); MOST_FIELDS + 1], "more than 256 fields"),
    ] {
        let told = refused(&parts);
        assert!(told.contains(message), "{told}");
    }
    let binary =
        [b"--cut\r\ncontent-disposition: form-data; name=\"model\"\r\n\r\n\xff\r\n--cut--".as_slice()]
            .concat();
    let error = read(Some(&HeaderValue::from_static(TYPE)), binary.into()).unwrap_err();
    assert_eq!(error.to_string(), "`model`: isn't UTF-8");
}

#[test]
fn a_body_of_another_type_is_refused() {
    for content_type in
        ["", "application/json", "multipart/form-data", "multipart/mixed; boundary=cut", "\u{7f}"]
    {
        let content_type = HeaderValue::from_str(content_type).ok();
        let error = read(content_type.as_ref(), Bytes::from_static(b"{}")).unwrap_err();
        assert!(error.message.contains("must be multipart/form-data"), "{error}");
    }
}

#[test]
fn a_form_that_is_cut_anywhere_is_an_error_and_never_waits() {
    let whole = format!(
        "{}{}--cut--",
        part("name=\"model\"", "a/b"),
        part("name=\"file\"; filename=\"a.wav\"\r\ncontent-type: audio/wav", "RIFF")
    );
    let content_type = HeaderValue::from_static(TYPE);
    for end in 0..whole.len() {
        let cut = Bytes::copy_from_slice(&whole.as_bytes()[..end]);
        assert!(read(Some(&content_type), cut).is_err(), "{:?}", &whole[..end]);
    }
    assert!(read(Some(&content_type), whole.into()).is_ok());
}
