//! The lines that a provider takes in `jackfield.toml`, put among what stands
//! there already without touching it.

use jackfield::PluginFile;
use jackfield::runtime::manifest::name::{EnvName, ProviderName};
use jackfield::runtime::manifest::value::ConfigValue;
use jackfield::runtime::manifest::{BoundConfig, Manifest};
use jackfield::runtime::secret::SecretSource;
use jackfield::runtime::settings::{Granted, PluginRef, ProviderSettings};
use toml_edit::{Array, DocumentMut, InlineTable, Item, Table, Value, value};

use crate::exit::usage;

/// A reference that takes this version and later ones that are compatible.
pub(super) fn reference(file: &PluginFile) -> PluginRef {
    let version = &file.manifest.version;
    let part = if version.major == 0 { format!("0.{}", version.minor) } else { version.major.to_string() };
    let requirement = if version.pre.is_empty() { format!("^{part}") } else { format!("={version}") };
    let any = PluginRef::any(file.manifest.name.clone());
    match requirement.parse() {
        Ok(version) => PluginRef { version, ..any },
        Err(_) => any,
    }
}

/// Grants a provider the origins that its plugin asks for, and its secrets from
/// the variables that usually hold them.
pub(super) fn grant(settings: &mut ProviderSettings, manifest: &Manifest, bound: &BoundConfig) {
    for asked in bound.asked() {
        let granted = Granted::origin(asked.origin.clone());
        if !settings.grant.origins.contains(&granted) {
            settings.grant.origins.push(granted);
        }
    }
    for (name, field) in &manifest.secrets {
        let made_up = || format!("{}_{name}", manifest.name).to_uppercase().replace('-', "_").parse().ok();
        if let Some(env) = field.env.clone().or_else(made_up) {
            settings.secrets.insert(name.clone(), SecretSource::Env(vec![env]));
        }
    }
}

/// Secrets that are to come from variables of which none is set, with the first.
pub(super) fn unset(settings: &ProviderSettings) -> Vec<(&str, &EnvName)> {
    let is_set = |name: &EnvName| std::env::var_os(name.as_str()).is_some_and(|value| !value.is_empty());
    let lacking = settings.secrets.iter().filter_map(|(name, source)| match source {
        SecretSource::Env(names) if !names.iter().any(is_set) => Some((name.as_str(), names.first()?)),
        _ => None,
    });
    lacking.collect()
}

/// The text with a provider added, and the lines that were added.
pub(super) fn add(
    text: &str,
    provider: &ProviderName,
    settings: &ProviderSettings,
) -> anyhow::Result<(String, String)> {
    let mut document: DocumentMut =
        text.parse().map_err(|error| usage(format!("the configuration isn't TOML: {error}")))?;
    let providers = document.entry("providers").or_insert_with(|| {
        let mut table = Table::new();
        table.set_implicit(true);
        Item::Table(table)
    });
    let Some(providers) = providers.as_table_like_mut() else {
        return Err(usage("`providers` in the configuration isn't a table"));
    };
    let table = table(settings);
    let mut alone = DocumentMut::new();
    let mut outer = Table::new();
    outer.set_implicit(true);
    outer.insert(provider.as_str(), Item::Table(table.clone()));
    alone.insert("providers", Item::Table(outer));
    providers.insert(provider.as_str(), Item::Table(table));
    Ok((document.to_string(), alone.to_string()))
}

fn table(settings: &ProviderSettings) -> Table {
    let mut table = Table::new();
    table.insert("plugin", value(settings.plugin.to_string()));
    let config = settings.config.iter().map(|(name, it)| (name.as_str(), config_value(it)));
    insert_dotted(&mut table, "config", config);
    let secrets = settings.secrets.iter().filter_map(|(name, source)| Some((name.as_str(), secret(source)?)));
    insert_dotted(&mut table, "secrets", secrets);
    if !settings.grant.origins.is_empty() {
        let origins: Array =
            settings.grant.origins.iter().map(|granted| granted.origin.to_string()).collect();
        insert_dotted(&mut table, "grant", [("origins", Value::Array(origins))].into_iter());
    }
    table
}

/// Values as `name.key = value`.
fn insert_dotted<'a>(table: &mut Table, name: &str, values: impl Iterator<Item = (&'a str, Value)>) {
    let mut inner = Table::new();
    inner.set_dotted(true);
    for (key, it) in values {
        inner.insert(key, value(it));
    }
    if !inner.is_empty() {
        table.insert(name, Item::Table(inner));
    }
}

fn config_value(it: &ConfigValue) -> Value {
    match it {
        ConfigValue::Boolean(it) => (*it).into(),
        ConfigValue::Integer(it) => (*it).into(),
        ConfigValue::Number(it) => (*it).into(),
        ConfigValue::Text(it) => it.as_str().into(),
        ConfigValue::List(it) => Value::Array(it.iter().map(String::as_str).collect()),
    }
}

fn secret(source: &SecretSource) -> Option<Value> {
    let (key, text): (&str, Value) = match source {
        SecretSource::Env(names) => ("env", names.first()?.as_str().into()),
        SecretSource::File(path) => ("file", path.to_str()?.into()),
        SecretSource::Credential(name) => ("credential", name.as_str().into()),
    };
    let mut table = InlineTable::new();
    table.insert(key, text);
    Some(Value::InlineTable(table))
}

#[cfg(test)]
mod tests {
    use super::*;
    use jackfield::runtime::settings::Settings;

    fn settings() -> ProviderSettings {
        let mut settings = ProviderSettings::new("sample@^0.1".parse().unwrap());
        settings.config.insert("base-url".parse().unwrap(), "http://127.0.0.1:8080/v1".into());
        settings
            .secrets
            .insert("api-key".parse().unwrap(), SecretSource::Env(vec!["SAMPLE_API_KEY".parse().unwrap()]));
        settings.grant.origins.push(Granted::origin("http://127.0.0.1:8080".parse().unwrap()));
        settings
    }

    #[test]
    fn comments_and_order_stay_and_the_result_reads_back_as_what_was_meant() {
        let before =
            "# mine\n[plugins]\ndir = \"p\" # here\n\n[providers.first]\nplugin = \"x\"\n\n# the end\n";
        let (after, added) = add(before, &"sample".parse().unwrap(), &settings()).unwrap();
        for part in ["# mine", "dir = \"p\" # here", "[providers.first]", "# the end"] {
            assert!(after.contains(part), "{part} in\n{after}");
        }
        let read = Settings::parse(&after, "jackfield.toml", &[]).unwrap();
        assert_eq!(read.providers.len(), 2);
        let alone = Settings::parse(&added, "jackfield.toml", &[]).unwrap();
        assert_eq!(alone.providers["sample"], read.providers["sample"]);
        assert_eq!(read.providers["sample"].grant, settings().grant);
        assert_eq!(read.providers["sample"].config, settings().config);
        assert_eq!(read.providers["sample"].secrets, settings().secrets);
    }

    #[test]
    fn the_lines_look_as_a_person_would_write_them() {
        let (text, _) = add("", &"sample".parse().unwrap(), &settings()).unwrap();
        let expected = "[providers.sample]\nplugin = \"sample@^0.1\"\nconfig.base-url = \"http://127.0.0.1:8080/v1\"\n\
            secrets.api-key = { env = \"SAMPLE_API_KEY\" }\ngrant.origins = [\"http://127.0.0.1:8080\"]\n";
        assert_eq!(text, expected);
    }

    #[test]
    fn what_is_no_toml_is_left_alone() {
        assert!(add("[broken", &"sample".parse().unwrap(), &settings()).is_err());
        assert!(add("providers = 1", &"sample".parse().unwrap(), &settings()).is_err());
    }
}
