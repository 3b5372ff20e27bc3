//! `POST /v1/moderations`. A few words stand for each category: enough to try
//! out what an application does with a text that is flagged.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::super::error::ApiError;
use super::super::knobs::Knobs;
use super::super::reply::{Call, Reply};

/// The model that answers where the request names none.
const USUAL_MODEL: &str = "omni-moderation-latest";
/// The most inputs of one request.
const MOST_INPUTS: usize = 2048;

/// The categories, and the words that stand for them here.
const CATEGORIES: [(&str, &[&str]); 13] = [
    ("harassment", &["harass", "idiot"]),
    ("harassment/threatening", &["threaten"]),
    ("hate", &["hate"]),
    ("hate/threatening", &[]),
    ("illicit", &["shoplift"]),
    ("illicit/violent", &["bomb"]),
    ("self-harm", &["suicide"]),
    ("self-harm/instructions", &[]),
    ("self-harm/intent", &[]),
    ("sexual", &["sexual"]),
    ("sexual/minors", &[]),
    ("violence", &["kill", "attack"]),
    ("violence/graphic", &["gore"]),
];

#[derive(Debug, Deserialize)]
struct Request<'a> {
    #[serde(borrow, default)]
    model: Option<Cow<'a, str>>,
    #[serde(borrow, default)]
    input: Option<Input<'a>>,
}

#[derive(Debug, Deserialize)]
#[serde(untagged)]
enum Input<'a> {
    Text(#[serde(borrow)] Cow<'a, str>),
    Texts(Vec<String>),
    /// One thing to judge, of texts and images.
    Parts(#[serde(borrow)] Vec<Part<'a>>),
}

#[derive(Debug, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
enum Part<'a> {
    Text {
        #[serde(borrow)]
        text: Cow<'a, str>,
    },
    ImageUrl {
        image_url: Image,
    },
}

#[derive(Debug, Deserialize)]
struct Image {
    url: String,
}

#[derive(Serialize)]
struct Judged {
    flagged: bool,
    categories: Map<String, Value>,
    category_scores: Map<String, Value>,
    category_applied_input_types: Map<String, Value>,
}

/// Judges texts.
pub(crate) fn moderations(call: Call<'_>) -> Result<Reply, ApiError> {
    let request: Request<'_> =
        serde_json::from_slice(&call.request.body).map_err(|error| ApiError::unreadable(&error))?;
    let model = request.model.unwrap_or(Cow::Borrowed(USUAL_MODEL));
    let knobs = Knobs::of_model(&model)?;
    let results = request.input.ok_or_else(|| ApiError::missing("input"))?.judged()?;
    Reply::json(&model, knobs, &json!({ "id": "modr-dev", "model": model, "results": results }))
}

impl Input<'_> {
    fn judged(self) -> Result<Vec<Judged>, ApiError> {
        let count = match &self {
            Self::Text(_) => 1,
            Self::Texts(texts) => texts.len(),
            Self::Parts(parts) => parts.len(),
        };
        if !(1..=MOST_INPUTS).contains(&count) {
            return Err(ApiError::value("input", format!("1 to {MOST_INPUTS} inputs are right")));
        }
        Ok(match self {
            Self::Text(text) => vec![judge(&text, false)],
            Self::Texts(texts) => texts.iter().map(|text| judge(text, false)).collect(),
            Self::Parts(parts) => {
                let (mut whole, mut images) = (String::new(), false);
                for part in parts {
                    match part {
                        Part::Text { text } => whole.extend(["\n", &*text]),
                        Part::ImageUrl { image_url } if image_url.url.is_empty() => {
                            return Err(ApiError::value("input.image_url.url", "an empty URL"));
                        }
                        Part::ImageUrl { .. } => images = true,
                    }
                }
                vec![judge(&whole, images)]
            }
        })
    }
}

fn judge(text: &str, images: bool) -> Judged {
    let text = text.to_lowercase();
    let found = |words: &[&str]| words.iter().any(|word| text.contains(word));
    let each = |value: &dyn Fn(&[&str]) -> Value| {
        CATEGORIES.iter().map(|(name, words)| ((*name).to_owned(), value(words))).collect()
    };
    let kinds = if images { json!(["text", "image"]) } else { json!(["text"]) };
    Judged {
        flagged: CATEGORIES.iter().any(|(_, words)| found(words)),
        categories: each(&|words| found(words).into()),
        category_scores: each(&|words| if found(words) { 0.98.into() } else { 0.000_1.into() }),
        category_applied_input_types: each(&|_| kinds.clone()),
    }
}
