//! What a command starts from: the shared arguments, and how they choose the
//! configuration.

use std::sync::Arc;

use jackfield::{Config, Jackfield, Places};

use crate::args::Global;
use crate::render::progress::Bar;

/// The most plugin instances that one command has use for.
const INSTANCES: u32 = 64;

/// One run of the command line.
#[derive(Debug)]
pub(crate) struct Session {
    pub(crate) global: Global,
    pub(crate) places: Places,
}

impl Session {
    pub(crate) fn new(global: Global) -> Self {
        Self { global, places: Places::of_process() }
    }

    /// The configuration.
    pub(crate) fn config(&self) -> anyhow::Result<Config> {
        let mut config = Config::find(&self.places, self.global.config.as_deref())?;
        // One command makes a few calls, and address space is reserved for every instance.
        config.settings.runtime.instances = config.settings.runtime.instances.min(INSTANCES);
        if let Some(folder) = &self.global.plugins {
            config.plugins = Some(self.places.working.join(folder));
        }
        Ok(config)
    }

    /// A host with that configuration.
    pub(crate) fn open(&self) -> anyhow::Result<Jackfield> {
        Ok(Jackfield::builder(self.config()?).progress(self.progress()).open()?)
    }

    /// Who shows what is being loaded.
    pub(crate) fn progress(&self) -> Arc<Bar> {
        Arc::new(Bar::new(!self.global.quiet))
    }

    /// Whether `-v` was given.
    pub(crate) fn verbose(&self) -> bool {
        self.global.verbose > 0
    }
}
