//! Tags of a resource: its own, and those of what contains it, which its neighbours share.

use ecow::EcoString;
use rustc_hash::FxHashMap;
use std::fmt;
use std::sync::{Arc, OnceLock};

/// Which tags there may be, a bit of each word by what it is called: most questions for a tag end here, without a look
/// at the tags themselves, which lie elsewhere in memory. Resources have dozens; with one word half of them would seem
/// to have any tag.
#[derive(Clone, Copy, Debug, Default)]
struct Filter([u64; 2]);

impl Filter {
    fn of(tag: &str) -> Self {
        let hash = tag.bytes().fold(0u64, |hash, byte| {
            (hash.rotate_left(5) ^ u64::from(byte.to_ascii_lowercase())).wrapping_mul(0x517c_c1b7_2722_0a95)
        });
        Self([1 << (hash >> 58), 1 << (hash >> 52 & 63)])
    }

    fn and(self, other: Self) -> Self {
        let ([a, b], [c, d]) = (self.0, other.0);
        Self([a | c, b | d])
    }

    fn may_hold(self, one: Self) -> bool {
        let ([a, b], [c, d]) = (self.0, one.0);
        a & c != 0 && b & d != 0
    }
}

/// A tag that is sought among those of many resources. What is told of the containers' tags, by where they lie in
/// memory, is asked once: neighbours share them. Not to be kept longer than the resources stay as they are.
#[derive(Debug)]
pub(crate) struct Sought {
    tag: EcoString,
    filter: Filter,
    of_containers: FxHashMap<usize, bool>,
}

impl Sought {
    pub(crate) fn new(tag: &str) -> Self {
        Self { tag: tag.into(), filter: Filter::of(tag), of_containers: FxHashMap::default() }
    }
}

/// Tags, lower case.
#[derive(Clone, Default)]
pub struct Tags {
    own: Arc<[EcoString]>,
    outer: Option<Arc<Self>>,
    /// What its own tags may be, and what all of them may be.
    filter: Filter,
    whole: Filter,
    /// As what is contained knows them.
    shared: OnceLock<Arc<Self>>,
}

/// The tags that a resource has wherever it stands.
#[derive(Clone, Debug)]
pub(crate) struct OwnTags {
    own: Arc<[EcoString]>,
    filter: Filter,
}

impl OwnTags {
    /// Below a container that hands these down.
    pub(crate) fn below(&self, outer: Option<Arc<Tags>>) -> Tags {
        let whole = outer.as_ref().map_or(self.filter, |outer| self.filter.and(outer.whole));
        Tags { own: self.own.clone(), outer, filter: self.filter, whole, shared: OnceLock::new() }
    }
}

impl Tags {
    /// Tags of its own alone.
    #[must_use]
    pub fn new(own: Vec<EcoString>) -> Self {
        let filter = own.iter().fold(Filter::default(), |filter, tag| filter.and(Filter::of(tag)));
        Self { own: own.into(), outer: None, filter, whole: filter, shared: OnceLock::new() }
    }

    /// The same below a container with these tags.
    #[must_use]
    pub fn under(&self, container: Option<&Self>) -> Self {
        self.below(container.map(Self::handed_down))
    }

    /// As what is contained knows them.
    pub(crate) fn handed_down(&self) -> Arc<Self> {
        self.shared().clone()
    }

    /// The same below a container that hands these down.
    fn below(&self, outer: Option<Arc<Self>>) -> Self {
        self.own().below(outer)
    }

    /// Without those from outside.
    pub(crate) fn own(&self) -> OwnTags {
        OwnTags { own: self.own.clone(), filter: self.filter }
    }

    /// Whether the tags from outside are just those of this container.
    #[must_use]
    pub fn is_under(&self, container: &Self) -> bool {
        self.outer.as_ref().is_some_and(|outer| Arc::ptr_eq(outer, container.shared()))
    }

    fn shared(&self) -> &Arc<Self> {
        let alone = || self.below(self.outer.clone());
        self.shared.get_or_init(|| Arc::new(alone()))
    }

    /// All of them, sorted.
    #[must_use]
    pub fn all(&self) -> Vec<&EcoString> {
        let mut all: Vec<&EcoString> = self.iter().collect();
        all.sort_unstable();
        all.dedup();
        all
    }

    /// All of them, in no order; some may come twice.
    pub fn iter(&self) -> impl Iterator<Item = &EcoString> {
        std::iter::successors(Some(self), |tags| tags.outer.as_deref()).flat_map(|tags| &*tags.own)
    }

    /// Whether one of them is the tag that is sought, whatever its case.
    pub(crate) fn has(&self, sought: &mut Sought) -> bool {
        self.whole.may_hold(sought.filter)
            && (self.filter.may_hold(sought.filter) && self.own.iter().any(|own| own.eq_ignore_ascii_case(&sought.tag))
                || self.is_handed(sought))
    }

    fn is_handed(&self, Sought { tag, filter, of_containers }: &mut Sought) -> bool {
        self.outer.as_ref().filter(|outer| outer.whole.may_hold(*filter)).is_some_and(|outer| {
            let address = Arc::as_ptr(outer).addr();
            let known = of_containers.get(&address).copied();
            known.unwrap_or_else(|| {
                let has = outer.iter().any(|other| other.eq_ignore_ascii_case(tag));
                of_containers.insert(address, has);
                has
            })
        })
    }

    /// Adds tags.
    pub fn add(&mut self, tags: Vec<EcoString>) {
        let own = self.own.iter().cloned().chain(tags).collect();
        *self = Self::new(own).below(self.outer.take());
    }

    /// Takes a tag away, wherever it came from.
    pub fn remove(&mut self, tag: &str) {
        *self = Self::new(self.iter().filter(|t| *t != tag).cloned().collect());
    }
}

impl PartialEq for Tags {
    fn eq(&self, other: &Self) -> bool {
        let is_outer = |a: &Arc<Self>| other.outer.as_ref().is_some_and(|b| Arc::ptr_eq(a, b));
        let is_same = Arc::ptr_eq(&self.own, &other.own) && self.outer.as_ref().map_or(other.outer.is_none(), is_outer);
        is_same || self.all() == other.all()
    }
}

impl fmt::Debug for Tags {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.all()).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tags(names: &[&str]) -> Tags {
        Tags::new(names.iter().map(|n| EcoString::from(*n)).collect())
    }

    #[test]
    fn the_containers_tags_come_along() {
        let class = tags(&["class", "a"]);
        let mut file = tags(&["file", "a"]).under(Some(&class));
        assert!(file.is_under(&class) && !file.is_under(&tags(&["class", "a"])));
        assert_eq!(file, tags(&["a", "class", "file"]));
        for (tag, expected) in [("A", true), ("file", true), ("CLASS", true), ("b", false)] {
            let mut sought = Sought::new(tag);
            assert_eq!([(); 2].map(|()| file.has(&mut sought)), [expected; 2], "{tag}");
        }
        file.add(vec!["late".into()]);
        file.remove("class");
        assert_eq!(format!("{file:?}"), r#"["a", "file", "late"]"#);
    }
}
