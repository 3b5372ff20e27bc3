//! The committed seeds keep their properties, without a fuzzer and on every
//! change.

use std::path::Path;

use jackfield_fuzz::{Sample, targets, try_file};

/// Tries the seeds of a target; there are some.
fn replay<T: Sample + ?Sized>(target: &str, check: fn(&T)) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("seeds").join(target);
    let tried = try_file(&folder, check).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    assert!(tried > 0, "{} has no seeds", folder.display());
}

macro_rules! replay {
    ($($target:ident),+ $(,)?) => {
        $(
            #[test]
            fn $target() {
                replay(stringify!($target), targets::$target::run);
            }
        )+

        #[test]
        fn every_target_is_among_these() {
            let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz_targets");
            let mut found: Vec<_> = std::fs::read_dir(folder)
                .unwrap()
                .map(|entry| entry.unwrap().path().file_stem().unwrap().to_string_lossy().into_owned())
                .collect();
            found.sort_unstable();
            assert_eq!(found, [$(stringify!($target)),+]);
        }
    };
}

replay!(event_stream, manifest, ndjson, settings, sse, url_and_grants);
