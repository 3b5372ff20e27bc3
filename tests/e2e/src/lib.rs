//! What the end-to-end tests share: guests from the build, a host over them, and
//! an upstream on a real socket that answers by script.

pub mod clock;
pub mod gateway;
pub mod guests;
pub mod recorded;
pub mod report;
pub mod script;

pub use gateway::Served;
pub use guests::{bind, chat, guest, host, plugin, text_of};
pub use script::{Reply, Script, Step};
