//! Patterns of paths and service names, as the rows of `services.toml` use them.
//!
//! `*` is a run of characters within a component, `**` any run, `{name}` a run within a component
//! that is handed back. One `{name}` a pattern; the last one counts.

/// What a pattern matched.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Match<'t> {
    /// What stood for `{name}`.
    pub(super) name: Option<&'t str>,
}

/// Matches the whole of `text`.
pub(super) fn matches<'t>(pattern: &str, text: &'t str) -> Option<Match<'t>> {
    step(pattern, text)
}

/// Whether the whole of `text` matches with this name in place of `{name}`.
pub(super) fn matches_named(pattern: &str, text: &str, name: Option<&str>) -> bool {
    let Some(found) = name.map_or_else(|| matches(pattern, text), |n| matches(&pattern.replace("{name}", n), text))
    else {
        return false;
    };
    name.is_some() || found.name.is_none()
}

fn step<'t>(pattern: &str, text: &'t str) -> Option<Match<'t>> {
    if let Some(rest) = pattern.strip_prefix("**") {
        return ends(text, false).find_map(|at| step(rest, text.get(at..)?));
    }
    if let Some(rest) = pattern.strip_prefix('*') {
        return ends(text, true).find_map(|at| step(rest, text.get(at..)?));
    }
    if let Some(rest) = pattern.strip_prefix("{name}") {
        return ends(text, true)
            .skip(1)
            .find_map(|at| step(rest, text.get(at..)?).map(|_| Match { name: text.get(..at) }));
    }
    let Some(wanted) = pattern.chars().next() else {
        return text.is_empty().then_some(Match { name: None });
    };
    let rest = text.strip_prefix(wanted)?;
    step(pattern.get(wanted.len_utf8()..)?, rest)
}

/// Where a run that starts at the beginning of `text` may end, shortest first.
fn ends(text: &str, within_component: bool) -> impl Iterator<Item = usize> + '_ {
    let limit = if within_component { text.find('/').unwrap_or(text.len()) } else { text.len() };
    (0..=limit).filter(|at| text.is_char_boundary(*at))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stars_stay_within_what_they_stand_for() {
        for (pattern, text, expected) in [
            ("/etc/mailman/**", "/etc/mailman/mm_cfg.py", true),
            ("/etc/mailman/**", "/etc/mailman3/mm_cfg.py", false),
            ("/etc/exim4/*.conf", "/etc/exim4/exim4.conf", true),
            ("/etc/exim4/*.conf", "/etc/exim4/conf.d/acl.conf", false),
            ("/etc/mysql/**/*.cnf", "/etc/mysql/a/b.cnf", true),
            ("**/*.md", "/srv/x/README.md", true),
            ("php*-fpm", "php7.4-fpm", true),
            ("ssh", "sshd", false),
            ("/etc/x*", "/etc/x", true),
        ] {
            assert_eq!(matches(pattern, text).is_some(), expected, "{pattern} {text}");
        }
    }

    #[test]
    fn a_name_is_handed_from_path_to_service() {
        let found = matches("/etc/uwsgi/apps-*/{name}.ini", "/etc/uwsgi/apps-enabled/pcc-uploader.ini");
        let name = found.and_then(|m| m.name);
        assert_eq!(name, Some("pcc-uploader"));
        assert!(matches_named("uwsgi-{name}", "uwsgi-pcc-uploader", name));
        assert!(!matches_named("uwsgi-{name}", "uwsgi-other", name));
        assert!(!matches_named("uwsgi-{name}", "uwsgi-other", None), "a named service needs its path's name");
        assert!(matches_named("nginx", "nginx", None));
    }
}
