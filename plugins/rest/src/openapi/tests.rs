//! Documents that become tools, in JSON and YAML, and documents that don't.

mod hostile;

use serde_json::{Value, json};

use crate::api::Api;
use crate::request::Request;
use crate::settings::Settings;

const PETS: &str = include_str!("tests/pets.yaml");

fn settings(document: &str) -> Settings {
    Settings {
        base_url: Some("https://api.example.com/v1".to_owned()),
        openapi: Some(document.to_owned()),
        ..Settings::default()
    }
}

fn api(document: &str) -> Api {
    Api::read(&settings(document)).unwrap_or_else(|error| panic!("{error}"))
}

fn names(api: &Api) -> Vec<&str> {
    api.tools.iter().map(|tool| tool.name.as_str()).collect()
}

fn request(api: &Api, name: &str, arguments: Value) -> Result<Request, String> {
    let tool = api.tools.iter().find(|tool| tool.name == name).unwrap_or_else(|| panic!("{:?}", names(api)));
    let arguments = tool.arguments(arguments)?;
    Request::of(tool, &api.base_url, &arguments)
}

#[test]
fn every_operation_that_can_be_is_a_tool() {
    let api = api(PETS);
    assert_eq!(
        names(&api),
        ["listPets", "createPet", "get_pets_petId", "updatePet", "delete_pet", "searchPets"]
    );
    let skipped: Vec<_> = api.skipped.iter().map(|it| format!("{}: {}", it.id, it.reason)).collect();
    assert_eq!(
        skipped,
        [
            "uploadPhoto: its body is multipart/form-data, and only JSON and forms are sent",
            "session: it needs the cookie `sid`, and cookies are never sent",
        ]
    );
    let list = &api.definitions()[0];
    assert_eq!(list.description, "All pets\n\nOf the shop, page by page.");
    assert!(list.read_only && list.returns.is_none());
    let shown: Value = serde_json::from_str(&list.parameters).unwrap();
    assert_eq!(
        shown["properties"]["limit"],
        json!({"type": "integer", "maximum": 100, "default": 20, "description": "How many"})
    );
    assert_eq!(shown["properties"]["filter_status"]["items"]["enum"], json!(["free", "sold"]));
    assert_eq!(shown["required"], Value::Null);
    let names: Vec<&String> = shown["properties"].as_object().unwrap().keys().collect();
    assert_eq!(
        names,
        ["X-Trace", "filter_status", "limit", "near", "tags", "where"],
        "no credential, no accept, no cookie"
    );
}

#[test]
fn parameters_are_written_in_their_styles() {
    let api = api(PETS);
    let arguments = json!({
        "limit": 5, "tags": ["a", "b"], "filter_status": ["free", "sold"], "near": {"lat": 1, "lon": 2},
        "where": {"q": "x"}, "X-Trace": "t",
    });
    let list = request(&api, "listPets", arguments).unwrap();
    assert_eq!(
        list.url(),
        "https://api.example.com/v1/pets?limit=5&tags=a&tags=b&filter%5Bstatus%5D=free%2Csold&near%5Blat%5D=1&near%5Blon%5D=2&where=%7B%22q%22%3A%22x%22%7D"
    );
    assert_eq!(list.headers, [("x-trace".to_owned(), "t".to_owned())]);
    let get = request(&api, "get_pets_petId", json!({"petId": "a/../b"}));
    assert!(get.unwrap_err().contains("`petId`"));
    assert!(request(&api, "get_pets_petId", json!({"petId": 7})).unwrap().url().ends_with("/pets/7"));
    assert!(request(&api, "get_pets_petId", json!({})).unwrap_err().contains("lacks the member `petId`"));
    let delete = request(&api, "delete_pet", json!({"petId": "x"})).unwrap();
    assert_eq!(delete.method.to_string(), "DELETE");
    let search =
        request(&api, "searchPets", json!({"body": {"q": "a b", "tags": ["x", "y"], "deep": {"k": 1}}}));
    let payload = search.unwrap().payload.unwrap();
    let (content_type, bytes) = payload.bytes();
    assert_eq!(content_type, "application/x-www-form-urlencoded");
    assert_eq!(bytes, b"deep%5Bk%5D=1&q=a%20b&tags=x&tags=y");
}

#[test]
fn bodies_stand_alone_without_what_the_server_writes() {
    let api = api(PETS);
    let create = api.tools.iter().find(|tool| tool.name == "createPet").unwrap();
    let body = &create.parameters.shown["properties"]["body"];
    assert_eq!(create.parameters.shown["required"], json!(["body"]));
    assert_eq!(body["required"], json!(["name"]), "the id is the server's: {body}");
    assert!(body["properties"].get("id").is_none());
    assert_eq!(body["properties"]["nick"]["type"], json!(["string", "null"]));
    assert_eq!(body["properties"]["age"]["exclusiveMinimum"], 0);
    assert_eq!(body["properties"]["parent"], json!({}), "a pet within a pet is anything");
    let sent = request(&api, "createPet", json!({"body": {"name": "Rex", "nick": null, "parent": {"x": 1}}}))
        .unwrap();
    assert_eq!(sent.payload.unwrap().bytes().0, "application/json");
    for (arguments, part) in [
        (json!({"body": {"nick": "x"}}), "/body lacks the member `name`"),
        (json!({"body": {"name": "x", "age": 0}}), "/body/age must be more than 0"),
        (json!({}), "lacks the member `body`"),
    ] {
        let message = request(&api, "createPet", arguments).unwrap_err();
        assert!(message.contains(part), "{message}");
    }
    assert!(
        request(&api, "updatePet", json!({"petId": "1"})).unwrap().payload.is_none(),
        "its body is optional"
    );
}

#[test]
fn operations_are_chosen_by_name_and_by_tag() {
    let chosen = |include: &[&str], exclude: &[&str], deprecated| {
        let texts = |list: &[&str]| list.iter().map(|text| (*text).to_owned()).collect();
        let settings =
            Settings { include: texts(include), exclude: texts(exclude), deprecated, ..settings(PETS) };
        Api::read(&settings).map(|api| names(&api).join(" ")).map_err(|error| error.message)
    };
    assert_eq!(chosen(&["listPets", "get/pets/{petId}"], &[], false).unwrap(), "listPets get_pets_petId");
    assert_eq!(chosen(&["tag:write"], &[], false).unwrap(), "createPet updatePet delete_pet");
    assert_eq!(chosen(&["tag:write"], &["updatePet"], false).unwrap(), "createPet delete_pet");
    assert_eq!(chosen(&["oldPets"], &[], false).unwrap(), "oldPets", "named, so wanted");
    assert!(chosen(&[], &[], true).unwrap().contains("oldPets"));
    for (include, exclude, part) in [
        (
            &["listpets"][..],
            &[][..],
            "config.include has `listpets`, which is nothing in this document; there are createPet",
        ),
        (
            &[],
            &["tag:wirte"],
            "config.exclude has `tag:wirte`, which is nothing in this document; there are tag:read, tag:write",
        ),
        (&["uploadPhoto"], &[], "(uploadPhoto): it can't be a tool: its body is multipart/form-data"),
    ] {
        let message = chosen(include, exclude, false).unwrap_err();
        assert!(message.contains(part), "{message}");
    }
}

#[test]
fn an_operation_gets_pages_and_a_name_by_a_description() {
    let description = "[tools.pets]\noperation = 'listPets'\npages = { style = 'link', items = '', max-pages = 2 }\nerror.message = '/why'";
    let both = Settings {
        description: Some(description.to_owned()),
        include: vec!["listPets".to_owned(), "createPet".to_owned()],
        ..settings(PETS)
    };
    let api = Api::read(&both).unwrap();
    assert_eq!(names(&api), ["pets", "createPet"]);
    assert!(api.tools[0].pages.is_some() && api.tools[0].description.starts_with("All pets"));
    for (description, part) in [
        (
            "[tools.pets]\noperation = 'nope'",
            "tools.pets.operation: config.openapi has no operation `nope`; it has oldPets, listPets",
        ),
        ("[tools.pets]\noperation = 'listPets'\npath = '/x'", "tools.pets.path: unknown field"),
        ("[tools.pets]\noperation = 'listPets'\ndescription = ''", "tools.pets.description"),
        ("[tools.createPet]\ndescription = 'd'\npath = '/x'", "the document has an operation `createPet`"),
    ] {
        let error =
            Api::read(&Settings { description: Some(description.to_owned()), ..both.clone() }).unwrap_err();
        assert!(error.message.contains(part), "{}", error.message);
    }
}

#[test]
fn answers_follow_the_document_where_the_operator_wants_it() {
    let api = Api::read(&Settings { check_responses: true, ..settings(PETS) }).unwrap();
    let list = &api.tools[0];
    let schema = list.answer.schema.as_ref().unwrap();
    assert!(schema.check(&json!([{"id": 1, "name": "x"}])).is_empty());
    assert!(!schema.check(&json!([{"name": "x"}])).is_empty(), "what the server writes is there");
    assert_eq!(list.answer.returns.as_ref().unwrap()["type"], "array");
    assert!(self::api(PETS).tools[0].answer.schema.is_none());
}

#[test]
fn the_document_decides_neither_where_requests_go_nor_with_what() {
    let api = api(PETS);
    assert!(
        request(&api, "listPets", json!({})).unwrap().url().starts_with("https://api.example.com/v1/pets")
    );
    let error = Api::read(&Settings { base_url: None, ..settings(PETS) }).unwrap_err();
    assert!(error.message.contains("config.base-url = \"https://eu.pets.example/v2\""), "{}", error.message);
}
