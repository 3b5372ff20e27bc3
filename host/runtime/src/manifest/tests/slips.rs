//! One slip of each kind, and what is said about it.

use super::problems_with;

#[test]
fn each_slip_is_one_problem_with_its_place_and_advice() {
    let mut wrong = Vec::new();
    for (find, replacement, place_and_field, advice) in [
        (
            "name = \"sample\"",
            "nmae = \"sample\"\nname = \"sample\"",
            "3:1: plugin.nmae",
            "did you mean `name`?",
        ),
        ("name = \"sample\"", "name = \"Sample\"", "3:8: plugin.name", "write 1 to 64 lower-case"),
        ("\"1.2.3\"", "\"1.2\"", "4:11: plugin.version", "write one such as \"0.1.0\""),
        ("singleton = true", "singleton = 1", "9:13: plugin.singleton", "write true or false"),
        ("\"https://example.com/sample\"", "\"example\"", "7:12: plugin.homepage", "write it whole"),
        ("type = \"integer\"", "type = \"int\"", "30:8: config.retries.type", "write one of"),
        ("default = 2", "default = \"2\"", "31:11: config.retries.default", "write a default such as 1"),
        ("default = \"eu\"", "default = \"asia\"", "24:11: config.region.default", "one of: eu, us"),
        ("values = [\"eu\", \"us\"]", "values = []", "23:10: config.region.values", "at least one"),
        (
            "required = true",
            "required = true\ndefault = \"x\"",
            "18:1: config.resource.required",
            "remove one",
        ),
        ("required = true", "values = [\"x\"]", "18:1: config.resource.values", "change the type or remove"),
        (
            "env = \"SAMPLE_API_KEY\"",
            "env = \"SAMPLE-KEY\"",
            "38:7: secrets.api-key.env",
            "letters, digits and underscores",
        ),
        ("optional = true", "optinal = true", "41:1: secrets.other.optinal", "did you mean `optional`?"),
        ("scheme = \"bearer\"", "scheme = \"baerer\"", "44:10: auth.key.scheme", "did you mean \"bearer\"?"),
        (
            "scheme = \"bearer\"",
            "scheme = \"digest\"",
            "44:10: auth.key.scheme",
            "write one of: \"none\", \"bearer\"",
        ),
        ("header = \"X-Api-Key\"", "header = \"Host\"", "50:10: auth.header.header", "belongs to the host"),
        (
            "header = \"X-Api-Key\"",
            "header = \"a b\"",
            "50:10: auth.header.header",
            "isn't the name of a header",
        ),
        ("prefix = \"Key \"", "prefix = \"a\\nb\"", "51:10: auth.header.prefix", "printable ASCII"),
        (
            "parameter = \"key\"",
            "parameter = \"a&b\"",
            "56:13: auth.query.parameter",
            "isn't the name of a query parameter",
        ),
        (
            "user = \"{resource}\"",
            "user-secret = \"other\"\nuser = \"x\"",
            "60:1: auth.basic.user-secret",
            "exclude each other",
        ),
        (
            "scheme = \"none\"",
            "scheme = \"none\"\nsecret = \"api-key\"",
            "65:1: auth.nobody.secret",
            "unknown field",
        ),
        ("origin = \"{proxy}\"", "origin = \"{prxy}\"", "83:10: egress[3].origin", "add [config.prxy]"),
        (
            "origin = \"{proxy}\"",
            "origin = \"{resource}\"",
            "83:10: egress[3].origin",
            "give [config.resource] `type = \"url\"`",
        ),
        (
            "origin = \"{proxy}\"",
            "origin = \"{proxy}/v1\"",
            "83:10: egress[3].origin",
            "only be all of an `origin`",
        ),
        (
            "origin = \"{proxy}\"",
            "origin = \"{resource}.example.com\"",
            "83:10: egress[3].origin",
            "begin it with https://",
        ),
        (
            "origin = \"{proxy}\"",
            "origin = \"https://{resource}/v1\"",
            "83:10: egress[3].origin",
            "is not an origin",
        ),
        (
            "origin = \"{proxy}\"",
            "origin = \"https://{headers}\"",
            "83:10: egress[3].origin",
            "give [config.headers] `type = \"string\"`",
        ),
        ("origin = \"{proxy}\"", "origin = \"https://*\"", "83:10: egress[3].origin", "pattern"),
        (
            "origin = \"{proxy}\"",
            "origin = \"{proxy\"",
            "83:10: egress[3].origin",
            "brace without its partner",
        ),
        ("methods = [\"GET\", \"POST\"]", "methods = []", "68:11: egress[0].methods", "no method is named"),
        (
            "methods = [\"GET\", \"POST\"]",
            "methods = [\"get\"]",
            "68:12: egress[0].methods[0]",
            "in capitals",
        ),
        ("path = \"/v1/{resource}\"", "path = \"v1\"", "74:8: egress[1].path", "must begin with `/`"),
        ("path = \"/v1/{resource}\"", "path = \"/../{resource}\"", "74:8: egress[1].path", "no dot segments"),
        ("path = \"/v1/{resource}\"", "path = \"{base-url}\"", "74:8: egress[1].path", "is a whole URL"),
        (
            "access = \"read-write\"",
            "access = \"write\"",
            "94:10: directory[0].access",
            "write one of: \"read\", \"read-write\"",
        ),
        ("inputs = 96", "inputs = 0", "99:10: embedding.batch[0].inputs", "write 1 to"),
        ("models = [\"small-*\"]", "models = []", "97:1: embedding.batch[0]", "`models` is empty"),
        (
            "[[embedding.batch]]\ninputs = 16",
            "[[embedding.btach]]\ninputs = 16",
            "102:13: embedding.btach",
            "did you mean `batch`?",
        ),
    ] {
        let problems = problems_with(find, replacement);
        let start = format!("plugin.toml:{place_and_field}: ");
        match &*problems {
            [problem] if problem.starts_with(&start) && problem.contains(advice) => {}
            _ => wrong.push(format!("{replacement}: {problems:#?}")),
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
