//! Every field of a Portkey Config and every `x-portkey-*` header that the
//! gateway reads, with the test that shows its effect.
//!
//! Against a rule that is read and forgotten: what is read is taken from the
//! readers' own sources, so whoever adds a field there is told here that it has
//! no test.

use std::collections::BTreeSet;
use std::path::Path;

/// A field by its reader's file and name, and the test, by file and name.
type Tested = (&'static str, &'static str, &'static str);

/// Fields of a config: reader, its fields, the tests of their effect.
const FIELDS: &[(&str, &[Tested])] = &[
    (
        "object",
        &[
            ("strategy", "portkey", "a_fallback_that_the_client_sends_is_followed_and_told_of"),
            ("targets", "conditions", "a_nested_tree_tells_where_in_it_the_answer_came_from"),
            ("name", "conditions", "metadata_choose_the_target"),
            ("weight", "conditions", "weights_share_the_load_out"),
            ("provider", "portkey", "configs_are_told_apart"),
            ("virtual_key", "virtual_keys", "a_virtual_key_is_a_provider_as_it_is_bound_here"),
            ("api_key", "client_keys", "two_clients_keys_never_mix"),
            (
                "passthrough",
                "portkey_fields",
                "what_only_portkeys_own_service_could_do_is_refused_by_its_name",
            ),
            ("custom_host", "custom_host", "to_a_granted_host_goes_the_clients_key_or_none"),
            ("metadata", "portkey_fields", "metadata_of_a_config_count_where_the_request_has_no_other"),
            ("override_params", "params", "overriding_defaults_and_drops_take_effect_in_this_order"),
            ("default_params", "params", "overriding_defaults_and_drops_take_effect_in_this_order"),
            ("drop_params", "params", "overriding_defaults_and_drops_take_effect_in_this_order"),
            ("retry", "portkey", "a_retry_that_the_client_asks_for_is_made"),
            ("cache", "cache", "the_same_request_is_answered_again_without_asking_in_every_dialect_and_mode"),
            ("request_timeout", "portkey", "a_request_timeout_ends_a_try_with_408_or_goes_on"),
            ("forward_headers", "portkey_fields", "headers_that_a_config_names_go_upstream"),
            ("strict_open_ai_compliance", "guardrails", "a_failure_that_may_not_deny_marks_the_answer"),
            (
                "cb_config",
                "portkey_fields",
                "a_breaker_beside_the_strategy_or_in_a_target_holds_as_one_within_it",
            ),
            ("before_request_hooks", "portkey_fields", "checks_of_a_sequential_hook_run_one_after_the_other"),
            (
                "after_request_hooks",
                "guardrails_streams",
                "what_a_client_got_that_leaves_or_whose_stream_breaks_is_judged",
            ),
            ("input_guardrails", "guardrails", "a_request_that_is_denied_is_never_sent"),
            ("output_guardrails", "guardrails", "an_answer_that_is_denied_does_not_reach_the_client"),
            (
                "input_mutators",
                "guardrails",
                "mutators_rewrite_what_is_sent_and_what_comes_back_and_nothing_else",
            ),
            (
                "output_mutators",
                "guardrails",
                "mutators_rewrite_what_is_sent_and_what_comes_back_and_nothing_else",
            ),
            (
                "default_input_guardrails",
                "portkey_fields",
                "default_guardrails_hold_for_all_targets_and_beside_their_own",
            ),
            (
                "default_output_guardrails",
                "portkey_fields",
                "default_guardrails_hold_for_all_targets_and_beside_their_own",
            ),
            ("prompt_id", "portkey_fields", "what_only_portkeys_own_service_could_do_is_refused_by_its_name"),
            (
                "fetch_integrated_models",
                "portkey_fields",
                "what_only_portkeys_own_service_could_do_is_refused_by_its_name",
            ),
        ],
    ),
    (
        "strategy",
        &[
            ("mode", "conditions", "a_nested_tree_tells_where_in_it_the_answer_came_from"),
            ("cb_config", "portkey_fields", "failure_status_codes_say_which_failures_open_a_breaker"),
            ("on_status_codes", "portkey", "a_list_of_statuses_says_what_falls_back"),
            (
                "on_status_codes",
                "guardrails_fallback",
                "a_marked_and_a_denied_answer_fall_over_where_their_status_is_listed_and_only_there",
            ),
            ("sticky", "breaker", "like_requests_stay_with_one_target_and_others_are_spread"),
            ("enabled", "portkey_fields", "stickiness_that_is_switched_off_leaves_requests_to_chance"),
            ("hash_fields", "breaker", "like_requests_stay_with_one_target_and_others_are_spread"),
            ("ttl", "router/run/balance", "like_requests_stay_with_one_target_for_their_time"),
            ("conditions", "conditions", "metadata_choose_the_target"),
            ("query", "conditions", "parameters_and_the_path_choose_the_target"),
            ("then", "conditions", "metadata_choose_the_target"),
            ("default", "conditions", "where_no_condition_holds_and_there_is_no_default_the_client_is_told"),
        ],
    ),
    (
        "rules",
        &[
            ("attempts", "portkey", "a_retry_that_the_client_asks_for_is_made"),
            ("on_status_codes", "portkey", "a_retry_that_the_client_asks_for_is_made"),
            (
                "use_retry_after_header",
                "portkey_fields",
                "a_waiting_time_that_is_not_to_be_kept_to_is_not_in_either_spelling",
            ),
            (
                "use_retry_after_headers",
                "portkey_fields",
                "a_waiting_time_that_is_not_to_be_kept_to_is_not_in_either_spelling",
            ),
            (
                "mode",
                "cache",
                "a_request_that_means_the_same_is_answered_from_the_cache_unless_its_system_prompt_differs",
            ),
            (
                "max_age",
                "router/cache/exact",
                "an_answer_grows_too_old_by_the_age_of_who_kept_it_and_of_who_asks",
            ),
            ("failure_threshold", "portkey_fields", "failure_status_codes_say_which_failures_open_a_breaker"),
            (
                "failure_threshold_percentage",
                "portkey_fields",
                "a_percentage_of_failures_opens_a_breaker_once_there_were_enough_requests",
            ),
            (
                "minimum_requests",
                "portkey_fields",
                "a_percentage_of_failures_opens_a_breaker_once_there_were_enough_requests",
            ),
            ("cooldown_interval", "router/breaker", "after_the_cooldown_one_call_at_a_time_is_let_through"),
            (
                "failure_status_codes",
                "portkey_fields",
                "failure_status_codes_say_which_failures_open_a_breaker",
            ),
        ],
    ),
    (
        "hooks",
        &[
            ("type", "portkey_fields", "checks_of_a_sequential_hook_run_one_after_the_other"),
            ("checks", "portkey_fields", "checks_of_a_sequential_hook_run_one_after_the_other"),
            (
                "id",
                "guardrails_config",
                "a_saved_guardrail_is_found_by_its_name_and_an_unknown_one_is_refused",
            ),
            ("parameters", "portkey_fields", "checks_of_a_sequential_hook_run_one_after_the_other"),
            (
                "is_enabled",
                "portkey_fields",
                "a_check_that_is_switched_off_does_not_run_and_a_good_verdict_leaves_its_feedback",
            ),
            ("deny", "guardrails", "an_answer_that_is_denied_does_not_reach_the_client"),
            ("async", "guardrails_config", "a_guardrail_that_runs_beside_delays_and_changes_nothing"),
            ("sequential", "portkey_fields", "checks_of_a_sequential_hook_run_one_after_the_other"),
            ("on_fail", "guardrails_config", "verdicts_leave_feedback_where_other_feedback_goes"),
            (
                "on_success",
                "portkey_fields",
                "a_check_that_is_switched_off_does_not_run_and_a_good_verdict_leaves_its_feedback",
            ),
            ("feedback", "guardrails_config", "verdicts_leave_feedback_where_other_feedback_goes"),
            ("value", "guardrails_config", "verdicts_leave_feedback_where_other_feedback_goes"),
            (
                "weight",
                "portkey_fields",
                "a_check_that_is_switched_off_does_not_run_and_a_good_verdict_leaves_its_feedback",
            ),
            ("metadata", "guardrails_config", "verdicts_leave_feedback_where_other_feedback_goes"),
        ],
    ),
];

/// Headers by what stands behind `x-portkey-`.
const HEADERS: &[Tested] = &[
    ("config", "portkey", "a_config_that_is_saved_is_used_by_its_name"),
    ("provider", "portkey", "a_provider_header_alone_is_enough"),
    ("virtual-key", "virtual_keys", "a_virtual_key_is_a_provider_as_it_is_bound_here"),
    ("api-key", "keys", "each_dialects_way_to_show_a_key_is_understood_and_no_key_goes_upstream"),
    ("trace-id", "portkey", "a_fallback_that_the_client_sends_is_followed_and_told_of"),
    ("span-id", "secrets/prompts", "a_client_can_keep_its_request_out_of_the_log_and_name_its_step"),
    ("span-name", "secrets/prompts", "a_client_can_keep_its_request_out_of_the_log_and_name_its_step"),
    ("parent-span-id", "secrets/prompts", "a_client_can_keep_its_request_out_of_the_log_and_name_its_step"),
    ("debug", "secrets/prompts", "a_client_can_keep_its_request_out_of_the_log_and_name_its_step"),
    (
        "sensitive-headers",
        "secrets/prompts",
        "a_client_can_keep_its_request_out_of_the_log_and_name_its_step",
    ),
    ("metadata", "conditions", "metadata_choose_the_target"),
    ("request-timeout", "portkey", "a_request_timeout_ends_a_try_with_408_or_goes_on"),
    (
        "strict-open-ai-compliance",
        "portkey_headers",
        "answers_keep_to_openais_fields_unless_a_header_says_otherwise",
    ),
    ("forward-headers", "portkey", "headers_that_are_to_be_forwarded_are_and_no_credential_is"),
    ("custom-host", "custom_host", "only_the_granted_origin_is_reached"),
    ("default-input-guardrails", "guardrails_config", "guardrails_in_headers_hold_with_and_without_a_config"),
    (
        "default-output-guardrails",
        "guardrails_config",
        "guardrails_in_headers_hold_with_and_without_a_config",
    ),
    ("cache", "portkey_headers", "a_cache_can_be_asked_for_in_a_header_with_and_without_a_config"),
    ("cache-ttl", "router/plan", "a_requests_own_word_on_the_cache_goes_before_the_configs"),
    ("cache-force-refresh", "cache", "a_client_can_ask_for_a_fresh_answer_and_keep_its_own_apart"),
    ("cache-namespace", "cache", "a_client_can_ask_for_a_fresh_answer_and_keep_its_own_apart"),
    ("nitro-mode", "portkey_headers", "what_only_portkeys_own_service_has_may_be_switched_off_and_not_on"),
    (
        "fetch-integrated-models",
        "portkey_headers",
        "what_only_portkeys_own_service_has_may_be_switched_off_and_not_on",
    ),
];

fn source(path: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").join(path);
    std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn tests_in(file: &str) -> String {
    source(&match file.split_once('/') {
        None => format!("tests/e2e/tests/gateway/{file}.rs"),
        Some(("secrets", file)) => format!("tests/e2e/tests/secrets/{file}.rs"),
        Some(("router", "plan")) => "host/router/src/plan/tests.rs".to_owned(),
        Some(("router", "breaker")) => "host/router/src/breaker/tests.rs".to_owned(),
        Some(("router", file)) => {
            let (module, file) = file.split_once('/').expect("a module and a file");
            format!("host/router/src/{module}/tests/{file}.rs")
        }
        Some((other, _)) => panic!("{other}: nothing is known of its place"),
    })
}

#[track_caller]
fn exists(what: &str, file: &str, test: &str) {
    assert!(tests_in(file).contains(&format!("fn {test}()")), "{what}: {file} has no test {test}");
}

/// The names that a reader asks an object for.
fn asked_for(source: &str) -> BTreeSet<String> {
    let source = source.split("#[cfg(test)]").next().unwrap_or_default();
    let mut names = BTreeSet::new();
    for call in [".take(\"", "list(\"", "flag(\"", "within(\""] {
        let ends = source.split(call).skip(1);
        names.extend(ends.filter_map(|rest| Some(rest.split_once('"')?.0.to_owned())));
    }
    names
}

#[test]
fn every_field_that_a_config_can_have_has_a_test_of_its_effect() {
    for (reader, fields) in FIELDS {
        let known = asked_for(&source(&format!("host/router/src/config/{reader}.rs")));
        assert!(known.len() > 9, "{reader}: {known:?}");
        let tested: BTreeSet<String> = fields.iter().map(|(field, ..)| (*field).to_owned()).collect();
        assert_eq!(known, tested, "{reader}.rs reads the first and the second are in the table here");
        for (field, file, test) in *fields {
            exists(&format!("{reader}.{field}"), file, test);
        }
    }
}

#[test]
fn every_header_of_portkeys_that_is_read_has_a_test_of_its_effect() {
    let source = source("host/gateway/src/portkey.rs");
    let (_, arms) = source.split_once("match field {").unwrap();
    let (arms, _) = arms.split_once("_ if field").unwrap();
    let patterns = arms.lines().map(str::trim).filter(|line| line.starts_with('"'));
    let patterns =
        patterns.filter_map(|line| Some(line.split_once("=>")?.0.split(" if ").next()?.to_owned()));
    let names = patterns
        .flat_map(|pattern| pattern.split('"').skip(1).step_by(2).map(str::to_owned).collect::<Vec<_>>());
    let known: BTreeSet<String> = names.collect();
    let tested: BTreeSet<String> = HEADERS.iter().map(|(name, ..)| (*name).to_owned()).collect();
    assert_eq!(known, tested, "portkey.rs reads the first and the second are in the table here");
    for (name, file, test) in HEADERS {
        exists(name, file, test);
    }
}

#[test]
fn every_field_of_a_provider_is_followed_or_refused_by_name() {
    exists("followed", "options", "what_is_no_matter_of_accounts_goes_with_the_operators_key_as_well");
    exists("refused", "options", "fields_that_no_plugin_honours_are_refused_by_name");
    let all = source("host/gateway/src/own/fields/tests.rs");
    assert!(all.contains("fn every_field_is_followed_or_refused_with_what_to_write_instead()"));
}
