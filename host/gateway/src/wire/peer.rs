//! Who is at the other end of a connection, as far as memory is shared out by
//! it.
//!
//! Against one machine that takes the share of all others by opening many
//! connections, or by calling from each address of the network that an IPv6
//! customer is given: those count as one.

use std::net::IpAddr;

/// The other end of a connection. Whoever hands requests to a gateway without
/// [`serve`](crate::serve) adds it to their extensions; requests without it count
/// as those of one peer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Peer(Option<IpAddr>);

impl Peer {
    /// The peer at this address.
    pub fn at(address: IpAddr) -> Self {
        Self(Some(match address.to_canonical() {
            // Providers give each customer a /64 at least (RFC 6177).
            IpAddr::V6(address) => {
                let [a, b, c, d, ..] = address.segments();
                IpAddr::from([a, b, c, d, 0, 0, 0, 0])
            }
            four => four,
        }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_that_one_customer_has_are_one_peer() {
        let at = |text: &str| Peer::at(text.parse().unwrap());
        assert_eq!(at("2001:db8:1:2::1"), at("2001:db8:1:2:ffff::9"));
        assert_ne!(at("2001:db8:1:2::1"), at("2001:db8:1:3::1"));
        assert_ne!(at("192.0.2.1"), at("192.0.2.2"));
        assert_eq!(at("::ffff:192.0.2.1"), at("192.0.2.1"));
        assert_ne!(at("192.0.2.1"), Peer::default());
    }
}
