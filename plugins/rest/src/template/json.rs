//! JSON with arguments in it: the bodies that descriptions write.

use serde_json::{Map, Value};

use super::{Piece, Template, Values};

/// JSON with arguments in it.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Json {
    /// As it is.
    Fixed(Value),
    /// A text, or an argument of any type.
    Template(Template),
    /// An array; elements whose argument isn't there are left out.
    Array(Vec<Json>),
    /// An object; members whose argument isn't there are left out.
    Object {
        /// Arguments that are objects, whose members become members of this one.
        /// They never replace a member that the description has.
        spread: Vec<Template>,
        /// Its own members.
        members: Vec<(String, Json)>,
    },
}

/// The member whose value's members are merged into the object.
const SPREAD: &str = "...";

impl Json {
    /// Parses a JSON template.
    pub(crate) fn parse(value: &Value, values: &Values) -> Result<Json, String> {
        Ok(match value {
            Value::String(text) => {
                let template = Template::parse(text, values)?;
                match &template.0[..] {
                    [Piece::Text(text)] => Json::Fixed(Value::String(text.clone())),
                    _ => Json::Template(template),
                }
            }
            Value::Array(elements) => Json::Array(
                elements.iter().map(|element| Json::parse(element, values)).collect::<Result<_, _>>()?,
            ),
            Value::Object(all) => {
                let (mut spread, mut members) = (Vec::new(), Vec::new());
                for (name, value) in all {
                    if name != SPREAD {
                        members.push((name.clone(), Json::parse(value, values)?));
                        continue;
                    }
                    for value in value.as_array().map_or(std::slice::from_ref(value), Vec::as_slice) {
                        match Json::parse(value, values)? {
                            Json::Template(template) if template.whole().is_some() => spread.push(template),
                            _ => {
                                return Err(
                                    "`...` merges arguments: write \"{name}\", or a list of such".to_owned()
                                );
                            }
                        }
                    }
                }
                Json::Object { spread, members }
            }
            other => Json::Fixed(other.clone()),
        })
    }

    /// The arguments in it.
    pub(crate) fn arguments<'j>(&'j self, found: &mut Vec<&'j str>) {
        match self {
            Json::Fixed(_) => {}
            Json::Template(template) => found.extend(template.arguments()),
            Json::Array(elements) => elements.iter().for_each(|element| element.arguments(found)),
            Json::Object { spread, members } => {
                found.extend(spread.iter().flat_map(Template::arguments));
                members.iter().for_each(|(_, member)| member.arguments(found));
            }
        }
    }

    /// The value with these arguments, if it is there.
    pub(crate) fn render(&self, arguments: &Map<String, Value>) -> Result<Option<Value>, String> {
        match self {
            Json::Fixed(value) => Ok(Some(value.clone())),
            Json::Template(template) => template.render(arguments),
            Json::Array(elements) => {
                let elements = elements.iter().map(|element| element.render(arguments));
                elements.filter_map(Result::transpose).collect::<Result<_, _>>().map(Some)
            }
            Json::Object { spread, members } => {
                let mut object = Map::new();
                for template in spread {
                    match template.render(arguments)? {
                        None => {}
                        Some(Value::Object(more)) => object.extend(more),
                        Some(other) => {
                            let name = template.whole().unwrap_or_default();
                            let kind = jackfield_sdk::json::kind(&other);
                            return Err(format!("`{name}` must be an object, but is {kind}"));
                        }
                    }
                }
                for (name, member) in members {
                    match member.render(arguments)? {
                        Some(value) => drop(object.insert(name.clone(), value)),
                        // The description has the member, so an argument can't bring it in by another way.
                        None => drop(object.remove(name)),
                    }
                }
                Ok(Some(Value::Object(object)))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::template::tests::{arguments, values};

    #[test]
    fn a_body_keeps_types_and_leaves_out_what_isnt_there() {
        let template = json!({
            "q": "{q}", "n": "{n}", "fixed": {"list": ["{n}", "{missing}", 2, null]}, "gone": "{missing}",
            "...": "{more}",
        });
        let body = Json::parse(&template, &values()).unwrap();
        let given = arguments(json!({"q": ["a"], "n": 1.5, "more": {"x": 1}}));
        assert_eq!(
            body.render(&given).unwrap().unwrap(),
            json!({"q": ["a"], "n": 1.5, "fixed": {"list": [1.5, 2, null]}, "x": 1})
        );
        let mut found = Vec::new();
        body.arguments(&mut found);
        found.sort_unstable();
        assert_eq!(found, ["missing", "missing", "more", "n", "n", "q"]);
        let whole = Json::parse(&json!("{more}"), &values()).unwrap();
        assert_eq!(whole.render(&given).unwrap(), Some(json!({"x": 1})));
    }

    #[test]
    fn a_merged_argument_cant_replace_what_the_description_says() {
        let body = Json::parse(&json!({"role": "reader", "limit": "{limit}", "...": ["{more}"]}), &values())
            .unwrap();
        let given = arguments(json!({"more": {"role": "admin", "limit": 1000000, "x": 1}}));
        assert_eq!(body.render(&given).unwrap(), Some(json!({"role": "reader", "x": 1})));
        assert!(body.render(&arguments(json!({"more": [1]}))).unwrap_err().contains("must be an object"));
        for wrong in [json!({"...": "x{more}"}), json!({"...": 1}), json!({"...": {"a": 1}})] {
            assert!(Json::parse(&wrong, &values()).is_err(), "{wrong}");
        }
    }
}
