//! Commands that pass what they find to another: `find`, `xargs`, `sed` with its `e` flag.

use crate::shell::bre;
use crate::shell::interp::Interp;
use crate::shell::report::DeedKind;
use crate::shell::simple::absolute_text;
use crate::shell::state::{Outcome, State, Status};
use crate::shell::text::{Bit, Text, Value};

use super::Call;

/// What a `find` looks for.
#[derive(Default)]
struct Search {
    roots: Vec<Text>,
    /// Options that narrow the search, as text.
    filter: String,
    kind: String,
    delete: bool,
    exec: Vec<Vec<Value>>,
}

impl Interp<'_> {
    pub(crate) fn find(&mut self, call: &Call<'_>, mut state: State) -> Outcome {
        let search = search(call.plain, &state.cwd);
        for root in &search.roots {
            let found = found(root, &search);
            let known = known_links(root, &search, &state);
            if search.delete {
                self.found_deleted(root, &found, &search, &state);
            }
            for command in &search.exec {
                for path in known.iter().map(|path| Text::lit(path)).chain([found.clone()]) {
                    let filled = command.iter().map(|v| fill(v, &path)).collect::<Vec<_>>();
                    self.checked += 1;
                    let out = self.run(&filled, call.raw, state.clone()).any();
                    self.checked -= 1;
                    state.world = out.map_or(state.world, |s| s.world);
                }
            }
            if !search.delete && search.exec.is_empty() {
                let mut line = Text::lit(&known.iter().map(|path| format!("{path}\n")).collect::<String>());
                line.append(&found);
                line.push(Bit::Lit("\n".to_owned()));
                self.print(&line, &state);
            }
        }
        self.ended(state, Status::OK)
    }

    fn found_deleted(&mut self, root: &Text, found: &Text, search: &Search, state: &State) {
        let kind = match search.kind.as_str() {
            "l" => DeedKind::LinkRemoved,
            "d" => DeedKind::DirRemoved,
            "" if search.filter.is_empty() => DeedKind::DataDestroyed,
            _ => DeedKind::FileRemoved,
        };
        if kind == DeedKind::DataDestroyed {
            self.deed(kind, root, false, Vec::new(), "everything that find meets", state);
        } else {
            self.deed(kind, found, false, Vec::new(), "what find meets", state);
        }
    }

    pub(crate) fn xargs(&mut self, call: &Call<'_>, state: State) -> Outcome {
        let valued = ["-n", "-I", "-L", "-P", "-d", "-s", "-a", "--max-args", "--delimiter", "--max-procs"];
        let mut at = 0;
        let mut replace = None;
        while let Some(option) = call.plain.get(at).and_then(Value::known).filter(|a| a.starts_with('-')) {
            if option == "-I" {
                replace = call.plain.get(at + 1).and_then(Value::known).map(str::to_owned);
            }
            at += if valued.contains(&option) { 2 } else { 1 };
        }
        let command = &call.plain[at.min(call.plain.len())..];
        let items = self.inputs.last().map(items).unwrap_or_else(|| vec![Value::hole("what is read")]);
        if items.is_empty() || command.is_empty() {
            return self.ended(state, Status::OK);
        }
        let mut fields = command.to_vec();
        match replace {
            Some(mark) => fields = fields.iter().map(|f| replace_mark(f, &mark, &items[0])).collect(),
            None => fields.extend(items),
        }
        self.run(&fields, call.raw, state)
    }

    /// `s…e` runs what it makes of a line; debhelper's way without py3clean.
    pub(crate) fn sed(&mut self, call: &Call<'_>, state: &State) -> Status {
        let runs = call.plain.iter().filter_map(Value::known).find(|a| a.ends_with(['e']) && a.contains(",,rm "));
        if runs.is_some() {
            let subject = Text::hole("compiled Python files of the package");
            self.deed(DeedKind::FileRemoved, &subject, false, Vec::new(), "sed runs rm through its e flag", state);
        }
        if let Some(text) = self.sed_known(call) {
            self.print(&Text::lit(&text), state);
            return Status::OK;
        }
        self.print(&Text::hole(&format!("$({})", call.raw)), state);
        Status::OK
    }
}

impl Interp<'_> {
    /// `… | sed SCRIPT` on known input.
    fn sed_known(&self, call: &Call<'_>) -> Option<String> {
        let input = self.inputs.last()?.known()?;
        if input.is_empty() {
            return Some(String::new());
        }
        let (mut scripts, mut plain) = (Vec::new(), Vec::new());
        let (mut quiet, mut extended) = (false, false);
        let mut rest = call.plain.iter();
        while let Some(word) = rest.next() {
            match word.known()? {
                "-e" | "--expression" => scripts.push(rest.next()?.known()?),
                "-n" | "--quiet" | "--silent" => quiet = true,
                "-E" | "-r" | "--regexp-extended" => extended = true,
                option if option.starts_with('-') => return None,
                operand => plain.push(operand),
            }
        }
        if scripts.is_empty() {
            scripts.push(*plain.first()?);
            plain.remove(0);
        }
        // Further operands are files.
        if plain.is_empty() { bre::sed(&scripts, quiet, extended, input) } else { None }
    }
}

fn search(args: &[Value], cwd: &str) -> Search {
    let mut out = Search::default();
    let is_root = |v: &&Value| v.known().is_none_or(|a| !a.starts_with(['-', '(', '!']));
    let roots = args.iter().take_while(is_root).count();
    for value in &args[..roots] {
        out.roots.extend(value.0.iter().map(|t| absolute_text(cwd, t)));
    }
    if out.roots.is_empty() {
        out.roots.push(Text::lit(cwd));
    }
    let mut rest = args[roots..].iter();
    while let Some(arg) = rest.next() {
        let Some(word) = arg.known() else { continue };
        match word {
            "-delete" => out.delete = true,
            "-exec" | "-execdir" | "-ok" => {
                let until = |v: &&Value| !matches!(v.known(), Some(";" | "+"));
                out.exec.push(rest.by_ref().take_while(until).cloned().collect());
            }
            "-type" | "-xtype" => out.kind = rest.next().and_then(Value::known).unwrap_or_default().to_owned(),
            "-mindepth" | "-maxdepth" | "-depth" | "-print" | "-print0" | "-xdev" | "-mount" | "-follow" => {
                if word.ends_with("mindepth") || word.ends_with("maxdepth") {
                    rest.next();
                }
            }
            other => {
                if other == "-lname" || other == "-ilname" {
                    "l".clone_into(&mut out.kind);
                }
                out.filter.push(' ');
                out.filter.push_str(other);
            }
        }
    }
    out
}

/// Links below the root that scripts made, where links alone are looked for.
fn known_links(root: &Text, search: &Search, state: &State) -> Vec<String> {
    let Some(root) = root.known().filter(|_| search.kind == "l" && search.filter.is_empty()) else { return Vec::new() };
    let below = format!("{}/", root.trim_end_matches('/'));
    let links = state.world.links.range(below.clone()..).map(|(path, _)| path);
    links.take_while(|path| path.starts_with(&below)).cloned().collect()
}

/// The paths that a search meets, as text: its root, then what is not known.
fn found(root: &Text, search: &Search) -> Text {
    let mut text = root.clone();
    let kind = match search.kind.as_str() {
        "l" => "links",
        "d" => "directories",
        "f" => "files",
        _ => "paths",
    };
    let words =
        if search.filter.is_empty() { format!("all {kind} below") } else { format!("{kind} with{}", search.filter) };
    text.push(Bit::Lit("/".to_owned()));
    text.push(Bit::Hole(format!("({words})").into()));
    text
}

fn fill(value: &Value, found: &Text) -> Value {
    replace_mark(value, "{}", &Value::one(found.clone()))
}

fn replace_mark(value: &Value, mark: &str, by: &Value) -> Value {
    match value.known().and_then(|v| v.split_once(mark)) {
        Some((before, after)) => Value::lit(before).then(by, mark).then(&Value::lit(after), mark),
        None => value.clone(),
    }
}

/// The words of piped input; text with unknown parts is one word.
fn items(input: &Text) -> Vec<Value> {
    match input.known() {
        Some(text) => text.split(['\n', ' ', '\t', '\0']).filter(|w| !w.is_empty()).map(Value::lit).collect(),
        None => {
            let bits = input.bits.iter().map(|bit| match bit {
                Bit::Lit(text) => Bit::Lit(text.trim_end_matches('\n').to_owned()),
                other => other.clone(),
            });
            let mut text = Text::default();
            bits.for_each(|b| text.push(b));
            vec![Value::one(text)]
        }
    }
}
