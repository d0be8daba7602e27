//! Text of holdpoint.toml -> [`Config`], every value checked.

use std::collections::BTreeMap;
use std::str::FromStr;

use toml::Spanned;

use super::error::{ConfigError, nearest, position};
use super::network;
use super::raw::{self, OneOrMany};
use super::{Config, Ignore, Pool, RuleSettings};
use crate::hiera::{HieraSettings, Models};
use crate::nodes::{FactRule, HostPattern};
use crate::repo::LayoutSettings;

type Checked<T> = Result<T, ConfigError>;

/// Reads the settings. `rules` lists the rules there are.
pub fn parse(file: &str, text: &str, rules: &[&str]) -> Checked<Config> {
    let raw: raw::File = toml::from_str(text).map_err(|error| {
        let at = error.span().map_or(0, |span| span.start);
        let message = error.message().lines().next().unwrap_or_default().to_owned();
        ConfigError::new(file, text, at, message.clone(), toml_help(&message))
    })?;
    Reader { file, text, rules }.config(raw)
}

fn toml_help(message: &str) -> String {
    match message.split_once("expected one of") {
        Some((_, known)) => format!("use one of{known}, or remove the key"),
        None if message.contains("unknown field") => "remove the key, or correct its spelling".into(),
        None => "correct the value; holdpoint.toml is described in the README".into(),
    }
}

struct Reader<'a> {
    file: &'a str,
    text: &'a str,
    rules: &'a [&'a str],
}

impl Reader<'_> {
    fn error(&self, at: usize, message: impl Into<String>, help: impl Into<String>) -> ConfigError {
        ConfigError::new(self.file, self.text, at, message, help)
    }

    fn config(&self, raw: raw::File) -> Checked<Config> {
        let default = Config::default();
        Ok(Config {
            strict: raw.repo.strict,
            storeconfigs: raw.repo.storeconfigs,
            bundled_types: raw.repo.bundled_types.unwrap_or(true),
            layout: self.layout(raw.repo)?,
            facts: raw.facts.into_iter().map(|f| self.facts(f)).collect::<Checked<_>>()?,
            hiera: HieraSettings {
                models: Models { functions: raw.hiera.function, backends: raw.hiera.backend },
                datadirs: raw.hiera.datadirs,
                absent: raw.hiera.absent,
                unknown: raw.hiera.unknown,
            },
            rules: self.rule_settings(raw.rules)?,
            ignores: raw.ignore.into_iter().map(|i| self.ignore(i)).collect::<Checked<_>>()?,
            pools: raw.pool.into_iter().map(|p| self.pool(p)).collect::<Checked<_>>()?,
            max_uncompiled: match raw.coverage.max_uncompiled {
                None => default.max_uncompiled,
                Some(share) => self.share(&share)?,
            },
        })
    }

    fn layout(&self, repo: raw::Repo) -> Checked<LayoutSettings> {
        let legacy = match repo.dialect.as_ref().map(|d| (d.get_ref().as_str(), d.span().start)) {
            None | Some(("auto", _)) => None,
            Some(("modern", _)) => Some(false),
            Some(("legacy", _)) => Some(true),
            Some((other, at)) => {
                return Err(self.error(at, format!("unknown dialect `{other}`"), "use auto, modern or legacy"));
            }
        };
        Ok(LayoutSettings {
            modulepath: repo.modulepath,
            manifests: repo.manifests,
            hiera: repo.hiera,
            environment: repo.environment,
            legacy,
        })
    }

    fn hosts(&self, patterns: &Spanned<OneOrMany>) -> Checked<Vec<HostPattern>> {
        let one = |text: &String| {
            HostPattern::parse(text).map_err(|bad| {
                self.error(
                    patterns.span().start,
                    bad.to_string(),
                    "write a glob such as *.example.org, or an expression between slashes",
                )
            })
        };
        patterns.get_ref().iter().map(one).collect()
    }

    fn facts(&self, facts: raw::Facts) -> Checked<FactRule> {
        let mut set = serde_json::Map::new();
        for (name, value) in facts.set {
            set.insert(name, json(value));
        }
        let mut begins = BTreeMap::new();
        for (name, networks) in facts.within {
            begins.insert(name, self.beginnings(&networks)?);
        }
        Ok(FactRule { hosts: self.hosts(&facts.host)?, set, begins })
    }

    /// What addresses of the networks begin with.
    fn beginnings(&self, networks: &Spanned<OneOrMany>) -> Checked<Vec<String>> {
        let mut out = Vec::new();
        for text in networks.get_ref().iter() {
            let known = network::beginnings(text).ok_or_else(|| {
                let help = "write networks of IPv4 as 10.64.0.0/12, with 8 to 32 bits";
                self.error(networks.span().start, format!("`{text}` is not a network"), help)
            })?;
            out.extend(known);
        }
        if out.len() > network::MOST {
            let help = format!("name networks with less than {} beginnings in all", network::MOST);
            return Err(self.error(networks.span().start, "the networks are too many", help));
        }
        Ok(out)
    }

    fn rule(&self, name: &Spanned<String>) -> Checked<String> {
        let written = name.get_ref().as_str();
        if self.rules.contains(&written) {
            return Ok(written.to_owned());
        }
        let help = match nearest(written, self.rules.iter().copied()) {
            Some(known) => format!("did you mean `{known}`?"),
            None => "`holdpoint rules` lists the rules".into(),
        };
        Err(self.error(name.span().start, format!("unknown rule `{written}`"), help))
    }

    fn level<T: FromStr>(&self, level: &Spanned<String>, what: &str, known: &str) -> Checked<T> {
        let written = level.get_ref();
        written
            .parse()
            .map_err(|_| self.error(level.span().start, format!("unknown {what} `{written}`"), format!("use {known}")))
    }

    fn rule_settings(&self, rules: raw::Rules) -> Checked<RuleSettings> {
        let severities = "info, low, medium, high or critical";
        let mut severity = BTreeMap::new();
        for (rule, level) in &rules.severity {
            severity.insert(self.rule(rule)?, self.level(level, "severity", severities)?);
        }
        Ok(RuleSettings {
            enable: rules.enable.iter().map(|r| self.rule(r)).collect::<Checked<_>>()?,
            disable: rules.disable.iter().map(|r| self.rule(r)).collect::<Checked<_>>()?,
            severity,
            fail_on: rules.fail_on.as_ref().map(|l| self.level(l, "severity", severities)).transpose()?,
            min_confidence: rules
                .min_confidence
                .as_ref()
                .map(|l| self.level(l, "confidence", "low, medium or high"))
                .transpose()?,
        })
    }

    fn ignore(&self, ignore: raw::Ignore) -> Checked<Ignore> {
        let at = ignore.rule.span().start;
        let rule = self.rule(&ignore.rule)?;
        let reason = ignore.reason.filter(|r| !r.get_ref().trim().is_empty());
        let reason = reason.ok_or_else(|| self.error(at, "an ignore needs a reason", "add reason = \"…\""))?;
        let until = |date: &Spanned<String>| {
            let parsed = date.get_ref().parse();
            parsed.map_err(|_| {
                self.error(date.span().start, format!("`{}` is not a date", date.get_ref()), "write it as YYYY-MM-DD")
            })
        };
        Ok(Ignore {
            rule,
            subject: ignore.subject,
            hosts: ignore.host.as_ref().map(|h| self.hosts(h)).transpose()?.unwrap_or_default(),
            reason: reason.into_inner(),
            until: ignore.until.as_ref().map(until).transpose()?,
            line: position(self.text, at).0,
        })
    }

    fn pool(&self, pool: raw::Pool) -> Checked<Pool> {
        Ok(Pool { hosts: self.hosts(&pool.host)?, name: pool.name, canary: pool.canary, slice: pool.slice })
    }

    fn share(&self, share: &Spanned<f64>) -> Checked<f64> {
        let value = *share.get_ref();
        if (0.0..=1.0).contains(&value) {
            return Ok(value);
        }
        Err(self.error(share.span().start, format!("{value} is not a share"), "use a number from 0 to 1"))
    }
}

fn json(value: toml::Value) -> serde_json::Value {
    use serde_json::Value as J;
    match value {
        toml::Value::String(text) => J::String(text),
        toml::Value::Integer(number) => number.into(),
        toml::Value::Float(number) => number.into(),
        toml::Value::Boolean(flag) => flag.into(),
        toml::Value::Datetime(date) => J::String(date.to_string()),
        toml::Value::Array(items) => items.into_iter().map(json).collect(),
        toml::Value::Table(table) => J::Object(table.into_iter().map(|(k, v)| (k, json(v))).collect()),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used)]
    use super::*;

    const RULES: &[&str] = &["config-unsound", "removal-deletes-user"];

    #[test]
    fn reads_every_setting() {
        let text = include_str!("../../examples/operations-puppet/holdpoint.toml");
        let config = parse("holdpoint.toml", text, RULES).unwrap();
        assert!(!config.facts.is_empty() && !config.hiera.absent.is_empty());
        let all = "[repo]\nmodulepath = ['m']\ndialect = 'legacy'\nstrict = true\nstoreconfigs = false\nbundled_types = false\n[rules]\ndisable = ['config-unsound']\nfail_on = 'low'\n\
                   severity = { removal-deletes-user = 'info' }\n[[ignore]]\nrule = 'config-unsound'\nresource = 'File[/x]'\nreason = 'because'\nuntil = '2030-01-02'\n\
                   [[pool]]\nname = 'app'\nhost = ['a*', 'b*']\nslice = 2\n[coverage]\nmax_uncompiled = 0.1\n";
        let config = parse("x", all, RULES).unwrap();
        assert_eq!((config.layout.legacy, config.strict, config.max_uncompiled), (Some(true), true, 0.1));
        assert_eq!((config.storeconfigs, config.bundled_types), (Some(false), false));
        assert_eq!((config.ignores[0].line, config.pools[0].hosts.len()), (12, 2));
        assert_eq!(parse("x", "", RULES).unwrap(), Config::default());
    }

    #[test]
    fn mistakes_have_a_place_and_a_remedy() {
        for (text, place, message, help) in [
            ("[repo]\nmodulpath = []\n", (2, 1), "unknown field `modulpath`", "modulepath"),
            ("[rules]\ndisable = ['config-unsoundd']\n", (2, 12), "unknown rule `config-unsoundd`", "`config-unsound`"),
            ("[rules]\nfail_on = 'hi'\n", (2, 11), "unknown severity `hi`", "critical"),
            ("[rules.severity]\nconfig-unsound = 'x'\n", (2, 18), "unknown severity `x`", "critical"),
            ("[[ignore]]\nrule = 'config-unsound'\n", (2, 8), "an ignore needs a reason", "reason"),
            (
                "[[ignore]]\nrule = 'config-unsound'\nreason='x'\nuntil = '2030-13-01'\n",
                (4, 9),
                "not a date",
                "YYYY-MM-DD",
            ),
            ("[[facts]]\nhost = '/(/'\nset = {}\n", (2, 8), "no host pattern", "glob"),
            ("[[facts]]\nhost = '*'\nwithin = { ip = '10.1/8' }\n", (3, 17), "not a network", "IPv4"),
            ("[[facts]]\nhost = '*'\nwithin = { ip = '10.0.0.0/9' }\n", (3, 17), "too many", "beginnings"),
            ("[repo]\ndialect = 'old'\n", (2, 11), "unknown dialect", "legacy"),
            ("[coverage]\nmax_uncompiled = 2.0\n", (2, 18), "not a share", "0 to 1"),
            ("[hiera]\nfunction = [{ name = 'x', kind = 'y' }]\n", (2, 34), "unknown variant `y`", "yaml"),
            ("x = \n", (1, 5), "", "README"),
        ] {
            let error = parse("h.toml", text, RULES).unwrap_err();
            assert_eq!((error.line, error.column), place, "{text}: {error}");
            assert!(error.message.contains(message), "{text}: {error}");
            assert!(error.help.contains(help), "{text}: {}", error.help);
        }
    }
}
