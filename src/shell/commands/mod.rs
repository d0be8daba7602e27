//! Commands that are not the shell's: rows of the knowledge turned into deeds, and the few whose
//! behaviour rows cannot say, one file per subject.

mod accounts;
mod certificates;
mod output;
mod paths;
mod registries;
mod search;
mod services;

use super::interp::Interp;
use super::ir::Node;
use super::knowledge::{Act, Arguments, Command, Ending};
use super::parse;
use super::report::{Deed, DeedKind};
use super::simple::absolute_text;
use super::state::{Outcome, State, Status};
use super::text::{Text, Truth, Value};

/// A command as it was called.
pub(crate) struct Call<'c> {
    pub(crate) name: &'c str,
    pub(crate) args: &'c Arguments,
    /// Arguments as they stood.
    pub(crate) plain: &'c [Value],
    /// The wording in the script.
    pub(crate) raw: &'c str,
}

impl Interp<'_> {
    /// Runs a command by its row; one without a row ends nobody knows how.
    pub(crate) fn command(&mut self, name: &str, args: &[Value], raw: &str, mut state: State) -> Outcome {
        if name.starts_with("/etc/init.d/") {
            return self.init_script(name, args, raw, state);
        }
        if let Some(Ok(node)) = self.knowledge.library_text(name).map(|text| parse::parse(text, self.line)) {
            return self.program(&node, args, state);
        }
        let Some(row) = self.knowledge.command(name) else {
            let own = self.has_command(name, &state) == Truth::Yes;
            if state.foreign.is_some() && !own && !name.contains('/') {
                self.note(format!("{name} may be a function of a file that is not read: {raw}"));
            }
            self.print(&Text::hole(&format!("$({raw})")), &state);
            state.status = Status::unknown(raw);
            return Outcome::go(state);
        };
        let plain = args;
        let args = row.arguments(plain);
        if !args.refused.is_empty() {
            return self.ended(state, Status::Code(1));
        }
        if !row.special.is_empty() {
            let call = Call { name, args: &args, plain, raw };
            return self.special(&row.special, &call, state);
        }
        self.acts(row, &args, &state);
        let status = if row.status == Ending::Ok { Status::OK } else { Status::unknown(raw) };
        self.print_unknown(raw, &state);
        self.ended(state, status)
    }

    /// A program that shell text stands in for: what it sets is lost, what it does to the host stays.
    fn program(&mut self, node: &Node, args: &[Value], mut state: State) -> Outcome {
        if self.calls >= 20 {
            return Outcome::go(state);
        }
        self.calls += 1;
        let outer = std::mem::replace(&mut state.args, args.to_vec());
        let errexit = std::mem::replace(&mut state.errexit, false);
        let mut out = self.subshell(node, state);
        self.calls -= 1;
        if let Some(state) = &mut out.go {
            state.args = outer;
            state.errexit = errexit;
        }
        out
    }

    fn print_unknown(&mut self, raw: &str, state: &State) {
        self.print(&Text::hole(&format!("$({raw})")), state);
    }

    pub(crate) fn acts(&mut self, row: &Command, args: &Arguments, state: &State) {
        for act in row.act.iter().filter(|act| applies(act, args)) {
            let operands = act.subject.pick(&args.operands);
            let units: Vec<&str> = operands.iter().filter_map(Value::known).collect();
            if act.does == DeedKind::ServiceStopped && units.len() == operands.len() {
                self.units_stopped(act, &units, state);
                continue;
            }
            for value in operands {
                self.deed_over(act, value, state);
            }
        }
    }

    /// One call that stops several units is one deed, told under the unit that it names first.
    fn units_stopped(&mut self, act: &Act, units: &[&str], state: &State) {
        let Some((first, along)) = units.split_first() else { return };
        let before = self.deeds.len();
        self.deed_over(act, &Value::lit(first), state);
        if let Some(deed) = self.deeds.get_mut(before) {
            deed.along = along.iter().map(|&unit| unit.to_owned()).collect();
        }
    }

    fn deed_over(&mut self, act: &Act, value: &Value, state: &State) {
        let extra = if act.possible { vec![act.why.clone()] } else { Vec::new() };
        let is_path = matches!(
            act.does,
            DeedKind::FileRemoved | DeedKind::DirRemoved | DeedKind::DataDestroyed | DeedKind::LinkRemoved
        );
        for text in &value.0 {
            let text =
                if is_path && text.prefix().starts_with('/') { absolute_text(&state.cwd, text) } else { text.clone() };
            self.deed(act.does, &text, value.0.len() > 1, extra.clone(), &act.why, state);
        }
    }

    /// Notes a deed; what rests on a guard, a hole, a default or one of several values is possible.
    pub(crate) fn deed(
        &mut self,
        kind: DeedKind,
        subject: &Text,
        one_of_many: bool,
        extra: Vec<String>,
        why: &str,
        state: &State,
    ) {
        let mut conditions: Vec<String> = state.guards.iter().map(|g| g.to_string()).collect();
        conditions.extend(extra);
        if subject.has_hole() {
            conditions.push(format!("its name, {subject}, is only known on the host"));
        }
        if let Some(assumed) = &subject.assumed {
            conditions.push(assumed.to_string());
        }
        if one_of_many {
            conditions.push("it is one of several values".to_owned());
        }
        let subject = subject.to_string();
        if !subject.is_empty() {
            let along = Vec::new();
            self.keep(Deed { kind, subject, along, line: self.line, conditions, why: why.to_owned() });
        }
    }

    /// A deed on a known subject.
    pub(crate) fn sure_deed(&mut self, kind: DeedKind, subject: &str, why: &str, state: &State) {
        self.deed(kind, &Text::lit(subject), false, Vec::new(), why, state);
    }
}

/// A name that rests on an assumption, such as debconf's default answer, is settled where the install scripts
/// made what it names by the same: then both are of one answer. Says what it rests on.
pub(crate) fn settled(name: &Text, made: bool) -> (Text, String) {
    match &name.assumed {
        Some(why) if made => (Text { assumed: None, ..name.clone() }, format!("by default; another name if {why}")),
        _ => (name.clone(), String::new()),
    }
}

fn applies(act: &Act, args: &Arguments) -> bool {
    let fits = |list: &[String], index: usize| {
        list.is_empty() || args.known(index).is_some_and(|v| list.iter().any(|x| x == v))
    };
    let has = |names: &[String]| args.options.iter().any(|(o, _)| names.contains(o));
    fits(&act.verb, 0) && fits(&act.second, 1) && (act.with.is_empty() || has(&act.with)) && !has(&act.without)
}
