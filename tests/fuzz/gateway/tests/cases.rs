//! Some thousand cases of each target on every change, and the committed ones
//! that once failed.

use std::path::Path;

use jackfield_fuzz_gateway::targets;

/// A sequence of inputs that is the same each time.
fn inputs(count: u64) -> impl Iterator<Item = Vec<u8>> {
    (0..count).map(|number| number.wrapping_mul(0x9e37_79b9_7f4a_7c15).to_le_bytes().to_vec())
}

macro_rules! cases {
    ($($target:ident: $count:expr),+ $(,)?) => {
        $(
            #[test]
            fn $target() {
                inputs($count).for_each(|input| targets::$target::run(&input));
                let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("seeds").join(stringify!($target));
                for entry in std::fs::read_dir(&folder).into_iter().flatten() {
                    targets::$target::run(&std::fs::read(entry.unwrap().path()).unwrap());
                }
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

cases!(
    gateway_request: 20_000,
    gateway_whole: 1_000,
    other_dialects: 10_000,
    portkey_config: 1_500,
    portkey_headers: 5_000,
    sigv4_head: 10_000,
);
