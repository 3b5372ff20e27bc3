//! The list of models: `GET /v1/models`, in OpenAI's shape and in Anthropic's,
//! which clients ask for by the header `anthropic-version`.

use bytes::{Bytes, BytesMut};

use super::write::Json;

/// A model or a route, as clients name it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Model {
    /// The name.
    pub id: String,
    /// A name for people.
    pub name: Option<String>,
    /// Who owns it.
    pub owner: String,
    /// Since when it exists, in seconds since 1970.
    pub created: u64,
}

/// All models, in OpenAI's shape.
pub fn encode_openai(models: &[Model]) -> Bytes {
    let mut out = BytesMut::with_capacity(64 + models.len() * 96);
    Json::new(&mut out).braces(|json| {
        json.text("object", "list").list("data", |json| {
            for model in models {
                write_openai(model, json.item());
            }
        });
    });
    out.freeze()
}

/// One model, in OpenAI's shape.
pub fn encode_openai_one(model: &Model) -> Bytes {
    let mut out = BytesMut::with_capacity(128);
    write_openai(model, &mut Json::new(&mut out));
    out.freeze()
}

fn write_openai(model: &Model, json: &mut Json<'_>) {
    json.braces(|json| {
        json.text("id", &model.id).text("object", "model");
        json.number("created", model.created).text("owned_by", &model.owner);
    });
}

/// All models, in Anthropic's shape.
pub fn encode_anthropic(models: &[Model]) -> Bytes {
    let mut out = BytesMut::with_capacity(96 + models.len() * 128);
    Json::new(&mut out).braces(|json| {
        json.list("data", |json| {
            for model in models {
                write_anthropic(model, json.item());
            }
        });
        json.flag("has_more", false);
        json.text_or_null("first_id", models.first().map(|model| model.id.as_str()));
        json.text_or_null("last_id", models.last().map(|model| model.id.as_str()));
    });
    out.freeze()
}

/// One model, in Anthropic's shape.
pub fn encode_anthropic_one(model: &Model) -> Bytes {
    let mut out = BytesMut::with_capacity(128);
    write_anthropic(model, &mut Json::new(&mut out));
    out.freeze()
}

fn write_anthropic(model: &Model, json: &mut Json<'_>) {
    json.braces(|json| {
        json.text("type", "model").text("id", &model.id);
        json.text("display_name", model.name.as_deref().unwrap_or(&model.id));
        json.text("created_at", &rfc3339(model.created));
    });
}

/// A time as RFC 3339 writes it, in UTC.
fn rfc3339(seconds: u64) -> String {
    let (days, time) = (seconds / 86_400, seconds % 86_400);
    // Years that begin in March have their leap day at the end; 400 of them
    // have 146,097 days.
    let days = days + 719_468;
    let (era, day_of_era) = (days / 146_097, days % 146_097);
    let year_of_era = (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month + 2) / 5 + 1;
    let (year, month) = (era * 400 + year_of_era, if month < 10 { month + 3 } else { month - 9 });
    let year = year + u64::from(month <= 2);
    let (hour, minute, second) = (time / 3_600, time / 60 % 60, time % 60);
    format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}Z")
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    #[test]
    fn both_shapes_are_written() {
        let model = Model { id: "a/b".to_owned(), name: None, owner: "a".to_owned(), created: 951_825_600 };
        let told: Value = serde_json::from_slice(&encode_openai(std::slice::from_ref(&model))).unwrap();
        let one = json!({"id": "a/b", "object": "model", "created": 951_825_600, "owned_by": "a"});
        assert_eq!(told, json!({"object": "list", "data": [one]}));
        assert_eq!(serde_json::from_slice::<Value>(&encode_openai_one(&model)).unwrap(), one);
        let one = json!({"type": "model", "id": "a/b", "display_name": "a/b", "created_at": "2000-02-29T12:00:00Z"});
        assert_eq!(serde_json::from_slice::<Value>(&encode_anthropic_one(&model)).unwrap(), one);
        let told: Value = serde_json::from_slice(&encode_anthropic(&[model])).unwrap();
        let all = json!({"data": [one], "has_more": false, "first_id": "a/b", "last_id": "a/b"});
        assert_eq!(told, all);
        let none: Value = serde_json::from_slice(&encode_anthropic(&[])).unwrap();
        assert_eq!(none["first_id"], json!(null));
    }

    #[test]
    fn times_are_written_as_dates() {
        for (seconds, date) in [
            (0, "1970-01-01T00:00:00Z"),
            (951_868_799, "2000-02-29T23:59:59Z"),
            (1_735_689_599, "2024-12-31T23:59:59Z"),
            (1_735_689_600, "2025-01-01T00:00:00Z"),
        ] {
            assert_eq!(rfc3339(seconds), date);
        }
    }
}
