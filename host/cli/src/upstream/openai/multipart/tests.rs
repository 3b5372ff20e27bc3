use super::{Field, fields};

const TYPE: &str = "multipart/form-data; boundary=\"xy\"";

#[test]
fn fields_and_files_come_out_byte_by_byte() {
    let body = b"--xy\r\nContent-Disposition: form-data; name=\"model\"\r\n\r\nm\r\n\
        --xy\r\ncontent-disposition: form-data; name=\"file\"; filename=\"a.wav\"\r\nContent-Type: audio/wav\r\n\r\n\
        \r\n--x\0\xff\r\n\r\n--xy--\r\n";
    let expected = [
        Field { name: "model", file_name: None, value: b"m" },
        Field { name: "file", file_name: Some("a.wav"), value: b"\r\n--x\0\xff\r\n" },
    ];
    assert_eq!(fields(TYPE, body).unwrap(), expected);
}

#[test]
fn an_empty_form_has_no_fields() {
    assert!(fields(TYPE, b"--xy--\r\n").unwrap().is_empty());
}

#[test]
fn what_is_no_form_is_refused() {
    for body in [
        &b""[..],
        b"--xy",
        b"--xy\r\n",
        b"--xy\r\n\r\n\r\nm\r\n--xy--",
        b"--xy\r\nContent-Disposition: form-data; name=a\r\n\r\nm",
    ] {
        assert!(fields(TYPE, body).is_err(), "{body:?}");
    }
    for kind in ["", "application/json", "multipart/form-data", "multipart/form-data; boundary="] {
        assert!(fields(kind, b"--xy--").is_err(), "{kind}");
    }
}
