//! Lists and blocks of a configuration text, whatever its format: which of them have lost all they held.
//!
//! A block is a line that opens one (`upstream x {`, `allow:`, `"servers": [`) with what stands below it until it
//! closes. A list on one line is compared with the same line at base up to its brackets.

use super::settings::is_comment;
use regex::Regex;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::OnceLock;

/// Names of what holds hosts, networks or people.
const LIST: &str = r"(?ix) (?: ^ | [^a-z] ) (?:
      allow(?:ed|_?from)? | deny | denied | acls? | access | permit(?:ted)? | white_?list | black_?list | trusted
    | hosts | servers? | backends? | peers? | members? | upstream | pools? | nodes | brokers? | directors? | seeds
    | nameservers? | resolvers? | forwarders | smart_?hosts? | relays? | relay_?hosts? | route_list | mynetworks
    | saddr | daddr | srange | drange | networks? | subnets? | cidrs? | masters? | replicas | slaves | targets
    | endpoints? | users | admins | groups | recipients? | contacts? | realservers?
    ) (?: [^a-z] | $ )";
/// Those of them that traffic or mail goes through: empty, nothing answers.
const POOL: &str = r"(?ix) (?: ^ | [^a-z] ) (?:
      servers? | backends? | upstream | pools? | directors? | smart_?hosts? | relay_?hosts? | route_list | brokers?
    | nameservers? | forwarders | endpoints? | realservers?
    ) (?: [^a-z] | $ )";

/// Changed lines compared with one another, at most.
const MOST_LINES: usize = 1000;

/// Something that holds nothing any more.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Emptied {
    /// What it is called, with what it stands in.
    pub(crate) name: String,
    /// Index of its line at head.
    pub(crate) line: usize,
    /// Its name says that it holds hosts, networks or people.
    pub(crate) names_a_list: bool,
    /// Traffic or mail goes through what it holds.
    pub(crate) is_pool: bool,
    /// What it held at base is known.
    pub(crate) was_known: bool,
    /// What an empty one means.
    pub(crate) hazard: &'static str,
}

/// What held something at base and holds nothing at head.
pub(crate) fn emptied(base: &[&str], head: &[&str]) -> Vec<Emptied> {
    let (old, new) = (blocks(base), blocks(head));
    let mut found: Vec<Emptied> = new
        .iter()
        .filter(|(_, b)| b.items == 0)
        .filter_map(|(name, b)| Some((name, b, old.get(name).filter(|o| o.items > 0)?)))
        .map(|(name, b, was)| named(name, b.line, was.known))
        .collect();
    for one in lines(base, head) {
        if !found.iter().any(|f| f.line == one.line) {
            found.push(one);
        }
    }
    found
}

fn named(name: &str, line: usize, was_known: bool) -> Emptied {
    let own = name.rsplit(" / ").next().unwrap_or(name);
    let is_pool = speaks_of(&POOLS, POOL, own);
    let hazard = if is_pool {
        "nothing is left to send anything to"
    } else {
        "depending on its reader it now lets everybody in, or nobody"
    };
    Emptied { name: name.to_owned(), line, names_a_list: speaks_of(&LISTS, LIST, own), is_pool, was_known, hazard }
}

static LISTS: OnceLock<Option<Regex>> = OnceLock::new();
static POOLS: OnceLock<Option<Regex>> = OnceLock::new();

fn speaks_of(cell: &OnceLock<Option<Regex>>, pattern: &str, name: &str) -> bool {
    cell.get_or_init(|| Regex::new(pattern).ok()).as_ref().is_some_and(|r| r.is_match(name))
}

/// A block as far as it matters here.
#[derive(Debug)]
struct Block {
    line: usize,
    items: usize,
    known: bool,
}

/// A block that is still open: its name, how deep it is indented, how it closes (`None`: by indentation).
struct Open {
    name: String,
    indent: usize,
    close: Option<char>,
}

/// The blocks of a text by name; those of one name are taken together.
fn blocks(text: &[&str]) -> BTreeMap<String, Block> {
    let mut found: BTreeMap<String, Block> = BTreeMap::new();
    let mut open: Vec<Open> = Vec::new();
    for (at, line) in text.iter().enumerate() {
        let bare = line.trim();
        if bare.is_empty() || is_comment(bare) {
            continue;
        }
        let indent = line.len() - line.trim_start().len();
        let item = bare.starts_with("- ");
        open.retain(|o| o.close.is_some() || indent > o.indent || item && indent == o.indent);
        if bare.starts_with(['}', ']', ')']) {
            while let Some(o) = open.pop() {
                if o.close.is_some() {
                    break;
                }
            }
            continue;
        }
        if let Some(holder) = open.last().and_then(|o| found.get_mut(&o.name)) {
            holder.items += 1;
            holder.known &= !bare.contains('\u{2039}');
        }
        if let Some((name, close)) = opens(bare) {
            let name = open.last().map_or_else(|| name.clone(), |o| format!("{} / {name}", o.name));
            let block = found.entry(name.clone()).or_insert(Block { line: at, items: 0, known: true });
            if block.items == 0 {
                block.line = at;
            }
            open.push(Open { name, indent, close });
        }
    }
    found
}

/// The name of the block that a line opens, and what closes it.
fn opens(bare: &str) -> Option<(String, Option<char>)> {
    let close = match bare.chars().last()? {
        '{' => Some('}'),
        '[' => Some(']'),
        '(' => Some(')'),
        ':' if !bare.contains(' ') => None,
        _ => return None,
    };
    let name = bare.trim_end_matches(['{', '[', '(']).trim_end().trim_end_matches(['=', ':', '>']).trim();
    let name = name.trim_start_matches("- ").trim_matches(['"', '\'']);
    (!name.is_empty() && name.len() < 100).then(|| (name.to_owned(), close))
}

/// Lines that are as they were up to a bracket, a quote or the end, and hold nothing there now.
fn lines(base: &[&str], head: &[&str]) -> Vec<Emptied> {
    let (before, after): (BTreeSet<&str>, BTreeSet<&str>) =
        (base.iter().copied().collect(), head.iter().copied().collect());
    let gone: Vec<&str> = before.iter().copied().filter(|l| !after.contains(l)).take(MOST_LINES).collect();
    let fresh = head.iter().enumerate().filter(|(_, l)| !before.contains(*l) && !is_comment(l)).take(MOST_LINES);
    let mut found = Vec::new();
    for (at, new) in fresh {
        let was = gone.iter().filter_map(|old| Some((old, emptied_at(old, new)?))).max_by_key(|(_, end)| *end);
        if let Some((old, end)) = was {
            let name =
                new.get(..end).unwrap_or("").trim().trim_end_matches(['(', '[', '{', '"', '\'', '=', ':', ' ', '>']);
            let known = !old.get(end..).unwrap_or("").contains('\u{2039}');
            found.push(named(name.trim_matches(['"', '\'']), at, known));
        }
    }
    found
}

/// Where the new line is empty and the old one was not.
fn emptied_at(old: &str, new: &str) -> Option<usize> {
    let same = old.char_indices().zip(new.chars()).find(|((_, a), b)| a != b).map(|((at, _), _)| at);
    let end = same.unwrap_or_else(|| new.len().min(old.len()));
    let (kept, rest, gone) = (new.get(..end)?, new.get(end..)?, old.get(end..)?);
    if kept.trim().len() < 3 || gone.trim().is_empty() {
        return None;
    }
    let pairs = [('(', ')'), ('[', ']'), ('{', '}'), ('"', '"'), ('\'', '\'')];
    let within = pairs.iter().any(|(open, close)| {
        kept.trim_end().ends_with(*open)
            && rest.trim_start().starts_with(*close)
            && !gone.trim_start().starts_with(*close)
    });
    let bare = rest.trim().is_empty() && kept.trim_end().ends_with(['=', ':', '*']);
    (within || bare).then_some(end)
}

#[cfg(test)]
mod tests {
    use super::emptied;

    fn names(base: &str, head: &str) -> Vec<(String, bool)> {
        let (old, new): (Vec<&str>, Vec<&str>) = (base.lines().collect(), head.lines().collect());
        emptied(&old, &new).into_iter().map(|e| (e.name, e.names_a_list)).collect()
    }

    #[test]
    fn what_holds_nothing_any_more() {
        for (base, head, expected) in [
            ("upstream a {\n server b;\n}\n", "upstream a {\n}\n", Some(("upstream a", true))),
            ("upstream a {\n server b;\n}\n", "upstream a {\n # none\n}\n", Some(("upstream a", true))),
            ("servers:\n  - a\n  - b\nx: 1\n", "servers:\nx: 1\n", Some(("servers", true))),
            ("servers:\n- a\nx: 1\n", "servers:\nx: 1\n", Some(("servers", true))),
            ("servers:\n- a\n", "servers: []\n", None),
            ("servers: [a]\n", "servers: []\n", Some(("servers", true))),
            ("saddr (@resolve((a b))) ACCEPT;\n", "saddr (@resolve(())) ACCEPT;\n", Some(("saddr (@resolve", true))),
            ("allow_from = a, b\n", "allow_from = \n", Some(("allow_from", true))),
            ("route_list = * a:b\n", "route_list = * \n", Some(("route_list = *", true))),
            ("options {\n a\n}\n", "options {\n}\n", Some(("options", false))),
            ("upstream a {\n server b;\n}\n", "x\n", None),
            ("upstream a {\n server b;\n}\n", "upstream a {\n server c;\n}\n", None),
            ("upstream a {\n}\n", "upstream a {\n}\n", None),
            ("allow = a\n", "allow = b\n", None),
        ] {
            let found = names(base, head);
            let found = found.first().map(|(n, l)| (n.as_str(), *l));
            assert_eq!(found, expected, "{base:?} -> {head:?}");
        }
    }
}
