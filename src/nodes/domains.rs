//! Completes a name whose domain was left open, from the domains of other hosts.

use std::collections::BTreeMap;

/// The domains in use.
#[derive(Default)]
pub(crate) struct Domains {
    count: BTreeMap<String, usize>,
    hosts: Vec<String>,
}

const FALLBACK: &str = "example.org";

impl Domains {
    /// Learns from full names.
    pub(crate) fn new<'a>(names: impl Iterator<Item = &'a str>) -> Self {
        let mut domains = Self::default();
        for name in names {
            if let Some((_, domain)) = name.split_once('.').filter(|(_, d)| !d.is_empty()) {
                *domains.count.entry(domain.to_owned()).or_default() += 1;
                domains.hosts.push(name.to_owned());
            }
        }
        domains.hosts.sort();
        domains
    }

    /// The most usual domain.
    pub(crate) fn usual(&self) -> &str {
        let most = self.count.iter().max_by(|a, b| a.1.cmp(b.1).then(b.0.cmp(a.0)));
        most.map_or(FALLBACK, |(domain, _)| domain)
    }

    /// `gerrit2003.codfw.` -> `gerrit2003.codfw.wmnet`.
    pub(crate) fn complete(&self, name: &str) -> String {
        let name = if name.starts_with(['.', '-']) { format!("host{name}") } else { name.to_owned() };
        match name.split_once('.') {
            None => format!("{name}.{}", self.of_neighbour(&name)),
            Some((host, tail)) => match self.starting_with(tail) {
                Some(domain) => format!("{host}.{domain}"),
                None => format!("{}{}", name, self.ending(tail)),
            },
        }
    }

    /// The most usual domain that begins with the text, at a dot.
    fn starting_with(&self, tail: &str) -> Option<&str> {
        let fits = |domain: &str| {
            domain
                .strip_prefix(tail)
                .is_some_and(|rest| rest.is_empty() || tail.is_empty() || tail.ends_with('.') || rest.starts_with('.'))
        };
        let found = self.count.iter().filter(|(domain, _)| fits(domain));
        found.max_by(|a, b| a.1.cmp(b.1).then(b.0.cmp(a.0))).map(|(domain, _)| domain.as_str())
    }

    /// What ends a domain that is not known: the last label of the most usual one.
    fn ending(&self, tail: &str) -> String {
        let last = self.usual().rsplit('.').next().unwrap_or("org");
        if tail.is_empty() {
            self.usual().to_owned()
        } else if tail.ends_with('.') {
            last.to_owned()
        } else if tail.contains('.') {
            String::new()
        } else {
            format!(".{last}")
        }
    }

    /// The domain of the host whose name begins most alike.
    fn of_neighbour(&self, name: &str) -> &str {
        let common = |host: &str| host.bytes().zip(name.bytes()).take_while(|(a, b)| a == b).count();
        let mut best: (usize, &str) = (1, self.usual());
        for host in &self.hosts {
            let length = common(host);
            if length > best.0
                && let Some((_, domain)) = host.split_once('.')
            {
                best = (length, domain);
            }
        }
        best.1
    }
}
