//! Forms with a recording, as clients write them.

use jackfield_e2e::Served;
use reqwest::RequestBuilder;

/// Cuts the parts of a form.
const BOUNDARY: &str = "------------------------b0undary";

/// The type of a form.
pub(crate) fn content_type() -> String {
    format!("multipart/form-data; boundary={BOUNDARY}")
}

/// A form with these texts and a recording called `a.wav`.
pub(crate) fn form(fields: &[(&str, &str)], recording: &[u8]) -> Vec<u8> {
    let mut form = Vec::new();
    for (name, value) in fields {
        let part =
            format!("--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n");
        form.extend_from_slice(part.as_bytes());
    }
    let head = "Content-Disposition: form-data; name=\"file\"; filename=\"a.wav\"\r\nContent-Type: audio/wav";
    form.extend_from_slice(format!("--{BOUNDARY}\r\n{head}\r\n\r\n").as_bytes());
    form.extend_from_slice(recording);
    form.extend_from_slice(format!("\r\n--{BOUNDARY}--\r\n").as_bytes());
    form
}

/// A request with such a form, to be added to.
pub(crate) fn ask(served: &Served, path: &str, fields: &[(&str, &str)], recording: &[u8]) -> RequestBuilder {
    let request = served.client().post(served.url(path)).header("content-type", content_type());
    request.body(form(fields, recording))
}
