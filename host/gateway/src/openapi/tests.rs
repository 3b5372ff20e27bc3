use std::collections::BTreeSet;

use http::Method;

use super::*;
use crate::endpoint::{Endpoint, PATHS};

/// Beginnings of paths that have a version of their own, or never any.
const OWN_VERSIONS: [&str; 3] = ["/v2/", "/v1beta/", "/model/"];

/// The paths of the document, with the methods of each.
fn documented() -> BTreeSet<(String, String)> {
    let document = document();
    let paths = document["paths"].as_object().unwrap();
    let each = |(path, item): (&String, &Value)| {
        let methods = item.as_object().unwrap().keys();
        methods.map(|method| (path.clone(), method.to_uppercase())).collect::<Vec<_>>()
    };
    paths.iter().flat_map(each).collect()
}

#[test]
fn every_path_and_method_is_in_the_document_and_nothing_else_is() {
    let mut served = BTreeSet::new();
    for (path, endpoint, methods) in PATHS {
        let versioned = endpoint.is_open() || OWN_VERSIONS.iter().any(|own| path.starts_with(own));
        let path = if versioned { (*path).to_owned() } else { format!("/v1{path}") };
        served.extend(methods.split(", ").map(|method| (path.clone(), method.to_owned())));
    }
    assert_eq!(documented(), served);
}

#[test]
fn what_is_in_the_document_is_served() {
    let mut endpoints = Vec::new();
    for (path, method) in documented() {
        let path = path.replace(['{', '}'], "");
        let method = Method::from_bytes(method.as_bytes()).unwrap();
        endpoints.push(Endpoint::of(&method, &path).unwrap_or_else(|error| panic!("{path}: {error:?}")));
    }
    assert!(endpoints.contains(&Endpoint::Openapi));
}

/// All references of a value.
fn references<'v>(value: &'v Value, out: &mut Vec<&'v str>) {
    match value {
        Value::Object(members) => {
            out.extend(members.get("$ref").and_then(Value::as_str));
            members.values().for_each(|value| references(value, out));
        }
        Value::Array(items) => items.iter().for_each(|value| references(value, out)),
        _ => {}
    }
}

#[test]
fn every_reference_leads_somewhere_and_every_component_is_referred_to() {
    let document = document();
    let mut found = Vec::new();
    references(&document, &mut found);
    for reference in &found {
        let target = reference.strip_prefix('#').and_then(|pointer| document.pointer(pointer));
        assert!(target.is_some(), "{reference}");
    }
    for kind in ["schemas", "parameters", "headers"] {
        for name in document["components"][kind].as_object().unwrap().keys() {
            let reference = format!("#/components/{kind}/{name}");
            assert!(found.contains(&&*reference), "nothing refers to {reference}");
        }
    }
}

#[test]
fn every_operation_has_an_id_of_its_own_and_says_what_it_answers() {
    let document = document();
    let mut ids = BTreeSet::new();
    for (path, method) in documented() {
        let operation = &document["paths"][&path][method.to_lowercase()];
        assert!(ids.insert(operation["operationId"].as_str().unwrap().to_owned()), "{path}");
        let responses = operation["responses"].as_object().unwrap();
        assert!(responses.contains_key("200"), "{path}");
        let open = operation["security"] == json!([]);
        assert_ne!(open, responses.contains_key("401"), "{path}: either open, or with a refusal");
    }
}
