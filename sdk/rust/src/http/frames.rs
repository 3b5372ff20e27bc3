//! Bodies that come in frames. The host cuts them; a plugin takes all that
//! have come since it last asked, in one call.

use super::{EventStreamMessage, IncomingBody, ServerSentEvent};
use crate::stream::Source;
use crate::types::Error;

/// A body read in frames.
#[derive(Debug)]
pub struct Frames<T> {
    body: IncomingBody,
    read: fn(&IncomingBody) -> Result<Vec<T>, Error>,
}

/// Server-sent events.
pub type Events = Frames<ServerSentEvent>;

/// Lines of newline-delimited JSON.
pub type Lines = Frames<String>;

/// Messages of an AWS event stream.
pub type Messages = Frames<EventStreamMessage>;

impl<T> Frames<T> {
    pub(super) fn new(body: IncomingBody, read: fn(&IncomingBody) -> Result<Vec<T>, Error>) -> Self {
        Frames { body, read }
    }

    /// All frames that have come since the last call, at least one; blocks
    /// while there are none. Empty at the end.
    pub fn next_batch(&self) -> Result<Vec<T>, Error> {
        (self.read)(&self.body)
    }
}

impl<T> Source for Frames<T> {
    type Frame = T;

    fn next_batch(&self) -> Result<Vec<T>, Error> {
        Frames::next_batch(self)
    }
}

impl<T> IntoIterator for Frames<T> {
    type Item = Result<T, Error>;
    type IntoIter = Drain<Self>;

    fn into_iter(self) -> Self::IntoIter {
        Drain::new(self)
    }
}

/// Frames one by one, out of batches. Ends after the first error.
pub struct Drain<S: Source> {
    source: Option<S>,
    batch: std::vec::IntoIter<S::Frame>,
}

impl<S: Source> std::fmt::Debug for Drain<S> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Drain")
            .field("waiting", &self.batch.len())
            .field("open", &self.source.is_some())
            .finish()
    }
}

impl<S: Source> Drain<S> {
    /// Frames out of the batches of a source.
    pub fn new(source: S) -> Self {
        Drain { source: Some(source), batch: Vec::new().into_iter() }
    }
}

impl<S: Source> Iterator for Drain<S> {
    type Item = Result<S::Frame, Error>;

    fn next(&mut self) -> Option<Self::Item> {
        if let Some(frame) = self.batch.next() {
            return Some(Ok(frame));
        }
        match self.source.as_ref()?.next_batch() {
            Ok(batch) => {
                self.batch = batch.into_iter();
                let frame = self.batch.next();
                if frame.is_none() {
                    self.source = None;
                }
                frame.map(Ok)
            }
            Err(error) => {
                self.source = None;
                Some(Err(error))
            }
        }
    }
}
