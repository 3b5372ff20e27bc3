//! Models deployed on OCI Data Science, which speak OpenAI's protocol at a path
//! and behind a signature of their own.
//!
//! All of that is data: this component is the plugin `openai`, whose exports
//! come with linking it, and what differs is in `plugin.toml` here, which reads
//! the values that `openai` knows.
//!
//! <https://docs.oracle.com/iaas/data-science/using/model-dep-invoke.htm>

use jackfield_plugin_openai as _;

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    const OWN: &str = include_str!("../plugin.toml");
    const OPENAI: &str = include_str!("../../openai/plugin.toml");

    /// The names and types under `[config]` of a manifest.
    fn declared(manifest: &str) -> BTreeSet<(&str, &str)> {
        let tables = manifest.split("\n[config.").skip(1);
        tables
            .map(|table| {
                let (name, rest) = table.split_once("]\n").unwrap();
                let kind = rest.lines().find_map(|line| line.strip_prefix("type = ")).unwrap();
                (name, kind)
            })
            .collect()
    }

    #[test]
    fn every_value_is_one_that_openai_reads_or_that_the_manifest_itself_uses() {
        let openai = declared(OPENAI);
        for value in declared(OWN) {
            // The catalog's preset puts the first two into the address.
            let signs = OWN.contains(&format!("\"{{{}}}\"", value.0));
            let used = signs || ["region", "deployment"].contains(&value.0);
            assert!(used || openai.contains(&value), "{value:?}");
        }
    }

    #[test]
    fn requests_are_signed_unless_another_scheme_is_named() {
        // The name of the scheme that openai takes as said by the manifest.
        assert!(!OWN.contains("[config.auth]"));
        assert!(OWN.contains("auth = \"signature\"") && OWN.contains("scheme = \"oci-signature\""));
    }
}
