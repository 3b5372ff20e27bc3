use super::*;

const CREDENTIALS: &str = "[default]\naws_access_key_id = AKIDONE\naws_secret_access_key = secret-of-one\n\
    [temporary]\naws_access_key_id=ASIATWO\naws_secret_access_key=secret-of-two\naws_session_token=token-of-two # x\n";
const CONFIG: &str = "[default]\nregion = eu-west-1\n[profile worker]\nrole_arn = arn:aws:iam::1:role/worker\nsource_profile = default\nexternal_id = ext\nduration_seconds = 900\n\
    [profile inner]\nrole_arn = arn:aws:iam::2:role/inner\nrole_session_name = me\nsource_profile = worker\n\
    [profile self]\nrole_arn = arn:aws:iam::3:role/self\nsource_profile = self\naws_access_key_id = AKIDSELF\naws_secret_access_key = secret-of-self\n\
    [profile a]\nrole_arn = x\nsource_profile = b\n[profile b]\nrole_arn = x\nsource_profile = a\n\
    [profile process]\ncredential_process = /bin/true\n[profile sso]\nsso_session = s\n[profile web]\nrole_arn = x\nweb_identity_token_file = /t\n\
    [profile mfa]\nrole_arn = x\nsource_profile = default\nmfa_serial = arn\n[profile around]\nrole_arn = x\ncredential_source = Environment\n\
    [profile machine]\nrole_arn = x\ncredential_source = Ec2InstanceMetadata\n[profile ecs]\nrole_arn = x\ncredential_source = EcsContainer\n\
    [profile into]\nrole_arn = x\nsource_profile = a\n[profile older-sso]\nsso_start_url = u\n[profile half-sso]\nsso_account_id = 1\n\
    [profile login]\nlogin_session = arn\n[profile over-sso]\nrole_arn = x\nsource_profile = sso\n\
    [profile alone]\nrole_arn = x\n[profile empty]\nregion = x\n";

fn plan(profile: &str) -> Result<Plan, String> {
    Files::parse(Some(CREDENTIALS), Some(CONFIG)).unwrap().plan(profile)
}

#[test]
fn a_profile_with_keys_needs_no_role() {
    let found = plan("temporary").unwrap();
    assert_eq!((found.keys.id.as_str(), found.keys.secret.as_str()), ("ASIATWO", "secret-of-two"));
    assert_eq!(found.keys.token.as_deref().map(String::as_str), Some("token-of-two"));
    assert!(found.roles.is_empty());
    assert!(!format!("{found:?}").contains("secret"));
}

#[test]
fn roles_are_assumed_from_the_keys_outwards() {
    let found = plan("inner").unwrap();
    assert_eq!(found.keys.id, "AKIDONE");
    let arns: Vec<&str> = found.roles.iter().map(|role| role.arn.as_str()).collect();
    assert_eq!(arns, ["arn:aws:iam::1:role/worker", "arn:aws:iam::2:role/inner"]);
    let worker = &found.roles[0];
    assert_eq!((worker.external_id.as_deref(), worker.seconds), (Some("ext"), Some(900)));
    assert_eq!((worker.session.as_str(), found.roles[1].session.as_str()), (SESSION, "me"));
}

#[test]
fn a_profile_that_is_its_own_source_assumes_its_role_once() {
    let found = plan("self").unwrap();
    assert_eq!((found.keys.id.as_str(), found.roles.len()), ("AKIDSELF", 1));
}

#[test]
fn what_this_host_does_not_do_is_said_in_words() {
    for (profile, what, instead) in [
        ("nobody", "no profile", "name another"),
        ("a", "(a -> b -> a)", "source_profile that has keys"),
        ("into", "(into -> a -> b -> a)", "source_profile that has keys"),
        ("process", "credential_process", "access-key-id"),
        ("sso", "sso_session", "access-key-id"),
        ("older-sso", "sso_start_url", "access-key-id"),
        ("half-sso", "sso_account_id", "access-key-id"),
        ("login", "login_session", "access-key-id"),
        ("over-sso", "profile sso logs in by a browser (sso_session)", "access-key-id"),
        ("web", "web_identity_token_file", "web-identity-token"),
        ("mfa", "mfa_serial", "session-token"),
        ("around", "credential_source", "access-key-id"),
        ("ecs", "credential_source", "config.container-url"),
        ("machine", "credential_source", "config.instance-url"),
        ("alone", "no source_profile", "name the profile"),
        ("empty", "no aws_access_key_id", "write it"),
    ] {
        let error = plan(profile).unwrap_err();
        assert!(error.contains(what) && error.contains(instead), "{profile}: {error}");
    }
}

#[test]
fn more_roles_in_a_row_than_anybody_means_are_refused() {
    let chain = |length: usize| {
        let link = |number: usize| {
            format!("[profile p{number}]\nrole_arn = r{number}\nsource_profile = p{}\n", number + 1)
        };
        let links: String = (0..length).map(link).collect();
        format!("{links}[profile p{length}]\naws_access_key_id = AKID\naws_secret_access_key = s\n")
    };
    let plan = |length| Files::parse(None, Some(&chain(length))).unwrap().plan("p0");
    assert_eq!(plan(LONGEST).unwrap().roles.len(), LONGEST);
    assert!(plan(LONGEST + 1).unwrap_err().contains("p0 -> p1"));
}

#[test]
fn the_secrets_of_all_profiles_are_looked_for() {
    let found: Vec<String> = parts(CREDENTIALS).iter().map(|part| part.to_string()).collect();
    assert_eq!(found, ["secret-of-one", "secret-of-two", "token-of-two"]);
    assert!(parts(CONFIG).iter().any(|part| part.as_str() == "secret-of-self"));
    assert!(check(CREDENTIALS).is_ok() && check("nonsense").is_err());
}
