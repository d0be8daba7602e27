//! Commands of the shell itself.

use super::interp::Interp;
use super::parse;
use super::simple::absolute;
use super::state::{Outcome, State, Status};
use super::text::{Bit, Text, Truth, Value};

impl Interp<'_> {
    /// Runs a builtin, or hands the state back where `name` is none.
    pub(crate) fn builtin(
        &mut self,
        name: &str,
        args: &[Value],
        raw: &str,
        mut state: State,
    ) -> Result<Outcome, Box<State>> {
        Ok(match name {
            ":" | "true" | "trap" | "umask" | "ulimit" | "hash" | "wait" | "sleep" | "sync" => ok(state),
            "false" => self.ended(state, Status::Code(1)),
            "exit" => self.exit(args, state),
            "return" => returned(args, state),
            "break" => Outcome { brk: Some(state), ..Outcome::default() },
            "continue" => Outcome { cont: Some(state), ..Outcome::default() },
            "shift" => shift(args, state),
            "set" => set(args, state),
            "local" | "export" | "readonly" | "declare" | "typeset" => declare(args, state),
            "unset" => {
                for name in args.iter().filter_map(Value::known) {
                    state.vars.remove(name);
                }
                ok(state)
            }
            "eval" => self.eval(args, raw, state),
            "." | "source" => self.source(args, raw, state),
            "cd" | "pushd" => self.change_dir(args, state),
            "popd" => {
                state.cwd = "/".to_owned();
                ok(state)
            }
            "test" => {
                let truth = self.test(args, raw, &state);
                self.ended(state, Status::of(truth))
            }
            "[" => {
                let inner = args.split_last().map_or(args, |(_, rest)| rest);
                let truth = self.test(inner, raw, &state);
                self.ended(state, Status::of(truth))
            }
            "command" | "type" | "which" | "whence" => return self.command_builtin(name, args, raw, state),
            "echo" | "printf" => {
                let text = if name == "echo" { echo(args) } else { printf(args) };
                self.print(&text, &state);
                ok(state)
            }
            "read" => self.read(args, state),
            "exec" => self.exec_builtin(args, raw, state),
            "env" | "nohup" | "nice" | "ionice" | "time" | "chronic" | "eatmydata" => self.wrapper(args, raw, state),
            "getopts" => self.ended(state, Status::Code(1)),
            _ => return Err(Box::new(state)),
        })
    }

    pub(crate) fn ended(&mut self, mut state: State, status: Status) -> Outcome {
        state.status = status;
        self.end_command(state)
    }

    fn exit(&mut self, args: &[Value], mut state: State) -> Outcome {
        if let Some(value) = args.first() {
            state.status = match value.known().and_then(|c| c.parse().ok()) {
                Some(code) => Status::Code(code),
                None => Status::unknown("exit"),
            };
        }
        Outcome::exit(state)
    }

    fn eval(&mut self, args: &[Value], raw: &str, state: State) -> Outcome {
        let words: Option<Vec<&str>> = args.iter().map(Value::known).collect();
        match words.map(|w| parse::parse(&w.join(" "), self.line)) {
            Some(Ok(node)) if self.calls < 20 => {
                self.calls += 1;
                let out = self.exec(&node, state);
                self.calls -= 1;
                out
            }
            _ => {
                self.note(format!("what eval runs is not known: {raw}"));
                self.ended(state, Status::unknown(raw))
            }
        }
    }

    /// A sourced library is known by its rows; anything else may set any variable.
    fn source(&mut self, args: &[Value], raw: &str, mut state: State) -> Outcome {
        let path = args.first().and_then(Value::known).unwrap_or_default().to_owned();
        if self.knowledge.is_debconf(&path) && !state.frontend && self.captures.is_empty() {
            return self.under_frontend(state);
        }
        if let Some(Ok(node)) = self.knowledge.library_text(&path).map(|text| parse::parse(text, self.line)) {
            return self.exec(&node, state);
        }
        if !self.knowledge.is_library(&path) {
            let shown = args.first().map_or(String::new(), |v| v.0.iter().map(Text::to_string).collect());
            state.foreign = Some(std::rc::Rc::from(format!("{shown} may set it")));
            if !path.starts_with("/etc/default/") && !path.is_empty() && !path.starts_with("/etc/") {
                self.note(format!("a file is read that is not known: {raw}"));
            }
        }
        self.ended(state, Status::OK)
    }

    /// debconf's library has the frontend run the script anew, from its first line: what was done so far is
    /// done again, on the host as it is by now.
    fn under_frontend(&mut self, state: State) -> Outcome {
        let Some((node, start)) = self.start.clone() else { return ok(state) };
        let (checked, calls) = (std::mem::take(&mut self.checked), std::mem::take(&mut self.calls));
        let inputs = std::mem::take(&mut self.inputs);
        let State { args, cwd, world, guards, .. } = state;
        let again = State { frontend: true, args, cwd, world, guards, ..start };
        let end = self.exec(&node, again).any();
        (self.checked, self.calls, self.inputs) = (checked, calls, inputs);
        Outcome { exit: end, ..Outcome::default() }
    }

    fn change_dir(&mut self, args: &[Value], mut state: State) -> Outcome {
        let target = args.iter().filter_map(Value::known).find(|a| !a.starts_with('-') || *a == "-");
        match target {
            Some(path) => state.cwd = absolute(&state.cwd, path),
            None if args.is_empty() => "/root".clone_into(&mut state.cwd),
            None => state.cwd = args.first().and_then(|v| v.0.first()).map(Text::to_string).unwrap_or_default(),
        }
        ok(state)
    }

    fn command_builtin(&mut self, name: &str, args: &[Value], raw: &str, state: State) -> Result<Outcome, Box<State>> {
        let query = name != "command" || args.first().and_then(Value::known).is_some_and(|a| a == "-v" || a == "-V");
        if !query {
            return Ok(self.run(args, raw, state));
        }
        let wanted = args.iter().rfind(|v| v.known().is_none_or(|a| !a.starts_with('-')));
        let Some(command) = wanted.and_then(Value::known) else {
            return Ok(self.ended(state, Status::unknown(raw)));
        };
        let truth = if state.functions.contains_key(command) { Truth::Yes } else { self.has_command(command, &state) };
        if truth != Truth::No {
            let shown = if command.starts_with('/') { command.to_owned() } else { format!("/usr/bin/{command}") };
            self.print(&Text::lit(&format!("{shown}\n")), &state);
        }
        Ok(self.ended(state, Status::of(truth)))
    }

    fn read(&mut self, args: &[Value], mut state: State) -> Outcome {
        let names: Vec<&str> = args.iter().filter_map(Value::known).filter(|a| !a.starts_with('-')).collect();
        let ifs = state.vars.remove("IFS for one command");
        let separators = ifs.as_ref().and_then(Value::known).unwrap_or(" \t").to_owned();
        let Some(input) = self.inputs.last_mut() else {
            names.iter().for_each(|n| drop(state.vars.insert((*n).to_owned(), Value::hole(&format!("${n}")))));
            return self.ended(state, Status::unknown("there is a line to read"));
        };
        match take_line(input) {
            Line::End => self.ended(state, Status::Code(1)),
            Line::Known(line) => {
                assign_fields(&names, &line, &separators, &mut state);
                self.ended(state, Status::OK)
            }
            Line::Unknown(words) => {
                *input = Text::default();
                names.iter().for_each(|n| drop(state.vars.insert((*n).to_owned(), Value::hole(&words))));
                self.ended(state, Status::unknown(&format!("there is {words}")))
            }
        }
    }

    fn exec_builtin(&mut self, args: &[Value], raw: &str, state: State) -> Outcome {
        if args.is_empty() {
            return ok(state);
        }
        let mut out = self.run(args, raw, state);
        out.exit = super::state::join(out.exit.take(), out.go.take());
        out
    }

    /// `env A=b command …`: options and assignments are skipped.
    fn wrapper(&mut self, args: &[Value], raw: &str, state: State) -> Outcome {
        let skip = |v: &&Value| v.known().is_some_and(|a| a.starts_with('-') || a.contains('='));
        let count = args.iter().take_while(skip).count();
        self.run(&args[count..], raw, state)
    }
}

fn ok(mut state: State) -> Outcome {
    state.status = Status::OK;
    Outcome::go(state)
}

fn returned(args: &[Value], mut state: State) -> Outcome {
    if let Some(value) = args.first() {
        let code = value.known().and_then(|c| c.parse().ok());
        state.status = code.map_or_else(|| Status::unknown("a function"), Status::Code);
    }
    Outcome { ret: Some(state), ..Outcome::default() }
}

fn shift(args: &[Value], mut state: State) -> Outcome {
    let count = args.first().and_then(Value::known).and_then(|c| c.parse().ok()).unwrap_or(1usize);
    let count = count.min(state.args.len());
    state.args.drain(..count);
    ok(state)
}

fn set(args: &[Value], mut state: State) -> Outcome {
    for (index, arg) in args.iter().enumerate() {
        match arg.known() {
            Some("--") => {
                state.args = args[index + 1..].to_vec();
                break;
            }
            Some(flag) if flag.starts_with('-') || flag.starts_with('+') => {
                let on = flag.starts_with('-');
                let named = flag.ends_with('o') && args.get(index + 1).and_then(Value::known) == Some("errexit");
                if flag[1..].contains('e') || named {
                    state.errexit = on;
                }
            }
            Some("errexit" | "pipefail" | "nounset" | "noglob" | "posix" | "xtrace") if index > 0 => {}
            _ => {
                state.args = args[index..].to_vec();
                break;
            }
        }
    }
    ok(state)
}

/// `local a=b c`: in the symbolic state a local variable is a variable.
fn declare(args: &[Value], mut state: State) -> Outcome {
    for arg in args {
        for text in &arg.0 {
            let shown = text.bits.first();
            if let Some(Bit::Lit(start)) = shown
                && let Some((name, rest)) = start.split_once('=')
            {
                let mut value = Text { bits: vec![Bit::Lit(rest.to_owned())], assumed: text.assumed.clone() };
                text.bits.iter().skip(1).for_each(|b| value.push(b.clone()));
                state.vars.insert(name.to_owned(), Value::one(value.quoted()));
            }
        }
    }
    ok(state)
}

fn echo(args: &[Value]) -> Text {
    let flags = args.iter().take_while(|v| matches!(v.known(), Some("-n" | "-e" | "-E" | "-ne")));
    let quiet = args.first().and_then(Value::known).is_some_and(|a| a.starts_with("-n"));
    let count = flags.count();
    let mut text = Text::default();
    for (index, arg) in args[count..].iter().enumerate() {
        if index > 0 {
            text.push(Bit::Lit(" ".to_owned()));
        }
        append_value(&mut text, arg);
    }
    if !quiet {
        text.push(Bit::Lit("\n".to_owned()));
    }
    text.quoted()
}

fn append_value(text: &mut Text, value: &Value) {
    match value.0.as_slice() {
        [only] => text.append(only),
        many => {
            let words = many.iter().map(Text::to_string).collect::<Vec<_>>().join(" or ");
            text.append(&Text::hole(&words));
        }
    }
}

/// `%s`, `%d`, `\n` and `\0`; the format is used again while arguments are left.
fn printf(args: &[Value]) -> Text {
    let Some(format) = args.first().and_then(Value::known) else { return Text::hole("printf") };
    let mut rest = args[1..].iter();
    let mut text = Text::default();
    let rounds = args.len().saturating_sub(1) / format.matches('%').count().max(1);
    for _ in 0..rounds.clamp(1, 200) {
        print_format(format, &mut rest, &mut text);
    }
    text.quoted()
}

fn print_format<'v>(format: &str, args: &mut impl Iterator<Item = &'v Value>, text: &mut Text) {
    let mut chars = format.chars();
    while let Some(c) = chars.next() {
        match c {
            '\\' => text.push(Bit::Lit(match chars.next() {
                Some('n' | '0') => "\n".to_owned(),
                Some('t') => "\t".to_owned(),
                other => other.map(String::from).unwrap_or_default(),
            })),
            '%' => match chars.next() {
                Some('%') => text.push(Bit::Lit("%".to_owned())),
                Some(_) => args.next().into_iter().for_each(|v| append_value(text, v)),
                None => {}
            },
            c => text.push(Bit::Lit(c.to_string())),
        }
    }
}

enum Line {
    End,
    Known(String),
    Unknown(String),
}

fn take_line(input: &mut Text) -> Line {
    match input.bits.first() {
        None => Line::End,
        Some(Bit::Lit(text)) => match text.split_once('\n') {
            Some((line, rest)) => {
                let (line, rest) = (line.to_owned(), rest.to_owned());
                let mut left = Text::default();
                left.push(Bit::Lit(rest));
                input.bits.iter().skip(1).for_each(|b| left.push(b.clone()));
                *input = left;
                Line::Known(line)
            }
            None if input.bits.len() == 1 => {
                let line = text.clone();
                *input = Text::default();
                Line::Known(line)
            }
            None => Line::Unknown(unknown_line(input)),
        },
        Some(_) => Line::Unknown(unknown_line(input)),
    }
}

fn unknown_line(input: &Text) -> String {
    input.to_string().trim_end_matches('\n').to_owned()
}

fn assign_fields(names: &[&str], line: &str, separators: &str, state: &mut State) {
    let mut rest = line.trim();
    for (index, name) in names.iter().enumerate() {
        let last = index + 1 == names.len();
        let cut = if last { None } else { rest.split_once(|c| separators.contains(c)) };
        let (field, left) = cut.map_or((rest, ""), |(field, left)| (field, left.trim_start()));
        state.vars.insert((*name).to_owned(), Value::lit(field));
        rest = left;
    }
}
