//! How a request stands with the cache.

use std::fmt;

/// What `x-portkey-cache-status` says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Status {
    /// Answered from the cache: the same request.
    Hit,
    /// Not in the cache.
    Miss,
    /// Answered from the cache: a request that means the same.
    SemanticHit,
    /// Neither the same request nor one that means the same is in the cache.
    SemanticMiss,
    /// Not looked up, since the client asked for a fresh answer.
    Refresh,
    /// No cache was asked for.
    Disabled,
}

impl Status {
    /// The header's value.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Hit => "HIT",
            Self::Miss => "MISS",
            Self::SemanticHit => "SEMANTIC HIT",
            Self::SemanticMiss => "SEMANTIC MISS",
            Self::Refresh => "REFRESH",
            Self::Disabled => "DISABLED",
        }
    }

    /// Whether the answer came from the cache.
    pub const fn hit(self) -> bool {
        matches!(self, Self::Hit | Self::SemanticHit)
    }
}

impl fmt::Display for Status {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
