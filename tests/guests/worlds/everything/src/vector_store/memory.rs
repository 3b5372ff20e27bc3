//! What the store keeps, and how near two vectors are.

use std::collections::BTreeMap;

use jackfield_sdk::json::parse_object;
use jackfield_sdk::types::Error;
use jackfield_sdk::vector_store::{Collection, Entry, Metric, Vectors};
use serde_json::{Map, Value};

/// A collection.
pub(super) struct Kept {
    pub(super) dimensions: u32,
    pub(super) metric: Metric,
    pub(super) entries: BTreeMap<String, Stored>,
}

/// A record without its id. Its metadata is an object, or null for none.
pub(super) struct Stored {
    pub(super) vectors: Vectors,
    text: Option<String>,
    pub(super) metadata: Value,
}

impl Kept {
    pub(super) fn describe(&self, name: &str) -> Collection {
        let count = Some(self.entries.len() as u64);
        Collection {
            name: name.to_owned(),
            dimensions: self.dimensions,
            metric: self.metric,
            count,
            extra: None,
        }
    }

    /// A record as it is stored, where it fits.
    pub(super) fn check(&self, entry: Entry) -> Result<(String, Stored), Error> {
        if let Some(dense) = &entry.vectors.dense
            && dense.len() != self.dimensions as usize
        {
            return Err(Error::invalid_request(format!(
                "the vector of `{}` has {} dimensions, the collection has {}",
                entry.id,
                dense.len(),
                self.dimensions
            )));
        }
        let metadata = entry
            .metadata
            .map_or(Ok(Value::Null), |text| parse_object("metadata", &text).map(Value::Object))?;
        Ok((entry.id, Stored { vectors: entry.vectors, text: entry.text, metadata }))
    }
}

impl Stored {
    pub(super) fn entry(&self, id: &str, include_vectors: bool) -> Entry {
        let vectors =
            if include_vectors { self.vectors.clone() } else { Vectors { dense: None, sparse: None } };
        let metadata = (!self.metadata.is_null()).then(|| self.metadata.to_string());
        Entry { id: id.to_owned(), vectors, text: self.text.clone(), metadata }
    }
}

pub(super) fn nothing() -> Value {
    Value::Object(Map::new())
}

/// The score of a record. What one of the two doesn't have counts as zeros;
/// sparse vectors add their inner product.
pub(super) fn nearness(metric: Metric, stored: &Vectors, wanted: &Vectors) -> f64 {
    let empty = Vec::new();
    let (a, b) = (stored.dense.as_ref().unwrap_or(&empty), wanted.dense.as_ref().unwrap_or(&empty));
    let pairs = || a.iter().zip(b).map(|(a, b)| (f64::from(*a), f64::from(*b)));
    let dot: f64 = pairs().map(|(a, b)| a * b).sum();
    let dense = match metric {
        Metric::Dot => dot,
        Metric::Cosine => {
            let lengths: f64 =
                pairs().map(|(a, _)| a * a).sum::<f64>() * pairs().map(|(_, b)| b * b).sum::<f64>();
            if lengths > 0.0 { dot / lengths.sqrt() } else { 0.0 }
        }
        Metric::Euclidean => 1.0 / (1.0 + pairs().map(|(a, b)| (a - b).powi(2)).sum::<f64>().sqrt()),
    };
    dense + sparse(stored, wanted)
}

fn sparse(stored: &Vectors, wanted: &Vectors) -> f64 {
    let (Some(a), Some(b)) = (&stored.sparse, &wanted.sparse) else { return 0.0 };
    let weights: BTreeMap<u32, f32> = a.iter().copied().collect();
    b.iter().filter_map(|(index, weight)| Some(f64::from(*weight) * f64::from(*weights.get(index)?))).sum()
}
