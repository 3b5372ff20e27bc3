//! Ids of tool calls: made where an upstream gives none, and remade where an
//! upstream takes only ids of a certain form that another one's don't have.

use std::borrow::Cow;
use std::hash::{BuildHasher, Hasher, RandomState};

const LETTERS: &[u8; 62] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

/// A new id. The hash keys of the standard library are random per process and
/// differ from one to the next.
pub(crate) fn make() -> String {
    format!("call_{:016x}", RandomState::new().build_hasher().finish())
}

/// The id in a form of exactly `length` letters and digits, where one is
/// demanded. The same id always gives the same one, so a call and its result
/// still find each other.
pub(crate) fn fit(id: &str, length: Option<usize>) -> Cow<'_, str> {
    match length {
        Some(length) if id.len() != length || !id.bytes().all(|byte| byte.is_ascii_alphanumeric()) => {
            let mut fitted = String::with_capacity(length);
            // FNV-1a, continued over each letter that it gives.
            let mut hash: u64 = 0xcbf2_9ce4_8422_2325;
            let mut stir = |byte: u8| {
                hash = (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3);
                hash
            };
            for byte in id.bytes() {
                stir(byte);
            }
            while fitted.len() < length {
                let place = (stir(fitted.len() as u8) >> 32) % LETTERS.len() as u64;
                fitted.push(char::from(LETTERS[place as usize]));
            }
            Cow::Owned(fitted)
        }
        _ => Cow::Borrowed(id),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn made_ids_differ() {
        assert_ne!(make(), make());
    }

    #[test]
    fn an_id_of_the_demanded_form_stays() {
        assert_eq!(fit("abcDEF123", Some(9)), "abcDEF123");
        assert_eq!(fit("call_1", None), "call_1");
    }

    #[test]
    fn other_ids_are_remade_alike_each_time_and_apart_from_each_other() {
        let ids: Vec<_> = (0..2000).map(|n| fit(&format!("call_{n}"), Some(9)).into_owned()).collect();
        for id in &ids {
            assert!(id.len() == 9 && id.bytes().all(|byte| byte.is_ascii_alphanumeric()), "{id}");
        }
        assert_eq!(ids[7], fit("call_7", Some(9)));
        let distinct: std::collections::HashSet<_> = ids.iter().collect();
        assert_eq!(distinct.len(), ids.len());
    }
}
