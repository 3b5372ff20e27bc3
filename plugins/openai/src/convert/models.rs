//! Lists of models. Beyond the id every server has its own members; the ones
//! that several of them use are read, and all are kept in `raw`.

use std::borrow::Cow;

use jackfield_sdk::models::ModelInfo;
use jackfield_sdk::types::Error;

use super::{Whole, errors};
use crate::wire::models::{Capabilities, Model, Page};
use crate::wire::value::{Raw, filled};

/// One page.
#[derive(Debug)]
pub(crate) struct Models {
    pub(crate) models: Vec<ModelInfo>,
    /// Behind which id the next page begins, where there is one.
    pub(crate) next: Option<String>,
}

/// All models of a list whose pages `fetch` has, each by the id that it begins
/// behind.
///
/// # Errors
/// The list doesn't end after `most_pages`.
pub(crate) fn all(
    most_pages: usize,
    mut fetch: impl FnMut(Option<&str>) -> Result<Models, Error>,
) -> Result<Vec<ModelInfo>, Error> {
    let mut found: Vec<ModelInfo> = Vec::new();
    let mut after: Option<String> = None;
    for _ in 0..most_pages {
        let page = fetch(after.as_deref())?;
        found.extend(page.models);
        // A server that ignores `after` would send the same page for ever.
        if page.next.is_none() || page.next == after {
            return Ok(found);
        }
        after = page.next;
    }
    Err(Error::bad_answer(format!("the upstream's list of models doesn't end after {most_pages} pages")))
}

/// Reads a page: `{"data": [...]}`, or the bare list of some servers.
pub(crate) fn convert(answer: Whole<'_>) -> Result<Models, Error> {
    let raw: Raw<'_> = answer.parse("a list of models")?;
    let page = match raw.read::<Vec<Raw<'_>>>() {
        Some(list) => Page { data: Some(list), ..Page::default() },
        None => answer.parse("a list of models")?,
    };
    if let Some(error) = page.error {
        return Err(errors::in_answer(error.text(), Some(answer.status)));
    }
    let Some(data) = page.data else {
        return Err(Error::bad_answer("the upstream sent no list of models (`data` is missing)")
            .with_status(answer.status));
    };
    let models: Vec<_> = data.into_iter().filter_map(model).collect();
    let next = if page.has_more == Some(true) {
        filled(page.last_id)
            .map(Cow::into_owned)
            .or_else(|| models.last().map(|model: &ModelInfo| model.id.clone()))
    } else {
        None
    };
    Ok(Models { models, next })
}

fn model(raw: Raw<'_>) -> Option<ModelInfo> {
    let wire: Model<'_> = raw.read()?;
    let (id, name) = (filled(wire.id), filled(wire.name));
    let interfaces = interfaces(wire.kind.as_ref().map(|kind| &*kind.0), wire.capabilities);
    Some(ModelInfo {
        id: id.or_else(|| name.clone())?.into_owned(),
        name: filled(wire.display_name).or(name).map(Cow::into_owned),
        owner: [wire.owned_by, wire.organization, wire.publisher]
            .into_iter()
            .find_map(filled)
            .map(Cow::into_owned),
        created: wire.created.0.filter(|seconds| *seconds > 0),
        interfaces,
        context_tokens: [
            wire.context_length,
            wire.context_window,
            wire.max_context_length,
            wire.max_model_len,
        ]
        .into_iter()
        .find_map(|count| count.0),
        max_output_tokens: wire.max_output_tokens.0.or(wire.max_completion_tokens.0),
        raw: Some(raw.text().to_owned()),
    })
}

/// What a model serves, where the server tells: Together by a word, Mistral by
/// a list of abilities.
fn interfaces(kind: Option<&str>, capabilities: Option<Raw<'_>>) -> Vec<String> {
    let mut found = Vec::new();
    found.extend(match kind {
        Some("chat" | "language" | "llm" | "code") => Some("llm"),
        Some("embedding" | "embeddings") => Some("embedding"),
        Some("rerank" | "reranker") => Some("rerank"),
        Some("transcribe" | "transcription") => Some("transcription"),
        Some("audio" | "speech" | "tts") => Some("speech"),
        _ => None,
    });
    let capabilities = capabilities.and_then(Raw::read::<Capabilities>).unwrap_or_default();
    let able = [("llm", capabilities.completion_chat), ("transcription", capabilities.audio_transcription)];
    found.extend(able.into_iter().filter(|(_, able)| *able == Some(true)).map(|(name, _)| name));
    found.sort_unstable();
    found.dedup();
    found.into_iter().map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(body: &str) -> Result<Models, Error> {
        convert(Whole { status: 200, headers: &[], body: body.as_bytes() })
    }

    #[test]
    fn a_page_tells_its_models_and_where_the_next_begins() {
        let page = read(
            r#"{"object":"list","has_more":true,"data":[{"id":"a","object":"model","created":5,"owned_by":"me"},
                {"id":"b","max_model_len":4096,"created":0}]}"#,
        )
        .unwrap();
        assert_eq!(page.next.as_deref(), Some("b"));
        let [a, b] = &page.models[..] else { panic!("{page:?}") };
        assert_eq!((a.owner.as_deref(), a.created, a.context_tokens), (Some("me"), Some(5), None));
        assert_eq!((b.created, b.context_tokens), (None, Some(4096)));
        assert!(a.raw.as_ref().unwrap().contains("owned_by"));
    }

    #[test]
    fn no_more_pages_are_asked_for_than_may_be_and_none_twice() {
        let page = |id: &str, next: Option<String>| -> Result<Models, Error> {
            let models = read(&format!(r#"[{{"id":"{id}"}}]"#))?.models;
            Ok(Models { models, next })
        };
        for most in [1, 8, 100] {
            let mut asked = 0;
            let endless = all(most, |after| {
                assert_eq!(after.map(str::to_owned), (asked > 0).then(|| asked.to_string()));
                asked += 1;
                page("m", Some(asked.to_string()))
            });
            assert!(endless.unwrap_err().message.contains(&format!("after {most} pages")));
            assert_eq!(asked, most);
        }
        let mut asked = Vec::new();
        let found = all(8, |after| {
            asked.push(after.map(str::to_owned));
            page(after.unwrap_or("first"), Some("same".to_owned()))
        });
        let ids: Vec<_> = found.unwrap().into_iter().map(|model| model.id).collect();
        assert_eq!(ids, ["first", "same"], "a server that ignores `after` isn't asked for ever");
        assert_eq!(asked, [None, Some("same".to_owned())]);
        assert_eq!(all(1, |_| page("only", None)).unwrap().len(), 1);
    }

    #[test]
    fn a_bare_list_is_a_page_too() {
        let page = read(r#"[{"id":"a","type":"embedding"},{"name":"b","capabilities":{"completion_chat":true,"vision":true}},{}]"#).unwrap();
        assert_eq!(page.next, None);
        assert_eq!(page.models.len(), 2);
        assert_eq!(page.models[0].interfaces, ["embedding"]);
        assert_eq!(
            (page.models[1].id.as_str(), &page.models[1].interfaces[..]),
            ("b", &["llm".to_owned()][..])
        );
    }

    #[test]
    fn what_is_no_list_is_a_bad_answer() {
        for body in ["{}", "<html></html>", r#"{"data":5}"#] {
            assert!(read(body).is_err(), "{body}");
        }
        assert!(read(r#"{"error":{"message":"no"}}"#).unwrap_err().message.contains("no"));
    }
}
