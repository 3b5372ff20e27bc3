//! Checks that change what they look at.

mod prefix;
mod replace;
mod template;

pub use prefix::{Prefix, Role};
pub use replace::Replace;
