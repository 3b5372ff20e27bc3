//! Which IP addresses a request may connect to.
//!
//! Against: a name that a grant allows and that resolves to this machine, its
//! network or its cloud's metadata service (SSRF, DNS rebinding). Checking
//! the name is not enough, the address decides; and checking `127.0.0.1` is
//! not enough either, because the same host answers to `::ffff:127.0.0.1`,
//! to `64:ff9b::7f00:1` behind a NAT64 and to `2002:7f00:1::` behind a 6to4
//! relay. Every IPv4 address that an IPv6 address may carry is judged too.

use std::{
    fmt,
    net::{IpAddr, Ipv4Addr, Ipv6Addr},
};

use ipnet::IpNet;
use url::Host;

use super::origin::Origin;

/// What kind of place an address is. Ranges are those of the IANA
/// special-purpose registries
/// (<https://www.iana.org/assignments/iana-ipv4-special-registry/>,
/// <https://www.iana.org/assignments/iana-ipv6-special-registry/>).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum AddressClass {
    /// A host of the public internet.
    Public,
    /// A cloud's metadata or credential service: whoever reaches it owns the
    /// machine's identity.
    Metadata,
    /// This machine.
    Loopback,
    /// "This network" and `::`, which most systems connect to themselves.
    Unspecified,
    /// The link: neighbours that no router sees.
    LinkLocal,
    /// RFC 1918 and site-local networks.
    Private,
    /// IPv6 unique local networks (RFC 4193).
    UniqueLocal,
    /// A carrier's network behind its NAT (RFC 6598).
    CarrierNat,
    /// Many hosts at once.
    Multicast,
    /// Every host of the link.
    Broadcast,
    /// Documentation and benchmarks.
    Documentation,
    /// Tunnels and translators: 6to4, Teredo, local NAT64, IPv4-compatible.
    Transition,
    /// Everything that IANA keeps for itself or has not handed out.
    Reserved,
}

impl fmt::Display for AddressClass {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Public => "public",
            Self::Metadata => "a cloud metadata service",
            Self::Loopback => "loopback",
            Self::Unspecified => "unspecified",
            Self::LinkLocal => "link-local",
            Self::Private => "private",
            Self::UniqueLocal => "unique-local",
            Self::CarrierNat => "carrier-grade NAT",
            Self::Multicast => "multicast",
            Self::Broadcast => "broadcast",
            Self::Documentation => "for documentation or benchmarks",
            Self::Transition => "a tunnel or translator",
            Self::Reserved => "reserved",
        })
    }
}

/// Metadata, credential and platform services on IPv4: AWS, GCP, Azure, OCI and
/// OpenStack (169.254.169.254), ECS and EKS credentials, Scaleway, Tencent,
/// Azure's wire server, Alibaba, OCI classic.
const METADATA_V4: [Ipv4Addr; 8] = [
    Ipv4Addr::new(169, 254, 169, 254),
    Ipv4Addr::new(169, 254, 170, 2),
    Ipv4Addr::new(169, 254, 170, 23),
    Ipv4Addr::new(169, 254, 42, 42),
    Ipv4Addr::new(169, 254, 0, 23),
    Ipv4Addr::new(168, 63, 129, 16),
    Ipv4Addr::new(100, 100, 100, 200),
    Ipv4Addr::new(192, 0, 0, 192),
];

/// The same on IPv6: AWS, EKS, GCP, Scaleway, OpenStack.
const METADATA_V6: [Ipv6Addr; 5] = [
    Ipv6Addr::new(0xfd00, 0x0ec2, 0, 0, 0, 0, 0, 0x0254),
    Ipv6Addr::new(0xfd00, 0x0ec2, 0, 0, 0, 0, 0, 0x0023),
    Ipv6Addr::new(0xfd20, 0x00ce, 0, 0, 0, 0, 0, 0x0254),
    Ipv6Addr::new(0xfd00, 0x0042, 0, 0, 0, 0, 0, 0x0042),
    Ipv6Addr::new(0xfe80, 0, 0, 0, 0, 0, 0xa9fe, 0xa9fe),
];

/// Where ECS and EKS give a container its own credentials, and nothing else. The
/// one metadata service that an operator can grant like any origin, and only to
/// the host's own requests: see [`AddressRule::allow_credentials`].
const CONTAINER_CREDENTIALS: [IpAddr; 3] = [
    IpAddr::V4(Ipv4Addr::new(169, 254, 170, 2)),
    IpAddr::V4(Ipv4Addr::new(169, 254, 170, 23)),
    IpAddr::V6(Ipv6Addr::new(0xfd00, 0x0ec2, 0, 0, 0, 0, 0, 0x0023)),
];

/// Where EC2 gives a virtual machine the credentials of its role, among much
/// else. Can be granted for that alone, and only to the host's own requests.
const INSTANCE_CREDENTIALS: [IpAddr; 2] = [
    IpAddr::V4(Ipv4Addr::new(169, 254, 169, 254)),
    IpAddr::V6(Ipv6Addr::new(0xfd00, 0x0ec2, 0, 0, 0, 0, 0, 0x0254)),
];

/// The address of this very origin, if that is where containers get their
/// credentials.
pub fn container_credentials(origin: &Origin) -> Option<IpAddr> {
    literal(origin).filter(|ip| CONTAINER_CREDENTIALS.contains(ip))
}

/// The same of virtual machines.
pub fn instance_credentials(origin: &Origin) -> Option<IpAddr> {
    literal(origin).filter(|ip| INSTANCE_CREDENTIALS.contains(ip))
}

fn literal(origin: &Origin) -> Option<IpAddr> {
    match origin.host() {
        Host::Ipv4(ip) => Some(IpAddr::V4(*ip)),
        Host::Ipv6(ip) => Some(IpAddr::V6(*ip)),
        Host::Domain(_) => None,
    }
}

impl AddressClass {
    /// The class of an address, in whichever spelling it comes.
    pub fn of(ip: IpAddr) -> Self {
        match ip.to_canonical() {
            IpAddr::V4(v4) => Self::of_v4(v4),
            IpAddr::V6(v6) => Self::of_v6(v6),
        }
    }

    fn of_v4(ip: Ipv4Addr) -> Self {
        if METADATA_V4.contains(&ip) {
            return Self::Metadata;
        }
        match ip.octets() {
            [0, ..] => Self::Unspecified,
            [10, ..] | [172, 16..=31, ..] | [192, 168, ..] => Self::Private,
            [100, 64..=127, ..] => Self::CarrierNat,
            [127, ..] => Self::Loopback,
            [169, 254, ..] => Self::LinkLocal,
            [192, 0, 2, _] | [198, 51, 100, _] | [203, 0, 113, _] | [198, 18 | 19, ..] => Self::Documentation,
            [192, 88, 99, _] => Self::Transition,
            [192, 0, 0, _] => Self::Reserved,
            [224..=239, ..] => Self::Multicast,
            [255, 255, 255, 255] => Self::Broadcast,
            [240..=255, ..] => Self::Reserved,
            _ => Self::Public,
        }
    }

    fn of_v6(ip: Ipv6Addr) -> Self {
        let own = Self::of_v6_prefix(ip);
        let carried = || carried_v4(ip).into_iter().flatten().map(Self::of_v4);
        if METADATA_V6.contains(&ip) || carried().any(|class| class == Self::Metadata) {
            return Self::Metadata;
        }
        // A translator prefix is as public as what it translates to.
        match own {
            Self::Public => carried().find(|class| *class != Self::Public).unwrap_or(own),
            _ => own,
        }
    }

    fn of_v6_prefix(ip: Ipv6Addr) -> Self {
        match ip.segments() {
            [0, 0, 0, 0, 0, 0, 0, 0] => Self::Unspecified,
            [0, 0, 0, 0, 0, 0, 0, 1] => Self::Loopback,
            [0, 0, 0, 0, 0, 0, ..] => Self::Transition,
            // The well-known NAT64 prefix: how an IPv6-only network reaches public IPv4 hosts.
            [0x0064, 0xff9b, 0, 0, 0, 0, ..] => Self::Public,
            [0x0064, 0xff9b, 1, ..] => Self::Transition,
            [0x2002, ..] | [0x2001, 0, ..] => Self::Transition,
            [0x2001, 0x0db8, ..] | [0x3fff, 0..=0x0fff, ..] | [0x2001, 2, 0, ..] => Self::Documentation,
            [0x2001, 0..=0x01ff, ..] => Self::Reserved,
            [0x2000..=0x3fff, ..] => Self::Public,
            [0xfc00..=0xfdff, ..] => Self::UniqueLocal,
            [0xfe80..=0xfebf, ..] => Self::LinkLocal,
            [0xfec0..=0xfeff, ..] => Self::Private,
            [0xff00..=0xffff, ..] => Self::Multicast,
            _ => Self::Reserved,
        }
    }
}

/// Every IPv4 address that some tunnel or translator would read out of an IPv6
/// address.
fn carried_v4(ip: Ipv6Addr) -> [Option<Ipv4Addr>; 4] {
    let o = ip.octets();
    let v4 = |a: usize, b: usize, c: usize, d: usize| Some(Ipv4Addr::new(o[a], o[b], o[c], o[d]));
    match ip.segments() {
        // IPv4-compatible (RFC 4291), IPv4-translated (RFC 2765), well-known NAT64 (RFC 6052).
        [0, 0, 0, 0, 0, 0, ..] | [0, 0, 0, 0, 0xffff, 0, ..] | [0x0064, 0xff9b, 0, 0, 0, 0, ..] => {
            [v4(12, 13, 14, 15), None, None, None]
        }
        // Local NAT64 (RFC 8215): its operator chose the length of the prefix, so all of RFC 6052's.
        [0x0064, 0xff9b, 1, ..] => [v4(6, 7, 9, 10), v4(7, 9, 10, 11), v4(9, 10, 11, 12), v4(12, 13, 14, 15)],
        // 6to4 (RFC 3056).
        [0x2002, ..] => [v4(2, 3, 4, 5), None, None, None],
        // Teredo (RFC 4380): the server, and the client with its bits turned over.
        [0x2001, 0, ..] => [v4(4, 5, 6, 7), Some(Ipv4Addr::new(!o[12], !o[13], !o[14], !o[15])), None, None],
        // ISATAP (RFC 5214): in the interface identifier of any prefix.
        [_, _, _, _, 0 | 0x0200, 0x5efe, ..] => [v4(12, 13, 14, 15), None, None, None],
        _ => [None; 4],
    }
}

/// Which addresses one origin may resolve to: public ones, and those that its
/// grant adds. A metadata service can't be added, but for the credentials of a
/// container or a virtual machine.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AddressRule {
    allowed: Vec<IpNet>,
    credentials: Option<IpAddr>,
}

impl AddressRule {
    /// Public addresses and `allowed` ones.
    pub fn new(allowed: Vec<IpNet>) -> Self {
        Self { allowed, credentials: None }
    }

    /// Adds what follows from granting this very origin: `localhost` means
    /// loopback, an IP literal means that address.
    pub fn allow_named(&mut self, origin: &Origin) {
        match origin.host() {
            Host::Ipv4(ip) => self.allowed.push(IpNet::from(IpAddr::V4(*ip))),
            Host::Ipv6(ip) => self.allowed.push(IpNet::from(IpAddr::V6(*ip).to_canonical())),
            Host::Domain(name) if is_localhost(name) => {
                self.allowed.extend(LOOPBACK.map(IpNet::from));
            }
            Host::Domain(_) => {}
        }
    }

    /// Adds the credentials of a container or a virtual machine where the origin
    /// is theirs by its address. Never for a plugin's request, and never where a
    /// credential chose the origin.
    pub(super) fn allow_credentials(&mut self, origin: &Origin) {
        self.credentials = container_credentials(origin).or_else(|| instance_credentials(origin));
    }

    /// Adds networks.
    pub fn allow(&mut self, networks: &[IpNet]) {
        self.allowed.extend_from_slice(networks);
    }

    /// Whether it may be connected to.
    ///
    /// # Errors
    /// With the class that forbids it.
    pub fn permits(&self, ip: IpAddr) -> Result<(), AddressClass> {
        let ip = ip.to_canonical();
        match AddressClass::of(ip) {
            AddressClass::Public => Ok(()),
            AddressClass::Metadata if self.credentials == Some(ip) => Ok(()),
            AddressClass::Metadata => Err(AddressClass::Metadata),
            _ if self.allowed.iter().any(|net| net.contains(&ip)) => Ok(()),
            class => Err(class),
        }
    }
}

/// What `localhost` means here, whatever a resolver says (RFC 6761).
pub const LOOPBACK: [IpAddr; 2] = [IpAddr::V4(Ipv4Addr::LOCALHOST), IpAddr::V6(Ipv6Addr::LOCALHOST)];

/// Whether a name is `localhost` or below it.
pub fn is_localhost(name: &str) -> bool {
    name == "localhost" || name.ends_with(".localhost")
}

#[cfg(test)]
mod tests;
