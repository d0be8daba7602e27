//! JSON data files. Lines are those of top-level keys, found by a scan, as the parser keeps none.

use std::sync::Arc;

use super::data::{Data, Hash, Origin, Value};
use super::error::HieraError;
use super::yaml::{DataFile, MAX_BYTES};

/// Reads a JSON text.
pub(crate) fn load(file: &Arc<str>, text: &[u8]) -> Result<DataFile, HieraError> {
    if text.len() > MAX_BYTES {
        let message = format!("{} bytes of data are over the limit of {MAX_BYTES}", text.len());
        return Err(HieraError::new(message, "split the file").at(file, 1));
    }
    let json: serde_json::Value = serde_json::from_slice(text).map_err(|error| {
        let line = u32::try_from(error.line()).unwrap_or(1);
        HieraError::new(format!("not JSON: {error}"), "correct the syntax").at(file, line)
    })?;
    let text = String::from_utf8_lossy(text);
    let root = match &json {
        serde_json::Value::Object(map) => {
            let entries = map.iter().map(|(name, value)| {
                let line = key_line(&text, name);
                (placed(Data::str(name.as_str()), file, line), placed(Data::from_json(value), file, line))
            });
            placed(Data::new(Value::Hash(Arc::new(entries.collect::<Hash>()))), file, 1)
        }
        other => placed(Data::from_json(other), file, 1),
    };
    Ok(DataFile { root, notes: Vec::new(), refused: None, refused_but_regexp: None })
}

fn placed(data: Data, file: &Arc<str>, line: u32) -> Data {
    let at = Some(Origin { file: Arc::clone(file), line });
    let value = match data.value {
        Value::Array(items) => Value::Array(items.iter().map(|d| placed(d.clone(), file, line)).collect()),
        Value::Hash(hash) => Value::Hash(Arc::new(
            hash.iter().map(|(k, v)| (placed(k.clone(), file, line), placed(v.clone(), file, line))).collect(),
        )),
        value => value,
    };
    Data { value, at }
}

fn key_line(text: &str, name: &str) -> u32 {
    let quoted = serde_json::Value::from(name).to_string();
    let at = text.find(&quoted).unwrap_or(0);
    let lines = text.as_bytes().iter().take(at).filter(|b| **b == b'\n').count();
    u32::try_from(lines).unwrap_or(u32::MAX - 1) + 1
}
