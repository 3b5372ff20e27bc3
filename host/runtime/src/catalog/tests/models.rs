//! What presets say of models, held against the plugins that ask them and the
//! documents that name them.

use super::*;
use crate::manifest::BatchLimits;

/// The sizes of embedding requests for a model of a preset, as a provider that is
/// made of it has them.
fn limits(name: &ProviderName, preset: &Preset, model: &str) -> Option<BatchLimits> {
    let (path, text) = manifest_of(preset.plugin.name.as_str())?;
    let manifest = Manifest::parse(&text, &path.display().to_string()).unwrap();
    let written = WrittenProvider { config: preset.needs.clone(), ..WrittenProvider::default() };
    let settings = catalog().complete(name, written).unwrap();
    let bound = manifest.bind(name, &settings.config).unwrap();
    let of_plugin = manifest.batch_limits(model, bound.values());
    let known = settings.embedding_inputs.get(model).copied();
    Some(BatchLimits { inputs: of_plugin.inputs.into_iter().chain(known).min(), ..of_plugin })
}

#[test]
fn every_embedding_model_says_how_many_inputs_a_request_takes() {
    for (name, preset) in catalog().iter() {
        for model in preset.models.iter().filter(|model| model.kind == ModelKind::Embedding) {
            let Some(limits) = limits(name, preset, &model.id) else { continue };
            assert!(limits.inputs.is_some(), "{name}: {} has no batch-inputs", model.id);
            let widened = model.batch_inputs.filter(|own| limits.inputs != Some(*own));
            assert!(widened.is_none(), "{name}: {} has more inputs than its plugin sends", model.id);
        }
    }
}

#[test]
fn the_same_model_of_google_takes_other_batches_on_each_platform() {
    let catalog = catalog();
    for (preset, model, inputs) in [
        ("gemini", "gemini-embedding-001", 100),
        ("vertex", "gemini-embedding-001", 32),
        ("vertex", "text-embedding-005", 250),
    ] {
        let Some(limits) = limits(&name(preset), catalog.get(preset).unwrap(), model) else { return };
        assert_eq!(limits.inputs, Some(inputs), "{preset} {model}");
    }
}

#[test]
fn a_preset_without_models_says_why() {
    for (name, text) in shipped::SHIPPED {
        let preset = Preset::parse(text, name).unwrap();
        let silent = preset.models.is_empty() && !preset.kinds.is_empty();
        assert_eq!(silent, text.contains("# No models: "), "{name}");
    }
}

/// `provider/model` wherever a text names one.
fn named(text: &str) -> impl Iterator<Item = (&str, &str)> {
    let inside = |c: char| c.is_ascii_alphanumeric() || "-._/:@".contains(c);
    let words = text.split(move |c| !inside(c)).map(|word| word.trim_end_matches(['.', ':']));
    words.filter_map(|word| word.split_once('/'))
}

#[test]
fn the_models_that_the_documents_name_are_in_the_list() {
    let catalog = catalog();
    let root = std::env::var_os("CARGO_MANIFEST_DIR").map(PathBuf::from).unwrap();
    let mut found = 0;
    for document in ["../../README.md", "../gateway/README.md", "CATALOG.md"] {
        let Ok(text) = std::fs::read_to_string(root.join(document)) else { continue };
        for (provider, model) in named(&text) {
            let Some(preset) = catalog.get(provider).filter(|preset| !preset.models.is_empty()) else {
                continue;
            };
            if model.is_empty() {
                continue;
            }
            found += 1;
            assert!(preset.model(model).is_some(), "{document} names {provider}/{model}");
        }
    }
    assert!(found > 0 || !root.join("../../README.md").exists());
}
