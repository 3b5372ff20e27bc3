use super::*;

fn ip(text: &str) -> IpAddr {
    text.parse().unwrap_or_else(|e| panic!("{text}: {e}"))
}

fn net(text: &str) -> IpNet {
    text.parse().unwrap()
}

fn rule(networks: &[&str]) -> AddressRule {
    AddressRule::new(networks.iter().map(|n| net(n)).collect())
}

fn named(url: &str) -> AddressRule {
    let mut rule = AddressRule::default();
    rule.allow_named(&Origin::of(&url::Url::parse(url).unwrap()).unwrap());
    rule
}

#[test]
fn public_hosts_are_public() {
    for text in [
        "1.1.1.1",
        "8.8.8.8",
        "104.18.6.192",
        "172.15.255.255",
        "172.32.0.0",
        "100.63.255.255",
        "100.128.0.0",
        "192.0.1.1",
        "223.255.255.255",
        "::ffff:8.8.8.8",
        "64:ff9b::8.8.8.8",
        "2606:4700::6810:84e5",
        "2a00:1450:4001:82a::200e",
    ] {
        assert_eq!(AddressClass::of(ip(text)), AddressClass::Public, "{text}");
    }
}

#[test]
fn every_special_range_is_known_by_both_of_its_ends() {
    use AddressClass::*;
    for (text, class) in [
        ("0.0.0.0", Unspecified),
        ("0.255.255.255", Unspecified),
        ("::", Unspecified),
        ("127.0.0.0", Loopback),
        ("127.255.255.255", Loopback),
        ("::1", Loopback),
        ("10.0.0.0", Private),
        ("10.255.255.255", Private),
        ("172.16.0.0", Private),
        ("172.31.255.255", Private),
        ("192.168.0.0", Private),
        ("192.168.255.255", Private),
        ("fec0::1", Private),
        ("100.64.0.0", CarrierNat),
        ("100.127.255.255", CarrierNat),
        ("169.254.0.0", LinkLocal),
        ("169.254.255.255", LinkLocal),
        ("fe80::1", LinkLocal),
        ("febf:ffff::1", LinkLocal),
        ("fc00::1", UniqueLocal),
        ("fdff:ffff::1", UniqueLocal),
        ("224.0.0.0", Multicast),
        ("239.255.255.255", Multicast),
        ("ff02::1", Multicast),
        ("255.255.255.255", Broadcast),
        ("240.0.0.0", Reserved),
        ("255.255.255.254", Reserved),
        ("192.0.0.1", Reserved),
        ("192.0.2.1", Documentation),
        ("198.51.100.1", Documentation),
        ("203.0.113.1", Documentation),
        ("198.18.0.0", Documentation),
        ("198.19.255.255", Documentation),
        ("2001:db8::1", Documentation),
        ("2001:2::1", Documentation),
        ("3fff::1", Documentation),
        ("192.88.99.1", Transition),
        ("2001:10::1", Reserved),
        ("100::1", Reserved),
        ("4000::1", Reserved),
        ("5f00::1", Reserved),
    ] {
        assert_eq!(AddressClass::of(ip(text)), class, "{text}");
    }
}

#[test]
fn an_ipv4_address_is_judged_in_every_ipv6_coat() {
    for inner in ["127.0.0.1", "10.1.2.3", "192.168.1.1", "100.64.0.1", "0.0.0.0", "224.0.0.1", "169.254.1.1"]
    {
        let IpAddr::V4(v4) = ip(inner) else { unreachable!() };
        let [a, b, c, d] = v4.octets();
        for coat in [
            format!("::ffff:{inner}"),
            format!("::{inner}"),
            format!("::ffff:0:{inner}"),
            format!("64:ff9b::{inner}"),
            format!("64:ff9b:1::{inner}"),
            format!("2002:{a:02x}{b:02x}:{c:02x}{d:02x}::1"),
            format!("2001:0:{a:02x}{b:02x}:{c:02x}{d:02x}::1"),
            format!("2001:0:808:808:0:0:{:x}:{:x}", !u16::from_be_bytes([a, b]), !u16::from_be_bytes([c, d])),
            format!("2606:4700::5efe:{inner}"),
            format!("2606:4700::200:5efe:{inner}"),
        ] {
            assert_ne!(AddressClass::of(ip(&coat)), AddressClass::Public, "{inner} as {coat}");
            assert!(AddressRule::default().permits(ip(&coat)).is_err(), "{inner} as {coat}");
        }
    }
}

#[test]
fn metadata_services_are_known_in_every_coat() {
    for v4 in METADATA_V4 {
        let [a, b, c, d] = v4.octets();
        for coat in [
            v4.to_string(),
            format!("::ffff:{v4}"),
            format!("::{v4}"),
            format!("::ffff:0:{v4}"),
            format!("64:ff9b::{v4}"),
            format!("64:ff9b:1::{v4}"),
            format!("64:ff9b:1:{a:02x}{b:02x}:{c:02x}:{d:02x}00::"),
            format!("64:ff9b:1:{a:02x}:{b:02x}:{c:02x}{d:02x}::"),
            format!("64:ff9b:1:0:{a:02x}:{b:02x}{c:02x}:{d:02x}00:0"),
            format!("2002:{a:02x}{b:02x}:{c:02x}{d:02x}::1"),
            format!("2606:4700::5efe:{v4}"),
        ] {
            assert_eq!(AddressClass::of(ip(&coat)), AddressClass::Metadata, "{v4} as {coat}");
        }
    }
    for v6 in METADATA_V6 {
        assert_eq!(AddressClass::of(IpAddr::V6(v6)), AddressClass::Metadata, "{v6}");
    }
}

#[test]
fn no_grant_reaches_a_metadata_service() {
    let everything = rule(&["0.0.0.0/0", "::/0", "169.254.169.254/32", "fd00:ec2::254/128"]);
    for text in
        ["169.254.169.254", "::ffff:169.254.169.254", "64:ff9b::a9fe:a9fe", "fd00:ec2::254", "168.63.129.16"]
    {
        assert_eq!(everything.permits(ip(text)), Err(AddressClass::Metadata), "{text}");
    }
    assert_eq!(named("http://169.254.169.254").permits(ip("169.254.169.254")), Err(AddressClass::Metadata));
}

#[test]
fn a_granted_network_allows_itself_and_nothing_beside() {
    let rule = rule(&["10.1.0.0/16", "fd12::/16"]);
    for text in ["10.1.2.3", "::ffff:10.1.2.3", "fd12::1", "8.8.8.8"] {
        assert_eq!(rule.permits(ip(text)), Ok(()), "{text}");
    }
    for text in ["10.2.0.1", "127.0.0.1", "fd13::1", "64:ff9b::10.1.2.3", "2002:a01:203::1"] {
        assert!(rule.permits(ip(text)).is_err(), "{text}");
    }
}

#[test]
fn granting_localhost_allows_loopback_and_nothing_else() {
    let rule = named("http://localhost:11434");
    for text in ["127.0.0.1", "::1", "::ffff:127.0.0.1"] {
        assert_eq!(rule.permits(ip(text)), Ok(()), "{text}");
    }
    for text in ["10.0.0.1", "0.0.0.0", "::", "169.254.1.1", "fe80::1", "64:ff9b::7f00:1"] {
        assert!(rule.permits(ip(text)).is_err(), "{text}");
    }
}

#[test]
fn granting_an_ip_literal_allows_that_address_only() {
    let rule = named("http://10.0.0.7:8000");
    assert_eq!(rule.permits(ip("10.0.0.7")), Ok(()));
    assert_eq!(rule.permits(ip("::ffff:10.0.0.7")), Ok(()));
    assert!(rule.permits(ip("10.0.0.8")).is_err());
    assert!(named("http://127.0.0.1:1").permits(ip("127.0.0.2")).is_err());
    assert!(named("http://[::ffff:10.0.0.7]").permits(ip("10.0.0.7")).is_ok());
    assert!(named("https://api.example.com").permits(ip("127.0.0.1")).is_err());
}
