//! Fuzz targets for what the gateway reads and writes: bodies, headers and
//! configs of clients, events and answers of providers.
//!
//! Inputs are choices, not texts: of them requests are made that are nearly
//! right, and wrong in a few places. Random bytes alone never get past the first
//! brace. When an input is used up, choices go on from a generator that it seeds,
//! so that a few bytes make a whole case, the same each time.
//!
//! They stand apart from the other targets because the gateway brings the whole
//! runtime along. The program `cases` tries as many as one likes with the stable
//! compiler; a test tries some on every change; `cargo fuzz` goes by coverage.

pub mod answers;
pub mod choices;
pub mod configs;
pub mod framing;
pub mod gateways;
pub mod shape;
pub mod shapes;
pub mod targets;
pub mod upstream;
