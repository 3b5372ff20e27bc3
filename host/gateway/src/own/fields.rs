//! Fields of one kind of provider: what each of them becomes where the provider
//! is bound. A plugin that can honour more adds its lines to the table.
//!
//! Which fields a provider's own plugin has is found out when it is bound: one
//! that it doesn't have is refused with its name, not dropped.

use jackfield_router::config::{Brand, OptionName, OptionValue, ProviderOptions};
use jackfield_router::{Failure, FailureKind};
use jackfield_runtime::Variant;
use jackfield_runtime::manifest::name::Name;
use jackfield_runtime::manifest::value::ConfigValue;

/// What a field becomes.
#[derive(Debug, Clone, Copy)]
enum Place {
    /// A config value.
    Text(&'static str),
    /// Names of a list, with commas between them.
    Names(&'static str),
    /// A line `header: value` of the list `headers`.
    Header(&'static str),
}

/// Who may set a field.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Who {
    /// Everybody.
    Anybody,
    /// Who brings the key along: it says which part of its account pays.
    KeyHolder,
}

/// Every field that is followed.
const FOLLOWED: &[(OptionName, Place, Who)] = &[
    (OptionName::OpenAiOrganization, Place::Text("organization"), Who::KeyHolder),
    (OptionName::OpenAiProject, Place::Text("project"), Who::KeyHolder),
    (OptionName::OpenAiBeta, Place::Header("OpenAI-Beta"), Who::Anybody),
    (OptionName::AnthropicVersion, Place::Text("version"), Who::Anybody),
    (OptionName::AnthropicBeta, Place::Names("beta"), Who::Anybody),
];

fn rule(name: OptionName) -> Option<(Place, Who)> {
    FOLLOWED.iter().find(|(own, ..)| *own == name).map(|(_, place, who)| (*place, *who))
}

/// Whether the field is followed.
pub(super) fn check(name: OptionName, keyed: bool) -> Result<(), String> {
    let field = name.field();
    match rule(name) {
        Some((_, Who::KeyHolder)) if !keyed => Err(format!(
            "`{field}` is for whoever brings the key along: send yours, or have `config.{}` written where the \
             provider is bound, under [providers]",
            field.rsplit('_').next().unwrap_or(field)
        )),
        Some(_) => Ok(()),
        None => Err(format!("`{field}` isn't taken from requests: {}", instead(name.brand()))),
    }
}

/// What to write instead.
const fn instead(brand: Brand) -> &'static str {
    match brand {
        Brand::Azure => {
            "bind the provider under [providers.NAME] with `preset = \"azure\"`, \
             `config.base-url = \"https://RESOURCE.openai.azure.com/openai/v1\"` and its key, and name it as @NAME"
        }
        Brand::Aws | Brand::SageMaker | Brand::Google | Brand::Oracle => {
            "bind the provider with its account under [providers.NAME], and name it as @NAME"
        }
        Brand::Cloudflare | Brand::HuggingFace | Brand::Fireworks | Brand::Snowflake => {
            "bind the provider with its `config.base-url` under [providers.NAME], and name it as @NAME"
        }
        _ => "set it where the provider is bound, under [providers.NAME]",
    }
}

/// Puts fields where they belong.
pub(super) fn fill(variant: &mut Variant, options: &ProviderOptions) -> Result<(), Failure> {
    for option in options.names() {
        let wrong =
            |why: &str| Failure::new(FailureKind::InvalidRequest, format!("`{}` {why}", option.field()));
        // Plans with other fields aren't made.
        let Some((place, _)) = rule(option) else { return Err(wrong("isn't followed")) };
        let name = |text: &str| text.parse::<Name>().map_err(|error| Failure::internal(error.to_string()));
        match (place, options.get(option)) {
            (Place::Text(config), Some(OptionValue::Text(text))) => {
                variant.config.insert(name(config)?, ConfigValue::Text(text.clone()));
            }
            (Place::Names(config), Some(OptionValue::Text(text))) => {
                let names = text.split(',').map(str::trim).filter(|name| !name.is_empty());
                variant.config.insert(name(config)?, ConfigValue::List(names.map(str::to_owned).collect()));
            }
            (Place::Header(header), Some(OptionValue::Text(text))) => {
                let line = format!("{header}: {text}");
                variant.config.insert(name("headers")?, ConfigValue::List(vec![line]));
            }
            _ => return Err(wrong("has another form than is followed")),
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_field_is_followed_or_refused_with_what_to_write_instead() {
        for name in OptionName::ALL {
            match check(*name, true) {
                Ok(()) => assert!(rule(*name).is_some()),
                Err(why) => assert!(why.contains(name.field()) && why.contains("[providers"), "{why}"),
            }
        }
        assert!(check(OptionName::AnthropicBeta, false).is_ok());
        let why = check(OptionName::OpenAiProject, false).unwrap_err();
        assert!(why.contains("config.project"), "{why}");
    }

    #[test]
    fn fields_become_config_values() {
        let mut options = ProviderOptions::default();
        let text = |text: &str| OptionValue::Text(text.to_owned());
        options.set(OptionName::OpenAiProject, text("proj_1"));
        options.set(OptionName::OpenAiBeta, text("assistants=v2"));
        options.set(OptionName::AnthropicBeta, text("a-1, b-2"));
        let mut variant = Variant::default();
        fill(&mut variant, &options).unwrap();
        let shown: Vec<_> = variant.config.iter().map(|(name, value)| format!("{name} = {value}")).collect();
        assert_eq!(
            shown,
            [
                r#"beta = ["a-1", "b-2"]"#,
                r#"headers = ["OpenAI-Beta: assistants=v2"]"#,
                r#"project = "proj_1""#
            ]
        );
        options.set(OptionName::AwsRegion, text("r"));
        assert!(fill(&mut variant, &options).is_err());
    }
}
