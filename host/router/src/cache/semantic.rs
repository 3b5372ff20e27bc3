//! Answers to requests that mean the same.
//!
//! What is said may differ in its words and nothing else may: model, parameters,
//! tools, system prompt, images, tenant and credential are hashed into a bucket,
//! and only within one are texts compared, by the cosine of their embeddings.
//! A likeness is never a reason to show one tenant another's answer.

use std::sync::{Arc, Mutex, PoisonError};

use jackfield_runtime::api::llm::{ChatRequest, Part, Role};
use quick_cache::Weighter;
use quick_cache::sync::Cache as Kept;

use super::key::{CacheKey, Target};
use super::store::bounded;
use crate::failure::Failure;
use crate::run::BoxFuture;

/// Turns texts into vectors: an embedding provider.
pub trait Embed: std::fmt::Debug + Send + Sync {
    /// The vector of a text. If it fails, a request is answered as if nothing
    /// like it were known.
    fn embed<'a>(&'a self, text: &'a str) -> BoxFuture<'a, Result<Vec<f32>, Failure>>;
}

/// A request as far as its meaning goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Meaning {
    bucket: CacheKey,
    text: String,
}

/// Longer conversations are alike by what they share, not by what they ask.
const MOST_MESSAGES: usize = 4;

/// About what embedding models take: 8,191 tokens.
const LONGEST_TEXT: usize = 32_768;

impl Meaning {
    /// The meaning of a request, as it is once the route's parameters are in
    /// it. `None` for what is not compared: more than four messages beside the
    /// system prompt, more than 32 KiB of text, or none at all.
    pub fn new(target: &Target<'_>, request: &ChatRequest, stream: bool) -> Option<Self> {
        let said = |role: Role| !matches!(role, Role::System | Role::Developer);
        let mut exact = request.clone();
        let mut text = String::new();
        let mut messages = 0;
        for message in exact.messages.iter_mut().filter(|message| said(message.role)) {
            messages += 1;
            for part in &mut message.content {
                let Part::Text(part) = part else { continue };
                let name = match message.role {
                    Role::Assistant => "assistant",
                    Role::Tool => "tool",
                    _ => "user",
                };
                text.push_str(&format!("{name}: {}\n", std::mem::take(&mut part.text)));
            }
        }
        if messages > MOST_MESSAGES || text.len() > LONGEST_TEXT || text.trim().is_empty() {
            return None;
        }
        let exact = serde_json::to_vec(&(exact, stream)).ok()?;
        Some(Self { bucket: CacheKey::hash(b"meaning", target, &exact), text })
    }

    /// The text to be compared: what was said, without the system prompt.
    pub fn text(&self) -> &str {
        &self.text
    }
}

/// A vector of length 1, with the key of the answer it leads to.
#[derive(Debug)]
struct Point {
    vector: Vec<f32>,
    key: CacheKey,
}

type Bucket = Arc<[Arc<Point>]>;

/// A bucket keeps its newest so many at most, which are compared one by one.
const MOST_POINTS: usize = 256;

/// No embedding model makes longer vectors.
const LONGEST_VECTOR: usize = 8_192;

#[derive(Debug, Clone)]
struct Bytes;

impl Weighter<CacheKey, Bucket> for Bytes {
    fn weight(&self, _: &CacheKey, bucket: &Bucket) -> u64 {
        128 + bucket.iter().map(|point| point.weight()).sum::<u64>()
    }
}

impl Point {
    fn weight(&self) -> u64 {
        (size_of_val(self.vector.as_slice()) + 128) as u64
    }
}

/// What is known by its meaning, bounded by its bytes.
#[derive(Debug)]
pub(super) struct Index {
    buckets: Kept<CacheKey, Bucket, Bytes>,
    /// Held while a bucket is replaced by one with another point in it.
    writing: Mutex<()>,
    threshold: f32,
    /// The most bytes of one bucket, well below what one shard holds.
    largest: u64,
}

/// A meaning and its vector, for when the answer comes.
#[derive(Debug)]
pub(super) struct Placed {
    bucket: CacheKey,
    vector: Vec<f32>,
}

impl Placed {
    /// `None` if the vector is none that can be compared.
    pub(super) fn new(meaning: &Meaning, mut vector: Vec<f32>) -> Option<Self> {
        let length = vector.iter().map(|number| f64::from(*number).powi(2)).sum::<f64>().sqrt();
        if !length.is_normal() || vector.len() > LONGEST_VECTOR {
            return None;
        }
        vector.iter_mut().for_each(|number| *number = (f64::from(*number) / length) as f32);
        Some(Self { bucket: meaning.bucket, vector })
    }
}

impl Index {
    pub(super) fn new(bytes: u64, threshold: f32) -> Self {
        Self { buckets: bounded(bytes, Bytes), writing: Mutex::new(()), threshold, largest: bytes / 8 }
    }

    /// Answers to requests like this one, the most alike first.
    pub(super) fn like(&self, placed: &Placed) -> Vec<CacheKey> {
        let bucket = self.buckets.get(&placed.bucket).unwrap_or_default();
        let alike = bucket.iter().map(|point| (cosine(&point.vector, &placed.vector), point.key));
        let mut alike: Vec<(f32, CacheKey)> = alike.filter(|(cosine, _)| *cosine >= self.threshold).collect();
        alike.sort_by(|one, other| other.0.total_cmp(&one.0));
        alike.into_iter().map(|(_, key)| key).collect()
    }

    /// Adds the answer to a request; one under the same key is replaced.
    pub(super) fn add(&self, placed: Placed, key: CacheKey) {
        let Placed { bucket, vector } = placed;
        let _writing = self.writing.lock().unwrap_or_else(PoisonError::into_inner);
        let before = self.buckets.get(&bucket).unwrap_or_default();
        let point = Arc::new(Point { vector, key });
        let mut room = self.largest.saturating_sub(point.weight());
        let others = before.iter().filter(|other| other.key != key).rev().take(MOST_POINTS - 1);
        let newest = others.take_while(|other| {
            let fits = room.checked_sub(other.weight());
            room = fits.unwrap_or(0);
            fits.is_some()
        });
        let mut points: Vec<Arc<Point>> = newest.cloned().collect();
        points.reverse();
        points.push(point);
        self.buckets.insert(bucket, points.into());
    }

    pub(super) fn bytes(&self) -> u64 {
        self.buckets.weight()
    }
}

/// Of two vectors of length 1. Those of different models have no likeness.
fn cosine(one: &[f32], other: &[f32]) -> f32 {
    if one.len() != other.len() {
        return f32::NEG_INFINITY;
    }
    one.iter().zip(other).map(|(one, other)| one * other).sum()
}
