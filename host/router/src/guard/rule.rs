//! Which checks there are, and how each is read.

use std::sync::Arc;

use super::check::{case, code, counts, json_keys, json_schema, kinds, metadata, models, regex_match, words};
use super::rewrite::{Prefix, Replace};
use super::{Judge, Remote, remote};
use crate::config::read::{Item, Object};
use crate::query::REGEX_SIZE;
use crate::suggest::nearest;

/// What a check does.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub enum Rule {
    /// It judges.
    Judge(Arc<dyn Judge>),
    /// It replaces parts of texts.
    Replace(Arc<Replace>),
    /// It puts a text before a message.
    Prefix(Arc<Prefix>),
    /// It needs the network.
    Remote(Arc<Remote>),
}

/// Where a check makes sense.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum At {
    Both,
    Before,
}

type Read = fn(&mut Object<'_>) -> Option<Rule>;

/// Every check, by the name that follows `default.`.
const CHECKS: [(&str, At, Read); 23] = [
    ("regexMatch", At::Both, regex_match::read),
    ("sentenceCount", At::Both, counts::sentences),
    ("wordCount", At::Both, counts::words),
    ("characterCount", At::Both, counts::characters),
    ("jsonSchema", At::Both, json_schema::read),
    ("jsonKeys", At::Both, json_keys::read),
    ("contains", At::Both, words::contains),
    ("endsWith", At::Both, words::ends_with),
    ("notNull", At::Both, words::not_null),
    ("containsCode", At::Both, code::read),
    ("alluppercase", At::Both, case::upper),
    ("alllowercase", At::Both, case::lower),
    ("modelWhitelist", At::Both, models::whitelist),
    ("modelRules", At::Both, models::rules),
    ("requiredMetadataKeys", At::Before, metadata::keys),
    ("requiredMetadataKeyValuePairs", At::Before, metadata::pairs),
    ("allowedRequestTypes", At::Both, kinds::read),
    ("regexReplace", At::Both, Replace::read),
    ("addPrefix", At::Before, Prefix::read),
    ("validUrls", At::Both, remote::urls),
    ("webhook", At::Both, remote::webhook),
    ("log", At::Both, remote::log),
    ("jwt", At::Before, remote::jwt),
];

/// What is read of one check.
pub(crate) struct Known {
    pub(crate) id: String,
    pub(crate) rule: Rule,
    pub(crate) fail_on_error: bool,
    pub(crate) before_only: bool,
    /// About how many bytes it keeps.
    pub(crate) weight: usize,
}

/// Reads a check's parameters. `id` may leave out the `default.` of built-in
/// checks; upper and lower case count as the same, since Portkey's own lists
/// differ in it.
pub(crate) fn read(id: &str, parameters: &Item<'_>) -> Option<Known> {
    let (plugin, name) = id.split_once('.').unwrap_or(("default", id));
    let known = CHECKS.iter().find(|(known, ..)| known.eq_ignore_ascii_case(name));
    let Some((name, at, read)) = known.filter(|_| plugin == "default") else {
        parameters.reject(unknown(id, plugin, name));
        return None;
    };
    let mut object = parameters.object()?;
    let fail_on_error = flag(&mut object, "failOnError");
    // Both may stand among the parameters where a check is written in short.
    object.take("is_enabled");
    object.take("id");
    let before = parameters.report.expressions();
    let rule = read(&mut object);
    object.finish(|_| None);
    // An expression, with the memory that it matches with.
    let expressions = 2 * REGEX_SIZE * (parameters.report.expressions() - before);
    Some(Known {
        id: format!("default.{name}"),
        rule: rule?,
        fail_on_error,
        before_only: *at == At::Before,
        weight: 256 + 8 * parameters.raw().len() + expressions,
    })
}

fn unknown(id: &str, plugin: &str, name: &str) -> String {
    let names = CHECKS.iter().map(|(known, ..)| *known);
    if let Some(meant) = nearest(name, names).filter(|_| strsim::osa_distance(plugin, "default") <= 2) {
        return format!("there is no check {id:?}; did you mean \"default.{meant}\"?");
    }
    if plugin != "default" {
        return format!(
            "there is no check {id:?}: this gateway has the built-in ones, \"default.NAME\"; a service of \
             others can be asked by \"default.webhook\""
        );
    }
    let names: Vec<&str> = CHECKS.iter().map(|(known, ..)| *known).collect();
    format!("there is no check {id:?}; there are: {}", names.join(", "))
}

/// A switch that is off unless it is written.
pub(super) fn flag(object: &mut Object<'_>, name: &'static str) -> bool {
    object.take(name).and_then(|item| item.boolean()).unwrap_or(false)
}

/// A text that must be there and not be empty.
pub(super) fn text(object: &mut Object<'_>, name: &'static str, example: &str) -> Option<String> {
    let Some(item) = object.take(name) else {
        object.missing(name, example);
        return None;
    };
    let text = item.string()?;
    if text.is_empty() {
        item.reject("this is empty");
        return None;
    }
    Some(text)
}

/// A list of texts that must be there and name something.
pub(super) fn texts(object: &mut Object<'_>, name: &'static str, example: &str) -> Option<Vec<String>> {
    let Some(item) = object.take(name) else {
        object.missing(name, example);
        return None;
    };
    let texts = item.strings()?;
    if texts.is_empty() {
        item.reject(format!("this list is empty: write one such as {example}"));
    }
    texts.iter().filter(|(_, text)| text.is_empty()).for_each(|(item, _)| item.reject("this is empty"));
    Some(texts.into_iter().map(|(_, text)| text).collect())
}

impl Rule {
    /// A rule that judges.
    pub(super) fn judge(judge: impl Judge + 'static) -> Self {
        Self::Judge(Arc::new(judge))
    }

    /// Whether it may change what it looks at.
    pub fn rewrites(&self) -> bool {
        match self {
            Self::Replace(_) | Self::Prefix(_) => true,
            Self::Remote(remote) => matches!(&**remote, Remote::Webhook(_)),
            Self::Judge(_) => false,
        }
    }
}
