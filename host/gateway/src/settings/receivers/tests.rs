use jackfield_runtime::settings::document;

use super::*;

fn of(lines: &str) -> Result<BTreeMap<ReceiverName, ReceiverSettings>, String> {
    document::read(lines, "jackfield.toml", |mut fields| {
        let all = fields.take("receivers").and_then(|node| read(&node));
        fields.finish();
        all
    })
    .map_err(|problems| problems.to_string())
}

const LEAST: &str = "[receivers.b]\nprovider = \"baseten-dedicated\"\nsecret = { env = \"A\" }\n";

fn one(more: &str) -> ReceiverSettings {
    of(&format!("{LEAST}{more}")).unwrap().into_values().next().unwrap()
}

#[test]
fn what_is_not_written_is_as_baseten_has_it() {
    let settings = one("");
    assert_eq!(settings.provider.as_str(), "baseten-dedicated");
    assert_eq!(settings.secrets.len(), 1);
    assert_eq!((settings.signature.as_str(), settings.scheme.as_str()), ("x-baseten-signature", "v1"));
    assert_eq!((settings.age.as_secs(), settings.keep.as_secs()), (300, 3_600));
    assert_eq!(settings.pending.as_secs(), 73 * 3_600);
    assert_eq!((settings.bytes, settings.body), (64 << 20, 16 << 20));
    assert_eq!(settings.places, Places::default());
}

#[test]
fn every_field_is_read() {
    let settings = one(
        "signature = \"X-Other\"\nscheme = \"sha256\"\nage = \"1m\"\nkeep = \"2m\"\npending = \"3m\"\nbytes = \"2 MiB\"\n\
         body = \"1 MiB\"\nid = \"/a\"\ntime = \"/b\"\nresult = \"\"\nerrors = \"/d\"\ntext = \"/e\"\n",
    );
    assert_eq!((settings.signature.as_str(), settings.scheme.as_str()), ("x-other", "sha256"));
    let seconds = [settings.age, settings.keep, settings.pending].map(|time| time.as_secs());
    assert_eq!(seconds, [60, 120, 180]);
    assert_eq!((settings.bytes, settings.body), (2 << 20, 1 << 20));
    let [id, time, result, errors, text] = ["/a", "/b", "", "/d", "/e"].map(str::to_owned);
    assert_eq!(settings.places, Places { id, time, result, errors, text });
}

#[test]
fn a_rotation_has_several_secrets() {
    let both = "[receivers.b]\nprovider = \"p\"\nsecret = [{ env = \"A\" }, { file = \"b\" }]\n";
    assert_eq!(of(both).unwrap().into_values().next().unwrap().secrets.len(), 2);
}

#[test]
fn slips_are_named_with_their_place() {
    for (more, part) in [
        ("keep = \"10s\"\nage = \"20s\"\n", "write a `keep` of 20s or longer"),
        ("bytes = \"1 MiB\"\nbody = \"2 MiB\"\n", "longer than all that is kept"),
        ("id = \"request_id\"\n", "receivers.b.id"),
        ("scheme = \"v1=\"\n", "receivers.b.scheme"),
        ("signature = \"a b\"\n", "receivers.b.signature"),
        ("forward = \"https://a.example\"\n", "receivers.b.forward"),
    ] {
        let error = of(&format!("{LEAST}{more}")).unwrap_err();
        assert!(error.contains(part), "{more}: {error}");
    }
    for (whole, part) in [
        ("[receivers.b]\nprovider = \"p\"\n", "secret"),
        ("[receivers.b]\nsecret = { env = \"A\" }\n", "provider"),
        (
            "[receivers]\na = { provider = \"p\", secret = { env = \"A\" } }\nb = { provider = \"p\", secret = { env = \"A\" } }\n",
            "p has a receiver already",
        ),
        ("[receivers.b]\nprovider = \"p\"\nsecret = []\n", "no delivery can be trusted"),
        ("[receivers.b]\nprovider = \"p\"\nsecret = \"whsec_x\"\n", "receivers.b.secret"),
        ("[receivers.\"a/b\"]\nprovider = \"p\"\nsecret = { env = \"A\" }\n", "can't name a receiver"),
    ] {
        let error = of(whole).unwrap_err();
        assert!(error.contains(part), "{whole}: {error}");
        assert!(!error.contains("whsec"), "{error}");
    }
}
