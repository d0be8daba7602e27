//! Python modules that a program takes in at its start: `import x`, `from x import y`.
//!
//! By name alone, from the folders every program finds and from its own. Relative imports within a package are
//! not followed: the package counts as one.

/// What the file at `path` is called by a program at `program` that imports it.
pub(super) fn module<'p>(path: &'p str, program: &str) -> Option<&'p str> {
    let shared = ["/dist-packages/", "/site-packages/"].iter().find_map(|folder| path.split_once(folder));
    let (folder, file) = path.rsplit_once('/')?;
    let own = || program.rsplit_once('/').filter(|(f, _)| *f == folder && path.ends_with(".py")).map(|_| file);
    let first = shared.and_then(|(_, rest)| rest.split('/').next()).or_else(own)?;
    Some(first.strip_suffix(".py").unwrap_or(first)).filter(|name| !name.is_empty())
}

/// Whether a line of Python imports the module.
pub(super) fn imports(line: &str, module: &str) -> bool {
    let is_it = |name: &str| name.trim().split([' ', '.', '\t']).next() == Some(module);
    let line = line.trim_start();
    let listed = line.strip_prefix("import ").is_some_and(|names| names.split(',').any(is_it));
    listed || line.strip_prefix("from ").is_some_and(is_it)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn modules_are_named_by_where_they_lie() {
        for (path, program, expected) in [
            ("/usr/lib/python3/dist-packages/shelf.py", "/usr/bin/x", Some("shelf")),
            ("/usr/local/lib/python3.9/dist-packages/shelf/rows.py", "/usr/bin/x", Some("shelf")),
            ("/srv/x/shelf.py", "/srv/x/main.py", Some("shelf")),
            ("/srv/y/shelf.py", "/srv/x/main.py", None),
            ("/srv/x/shelf.conf", "/srv/x/main.py", None),
        ] {
            assert_eq!(module(path, program), expected, "{path}");
        }
    }

    #[test]
    fn a_line_imports_what_it_names() {
        for (line, expected) in [
            ("import shelf", true),
            ("import os, shelf as s", true),
            ("    from shelf.rows import first", true),
            ("import shelves", false),
            ("from book import shelf", false),
            ("x = 'import shelf'", false),
        ] {
            assert_eq!(imports(line, "shelf"), expected, "{line}");
        }
    }
}
