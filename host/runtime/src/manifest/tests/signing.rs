//! Schemes that sign requests, as manifests declare them.

use super::super::auth::AuthScheme;
use super::*;

fn parse(lines: &str) -> Result<AuthScheme, String> {
    // A secret that nothing uses is a slip of its own.
    let used =
        ["id", "key", "token", "file"].into_iter().filter(|name| lines.contains(&format!("= \"{name}\"")));
    let secrets: String = used.map(|name| format!("[secrets.{name}]\n")).collect();
    let text = format!(
        "[plugin]\nname = \"p\"\nversion = \"1.0.0\"\ndescription = \"d\"\n\
         [config.region]\ntype = \"string\"\n[config.url]\ntype = \"url\"\n\
         {secrets}[[egress]]\norigin = \"https://api.example\"\nmethods = [\"POST\"]\nauth = \"a\"\n\
         [auth.a]\n{lines}\n"
    );
    let manifest = Manifest::parse(&text, "plugin.toml").map_err(|problems| problems.to_string())?;
    Ok(manifest.auth.into_values().next().unwrap())
}

const AWS: &str = "scheme = \"aws-sigv4\"\nservice = \"bedrock\"\nregion = \"{region}\"\n";
const KEYS: &str = "access-key-id = \"id\"\nsecret-access-key = \"key\"\n";

#[test]
fn a_signature_of_awss_is_read_with_all_its_sources() {
    let read = parse(&format!(
        "{AWS}{KEYS}session-token = \"token\"\ncredentials-file = \"file\"\nprofile = \"{{region}}\"\n\
         sts-url = \"{{url}}\"\ncontainer-url = \"{{url}}\""
    ));
    let Ok(scheme @ AuthScheme::AwsSigV4(_)) = &read else { panic!("{read:?}") };
    let names: Vec<&str> = scheme.secrets().iter().map(|name| name.as_str()).collect();
    assert_eq!(names, ["id", "key", "token", "file"]);
    assert_eq!(scheme.templates().len(), 4);
}

#[test]
fn slips_in_a_signature_of_awss_are_named() {
    for (lines, says) in [
        (AWS.to_owned(), "no secret is named"),
        (format!("{AWS}access-key-id = \"id\""), "belong together"),
        (format!("{AWS}session-token = \"token\""), "belong together"),
        (format!("{AWS}web-identity-token = \"token\""), "needs `role-arn`"),
        (format!("{AWS}{KEYS}container-token = \"token\""), "needs `container-url`"),
        (format!("{AWS}{KEYS}profile = \"x\""), "needs `credentials-file`"),
        (format!("{AWS}{KEYS}sts-url = \"https://sts.{{region}}.example\""), "one config value of type url"),
        (format!("{AWS}{KEYS}services = \"x\""), "unknown field"),
        (format!("{}{KEYS}", AWS.replace("\"bedrock\"", "\"Bed rock\"")), "isn't the signing name"),
        (format!("{}{KEYS}", AWS.replace("region = \"{region}\"\n", "")), "`region` is missing"),
        (format!("{AWS}{KEYS}role-arn = \"{{nothing}}\""), "nothing"),
    ] {
        let error = parse(&lines).unwrap_err();
        assert!(error.contains(says), "{lines}\n{error}");
    }
}

const OCI: &str = "scheme = \"oci-signature\"\nprivate-key = \"key\"\n";

#[test]
fn a_signature_of_oracles_needs_to_know_whose_key_it_is() {
    let whole = format!("{OCI}tenancy = \"t\"\nuser = \"u\"\nfingerprint = \"aa:bb\"");
    let scheme = parse(&whole).unwrap();
    assert_eq!((scheme.secrets().len(), scheme.templates().len()), (1, 3));
    let filed = parse(&format!("{OCI}config-file = \"file\"\nprofile = \"{{region}}\"")).unwrap();
    assert_eq!(filed.secrets().len(), 2);
    let session = parse(&format!("{OCI}config-file = \"file\"\nsession-token = \"token\"")).unwrap();
    assert_eq!(session.secrets().len(), 3);
    for (lines, says) in [
        (OCI.to_owned(), "write all three"),
        (whole.replace("user = \"u\"\n", ""), "write all three"),
        (format!("{whole}\nprofile = \"x\""), "needs `config-file`"),
        (whole.replace("private-key", "key-file"), "`private-key` is missing"),
    ] {
        let error = parse(&lines).unwrap_err();
        assert!(error.contains(says), "{lines}\n{error}");
    }
}
