//! The file's own shape, as serde reads it. Values keep their places.

use std::collections::BTreeMap;

use serde::Deserialize;
use toml::Spanned;

use crate::hiera::Model;

type Text = Spanned<String>;

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct File {
    pub(crate) repo: Repo,
    pub(crate) facts: Vec<Facts>,
    pub(crate) hiera: Hiera,
    pub(crate) rules: Rules,
    pub(crate) ignore: Vec<Ignore>,
    pub(crate) pool: Vec<Pool>,
    pub(crate) coverage: Coverage,
}

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Repo {
    pub(crate) modulepath: Option<Vec<String>>,
    pub(crate) manifests: Option<Vec<String>>,
    pub(crate) hiera: Option<String>,
    pub(crate) environment: Option<String>,
    pub(crate) dialect: Option<Text>,
    pub(crate) strict: bool,
    pub(crate) storeconfigs: Option<bool>,
    pub(crate) bundled_types: Option<bool>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Facts {
    pub(crate) host: Spanned<OneOrMany>,
    #[serde(default)]
    pub(crate) set: BTreeMap<String, toml::Value>,
    #[serde(default)]
    pub(crate) within: BTreeMap<String, Spanned<OneOrMany>>,
}

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Hiera {
    pub(crate) absent: Vec<String>,
    pub(crate) unknown: Vec<String>,
    pub(crate) datadirs: BTreeMap<String, String>,
    pub(crate) function: Vec<Model>,
    pub(crate) backend: Vec<Model>,
}

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Rules {
    pub(crate) enable: Vec<Text>,
    pub(crate) disable: Vec<Text>,
    pub(crate) severity: BTreeMap<Text, Text>,
    pub(crate) fail_on: Option<Text>,
    pub(crate) min_confidence: Option<Text>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Ignore {
    pub(crate) rule: Text,
    #[serde(alias = "resource")]
    pub(crate) subject: Option<String>,
    #[serde(default)]
    pub(crate) host: Option<Spanned<OneOrMany>>,
    pub(crate) reason: Option<Text>,
    pub(crate) until: Option<Text>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Pool {
    pub(crate) name: String,
    pub(crate) host: Spanned<OneOrMany>,
    pub(crate) canary: Option<String>,
    pub(crate) slice: Option<u32>,
}

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Coverage {
    pub(crate) max_uncompiled: Option<Spanned<f64>>,
}

/// `"x"` or `["x", "y"]`.
#[derive(Deserialize)]
#[serde(untagged)]
pub(crate) enum OneOrMany {
    One(String),
    Many(Vec<String>),
}

impl OneOrMany {
    pub(crate) fn iter(&self) -> std::slice::Iter<'_, String> {
        match self {
            Self::One(one) => std::slice::from_ref(one).iter(),
            Self::Many(many) => many.iter(),
        }
    }
}
