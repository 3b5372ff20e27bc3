//! `/v1/moderations`.
//!
//! <https://platform.openai.com/docs/api-reference/moderations>

use serde_json::Value;

use super::chat::model;
use super::part::{About, Errors, Part, json_body, json_of};
use super::schema::{about, any, flag, list, map, may, need, nullable, number, object, only, text, with};

/// Path and schemas.
pub(super) fn part() -> Part {
    let mut part = Part::default();
    let said = About {
        id: "createModeration",
        tag: "Moderations",
        summary: "Whether texts and images are harmful, in OpenAI's dialect",
        description: "Passed on unread to a provider that speaks the dialect. The others refuse it: nothing else \
                      can judge in their place.",
        events: None,
    };
    let good = json_of("Moderation");
    part.routed("/v1/moderations", said, json_body("ModerationRequest"), good, Errors::Openai);
    part.schema("ModerationRequest", request());
    part.schema("Moderation", answer());
    part
}

fn request() -> Value {
    let image = object([need("url", with(text("An address or a `data:` URL."), "minLength", 1))]);
    let parts = any(
        [
            object([need("type", only("text")), need("text", text("A text."))]),
            object([need("type", only("image_url")), need("image_url", image)]),
        ],
        "A text or an image.",
    );
    let input = any(
        [
            text("One text."),
            with(list(text("A text."), "Several, judged one by one."), "minItems", 1),
            with(list(parts, "Texts and images that are judged together."), "minItems", 1),
        ],
        "What to judge.",
    );
    let usual = format!(
        "The model, as in other requests. Where neither it nor a config says whom to ask, it is `{}`: a route of \
         that name, or the provider that has the model.",
        crate::call::moderations::USUAL_MODEL
    );
    object([need("input", input), may("model", about(model(), &usual))])
}

fn answer() -> Value {
    let one = object([
        // Not every upstream tells it.
        may("flagged", flag("Whether it falls in any category.")),
        need("categories", map(nullable(flag("")), "Whether it falls in each.")),
        need("category_scores", map(nullable(number("")), "How surely, from 0 to 1.")),
    ]);
    object([
        need("id", text("Its id.")),
        need("model", text("The model, in the provider's own words.")),
        need("results", list(one, "What was found, an input each.")),
    ])
}
