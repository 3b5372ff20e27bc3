//! What every cutter needs beside its format: the bytes of the frame that
//! isn't complete yet, where they lie in the body, and the error that ended
//! the cutting.

use bytes::{Buf, Bytes, BytesMut};

use super::FrameError;

/// Memory that an idle stream may hold on to. A buffer that one long frame has
/// made larger is given back.
const KEEP: usize = 16 << 10;

/// The unfinished frame.
#[derive(Debug, Clone, Default)]
pub(super) struct Carry {
    bytes: BytesMut,
    offset: u64,
    failed: Option<FrameError>,
}

impl Carry {
    /// Offers `cut` the unfinished frame with `piece` behind it, and where that
    /// begins in the body. `cut` returns how many bytes it is done with; the
    /// others are kept for the next piece.
    ///
    /// Without an unfinished frame, `cut` sees `piece` itself: nothing is
    /// copied but the part of it that stays behind.
    pub(super) fn feed(
        &mut self,
        piece: &[u8],
        cut: impl FnOnce(&[u8], u64) -> Result<usize, FrameError>,
    ) -> Result<(), FrameError> {
        self.check()?;
        let cut = if self.bytes.is_empty() {
            cut(piece, self.offset).inspect(|&done| {
                self.bytes.extend_from_slice(piece.get(done..).unwrap_or_default());
            })
        } else {
            self.bytes.extend_from_slice(piece);
            cut(&self.bytes, self.offset).inspect(|&done| self.bytes.advance(done))
        };
        match cut {
            Ok(done) => {
                self.offset += done as u64;
                self.shrink();
                Ok(())
            }
            Err(error) => Err(self.fail(error)),
        }
    }

    /// The error that ended the cutting.
    pub(super) fn check(&self) -> Result<(), FrameError> {
        self.failed.map_or(Ok(()), Err)
    }

    /// Ends the cutting.
    pub(super) fn fail(&mut self, error: FrameError) -> FrameError {
        self.failed = Some(error);
        self.bytes = BytesMut::new();
        error
    }

    /// The unfinished frame.
    pub(super) fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// Where the unfinished frame begins in the body.
    pub(super) fn offset(&self) -> u64 {
        self.offset
    }

    /// Takes the unfinished frame out.
    pub(super) fn take(&mut self) -> Bytes {
        let rest = std::mem::take(&mut self.bytes).freeze();
        self.offset += rest.len() as u64;
        rest
    }

    fn shrink(&mut self) {
        if self.bytes.is_empty() && self.bytes.capacity() > KEEP {
            self.bytes = BytesMut::new();
        }
    }
}
