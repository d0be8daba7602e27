//! Registrations that one command makes and another undoes: alternatives, diversions, overrides,
//! ucf, debconf, dpkg-maintscript-helper, dbconfig-common.

use std::rc::Rc;

use crate::shell::expand::active;
use crate::shell::glob;
use crate::shell::interp::Interp;
use crate::shell::knowledge::Arguments;
use crate::shell::report::DeedKind;
use crate::shell::simple::absolute;
use crate::shell::state::{State, Status};
use crate::shell::text::{Text, Truth, Value};
use crate::shell::world::{Registry, Stage};

use super::{Call, settled};

impl Interp<'_> {
    /// Is it registered? What the package's own scripts made is; else it depends.
    fn registered(&self, kind: Registry, subject: &str, state: &State) -> Truth {
        if state.world.registered.contains(&(kind, subject.to_owned())) {
            return Truth::Yes;
        }
        let words = format!("{subject} was registered by other means");
        if self.stage == Stage::Installing || self.setting.has_install_scripts {
            return Truth::likely(false, &words);
        }
        Truth::maybe(&words)
    }

    /// Notes that a registration is undone, with the condition where it may not be there.
    fn unregister(&mut self, kind: Registry, deed: DeedKind, subject: &Text, state: &mut State) {
        let known = subject.known().unwrap_or_default().to_owned();
        let there = self.registered(kind, &known, state);
        let (subject, why) = settled(subject, there == Truth::Yes);
        let extra = match there {
            Truth::Likely(_, why) | Truth::Maybe(why) => vec![why.to_string()],
            _ => Vec::new(),
        };
        self.deed(deed, &subject, false, extra, &why, state);
        if state.guards.is_empty() {
            state.world.registered.remove(&(kind, known));
        }
    }

    pub(crate) fn statoverride(&mut self, call: &Call<'_>, state: &mut State) -> Status {
        let args = call.args;
        if args.has(&["--list"]) && args.operands.is_empty() {
            return self.list_all(Registry::Statoverride, call, state);
        }
        if let Some(status) = self.list_matching(Registry::Statoverride, call, state) {
            return status;
        }
        if args.has(&["--list"]) {
            let path = args.known(0).unwrap_or_default();
            let truth = self.registered(Registry::Statoverride, path, state);
            let line = state.world.details.get(&(Registry::Statoverride, path.to_owned())).cloned();
            match line {
                Some(line) if truth == Truth::Yes => self.print(&Text::lit(&line), state),
                _ if !matches!(truth, Truth::No | Truth::Likely(false, _)) => {
                    self.print(&Text::hole(&format!("$({})", call.raw)), state)
                }
                _ => {}
            }
            return Status::of(truth);
        }
        if args.has(&["--add"]) {
            let words: Vec<&str> = args.operands.iter().filter_map(Value::known).collect();
            if let [_, _, _, path] = words.as_slice() {
                let key = (Registry::Statoverride, (*path).to_owned());
                state.world.details.insert(key.clone(), words.join(" ") + "\n");
                state.world.registered.insert(key);
            }
        } else if args.has(&["--remove"]) {
            let Some(value) = args.operands.first() else { return Status::OK };
            for text in &value.0 {
                let path = text.known().unwrap_or_default();
                let there = self.registered(Registry::Statoverride, path, state);
                self.unregister(Registry::Statoverride, DeedKind::StatoverrideRemoved, text, state);
                if there != Truth::Yes {
                    return Status::of(there);
                }
            }
        }
        Status::OK
    }

    /// The list of all that is registered: what the scripts made is in it, what else is not known.
    fn list_all(&mut self, kind: Registry, call: &Call<'_>, state: &State) -> Status {
        let mine = state.world.registered.iter().filter(|(k, _)| *k == kind);
        let lines: String = mine.filter_map(|key| state.world.details.get(key).cloned()).collect();
        if lines.is_empty() {
            self.print(&Text::hole(&format!("$({})", call.raw)), state);
            return Status::unknown(call.raw);
        }
        self.print(&Text::lit(&lines), state);
        Status::OK
    }

    /// `--list PATTERN`: what the scripts made and fits. `None` where no pattern is given, or nothing known fits it.
    fn list_matching(&mut self, kind: Registry, call: &Call<'_>, state: &State) -> Option<Status> {
        let shape = call.args.operands.first()?.0.first().filter(|text| !text.has_hole())?.to_string();
        if !call.args.has(&["--list"]) || !shape.contains(['*', '?', '[']) {
            return None;
        }
        let shape = active(&shape);
        let fits = |subject: &str| glob::matches(&shape, &Text::lit(subject), "") == Truth::Yes;
        let mine = state.world.registered.iter().filter(|(k, subject)| *k == kind && fits(subject));
        let lines: String = mine.filter_map(|key| state.world.details.get(key).cloned()).collect();
        if lines.is_empty() {
            return None;
        }
        self.print(&Text::lit(&lines), state);
        Some(Status::OK)
    }

    pub(crate) fn divert(&mut self, call: &Call<'_>, state: &mut State) -> Status {
        let args = call.args;
        if args.has(&["--list"]) && args.operands.is_empty() {
            return self.list_all(Registry::Diversion, call, state);
        }
        if let Some(status) = self.list_matching(Registry::Diversion, call, state) {
            return status;
        }
        let Some(value) = args.operands.first() else { return Status::unknown(call.raw) };
        if args.has(&["--list", "--truename", "--listpackage"]) {
            let path = value.known().unwrap_or_default();
            let truth = self.registered(Registry::Diversion, path, state);
            let line = state.world.details.get(&(Registry::Diversion, path.to_owned()));
            let shown = match line {
                _ if args.has(&["--truename"]) => Text::lit(path),
                Some(line) if args.has(&["--list"]) => Text::lit(line),
                _ => Text::hole(&format!("$({})", call.raw)),
            };
            if truth != Truth::No && !matches!(truth, Truth::Likely(false, _)) {
                self.print(&shown, state);
            }
            return Status::OK;
        }
        for text in &value.0 {
            if args.has(&["--remove"]) {
                self.unregister(Registry::Diversion, DeedKind::DiversionRemoved, text, state);
            } else if let Some(path) = text.known() {
                let key = (Registry::Diversion, path.to_owned());
                state.world.details.insert(key.clone(), self.diversion_line(path, args));
                state.world.registered.insert(key);
            }
        }
        Status::OK
    }

    /// The line that `dpkg-divert --list` shows.
    fn diversion_line(&self, path: &str, args: &Arguments) -> String {
        let to =
            args.value(&["--divert"]).and_then(Value::known).map_or_else(|| format!("{path}.distrib"), str::to_owned);
        if args.has(&["--local"]) {
            return format!("local diversion of {path} to {to}\n");
        }
        let by = args.value(&["--package"]).and_then(Value::known).unwrap_or(&self.setting.package);
        format!("diversion of {path} to {to} by {by}\n")
    }

    pub(crate) fn alternatives(&mut self, args: &Arguments, state: &mut State) -> Status {
        if args.has(&["--install"]) {
            self.alternative_made(args, state);
            return Status::OK;
        }
        let slot = ["--remove", "--remove-all"].iter().find(|o| args.has(&[o]));
        if slot.is_none() {
            return Status::unknown("update-alternatives");
        }
        let Some(value) = args.operands.first() else { return Status::OK };
        for text in &value.0 {
            let name = text.known().unwrap_or_default();
            let shared = self.knowledge.is_stock_alternative(name);
            let extra: Vec<String> =
                shared.then(|| format!("nothing else on the host offers {name}")).into_iter().collect();
            self.deed(DeedKind::AlternativeRemoved, text, value.0.len() > 1, extra.clone(), "", state);
            self.alternative_links(name, &extra, state);
        }
        Status::OK
    }

    /// `--install LINK NAME PATH PRIORITY [--slave LINK NAME PATH]…`
    #[allow(clippy::unused_self)]
    fn alternative_made(&self, args: &Arguments, state: &mut State) {
        let words: Vec<&str> = args.operands.iter().filter_map(Value::known).collect();
        let Some([link, name]) = words.get(..2) else { return };
        let mut links = vec![(*link).to_owned(), format!("/etc/alternatives/{name}")];
        for slave in words.get(4..).unwrap_or_default().chunks(3) {
            if let [link, name, _] = slave {
                links.extend([(*link).to_owned(), format!("/etc/alternatives/{name}")]);
            }
        }
        let key = (Registry::Alternative, (*name).to_owned());
        let known = state.world.details.get(&key).cloned();
        let all = known.into_iter().chain([links.join("\n")]).collect::<Vec<_>>().join("\n");
        state.world.registered.insert(key.clone());
        state.world.details.insert(key, all);
    }

    /// Links go with an alternative when nobody else offers it.
    fn alternative_links(&mut self, name: &str, extra: &[String], state: &State) {
        let links = state.world.details.get(&(Registry::Alternative, name.to_owned())).cloned();
        for link in links.iter().flat_map(|l| l.lines()) {
            let why = "goes with the alternative, unless another package offers it too";
            self.deed(DeedKind::LinkRemoved, &Text::lit(link), false, extra.to_vec(), why, state);
        }
    }

    /// `ucf SOURCE DEST` makes a file; `--purge` only forgets it.
    #[allow(clippy::unused_self)]
    pub(crate) fn ucf(&mut self, args: &Arguments, state: &mut State) -> Status {
        if args.has(&["--purge", "-p"]) {
            return Status::OK;
        }
        if let Some(path) = args.known(1) {
            state.world.create(path);
            state.world.registered.insert((Registry::Ucf, path.to_owned()));
        }
        Status::OK
    }

    /// Answers come from the package's own defaults, and rest on that.
    pub(crate) fn debconf(&mut self, call: &Call<'_>, state: &mut State) -> Status {
        let question = call.args.known(0).unwrap_or_default().to_owned();
        match call.name {
            "db_get" if self.is_no_question(&question, state) => {
                state.vars.insert("RET".to_owned(), Value::lit(&format!("{question} doesn't exist")));
                return Status::Code(10);
            }
            "db_get" => {
                let why = format!("the debconf answer to {question} is not the default");
                let answer = state.world.answers.get(&question).cloned();
                let default = self.setting.questions.get(&question).map(|d| Text::lit(d));
                let text =
                    answer.or(default).unwrap_or_else(|| Text::hole(&format!("the debconf answer to {question}")));
                let value = Text { assumed: text.assumed.clone().or_else(|| Some(Rc::from(why))), ..text };
                state.vars.insert("RET".to_owned(), Value::one(value));
            }
            "db_set" => {
                let given = call.args.operands.get(1).map_or(&[] as &[Text], |value| value.0.as_slice());
                let answer = match given {
                    [only] => only.clone(),
                    _ => Text::hole(&format!("the debconf answer to {question}")),
                };
                state.world.answers.insert(question, answer);
            }
            // Nobody is asked where packages are installed by a tool.
            "db_input" => return Status::Likely(30, Rc::from(format!("{question} is asked"))),
            "db_fget" | "db_metaget" | "db_info" => {
                state.vars.insert("RET".to_owned(), Value::hole(&format!("$({})", call.raw)));
            }
            _ => {}
        }
        Status::OK
    }

    /// A question that is named as the package's own, and is none of its templates; dbconfig-common brings more.
    fn is_no_question(&self, question: &str, state: &State) -> bool {
        let own = question.split('/').next() == Some(&self.setting.package);
        let known = self.setting.questions.contains_key(question) || state.world.answers.contains_key(question);
        own && !known && !self.setting.depends.iter().any(|d| d.starts_with("dbconfig-"))
    }

    /// On purge the helper clears backups of conffiles that went in an upgrade.
    pub(crate) fn maintscript_helper(&mut self, args: &Arguments, state: &State) -> Status {
        let action = args.operands.iter().filter_map(Value::known).any(|a| a == "purge");
        if args.known(0) == Some("supports") || self.stage != Stage::Purged || !action {
            return Status::OK;
        }
        if let Some(path) = args.known(1) {
            let path = absolute(&state.cwd, path);
            let old = Text::lit(&format!("{path}.dpkg-bak"));
            let extra = vec!["an earlier upgrade left it".to_owned()];
            self.deed(DeedKind::FileRemoved, &old, false, extra, "", state);
        }
        Status::OK
    }

    /// dbconfig-common drops the database where the answers say so.
    pub(crate) fn dbconfig(&mut self, state: &State) -> Status {
        if self.stage == Stage::Unpacked || self.stage == Stage::Purged {
            let subject = Text::lit(&format!("database of {}", self.setting.package));
            let extra = vec!["dbconfig-common is told to delete the database on removal".to_owned()];
            self.deed(DeedKind::DataDestroyed, &subject, false, extra, "", state);
        }
        Status::OK
    }

    /// `dropdb NAME`, `mysqladmin drop NAME`, and `DROP DATABASE` handed to an SQL client.
    pub(crate) fn sql(&mut self, call: &Call<'_>, state: &State) -> Status {
        let name = call.name.rsplit('/').next().unwrap_or_default();
        let dropped = match name {
            "dropdb" => call.args.operands.last(),
            _ => call.args.operands.iter().skip_while(|v| v.known() != Some("drop")).nth(1),
        };
        for text in dropped.iter().flat_map(|v| v.0.clone()) {
            self.database_dropped(&text, state);
        }
        let given = call.args.value(&["-e", "-c", "--execute", "--command"]).and_then(|v| v.0.first().cloned());
        for text in given.into_iter().chain(self.inputs.last().cloned()) {
            let shown = text.to_string();
            let upper = shown.to_ascii_uppercase();
            if let Some(at) = upper.find("DROP DATABASE ") {
                let rest = shown.get(at + 14..).unwrap_or_default().trim_start();
                let rest = rest.strip_prefix("IF EXISTS ").unwrap_or(rest);
                let words = rest.split([';', '\n']).next().unwrap_or_default().trim();
                let subject = if text.has_hole() { Text::hole(words) } else { Text::lit(words) };
                self.database_dropped(&subject, state);
            }
        }
        Status::unknown(call.raw)
    }

    fn database_dropped(&mut self, name: &Text, state: &State) {
        let mut subject = Text::lit("database ");
        subject.append(name);
        self.deed(DeedKind::DataDestroyed, &subject, false, Vec::new(), "an SQL client is told to drop it", state);
    }
}
