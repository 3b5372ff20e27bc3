//! TOML as JSON. Dates become their text; numbers that JSON doesn't have are
//! refused.

use serde_json::{Number, Value};

pub(super) fn read(text: &str) -> Result<Value, String> {
    let table: toml::Table = text.parse().map_err(|error: toml::de::Error| {
        let line = error
            .span()
            .map_or(1, |span| text.get(..span.start).map_or(1, |before| before.matches('\n').count() + 1));
        format!("this isn't TOML: line {line}: {}", error.message())
    })?;
    table
        .into_iter()
        .map(|(name, value)| Ok((name, value_of(value)?)))
        .collect::<Result<_, _>>()
        .map(Value::Object)
}

fn value_of(value: toml::Value) -> Result<Value, String> {
    Ok(match value {
        toml::Value::String(text) => Value::String(text),
        toml::Value::Integer(number) => number.into(),
        toml::Value::Float(number) => Number::from_f64(number)
            .map(Value::Number)
            .ok_or_else(|| format!("{number} can't be written as JSON: write a finite number"))?,
        toml::Value::Boolean(truth) => truth.into(),
        toml::Value::Datetime(time) => time.to_string().into(),
        toml::Value::Array(elements) => elements.into_iter().map(value_of).collect::<Result<_, _>>()?,
        toml::Value::Table(members) => {
            let members = members.into_iter().map(|(name, value)| Ok((name, value_of(value)?)));
            Value::Object(members.collect::<Result<_, String>>()?)
        }
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn every_type_has_its_json() {
        let text = "a = 'x'\nb = 1\nc = 0.5\nd = true\ne = 2020-01-02\nf = [1, 'y']\n[g.h]\ni = 1";
        let value = json!({
            "a": "x", "b": 1, "c": 0.5, "d": true, "e": "2020-01-02", "f": [1, "y"], "g": {"h": {"i": 1}},
        });
        assert_eq!(read(text).unwrap(), value);
    }

    #[test]
    fn a_slip_is_told_with_its_line() {
        let message = read("a = 1\nb = = 2").unwrap_err();
        assert!(message.contains("line 2"), "{message}");
        assert!(read("a = nan").unwrap_err().contains("finite"));
    }
}
