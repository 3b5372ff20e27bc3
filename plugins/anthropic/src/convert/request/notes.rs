//! What turns up while a request is translated and isn't part of its body.

/// Warnings for the caller, and beta features that the body needs.
#[derive(Debug, Default)]
pub(super) struct Notes {
    pub(super) warnings: Vec<String>,
    pub(super) betas: Vec<String>,
}

impl Notes {
    /// Tells the caller what was left out or changed, once.
    pub(super) fn warn(&mut self, warning: impl Into<String>) {
        let warning = warning.into();
        if !self.warnings.contains(&warning) {
            self.warnings.push(warning);
        }
    }

    /// Asks for a beta feature.
    pub(super) fn beta(&mut self, name: &str) {
        if !self.betas.iter().any(|beta| beta == name) {
            self.betas.push(name.to_owned());
        }
    }
}
