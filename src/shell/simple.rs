//! Simple commands: assignments, redirections, and who gets to run the command.

use super::interp::Interp;
use super::ir::{Assign, Redirect, Simple};
use super::state::{Outcome, State, Status};
use super::text::{Bit, Text, Value};
use super::{glob, interp};

/// Arguments of a command that are followed.
const MAX_FIELDS: usize = 10_000;

/// Paths that one pattern stands for.
pub(crate) const MAX_FOUND: usize = 20_000;

impl Interp<'_> {
    pub(crate) fn simple(&mut self, simple: &Simple, mut state: State) -> Outcome {
        self.line = simple.line;
        state.guards.truncate(64);
        let mut fields = Vec::new();
        let before = std::mem::replace(&mut state.status, Status::OK);
        if simple.words.is_empty() {
            // `x=$?` sees the status before; a substitution sets it anew.
            state.status = before;
            return self.assignments(simple, state);
        }
        state.status = before;
        for word in &simple.words {
            fields.extend(self.expand_fields(word, &mut state));
        }
        self.work += fields.iter().map(Value::len).sum::<usize>();
        self.arguments += fields.len();
        if fields.len() > MAX_FIELDS {
            self.note(format!("only {MAX_FIELDS} arguments are followed"));
            fields.truncate(MAX_FIELDS);
        }
        self.line = simple.line;
        let input = self.redirects(&simple.redirects, &mut state);
        let silent = interp::writes_output(&simple.redirects);
        let had_input = input.is_some();
        self.inputs.extend(input);
        if silent {
            self.captures.push(interp::Capture::default());
        }
        let raw = simple.words.iter().map(|w| w.raw.as_str()).collect::<Vec<_>>().join(" ");
        let local_ifs = simple.assigns.iter().find(|a| a.name == "IFS");
        if let Some(assign) = local_ifs {
            let value = self.expand_plain(&assign.value, &mut state);
            state.vars.insert("IFS for one command".to_owned(), value);
        }
        let hidden = self.lend(&simple.assigns, &mut state);
        let mut out = self.run(&fields, &raw, state);
        if let Some(state) = &mut out.go {
            for (name, value) in hidden {
                match value {
                    Some(value) => drop(state.vars.insert(name, value)),
                    None => drop(state.vars.remove(&name)),
                }
            }
        }
        if silent {
            self.captures.pop();
        }
        if had_input {
            self.inputs.pop();
        }
        out
    }

    /// `NAME=value command`: the value is the command's alone. Hands back what was there before.
    fn lend(&mut self, assigns: &[Assign], state: &mut State) -> Vec<(String, Option<Value>)> {
        let mut hidden = Vec::new();
        for assign in assigns.iter().filter(|a| a.name != "IFS") {
            let value = self.expand_plain(&assign.value, state);
            hidden.push((assign.name.clone(), state.vars.insert(assign.name.clone(), value)));
        }
        hidden
    }

    fn assignments(&mut self, simple: &Simple, mut state: State) -> Outcome {
        let mut substituted = false;
        for assign in &simple.assigns {
            substituted |= assign.value.pieces.iter().any(|p| matches!(p, super::ir::Piece::Subst { .. }));
            let mut value = self.expand_plain(&assign.value, &mut state);
            if assign.append {
                let old = state.vars.get(&assign.name).cloned().unwrap_or_else(|| Value::lit(""));
                value = old.then(&value, &assign.value.raw);
            }
            self.work += value.len();
            state.vars.insert(assign.name.clone(), value);
        }
        if !substituted {
            state.status = Status::OK;
        }
        self.line = simple.line;
        self.redirects(&simple.redirects, &mut state);
        self.end_command(state)
    }

    /// Applies redirections: files written come to be, input is handed back.
    pub(crate) fn redirects(&mut self, redirects: &[Redirect], state: &mut State) -> Option<Text> {
        let mut input = None;
        for redirect in redirects {
            match redirect {
                Redirect::Write { word, .. } => {
                    let value = self.expand_plain(word, state);
                    if let Some(path) = value.known().filter(|p| !p.starts_with("/dev/")) {
                        let path = absolute(&state.cwd, path);
                        state.world.create(&path);
                    }
                }
                Redirect::Here(word) => input = self.expand_plain(word, state).0.into_iter().next(),
                Redirect::Read(word) => {
                    let from = self.expand_plain(word, state);
                    let words = from.0.first().map(|t| format!("a line of {t}")).unwrap_or_default();
                    input = Some(Text::hole(&words));
                }
                Redirect::Other => {}
            }
        }
        input
    }

    /// Runs a command given as fields; `raw` is its wording.
    pub(crate) fn run(&mut self, fields: &[Value], raw: &str, mut state: State) -> Outcome {
        let Some((first, args)) = fields.split_first() else {
            return Outcome::go(State { status: Status::OK, ..state });
        };
        let Some(name) = first.known().map(str::to_owned) else {
            self.note(format!("the name of the command is not known: {raw}"));
            state.status = Status::unknown(raw);
            return Outcome::go(state);
        };
        let name = name.trim_start_matches('\\');
        if let Some(body) = state.functions.get(name).cloned() {
            return self.call(&body, args.to_vec(), state);
        }
        match self.builtin(name, args, raw, state) {
            Ok(out) => out,
            Err(state) => self.command(name, args, raw, *state),
        }
    }

    /// Paths that a pattern stands for, where some are known to exist; else the pattern.
    pub(crate) fn existing(&self, value: Value, state: &State) -> Vec<Value> {
        let [text] = value.0.as_slice() else { return vec![value] };
        if !text.has_glob() || text.has_hole() {
            return vec![value];
        }
        let found = self.glob_paths(text, state);
        if found.is_empty() { vec![value] } else { found.iter().map(|p| Value::lit(p)).collect() }
    }

    pub(crate) fn glob_paths(&self, pattern: &Text, state: &State) -> Vec<String> {
        let start = pattern.prefix().to_owned();
        let compared = |path: &String| {
            let fits = glob::path_matches(pattern, path);
            self.compared.set(self.compared.get() + if fits { 5 } else { 1 });
            fits
        };
        let near = |path: &&String| path.starts_with(&start);
        let own = self.setting.data.range(start.clone()..).map(|(p, _)| p).take_while(near);
        let made = state.world.paths.range(start.clone()..).take_while(|(p, _)| p.starts_with(&start));
        let made = made.filter(|(_, there)| **there).map(|(p, _)| p);
        let mut all: Vec<String> = own
            .filter(|p| compared(p) && self.own_there(p, state))
            .chain(made.filter(|p| compared(p)))
            .take(MAX_FOUND)
            .cloned()
            .collect();
        all.sort();
        all.dedup();
        all
    }

    fn own_there(&self, path: &str, state: &State) -> bool {
        let gone = state.world.paths.get(path) == Some(&false);
        !gone && self.setting.own(path, self.stage, &state.world) == Some(super::text::Truth::Yes)
    }
}

/// A path as seen from the working directory; `.` and doubled slashes are taken out.
pub(crate) fn absolute(cwd: &str, path: &str) -> String {
    let joined = if path.starts_with('/') { path.to_owned() } else { format!("{cwd}/{path}") };
    let mut parts: Vec<&str> = Vec::new();
    for part in joined.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop();
            }
            part => parts.push(part),
        }
    }
    format!("/{}", parts.join("/"))
}

/// The same for text with unknown parts.
pub(crate) fn absolute_text(cwd: &str, path: &Text) -> Text {
    if let Some(known) = path.known() {
        return Text { assumed: path.assumed.clone(), ..Text::lit(&absolute(cwd, known)) };
    }
    match path.bits.first() {
        Some(Bit::Lit(text)) if text.starts_with('/') => path.clone(),
        Some(Bit::Hole(_)) => path.clone(),
        _ => {
            let mut whole = Text::lit(&format!("{}/", cwd.trim_end_matches('/')));
            whole.append(path);
            whole
        }
    }
}
