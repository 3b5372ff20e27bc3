//! The objects of a Portkey Config, each with the members that it may have.

use crate::shape::Shape::{self, Any, Bool, List, Literal, Map, Object, OneOf, Real, Text, Whole};

const NAME: Shape = Text(&["a", "b", "c", "good", "cheap"]);
const ANY_TEXT: Shape = Text(&[]);
const PROVIDER: Shape = Text(&["a", "b", "@a", "@b", "nobody", "openai"]);
const STATUSES: Shape = List(&OneOf(&[Literal("429"), Literal("500"), Literal("503"), Whole(700)]));

const OPERATORS: Shape = Object(
    0,
    &[
        ("$eq", OneOf(&[ANY_TEXT, Whole(9), Bool])),
        ("$ne", ANY_TEXT),
        ("$gt", OneOf(&[Whole(9), Text(&["5", "x"])])),
        ("$gte", Real),
        ("$lt", Whole(9)),
        ("$lte", Whole(9)),
        ("$in", List(&OneOf(&[ANY_TEXT, Whole(9)]))),
        ("$nin", List(&ANY_TEXT)),
        ("$regex", Text(&["^gpt", ".*", "(a|b)+$", "(", "\\\\w{9}", "(?i)x", "a{1000}{1000}", "(?=x)"])),
    ],
);

pub(super) static QUERY: Shape = Object(
    0,
    &[
        ("metadata.plan", OneOf(&[Text(&["paid", "free"]), OPERATORS])),
        ("metadata._user", OPERATORS),
        ("params.model", OneOf(&[Text(&["m", "gpt"]), OPERATORS])),
        ("params.max_tokens", OPERATORS),
        ("params.messages.0.role", Text(&["user"])),
        ("url.pathname", OPERATORS),
        ("$and", List(&QUERY)),
        ("$or", List(&QUERY)),
        ("params.", Whole(1)),
        ("metadata", Whole(1)),
    ],
);

const STRATEGY: Shape = Object(
    1,
    &[
        (
            "mode",
            Text(&[
                "fallback",
                "fallback",
                "loadbalance",
                "conditional",
                "single",
                "round-robin",
                "least-busy",
                "latency",
                "odd",
            ]),
        ),
        ("on_status_codes", STATUSES),
        (
            "conditions",
            List(&Object(
                2,
                &[("query", OneOf(&[Literal("{}"), Literal(r#"{"metadata.plan":"paid"}"#)])), ("then", NAME)],
            )),
        ),
        ("default", NAME),
        (
            "sticky",
            Object(
                1,
                &[
                    ("hash_fields", List(&Text(&["metadata._user", "headers.x-a", "params.user", "x"]))),
                    ("ttl", Whole(900)),
                    ("enabled", Bool),
                ],
            ),
        ),
        ("cb_config", BREAKER),
    ],
);

const BREAKER: Shape = Object(
    1,
    &[
        ("failure_threshold", Whole(9)),
        ("failure_threshold_percentage", Whole(110)),
        ("minimum_requests", Whole(20)),
        ("cooldown_interval", OneOf(&[Literal("30000"), Whole(60_000)])),
        ("failure_status_codes", STATUSES),
    ],
);

const HOOK: Shape = OneOf(&[
    ANY_TEXT,
    Object(
        0,
        &[
            ("type", Text(&["guardrail", "mutator"])),
            ("id", ANY_TEXT),
            (
                "checks",
                List(&Object(
                    1,
                    &[
                        ("id", Text(&["default.contains", "default.regexMatch", "odd.check"])),
                        ("parameters", Any),
                        ("is_enabled", Bool),
                    ],
                )),
            ),
            (
                "default.contains",
                Object(1, &[("words", List(&ANY_TEXT)), ("operator", Text(&["any", "none"]))]),
            ),
            ("default.regexMatch", Object(1, &[("rule", Text(&["a+", "("]))])),
            ("deny", Bool),
            ("async", Bool),
            ("sequential", Bool),
            (
                "on_fail",
                Object(
                    0,
                    &[("feedback", Object(0, &[("value", Whole(12)), ("weight", Real), ("metadata", Any)]))],
                ),
            ),
            ("on_success", Any),
        ],
    ),
]);

/// A config or a target of one.
pub(super) static CONFIG: Shape = OneOf(&[
    TARGET,
    Object(
        2,
        &[
            ("strategy", STRATEGY),
            ("targets", List(&CONFIG)),
            ("name", NAME),
            ("weight", Real),
            ("retry", RETRY),
            ("cache", CACHE),
            ("request_timeout", Whole(60_000)),
            ("override_params", Map(&Any)),
            ("default_params", Map(&Any)),
            ("drop_params", DROPS),
            ("cb_config", BREAKER),
            ("metadata", Map(&ANY_TEXT)),
            ("input_guardrails", List(&HOOK)),
            ("before_request_hooks", List(&HOOK)),
            ("default_output_guardrails", List(&HOOK)),
        ],
    ),
    Object(
        2,
        &[
            (
                "strategy",
                Object(
                    2,
                    &[
                        ("mode", Literal("\"conditional\"")),
                        (
                            "conditions",
                            List(&Object(
                                2,
                                &[
                                    (
                                        "query",
                                        OneOf(&[Literal("{}"), Literal(r#"{"metadata.plan":"paid"}"#)]),
                                    ),
                                    ("then", NAME),
                                ],
                            )),
                        ),
                        ("default", NAME),
                    ],
                ),
            ),
            (
                "targets",
                OneOf(&[
                    Literal(
                        r#"[{"name":"a","provider":"a"},{"name":"good","provider":"b"},{"name":"cheap","provider":"a"}]"#,
                    ),
                    List(&CONFIG),
                ]),
            ),
        ],
    ),
]);

const RETRY: Shape = Object(
    1,
    &[
        ("attempts", Whole(6)),
        ("on_status_codes", STATUSES),
        ("use_retry_after_header", Bool),
        ("use_retry_after_headers", Bool),
    ],
);
const CACHE: Shape = OneOf(&[
    Text(&["simple", "semantic"]),
    Object(1, &[("mode", Text(&["simple", "semantic"])), ("max_age", OneOf(&[Literal("60"), Whole(9_000)]))]),
]);
const DROPS: Shape = List(&Text(&[
    "logprobs",
    "messages[*].name",
    "tools[0].function.strict",
    "model",
    "a..b",
    "[0]",
    "a[",
    "metadata[\\\"x\\\"]",
]));

pub(super) const TARGET: Shape = Object(
    1,
    &[
        ("provider", PROVIDER),
        ("name", NAME),
        ("weight", Real),
        ("virtual_key", PROVIDER),
        ("api_key", ANY_TEXT),
        ("passthrough", Bool),
        (
            "custom_host",
            Text(&[
                "https://x.example/v1",
                "http://127.0.0.1/",
                "file:///etc/passwd",
                "https://u:p@x.example",
            ]),
        ),
        ("override_params", OneOf(&[Literal(r#"{"model":"m"}"#), Map(&Any)])),
        ("default_params", Map(&Any)),
        ("drop_params", DROPS),
        ("retry", RETRY),
        ("cache", CACHE),
        ("request_timeout", Whole(60_000)),
        ("forward_headers", List(&Text(&["x-a", "authorization", "X-B", "no name", "x-portkey-config"]))),
        ("strict_open_ai_compliance", Bool),
        ("cb_config", BREAKER),
        ("metadata", Map(&ANY_TEXT)),
        ("input_guardrails", List(&HOOK)),
        ("output_guardrails", List(&HOOK)),
        ("after_request_hooks", List(&HOOK)),
        ("input_mutators", List(&HOOK)),
        ("azure_resource_name", ANY_TEXT),
        ("azure_auth_mode", Text(&["entra", "managed"])),
        ("aws_access_key_id", ANY_TEXT),
        ("aws_secret_access_key", ANY_TEXT),
        ("aws_region", ANY_TEXT),
        ("vertex_project_id", ANY_TEXT),
        ("vertex_service_account_json", OneOf(&[Any, ANY_TEXT])),
        ("openai_organization", ANY_TEXT),
        ("anthropic_beta", ANY_TEXT),
        ("mistral_fim_completion", Bool),
        ("snowflake_account", ANY_TEXT),
    ],
);
