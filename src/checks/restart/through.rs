//! Readers by way of another file: one that the service reads or runs, and that names or imports the changed one.

use super::changed::Changed;
use super::imports::{imports, module};
use super::knowledge::Knowledge;
use super::lines::{Mention, mention, names_file};
use super::readers::{How, Reader, collect, is_program};
use super::scope::scopes;
use super::services::Service;
use crate::catalog::ResourceId;
use crate::checks::HostSide;
use crate::checks::removal::{file_path, wanted};
use crate::content::settings::is_comment;
use crate::diff::{Content, Line, content_of};
use crate::finding::Confidence;

/// Services that stand beside the file and read it by way of another; an import is clear wherever they stand.
pub(super) fn readers_through<'s, 'a>(
    file: &Changed<'_>,
    services: &'s [Service<'a>],
    head: HostSide<'a>,
) -> Vec<Reader<'s, 'a>> {
    if is_program(&file.path) {
        return Vec::new();
    }
    let catalog = head.catalog();
    let near = scopes(file.resource, catalog);
    let through = through(file, services, head);
    collect(&file.path, services, |s| {
        let (_, how) = through.iter().find(|(id, _)| *id == s.id)?;
        let sure = matches!(how, How::Imported(..)) || !near.is_disjoint(&scopes(s.resource, catalog));
        sure.then(|| (how.clone(), Confidence::Medium))
    })
}

/// Files that name this one and are read by a service: it is known to, or what starts it names them.
fn through(file: &Changed<'_>, services: &[Service<'_>], head: HostSide<'_>) -> Vec<(ResourceId, How)> {
    let mut found = Vec::new();
    let others = head.catalog().of_type("File").filter(|r| wanted(r) && file_path(r) != file.path);
    for other in others {
        let path = file_path(other);
        let content = content_of(other, head.sources());
        let module = module(&file.path, path);
        let words = std::iter::once(file.path.as_str()).chain(module);
        if !words.into_iter().any(|word| may_name(&content, word)) || Knowledge::builtin().read_each_run(path) {
            continue;
        }
        let lines = content.lines(&other.at);
        let named = |line: &str| mention(line, &file.path) == Some(Mention::File);
        let imported = |line: &str| module.is_some_and(|m| imports(line, m));
        let names_it = |l: &&Line| !is_comment(&l.text) && (named(&l.text) || imported(&l.text));
        let Some(line) = lines.iter().find(names_it) else { continue };
        let at_start = |s: &Service<'_>| s.start.iter().any(|l| names_file(&l.text, path));
        let readers = services.iter().filter(|s| Knowledge::builtin().reads(s.name, path).is_some() || at_start(s));
        let how = if named(&line.text) { How::Through } else { How::Imported };
        found.extend(readers.map(|s| (s.id, how(path.to_owned(), line.at.clone()))));
    }
    found
}

/// Whether a text can hold a word; of one with unknown parts only its lines tell.
fn may_name(content: &Content, word: &str) -> bool {
    let holds = |text: &[u8]| !word.is_empty() && text.windows(word.len()).any(|w| w == word.as_bytes());
    content.bytes().map_or(matches!(content, Content::Value(_)), holds)
}
