//! Descriptions that are wrong, one slip each, and what is said of it.

use super::tools;

/// Lines below a tool that has a description and a path, and what is said.
const WRONG: &[(&str, &str)] = &[
    ("pth = '/x'", "tools.t.pth: unknown field"),
    ("description = ''", "tools.t.description: write what the tool does"),
    ("description = 1", "tools.t.description: write a string"),
    ("method = 'HEAD'", "tools.t.method: `HEAD` is unknown here: write one of GET"),
    ("method = 'get'", "tools.t.method"),
    ("path = 'x'", "tools.t.path: `x` must begin with `/`"),
    ("path = 'https://evil.example/x'", "must begin with `/`"),
    ("path = '/x?y=1'", "write parameters under `query`"),
    ("path = '/a/../b'", "relative segment"),
    ("path = '/a/%2E%2e/b'", "relative segment"),
    ("path = '/{city}'", "tools.t.path: `{city}` is declared nowhere: add [tools.t.parameters.city]"),
    ("path = '/{city}'\nparameters.city = {}", "tools.t.path: the path needs `city`"),
    ("path = '/{config.zone}'", "add \"zone=...\" to config.values"),
    ("query.q = '{q}'", "tools.t.query: `{q}` is declared nowhere"),
    ("query.q = { valu = 1 }", "tools.t.query.q.value: write the value"),
    ("query.q = { value = 1, style = 'list' }", "tools.t.query.q.style: `list` is unknown"),
    ("query = 'q=1'", "tools.t.query: this is a string: write a table"),
    ("headers.authorization = 'Bearer x'", "tools.t.headers.authorization: `authorization` is the host's"),
    ("headers.Authorization = '{a}'\nparameters.a = {}", "is the host's to write"),
    ("headers.X_API_Key = 'x'", "is the host's to write"),
    ("headers.cookie = 'x'", "is the host's to write"),
    ("headers.proxy-authorization = 'x'", "is the host's to write"),
    ("headers.x-http-method-override = 'DELETE'", "is the host's to write"),
    ("headers.content-type = 'x/y'", "write `content-type` beside `body`"),
    ("headers.'a b' = 'x'", "isn't the name of a header"),
    ("headers.x = 1", "tools.t.headers.x: write a string"),
    ("body = {}", "tools.t.method: a GET has no body"),
    ("method = 'POST'\nbody = {}\nform = {}", "tools.t.form: a tool has a body or a form"),
    ("content-type = 'x/y'", "tools.t.content-type: only a `body` has one"),
    ("method = 'POST'\nbody = {}\ncontent-type = 'json'", "tools.t.content-type: write a media type"),
    ("method = 'POST'\nbody.'...' = 1", "tools.t.body: `...` merges arguments"),
    ("parameters.q = { type = 'string' }", "tools.t.parameters: `q` is used nowhere"),
    ("parameters.q = 'string'", "tools.t.parameters.q: write a table"),
    ("parameters.'q q' = {}", "a parameter's name has letters"),
    ("parameters.'config.x' = {}", "a parameter's name has letters"),
    (
        "query.q = '{q}'\nparameters.q = { typ = 'string' }",
        "tools.t.parameters.q.typ: this keyword isn't checked",
    ),
    ("query.q = '{q}'\nparameters.q = { type = 'text' }", "tools.t.parameters.q.type: \"text\" isn't a type"),
    (
        "query.q = '{q}'\nparameters.q = { type = 'string', default = 1 }",
        "tools.t.parameters.q.default: must be a string",
    ),
    (
        "query.q = '{q}'\nparameters.q = { required = true, default = 1 }",
        "a required parameter is always given",
    ),
    ("query.q = '{q}'\nparameters.q = { schema = {}, type = 'string' }", "beside `schema` there is room for"),
    ("query.q = '{q}'\nparameters.q = { enum = 1 }", "tools.t.parameters.q.enum: write a list"),
    ("read-only = 'yes'", "tools.t.read-only: write true or false"),
    ("timeout-ms = 0", "tools.t.timeout-ms: write a whole number from 1"),
    ("timeout-ms = 1.5", "tools.t.timeout-ms"),
    ("operation = 'x'", "tools.t.operation: there is none"),
    ("pages = {}", "tools.t.pages.style: write one of cursor"),
    ("pages = { style = 'token' }", "tools.t.pages.style: `token` is unknown"),
    ("pages = { style = 'link' }", "tools.t.pages.items: write where the elements"),
    ("pages = { style = 'link', items = 'data' }", "tools.t.pages.items: `data` isn't a JSON pointer"),
    ("pages = { style = 'link', items = '', size = 1 }", "tools.t.pages.size: unknown field"),
    (
        "pages = { style = 'cursor', items = '', query = 'c' }",
        "tools.t.pages.next: write where the answer says",
    ),
    (
        "pages = { style = 'cursor', items = '', next = '/n' }",
        "tools.t.pages.query: write where the next page",
    ),
    (
        "pages = { style = 'cursor', items = '', next = '/n', query = 'c', body = '/c' }",
        "tools.t.pages.query",
    ),
    (
        "pages = { style = 'cursor', items = '', next = '/n', body = '/c' }",
        "tools.t.pages.body: the tool sends no JSON body",
    ),
    (
        "method = 'POST'\nbody = {}\npages = { style = 'offset', items = '', body = '' }",
        "tools.t.pages.body: name a member",
    ),
    (
        "method = 'POST'\npages = { style = 'link', items = '' }",
        "tools.t.pages.style: an address of the next page is for GET",
    ),
    (
        "pages = { style = 'page', items = '', query = 'p', max-pages = 0 }",
        "tools.t.pages.max-pages: write a whole number from 1",
    ),
    (
        "pages = { style = 'link', items = '' }\nresponse.select = '/x'",
        "tools.t.response.select: of a paged answer",
    ),
    (
        "pages = { style = 'link', items = '' }\nresponse.format = 'text'",
        "tools.t.response.format: only JSON",
    ),
    ("response.statuses = 200", "tools.t.response.statuses: write a list"),
    ("response.statuses = [20]", "tools.t.response.statuses: write a list"),
    ("response.statuses = ['6xx']", "tools.t.response.statuses: write a list"),
    ("response.format = 'xml'", "tools.t.response.format: `xml` is unknown"),
    ("response.schema = { type = 'x' }", "tools.t.response.schema.type"),
    (
        "response.schema = { unevaluatedItems = false }",
        "tools.t.response.schema.unevaluatedItems: this keyword isn't checked",
    ),
    ("response.select = 'x'", "tools.t.response.select"),
    ("response.fields = ['/a']", "tools.t.response.fields: this is an array: write a table"),
    ("response.fields.a = 'a'", "tools.t.response.fields.a: `a` isn't a JSON pointer"),
    ("response.fields.a = 1", "tools.t.response.fields.a: write a JSON pointer"),
    ("response = { format = 'text', select = '/x' }", "tools.t.response.format: only JSON"),
    ("response.max-bytes = 100000000", "tools.t.response.max-bytes: write a whole number"),
    ("response.selct = '/x'", "tools.t.response.selct: unknown field; there are statuses"),
    ("error.message = '$.x'", "tools.t.error.message: `$.x` isn't a JSON pointer"),
    ("error.mesage = '/x'", "tools.t.error.mesage: unknown field"),
    ("error.tell-model = ['all']", "tools.t.error.tell-model"),
    ("retry.attempts = 11", "tools.t.retry.attempts: write a whole number from 1 to 10"),
    ("retry = { wait-ms = 2000, max-wait-ms = 1000 }", "tools.t.retry.wait-ms: the first wait is longer"),
    ("retry.statuses = 'all'", "tools.t.retry.statuses"),
    ("method = 'POST'\nretry.attempts = 2", "tools.t.retry.attempts: a repeated call could act twice"),
    ("method = 'PATCH'\nretry = {}", "a repeated call could act twice"),
];

#[test]
fn every_wrong_description_says_where_it_is_wrong_and_what_to_write() {
    for (lines, part) in WRONG {
        let keep = |name: &str| !lines.lines().any(|line| line.starts_with(name));
        let mut text = "[tools.t]\n".to_owned();
        if keep("description") {
            text.push_str("description = 'd'\n");
        }
        if keep("path") {
            text.push_str("path = '/x'\n");
        }
        let message = tools(&format!("{text}{lines}")).map(|tools| format!("{tools:?}")).unwrap_err();
        assert!(message.contains(part), "{lines}: {message}");
    }
    for (text, part) in [
        ("", "tools: there is no tool"),
        ("tools = {}", "tools: there is no tool"),
        ("tools = 1", "tools: there is no tool"),
        ("tool = {}", "tool: unknown field; there are defaults, tools"),
        ("[tools.'a b']\ndescription = 'd'\npath = '/x'", "tools.a b: `a b` can't name a tool"),
        ("[tools]\nt = 1", "tools.t: this is a number: write a table"),
        ("[tools.t]\npath = '/x'", "tools.t.description: write what"),
        ("[tools.t]\ndescription = 'd'", "tools.t.path: write where"),
        ("[defaults]\npath = '/x'", "defaults.path: unknown field"),
        (
            "[defaults]\nretry.attempts = 0\n[tools.t]\ndescription = 'd'\npath = '/x'",
            "defaults.retry.attempts",
        ),
        (
            "[tools.t]\ndescription = 'd'\npath = 'x'\n[tools.u]\ndescription = 'd'",
            "tools.t.path: `x` must begin with `/`\ntools.u.path",
        ),
    ] {
        let message = tools(text).map(|tools| format!("{tools:?}")).unwrap_err();
        assert!(message.contains(part), "{text}: {message}");
    }
}
