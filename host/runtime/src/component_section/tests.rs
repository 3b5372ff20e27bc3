use super::*;

fn section(id: u8, payload: &[u8]) -> Vec<u8> {
    let mut bytes = vec![id];
    write_length(&mut bytes, payload.len());
    bytes.extend_from_slice(payload);
    bytes
}

fn custom(name: &str, content: &[u8]) -> Vec<u8> {
    let mut payload = Vec::new();
    write_length(&mut payload, name.len());
    payload.extend_from_slice(name.as_bytes());
    payload.extend_from_slice(content);
    section(CUSTOM, &payload)
}

fn component(sections: &[Vec<u8>]) -> Vec<u8> {
    let mut bytes = PREAMBLE.to_vec();
    bytes.extend(sections.concat());
    bytes
}

#[test]
fn an_empty_component_has_no_manifest() {
    assert_eq!(read(&PREAMBLE), Ok(None));
}

#[test]
fn what_is_written_is_read_back_at_every_size_of_the_length() {
    for size in [0, 1, 100, 107, 108, 109, 127, 128, 16_364, 16_384, MANIFEST_LIMIT] {
        let manifest = "m".repeat(size);
        let packed = write(&component(&[custom("name", b"x")]), &manifest).unwrap();
        assert_eq!(read(&packed).unwrap(), Some(&*manifest), "{size}");
    }
}

#[test]
fn a_second_write_replaces_the_first_and_leaves_the_rest_alone() {
    let original = component(&[custom("name", b"x"), section(7, &[1, 2, 3]), custom("producers", b"")]);
    let once = write(&original, "one").unwrap();
    let twice = write(&once, "two").unwrap();
    assert_eq!(read(&twice), Ok(Some("two")));
    assert_eq!(without(&twice).unwrap(), original);
    assert_eq!(once.len(), twice.len());
}

#[test]
fn a_manifest_between_other_sections_is_found() {
    let bytes = component(&[section(7, &[0; 300]), custom(SECTION, b"here"), section(8, &[9])]);
    assert_eq!(read(&bytes), Ok(Some("here")));
}

#[test]
fn a_manifest_inside_a_nested_component_does_not_count() {
    let nested = component(&[custom(SECTION, b"inner")]);
    let bytes = component(&[section(4, &nested)]);
    assert_eq!(read(&bytes), Ok(None));
    let packed = write(&bytes, "outer").unwrap();
    assert_eq!(read(&packed), Ok(Some("outer")));
    assert_eq!(without(&packed).unwrap(), bytes);
}

#[test]
fn two_manifests_are_refused_and_a_write_repairs_them() {
    let bytes = component(&[custom(SECTION, b"a"), custom(SECTION, b"a")]);
    assert_eq!(read(&bytes), Err(SectionError::Several { count: 2 }));
    let repaired = write(&bytes, "b").unwrap();
    assert_eq!(read(&repaired), Ok(Some("b")));
}

#[test]
fn a_manifest_over_the_limit_is_neither_written_nor_read() {
    let long = "m".repeat(MANIFEST_LIMIT + 1);
    let too_long = SectionError::TooLong { size: MANIFEST_LIMIT + 1 };
    assert_eq!(write(&PREAMBLE, &long), Err(too_long.clone()));
    assert_eq!(read(&component(&[custom(SECTION, long.as_bytes())])), Err(too_long));
}

#[test]
fn a_manifest_that_is_not_text_is_refused() {
    assert_eq!(read(&component(&[custom(SECTION, &[0xff])])), Err(SectionError::NotUtf8));
}

#[test]
fn other_files_are_told_apart() {
    let module = b"\0asm\x01\0\0\0";
    for (bytes, error) in [
        (&module[..], SectionError::CoreModule),
        (b"\0asm\x0a\0\x01\0", SectionError::Version { version: 10 }),
        (b"(component)", SectionError::Text),
        (b"\n  (module)", SectionError::Text),
        (b";; a comment", SectionError::Text),
        (b"", SectionError::NotWasm),
        (b"\0asm", SectionError::NotWasm),
        (b"\x7fELF\0\0\0\0\0\0\0\0", SectionError::NotWasm),
    ] {
        assert_eq!(read(bytes), Err(error.clone()), "{bytes:?}");
        assert_eq!(write(bytes, ""), Err(error), "{bytes:?}");
    }
}

#[test]
fn a_component_cut_anywhere_is_an_error_or_a_shorter_component_but_never_a_panic() {
    let whole = component(&[custom("name", b"abc"), section(7, &[0; 200]), custom(SECTION, b"xy")]);
    let ends = [8, 8 + 10, 8 + 10 + 203];
    for cut in 0..whole.len() {
        let outcome = read(&whole[..cut]);
        if ends.contains(&cut) {
            assert_eq!(outcome, Ok(None), "{cut}");
        } else {
            assert!(outcome.is_err(), "{cut}");
        }
    }
}

#[test]
fn lengths_that_the_format_forbids_are_errors() {
    let endless = [&PREAMBLE[..], &[7, 0x80, 0x80, 0x80, 0x80, 0x80, 0]].concat();
    assert!(matches!(read(&endless), Err(SectionError::Malformed { offset: 8, .. })));
    let wide = [&PREAMBLE[..], &[7, 0xff, 0xff, 0xff, 0xff, 0x7f]].concat();
    assert!(matches!(read(&wide), Err(SectionError::Malformed { offset: 8, .. })));
    let huge = [&PREAMBLE[..], &[7, 0xff, 0xff, 0xff, 0xff, 0x0f]].concat();
    assert_eq!(read(&huge), Err(SectionError::Truncated { offset: 8 }));
    let short_name = component(&[section(CUSTOM, &[9, b'x'])]);
    assert!(matches!(read(&short_name), Err(SectionError::Malformed { offset: 8, .. })));
    let padded = [&PREAMBLE[..], &[7, 0x81, 0x00, 42]].concat();
    assert_eq!(read(&padded), Ok(None), "a longer spelling of a length is allowed");
}

#[test]
fn random_bytes_never_panic() {
    let mut state = 0x2545_f491_4f6c_dd1d_u64;
    for _ in 0..20_000 {
        let mut bytes = PREAMBLE.to_vec();
        for _ in 0..24 {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            // Small numbers, so that ids and lengths are often plausible.
            bytes.push((state >> 32) as u8 & if state & 1 == 0 { 0x07 } else { 0xff });
        }
        if let Ok(packed) = write(&bytes, "ok") {
            assert_eq!(read(&packed), Ok(Some("ok")));
        }
    }
}

#[test]
fn every_message_says_what_to_do() {
    for error in [
        SectionError::Text,
        SectionError::CoreModule,
        SectionError::Version { version: 10 },
        SectionError::NotWasm,
        SectionError::Truncated { offset: 8 },
        SectionError::Malformed { offset: 8, what: "is wrong" },
        SectionError::Several { count: 2 },
        SectionError::TooLong { size: 70_000 },
        SectionError::NotUtf8,
    ] {
        let message = error.to_string();
        let advice = ["build", "pack", "turn", "shorten", "name the"];
        assert!(advice.iter().any(|word| message.contains(word)), "{message}");
    }
}
