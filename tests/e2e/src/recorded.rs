//! Recorded provider traffic through the real plugins, judged by what the
//! providers' own SDKs made of the same bytes.
//!
//! `tests/peers/oracle.py` writes that judgement down, one line an exchange.
//! Neither the recordings nor the judgement are part of the repository; where
//! they are missing, the tests say so and pass.

pub mod ask;
pub mod bench;
pub mod collect;
pub mod data;
pub mod edits;
pub mod judge;
pub mod split;
pub mod tape;
pub mod upstream;

pub use bench::Bench;
pub use data::{Exchange, Kind, Line};
pub use split::Split;
