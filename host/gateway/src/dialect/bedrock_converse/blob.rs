//! Encrypted thoughts, which the API carries as bytes in base64. Its clients
//! decode them and encode them again, so that only text which is base64 by
//! itself comes back unchanged; another provider's is put into base64 behind a
//! mark, and taken out of it when the client sends it back.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

const MARK: &[u8] = b"jackfield-redacted:";

/// What base64 of every marked text begins with: that of the mark's first 18 bytes.
pub(in crate::dialect) const CARRIED: &str = "amFja2ZpZWxkLXJlZGFjdGVk";

/// The base64 that stands for a text.
pub(super) fn wrap(text: &str) -> String {
    match STANDARD.decode(text) {
        // A text that looks like one of those below would be taken for one.
        Ok(bytes) if !bytes.starts_with(MARK) => text.to_owned(),
        _ => STANDARD.encode([MARK, text.as_bytes()].concat()),
    }
}

/// The text that base64 stands for.
pub(super) fn unwrap(base64: String) -> String {
    let bytes = STANDARD.decode(&base64).ok();
    let inner = bytes.as_deref().and_then(|bytes| bytes.strip_prefix(MARK));
    inner.and_then(|inner| std::str::from_utf8(inner).ok()).map_or(base64, str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_text_survives_a_client_that_decodes_and_encodes_it() {
        let marked = STANDARD.encode("jackfield-redacted:x");
        for text in ["QUI=", "gAAA-_odd", "no base64 ä", "", &marked] {
            let sent = wrap(text);
            let client = STANDARD.encode(STANDARD.decode(&sent).unwrap());
            assert_eq!(unwrap(client), text, "{sent}");
        }
        assert_eq!(wrap("QUI="), "QUI=");
        assert!(wrap("no base64 ä").starts_with(CARRIED) && marked.starts_with(CARRIED));
    }
}
