//! Fields of one kind of provider: what each of them becomes where the provider
//! is bound. A plugin that can honour more adds its lines to the table.
//!
//! Which fields a provider's own plugin has is found out when it is bound: one
//! that it doesn't have is refused with its name, not dropped.
//!
//! Against: a client's account field under the operator's key, a host made up
//! out of a name, and a credential that is taken for the path of a file of this
//! machine.

use jackfield_router::config::{Brand, OptionName, OptionValue, ProviderOptions};
use jackfield_router::{Failure, FailureKind};
use jackfield_runtime::Variant;
use jackfield_runtime::manifest::name::Name;
use jackfield_runtime::manifest::value::ConfigValue;
use jackfield_runtime::secret::Secret;
use serde_json::{Map, Value};

/// What a field becomes.
#[derive(Debug, Clone, Copy)]
enum Place {
    /// A config value.
    Text(&'static str),
    /// Names of a list, with commas between them.
    Names(&'static str),
    /// A line `header: value` of the list `headers`.
    Header(&'static str),
    /// The name of an Azure resource, as a part of its address.
    Resource,
    /// A version of Azure's API: a date, or one of a few words.
    Version,
    /// A secret.
    Secret(&'static str),
    /// A secret that makes the provider authenticate in this way.
    Credential(&'static str, &'static str),
    /// A service account's key, which must be the JSON itself: a text might be
    /// the path of a file of this machine.
    Account(&'static str),
}

impl Place {
    const fn is_credential(self) -> bool {
        matches!(self, Self::Secret(_) | Self::Credential(..) | Self::Account(_))
    }
}

/// Who may set a field.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Who {
    /// Everybody.
    Anybody,
    /// Who brings the key along: it says which part of its account pays, or
    /// where that account lives.
    KeyHolder,
}

/// Every field that is followed.
const FOLLOWED: &[(OptionName, Place, Who)] = &[
    (OptionName::OpenAiOrganization, Place::Text("organization"), Who::KeyHolder),
    (OptionName::OpenAiProject, Place::Text("project"), Who::KeyHolder),
    (OptionName::OpenAiBeta, Place::Header("OpenAI-Beta"), Who::Anybody),
    (OptionName::AnthropicVersion, Place::Text("version"), Who::Anybody),
    (OptionName::AnthropicBeta, Place::Names("beta"), Who::Anybody),
    (OptionName::AwsAccessKeyId, Place::Secret("access-key-id"), Who::Anybody),
    (OptionName::AwsSecretAccessKey, Place::Secret("secret-access-key"), Who::Anybody),
    (OptionName::AwsSessionToken, Place::Secret("session-token"), Who::Anybody),
    (OptionName::AwsRegion, Place::Text("region"), Who::KeyHolder),
    (OptionName::AwsRoleArn, Place::Text("role-arn"), Who::KeyHolder),
    (OptionName::VertexServiceAccountJson, Place::Account("service-account"), Who::Anybody),
    (OptionName::VertexProjectId, Place::Text("project"), Who::KeyHolder),
    (OptionName::VertexRegion, Place::Text("location"), Who::KeyHolder),
    (OptionName::AzureResourceName, Place::Resource, Who::KeyHolder),
    // Under the operator's key it would be a way around the models that a client may use.
    (OptionName::AzureDeploymentId, Place::Text("deployment"), Who::KeyHolder),
    (OptionName::AzureOpenAiApiVersion, Place::Version, Who::Anybody),
    (OptionName::AzureAdToken, Place::Credential("api-key", "key"), Who::Anybody),
    (OptionName::AzureEntraClientId, Place::Secret("client-id"), Who::KeyHolder),
    (OptionName::AzureEntraClientSecret, Place::Credential("client-secret", "entra"), Who::Anybody),
    (OptionName::AzureEntraTenantId, Place::Text("tenant-id"), Who::KeyHolder),
];

fn rule(name: OptionName) -> Option<(Place, Who)> {
    FOLLOWED.iter().find(|(own, ..)| *own == name).map(|(_, place, who)| (*place, *who))
}

/// Whether the field is a client's credential, or a part of one.
pub(super) fn is_credential(name: OptionName) -> bool {
    rule(name).is_some_and(|(place, _)| place.is_credential())
}

/// Whether the field is followed.
pub(super) fn check(name: OptionName, keyed: bool) -> Result<(), String> {
    let field = name.field();
    match rule(name) {
        Some((place, Who::KeyHolder)) if !keyed => {
            let config = match place {
                Place::Text(config) | Place::Names(config) => config,
                Place::Header(_) => "headers",
                Place::Resource => "base-url",
                Place::Version => "api-version",
                Place::Secret(_) | Place::Credential(..) | Place::Account(_) => "auth",
            };
            Err(format!(
                "`{field}` is for whoever brings the key along: send yours, or have `config.{config}` written where \
                 the provider is bound, under [providers]"
            ))
        }
        Some(_) => Ok(()),
        None => Err(format!("`{field}` isn't taken from requests: {}", instead(name.brand()))),
    }
}

/// The plugins that understand a kind of provider's fields; any that has a value
/// of that name, where there is nothing.
const fn plugins(brand: Brand) -> Option<&'static [&'static str]> {
    match brand {
        Brand::OpenAi | Brand::Azure => Some(&["openai"]),
        Brand::Aws => Some(&["bedrock", "anthropic"]),
        Brand::Google => Some(&["google", "anthropic"]),
        _ => None,
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
        Brand::HuggingFace => {
            "write the address as `custom_host`, or bind the provider with its `config.base-url` under \
             [providers.NAME], and name it as @NAME"
        }
        Brand::Cloudflare | Brand::Fireworks | Brand::Snowflake => {
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
        if let Some(plugins) = plugins(option.brand()) {
            variant.meant_for.push((option.field(), plugins));
        }
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
            (Place::Resource, Some(OptionValue::Text(resource))) => {
                // It must not choose whose host is asked.
                let fits = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-';
                if !resource.bytes().all(fits) {
                    return Err(wrong("can't name a resource: write letters, digits and hyphens only"));
                }
                let url = format!("https://{resource}.openai.azure.com/openai/v1");
                variant.config.insert(name("base-url")?, ConfigValue::Text(url));
            }
            (Place::Version, Some(OptionValue::Text(version))) => {
                if !is_version(version) {
                    return Err(wrong(
                        "is no version of Azure's API: write a date as in 2024-10-21, with -preview behind it or \
                         not, or v1, preview or latest",
                    ));
                }
                variant.config.insert(name("api-version")?, ConfigValue::Text(version.clone()));
            }
            (Place::Secret(place), Some(value)) => {
                variant.secrets.insert(name(place)?, secret(value).map_err(&wrong)?);
            }
            (Place::Credential(place, auth), Some(value)) => {
                variant.secrets.insert(name(place)?, secret(value).map_err(&wrong)?);
                variant.config.insert(name("auth")?, ConfigValue::Text(auth.to_owned()));
            }
            (Place::Account(place), Some(OptionValue::Secret(sealed))) => {
                let account = serde_json::from_str::<Map<String, Value>>(sealed.expose());
                let account = account.map_err(|_| wrong("must be the JSON of a service account's key"))?;
                // On one line, however it was written.
                let text = Value::Object(account).to_string().into_bytes();
                let secret = Secret::new(text).map_err(|flaw| wrong(&flaw.to_string()))?;
                variant.secrets.insert(name(place)?, secret);
            }
            _ => return Err(wrong("has another form than is followed")),
        }
    }
    Ok(())
}

/// Whether it names a version of Azure's API
/// (<https://learn.microsoft.com/azure/ai-foundry/openai/api-version-lifecycle>).
fn is_version(version: &str) -> bool {
    let date = version.strip_suffix("-preview").unwrap_or(version).as_bytes();
    let fits = |(place, byte): (usize, &u8)| match place {
        4 | 7 => *byte == b'-',
        _ => byte.is_ascii_digit(),
    };
    matches!(version, "v1" | "preview" | "latest") || date.len() == 10 && date.iter().enumerate().all(fits)
}

/// A credential as it came.
fn secret(value: &OptionValue) -> Result<Secret, &'static str> {
    let text = match value {
        OptionValue::Text(text) => text,
        OptionValue::Secret(sealed) => sealed.expose(),
        OptionValue::Json(_) => return Err("has another form than is followed"),
    };
    Secret::new(text.as_bytes().to_vec()).map_err(|_| "can't be a credential: write it alone, on one line")
}

#[cfg(test)]
mod tests;
