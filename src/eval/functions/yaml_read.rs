//! YAML text to a value, read as Hiera's data files are.

use crate::eval::data::from_data;
use crate::hiera::yaml;
use crate::value::Value;

/// Reads one document.
pub(super) fn read(text: &str) -> Result<Value, String> {
    let file = yaml::load(&"parseyaml".into(), text.as_bytes()).map_err(|e| e.to_string())?;
    Ok(from_data(&file.root, "parseyaml"))
}
