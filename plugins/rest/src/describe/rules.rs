//! `[tools.NAME.response]`, `.error` and `.retry`: what becomes of an answer.

use super::Fields;
use crate::flaw::Flaw;
use crate::pointer::Pointer;
use crate::schema::{Schema, Unknown};
use crate::tool::{Answers, Failure, Pages, Retry, Shape};

const SHAPES: [(&str, Shape); 4] =
    [("auto", Shape::Auto), ("json", Shape::Json), ("text", Shape::Text), ("image", Shape::Image)];

/// `response`, over what holds without it.
pub(super) fn response(
    mut fields: Fields<'_>,
    before: Answers,
    pages: Option<&Pages>,
) -> Result<Answers, Flaw> {
    let mut answers = before;
    if let Some(statuses) = fields.statuses("statuses")? {
        answers.expected = statuses;
    }
    if let Some(shape) = fields.word("format", &SHAPES)? {
        answers.shape = shape;
    }
    if let Some(schema) = fields.take("schema") {
        answers.schema = Some(Schema::compile(schema, &fields.place("schema"), Unknown::Refuse)?);
        answers.returns = Some(schema.clone());
    }
    if let Some(select) = fields.pointer("select")? {
        if pages.is_some() {
            return Err(
                fields.flaw("select", "of a paged answer, pages.items is the result: remove `select`")
            );
        }
        answers.select = select;
    }
    for (place, name, value) in fields.entries("fields")? {
        let pointer = value.as_str().ok_or_else(|| "write a JSON pointer, as \"/main/temp\"".to_owned());
        let pointer = pointer.and_then(Pointer::parse).map_err(|message| Flaw::new(place, message))?;
        answers.fields.push((name.clone(), pointer));
    }
    if let Some(most) = fields.count("max-bytes", 1, 64 << 20)? {
        answers.most_bytes = most as usize;
    }
    if matches!(answers.shape, Shape::Text | Shape::Image) && (answers.needs_json() || pages.is_some()) {
        return Err(
            fields.flaw("format", "only JSON has a schema, members and pages: remove them, or the format")
        );
    }
    // What is cut out of the body, or gathered from several, isn't what its schema says.
    if pages.is_some() || !answers.fields.is_empty() || answers.select != Pointer::default() {
        answers.returns = None;
    }
    fields.finish()?;
    Ok(answers)
}

/// `error`, over what holds without it.
pub(super) fn error(mut fields: Fields<'_>, before: Failure) -> Result<Failure, Flaw> {
    let failure = Failure {
        message: fields.pointer("message")?.or(before.message),
        code: fields.pointer("code")?.or(before.code),
        when: fields.pointer("when")?.or(before.when),
        told: fields.statuses("tell-model")?.unwrap_or(before.told),
    };
    fields.finish()?;
    Ok(failure)
}

/// `retry`. `inherited` ones are for tools that may be repeated.
pub(super) fn retry(mut fields: Fields<'_>, repeatable: bool, inherited: bool) -> Result<Retry, Flaw> {
    let any = fields.boolean("any-method")?.unwrap_or(false);
    let usual = Retry::usual(true);
    let retry = Retry {
        attempts: fields.count("attempts", 1, 10)?.map_or(usual.attempts, |attempts| attempts as u32),
        statuses: fields.statuses("statuses")?.unwrap_or(usual.statuses),
        wait_ms: fields.count("wait-ms", 0, 60_000)?.unwrap_or(usual.wait_ms),
        most_wait_ms: fields.count("max-wait-ms", 0, 300_000)?.unwrap_or(usual.most_wait_ms),
    };
    if retry.wait_ms > retry.most_wait_ms {
        return Err(fields.flaw("wait-ms", "the first wait is longer than max-wait-ms: correct one of both"));
    }
    if !repeatable && !any {
        if inherited {
            return Ok(Retry::usual(false));
        }
        return Err(fields.flaw(
            "attempts",
            "a repeated call could act twice: add `any-method = true` here if that is safe, or `read-only = true` to a tool that only reads",
        ));
    }
    fields.finish()?;
    Ok(retry)
}
