//! Data files that cannot be read: Puppet reads all levels for `lookup_options` before it looks for any key, so that one
//! such file fails every lookup of every host that has it among its levels.

use std::sync::Arc;

use super::Hiera;
use super::engine::{Run, Stop};
use super::files::Slot;
use super::level::{Backend, Level, Places};

impl Run<'_> {
    /// Whether one of the files that are read for options cannot be. Places that are not known are passed over.
    pub(super) fn is_unsound(&self, module: Option<&str>) -> Result<bool, Stop> {
        if self.hiera.is_legacy() {
            return Ok(false);
        }
        let module = module.filter(|name| self.hiera.modules.contains_key(*name));
        let memo = self.memo()?;
        if let Some(known) = memo.and_then(|memo| memo.unsound(module)) {
            return Ok(known);
        }
        let layers = self.hiera.layers(module);
        let mut levels = layers.into_iter().flatten().flat_map(|layer| &layer.levels);
        let found = levels.any(|level| self.fails(level));
        memo.into_iter().for_each(|memo| memo.keep_unsound(module, found));
        Ok(found)
    }

    fn fails(&self, level: &Level) -> bool {
        let Backend::File { format, .. } = &level.backend else { return false };
        let slots = self.slots_of(level).unwrap_or_default();
        slots.iter().any(|slot| {
            self.consult(&slot.path);
            let is_sound = || self.hiera.files.data(slot, *format).is_ok_and(|file| file.refused.is_none());
            slot.is_folder || slot.exists && !is_sound()
        })
    }

    fn slots_of(&self, level: &Level) -> Result<Vec<Arc<Slot>>, Stop> {
        match &level.places {
            Places::Nowhere => Ok(Vec::new()),
            Places::Paths(paths) => paths.iter().filter_map(|path| self.known_slot(path).transpose()).collect(),
            Places::Globs(globs) => {
                let all: Result<Vec<_>, Stop> = globs.iter().map(|glob| self.glob(glob)).collect();
                Ok(all?.into_iter().flatten().collect())
            }
            Places::Mapped { variable, local, path } => {
                let paths = self.mapped(variable, local, path)?;
                Ok(paths.iter().map(|path| self.hiera.files.slot(path)).collect())
            }
        }
    }
}

impl Hiera {
    /// Whether a data file of the repository can be read, or there is none.
    #[must_use]
    pub fn can_read(&self, path: &str) -> bool {
        self.plain_file(path).is_some()
    }
}
