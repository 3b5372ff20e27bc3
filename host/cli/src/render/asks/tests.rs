use super::*;
use jackfield::runtime::egress::methods::Methods;

const MANIFEST: &str = r#"
    [plugin]
    name = "sample"
    version = "0.1.0"
    description = "A sample"
    [config.base-url]
    type = "url"
    default = "https://api.example.com/v1"
    [secrets.api-key]
    description = "API key"
    env = "SAMPLE_API_KEY"
    [auth.key]
    scheme = "header"
    header = "x-api-key"
    secret = "api-key"
    [[egress]]
    origin = "{base-url}"
    methods = ["GET", "POST"]
    auth = "key"
    [[egress]]
    origin = "https://*.files.example.com"
    methods = ["GET"]
"#;

fn manifest() -> Manifest {
    Manifest::parse(MANIFEST, "plugin.toml").unwrap()
}

fn shown(asks: &Asks) -> String {
    let mut out = anstream::StripStream::new(Vec::new());
    print(asks, &mut out).unwrap();
    String::from_utf8(out.into_inner()).unwrap()
}

#[test]
fn everything_that_is_asked_for_is_shown() {
    let text = shown(&Asks::of(&manifest()));
    for part in [
        "GET, POST to the origin of config.base-url (\"https://api.example.com/v1\" unless you set another)",
        "header x-api-key: {api-key}",
        "GET to https://*.files.example.com",
        "api-key API key, usually in SAMPLE_API_KEY",
        "base-url (url = \"https://api.example.com/v1\")",
    ] {
        assert!(text.contains(part), "{part:?} in\n{text}");
    }
}

#[test]
fn a_grant_cuts_what_is_asked_for_down() {
    let manifest = manifest();
    let bound = manifest.bind(&"sample".parse().unwrap(), &Default::default()).unwrap();
    let narrow = Granted {
        methods: Methods::from_names(["POST"]).ok(),
        ..Granted::origin("https://api.example.com".parse().unwrap())
    };
    let one_host = Granted::origin("https://eu.files.example.com".parse().unwrap());
    let reaches: Vec<_> = bound
        .asked()
        .iter()
        .map(|asked| Reach::bound(&manifest, asked, &[narrow.clone(), one_host.clone()]))
        .collect();
    let granted = reaches[0].granted.as_deref().unwrap();
    assert_eq!(
        (granted[0].origin.as_str(), &granted[0].methods[..]),
        ("https://api.example.com", &["POST"][..])
    );
    let granted = reaches[1].granted.as_deref().unwrap();
    assert_eq!(
        (granted[0].origin.as_str(), &granted[0].methods[..]),
        ("https://eu.files.example.com", &["GET"][..])
    );
}

#[test]
fn what_nobody_granted_is_said_to_be_so() {
    let manifest = manifest();
    let bound = manifest.bind(&"sample".parse().unwrap(), &Default::default()).unwrap();
    let mut asks = Asks::of(&manifest);
    asks.egress = bound.asked().iter().map(|asked| Reach::bound(&manifest, asked, &[])).collect();
    let text = shown(&asks);
    assert!(text.contains("not granted: add \"https://api.example.com\" to grant.origins"), "{text}");
}
