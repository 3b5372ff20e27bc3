//! Secrets that are replaced, where they come from, while the host runs.

use std::fmt;

use futures_util::future::BoxFuture;

use super::host_sender::HostSender;

/// Follows the secrets that a provider authenticates with.
pub trait Rotation: Send + Sync + fmt::Debug {
    /// Reads those again that come from files, whether or not the files look
    /// changed. What is another than before is looked for, and in use, when this
    /// ends; what can't be read or used leaves the old one in place.
    ///
    /// Called before a token is minted, and then only: a token that has come to
    /// its end may have been made from a secret that has, too.
    fn look_again<'a>(&'a self, host: &'a HostSender) -> BoxFuture<'a, ()>;
}
