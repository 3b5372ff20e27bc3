//! `[server.cache]`: how many answers are kept, and what tells which requests
//! mean the same.

use jackfield_router::cache::CacheOptions;
use jackfield_runtime::settings::ByteSize;
use jackfield_runtime::settings::document::Node;

/// `[server.cache]`.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct CacheSettings {
    /// `bytes`, `semantic.bytes`, `semantic.threshold`.
    pub options: CacheOptions,
    /// `semantic.model`: the embedding model that tells what means the same.
    pub model: Option<String>,
}

impl CacheSettings {
    pub(super) fn read(node: &Node<'_>) -> Option<Self> {
        let mut settings = Self::default();
        let options = &mut settings.options;
        let mut fields = node.fields()?;
        let bytes = |node: Node<'_>| node.parse::<ByteSize>().map(|size| size.bytes_usize() as u64);
        if let Some(size) = fields.take("bytes").and_then(bytes) {
            options.bytes = size;
        }
        if let Some(mut semantic) = fields.take("semantic").and_then(|node| node.fields()) {
            let model = semantic.require("model", "\"openai/text-embedding-3-small\"");
            settings.model = model.and_then(|node| node.string()).map(str::to_owned);
            if let Some(size) = semantic.take("bytes").and_then(bytes) {
                options.semantic_bytes = size;
            }
            if let Some(node) = semantic.take("threshold") {
                match node.number() {
                    Some(threshold) if (0.0..=1.0).contains(&threshold) => {
                        options.threshold = threshold as f32;
                    }
                    Some(_) => {
                        node.reject("a cosine from which on texts mean the same is 0 to 1: write 0.95")
                    }
                    None => {}
                }
            }
            semantic.finish();
        }
        fields.finish();
        Some(settings)
    }
}
