//! Tags of a resource: its own, and those of what contains it, which its neighbours share.

use ecow::EcoString;
use std::fmt;
use std::sync::{Arc, OnceLock};

/// Tags, lower case, sorted.
#[derive(Clone, Default)]
pub struct Tags {
    own: Arc<[EcoString]>,
    outer: Option<Arc<[EcoString]>>,
    /// Both together, once somebody asked.
    all: OnceLock<Arc<[EcoString]>>,
}

impl Tags {
    /// Tags of its own alone, in any order.
    #[must_use]
    pub fn new(mut own: Vec<EcoString>) -> Self {
        own.sort_unstable();
        own.dedup();
        Self { own: own.into(), outer: None, all: OnceLock::new() }
    }

    /// The same below a container with these tags.
    #[must_use]
    pub fn under(&self, container: Option<&Self>) -> Self {
        Self { own: self.own.clone(), outer: container.map(Self::all), all: OnceLock::new() }
    }

    /// Whether the tags from outside are just those of this container.
    #[must_use]
    pub fn is_under(&self, container: &Self) -> bool {
        self.outer.as_ref().is_some_and(|outer| Arc::ptr_eq(outer, &container.all()))
    }

    /// All of them.
    #[must_use]
    pub fn all(&self) -> Arc<[EcoString]> {
        self.all.get_or_init(|| self.merged()).clone()
    }

    fn merged(&self) -> Arc<[EcoString]> {
        match &self.outer {
            None => self.own.clone(),
            Some(outer) => {
                let mut all: Vec<EcoString> = self.own.iter().chain(&**outer).cloned().collect();
                all.sort_unstable();
                all.dedup();
                all.into()
            }
        }
    }

    /// All of them, in no order; some may come twice.
    pub fn iter(&self) -> impl Iterator<Item = &EcoString> {
        self.own.iter().chain(self.outer.iter().flat_map(|outer| outer.iter()))
    }

    /// Adds tags.
    pub fn add(&mut self, tags: Vec<EcoString>) {
        let own = self.own.iter().cloned().chain(tags).collect();
        *self = Self { outer: self.outer.take(), ..Self::new(own) };
    }

    /// Takes a tag away, wherever it came from.
    pub fn remove(&mut self, tag: &str) {
        *self = Self::new(self.iter().filter(|t| *t != tag).cloned().collect());
    }
}

impl PartialEq for Tags {
    fn eq(&self, other: &Self) -> bool {
        self.all() == other.all()
    }
}

impl fmt::Debug for Tags {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.all().iter()).finish()
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
        file.add(vec!["late".into()]);
        file.remove("class");
        assert_eq!(format!("{file:?}"), r#"["a", "file", "late"]"#);
    }
}
