//! A model's stream: raw text, or pieces of it framed as events or lines. One
//! reader serves all three.

use std::ops::ControlFlow;

use jackfield_sdk::http::{IncomingBody, ServerSentEvent};
use jackfield_sdk::llm::{ChatEvent, Finish, FinishReason, StreamStart, TextDelta};
use jackfield_sdk::stream::{Source, Translate};
use jackfield_sdk::types::Error;
use serde_json::Value;

use super::errors;
use super::output::find;

/// Bytes of raw text that are read at once.
const CHUNK: u32 = 64 * 1024;

/// A body that isn't framed, as its bytes come.
#[derive(Debug)]
pub(crate) struct Chunks(pub(crate) IncomingBody);

impl Source for Chunks {
    type Frame = Vec<u8>;

    fn next_batch(&self) -> Result<Vec<Vec<u8>>, Error> {
        let bytes = self.0.read(CHUNK)?;
        Ok(if bytes.is_empty() { Vec::new() } else { vec![bytes] })
    }
}

/// One frame, as what it says.
#[derive(Debug)]
pub(crate) enum Piece {
    /// Text as it is.
    Bytes(Vec<u8>),
    /// JSON with the text in it, or the text.
    Data(String),
    /// Why there will be no more.
    Failure(String),
}

impl From<Vec<u8>> for Piece {
    fn from(bytes: Vec<u8>) -> Piece {
        Piece::Bytes(bytes)
    }
}

impl From<String> for Piece {
    fn from(line: String) -> Piece {
        Piece::Data(line)
    }
}

impl From<ServerSentEvent> for Piece {
    fn from(event: ServerSentEvent) -> Piece {
        if event.event == "error" { Piece::Failure(event.data) } else { Piece::Data(event.data) }
    }
}

/// Reads frames of one kind.
#[derive(Debug)]
pub(crate) struct Reader<F> {
    pointer: String,
    start: Option<StreamStart>,
    /// The beginning of a character whose rest hasn't come yet.
    cut: Vec<u8>,
    frames: std::marker::PhantomData<fn(F)>,
}

impl<F> Reader<F> {
    /// For the answer of a model. `pointer` says where in a piece its text is.
    pub(crate) fn new(model: String, pointer: &str, warnings: Vec<String>) -> Self {
        let start = StreamStart { id: None, model: Some(model), created: None, warnings };
        Reader {
            pointer: pointer.to_owned(),
            start: Some(start),
            cut: Vec::new(),
            frames: std::marker::PhantomData,
        }
    }

    fn say(&mut self, text: String, out: &mut Vec<ChatEvent>) {
        out.extend(self.start.take().map(ChatEvent::Start));
        if !text.is_empty() {
            out.push(ChatEvent::Text(TextDelta { choice: 0, text }));
        }
    }

    /// The characters that are whole.
    fn decode(&mut self, bytes: Vec<u8>) -> Result<String, Error> {
        let mut all = std::mem::take(&mut self.cut);
        all.extend(bytes);
        match String::from_utf8(all) {
            Ok(text) => Ok(text),
            Err(error) if error.utf8_error().error_len().is_none() => {
                let whole = error.utf8_error().valid_up_to();
                let mut bytes = error.into_bytes();
                self.cut = bytes.split_off(whole);
                Ok(String::from_utf8(bytes).unwrap_or_default())
            }
            Err(error) => Err(Error::bad_answer(format!(
                "the model's stream isn't text in UTF-8 ({}); set `config.stream-framing` if it is something else",
                error.utf8_error()
            ))),
        }
    }

    fn data(&self, data: String) -> Result<String, Error> {
        match serde_json::from_str::<Value>(&data) {
            Ok(piece) => match errors::in_piece(&piece) {
                Some(error) => Err(error),
                // A piece may have something else to say, as usage.
                None => Ok(find(&piece, &self.pointer).unwrap_or_default()),
            },
            Err(_) if self.pointer.is_empty() => Ok(data),
            Err(error) => Err(Error::bad_answer(format!(
                "a piece of the model's stream isn't JSON ({error}): `{data}`"
            ))),
        }
    }
}

impl<F: Into<Piece>> Translate for Reader<F> {
    type Frame = F;
    type Event = ChatEvent;

    fn frame(&mut self, frame: F, out: &mut Vec<ChatEvent>) -> Result<ControlFlow<()>, Error> {
        let text = match frame.into() {
            Piece::Bytes(bytes) => self.decode(bytes)?,
            Piece::Data(data) if data.trim() == "[DONE]" => return Ok(ControlFlow::Break(())),
            Piece::Data(data) => self.data(data)?,
            Piece::Failure(data) => {
                let piece = serde_json::from_str(&data).ok().and_then(|piece| errors::in_piece(&piece));
                return Err(piece.unwrap_or_else(|| {
                    let said = Value::Object([("error".to_owned(), Value::from(data))].into_iter().collect());
                    errors::in_piece(&said).unwrap_or_else(|| Error::bad_answer("the model's stream failed"))
                }));
            }
        };
        self.say(text, out);
        Ok(ControlFlow::Continue(()))
    }

    fn end(&mut self, _: bool, out: &mut Vec<ChatEvent>) -> Result<(), Error> {
        // Models have no common last word: the end of the body is the end. The
        // host tells a body that was cut off.
        if !self.cut.is_empty() {
            return Err(Error::bad_answer("the model's stream ends in the middle of a character"));
        }
        self.say(String::new(), out);
        out.push(ChatEvent::Finish(Finish { choice: 0, reason: FinishReason::Stop, stop_sequence: None }));
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::cell::RefCell;

    use jackfield_sdk::stream::Relay;
    use jackfield_sdk::types::ErrorKind;

    use super::*;

    struct Script<F>(RefCell<Vec<F>>);

    impl<F> Source for Script<F> {
        type Frame = F;

        fn next_batch(&self) -> Result<Vec<F>, Error> {
            let mut rest = self.0.borrow_mut();
            Ok(if rest.is_empty() { Vec::new() } else { vec![rest.remove(0)] })
        }
    }

    /// The events of a stream, in short.
    fn told<F: Into<Piece>>(frames: Vec<F>, pointer: &str) -> Result<String, Error> {
        let reader = Reader::new("m".to_owned(), pointer, Vec::new());
        let relay = Relay::new(Script(RefCell::new(frames)), reader);
        let mut all = String::new();
        loop {
            let events = relay.next()?;
            if events.is_empty() {
                return Ok(all);
            }
            for event in events {
                all.push_str(&match event {
                    ChatEvent::Start(start) => format!("<{}>", start.model.unwrap_or_default()),
                    ChatEvent::Text(delta) => delta.text,
                    ChatEvent::Finish(_) => "<end>".to_owned(),
                    other => format!("{other:?}"),
                });
            }
        }
    }

    fn event(event: &str, data: &str) -> ServerSentEvent {
        ServerSentEvent { event: event.to_owned(), data: data.to_owned(), id: String::new() }
    }

    #[test]
    fn raw_text_is_the_same_wherever_it_is_cut() {
        let text = "héllo – 世界 🎈".as_bytes();
        for at in 0..=text.len() {
            let frames: Vec<Vec<u8>> = [&text[..at], &text[at..]]
                .into_iter()
                .filter(|part| !part.is_empty())
                .map(<[u8]>::to_vec)
                .collect();
            assert_eq!(told(frames, "").unwrap(), "<m>héllo – 世界 🎈<end>", "{at}");
        }
        let bytes: Vec<Vec<u8>> = text.iter().map(|byte| vec![*byte]).collect();
        assert_eq!(told(bytes, "").unwrap(), "<m>héllo – 世界 🎈<end>");
    }

    #[test]
    fn bytes_that_are_no_text_are_the_upstreams_fault() {
        for frames in [vec![vec![b'a', 0xff]], vec![b"a".to_vec(), vec![0xf0, 0x9f]]] {
            assert_eq!(told(frames, "").unwrap_err().kind, ErrorKind::BadUpstreamAnswer);
        }
    }

    #[test]
    fn pieces_have_their_text_where_the_pointer_says() {
        let events = ["{\"a\":{\"t\":\"x\"}}", "{\"usage\":1}", "{\"a\":{\"t\":\"y\"}}", "[DONE]", "ignored"];
        let events = events.map(|data| event("", data)).to_vec();
        assert_eq!(told(events, "/a/t").unwrap(), "<m>xy<end>");
        let lines = ["\"x\"", "plain", "\"\""].map(str::to_owned).to_vec();
        assert_eq!(told(lines, "").unwrap(), "<m>xplain<end>");
        assert_eq!(told(vec!["not json".to_owned()], "/a").unwrap_err().kind, ErrorKind::BadUpstreamAnswer);
    }

    #[test]
    fn a_stream_without_a_word_still_begins_and_ends() {
        assert_eq!(told(Vec::<String>::new(), "").unwrap(), "<m><end>");
    }

    #[test]
    fn a_failure_in_the_middle_ends_the_stream() {
        for frames in [
            vec![event("", "\"x\""), event("error", "no memory")],
            vec![event("", "\"x\""), event("error", r#"{"error":{"message":"no memory"}}"#)],
            vec![event("", "\"x\""), event("", r#"{"error":"no memory"}"#)],
        ] {
            let error = told(frames, "").unwrap_err();
            assert!(error.sent && error.message.contains("no memory"), "{}", error.message);
        }
    }
}
