//! Which hosts exist, and what is known of them.

mod ruby_regex;

pub use ruby_regex::rust_pattern;
