//! Users and groups: made by install scripts, deleted by removal scripts, asked for by both.

use crate::shell::interp::Interp;
use crate::shell::knowledge::Arguments;
use crate::shell::report::DeedKind;
use crate::shell::state::{State, Status};
use crate::shell::text::{Text, Truth, Value};
use crate::shell::world::Stage;

use super::{Call, settled};

impl Interp<'_> {
    /// `deluser`, `userdel`; the group of the same name goes too where it is the primary one.
    pub(crate) fn user_delete(&mut self, call: &Call<'_>, state: &mut State) -> Status {
        if call.args.has(&["--group"]) {
            return self.group_delete(call, state);
        }
        // `deluser USER GROUP` ends a membership only.
        let membership = call.name.ends_with("deluser") && call.args.operands.len() > 1;
        if membership || call.args.has(&["--version", "--help", "-h"]) {
            return Status::OK;
        }
        let lenient = call.args.has(&["--system"]);
        let Some(value) = call.args.operands.first() else { return Status::unknown(call.raw) };
        let mut status = Status::OK;
        for text in &value.0 {
            status = self.delete_user(text, value.0.len() > 1, call.args, state);
        }
        match status {
            Status::Code(1..) if lenient => Status::OK,
            Status::Code(1..) if call.name.ends_with("userdel") => Status::Code(6),
            other => other,
        }
    }

    fn delete_user(&mut self, user: &Text, many: bool, args: &Arguments, state: &mut State) -> Status {
        let known = user.known().unwrap_or_default().to_owned();
        if state.world.gone_users.contains(&known) {
            return Status::Code(2);
        }
        let foreign = self.foreign_account(&known, true, state);
        let extra: Vec<String> = foreign.into_iter().collect();
        let (user, why) = settled(user, state.world.users.contains_key(&known));
        self.deed(DeedKind::UserDeleted, &user, many, extra.clone(), &why, state);
        if args.has(&["--remove-home", "-r", "--remove", "--remove-all-files"]) {
            self.home_deleted(&known, many, &extra, state);
        }
        self.own_group_deleted(&known, many, extra.clone(), state);
        if extra.is_empty() { Status::OK } else { Status::unknown("deleting the user") }
    }

    fn home_deleted(&mut self, user: &str, many: bool, extra: &[String], state: &mut State) {
        let home = state.world.homes.get(user).cloned();
        let subject = home.map_or_else(|| Text::hole(&format!("the home of {user}")), |h| Text::lit(&h));
        self.deed(DeedKind::DirRemoved, &subject, many, extra.to_vec(), "the home goes with the user", state);
    }

    fn own_group_deleted(&mut self, user: &str, many: bool, mut extra: Vec<String>, state: &mut State) {
        if user.is_empty() {
            return;
        }
        match state.world.users.get(user).copied().flatten() {
            Some(false) => {}
            Some(true) => {
                self.deed(
                    DeedKind::GroupDeleted,
                    &Text::lit(user),
                    many,
                    extra,
                    "it goes with the user of its name",
                    state,
                );
                state.world.gone_groups.insert(user.to_owned());
            }
            None => {
                extra.push(format!("{user} is the primary group of user {user} and has no other member"));
                self.deed(
                    DeedKind::GroupDeleted,
                    &Text::lit(user),
                    many,
                    extra,
                    "it goes with the user of its name",
                    state,
                );
            }
        }
        state.world.gone_users.insert(user.to_owned());
    }

    /// The condition where the scripts make accounts, but not this one. A group may have come with its user.
    fn foreign_account(&self, name: &str, user: bool, state: &State) -> Option<String> {
        let world = &state.world;
        let made = world.users.contains_key(name) || !user && world.groups.contains(name);
        let others = !world.users.is_empty() || !world.groups.is_empty();
        if !made && world.mentioned.contains(name) {
            return Some(format!("{name} was made; the install scripts do so on some hosts only"));
        }
        (others && !made).then(|| format!("{name} exists; the package's own scripts do not make it"))
    }

    pub(crate) fn group_delete(&mut self, call: &Call<'_>, state: &mut State) -> Status {
        let lenient = call.args.has(&["--system", "-f", "--force"]);
        let Some(value) = call.args.operands.first() else { return Status::unknown(call.raw) };
        let mut status = Status::OK;
        for text in &value.0 {
            let known = text.known().unwrap_or_default().to_owned();
            if state.world.gone_groups.contains(&known) || self.never_made(&known, state) {
                status = if lenient { Status::OK } else { Status::Code(6) };
                continue;
            }
            let extra = self.foreign_account(&known, false, state).into_iter().collect();
            let (group, why) = settled(text, state.world.groups.contains(&known));
            self.deed(DeedKind::GroupDeleted, &group, value.0.len() > 1, extra, &why, state);
            state.world.gone_groups.insert(known);
        }
        status
    }

    /// The user of that name was made, and without a group of its own.
    #[allow(clippy::unused_self)]
    fn never_made(&self, name: &str, state: &State) -> bool {
        state.world.users.get(name) == Some(&Some(false)) && !state.world.groups.contains(name)
    }

    pub(crate) fn user_add(&mut self, call: &Call<'_>, state: &mut State) -> Status {
        let args = call.args;
        let adduser = call.name.ends_with("adduser");
        let system = args.has(&["--system"]);
        let group_flag = args.has(&["--group"]);
        if adduser && group_flag && !system {
            return self.group_add(args, state);
        }
        if adduser && args.operands.len() > 1 {
            return Status::OK;
        }
        let Some(user) = args.known(0).map(str::to_owned) else { return Status::OK };
        let other = if adduser { ["--ingroup", "--gid"] } else { ["-g", "--gid"] };
        let own = match args.value(&other) {
            Some(value) => value.known() == Some(user.as_str()),
            None if adduser => group_flag || !system,
            None => !args.has(&["-N", "--no-user-group"]),
        };
        self.mentioned.insert(user.clone());
        if own {
            state.world.groups.insert(user.clone());
        }
        let group_exists = state.world.groups.contains(&user);
        state.world.users.insert(user.clone(), Some(own && group_exists));
        let home = args.value(&["--home", "-d", "--home-dir"]).and_then(Value::known).map(str::to_owned);
        let quiet = args.has(&["--no-create-home", "-M"]) || !adduser && !args.has(&["-m", "--create-home"]);
        if let Some(home) = home {
            if !quiet {
                state.world.create(&home);
            }
            state.world.homes.insert(user, home);
        }
        Status::OK
    }

    pub(crate) fn group_add(&mut self, args: &Arguments, state: &mut State) -> Status {
        if args.operands.len() == 1
            && let Some(group) = args.known(0)
        {
            self.mentioned.insert(group.to_owned());
            state.world.groups.insert(group.to_owned());
        }
        Status::OK
    }

    /// `systemd-sysusers`: the package's own lines make the accounts.
    pub(crate) fn sysusers(&mut self, state: &mut State) -> Status {
        let files = self.setting.contents.iter().filter(|(path, _)| path.contains("/sysusers.d/"));
        for line in files.flat_map(|(_, text)| text.lines()) {
            let mut words = line.split_whitespace();
            match (words.next(), words.next()) {
                (Some("u" | "u!"), Some(user)) => {
                    let own = words.next().is_none_or(|id| !id.contains(':'));
                    state.world.users.insert(user.to_owned(), Some(own));
                    if own {
                        state.world.groups.insert(user.to_owned());
                    }
                }
                (Some("g"), Some(group)) => drop(state.world.groups.insert(group.to_owned())),
                _ => {}
            }
        }
        Status::OK
    }

    /// `getent passwd NAME`, `id NAME`, `groups NAME`.
    pub(crate) fn account_query(&mut self, call: &Call<'_>, state: &State) -> Status {
        let name = call.name.rsplit('/').next().unwrap_or(call.name);
        let asks = match name {
            "getent" => call.args.known(0).unwrap_or_default(),
            _ => "passwd",
        };
        let index = usize::from(name == "getent");
        let Some(value) = call.args.operands.get(index) else {
            if let ("getent", "passwd" | "group") = (name, asks) {
                self.print(&self.account_list(asks == "passwd", state), state);
                return Status::OK;
            }
            // `id -u` of the script itself.
            let own = if name == "id" { Text::lit("0\n") } else { Text::hole(&format!("$({})", call.raw)) };
            self.print(&own, state);
            return Status::OK;
        };
        let Some(account) = value.known() else {
            self.print(&Text::hole(&format!("$({})", call.raw)), state);
            return Status::unknown(call.raw);
        };
        let truth = match asks {
            "passwd" | "shadow" => self.has_user(account, state),
            "group" | "gshadow" => self.has_group(account, state),
            _ => Truth::maybe(call.raw),
        };
        if !matches!(truth, Truth::No | Truth::Likely(false, _)) {
            let unknown = Text::hole(&format!("$({})", call.raw));
            let home = state.world.homes.get(account).filter(|_| asks == "passwd");
            let line = match home {
                Some(home) => passwd_line(account, home),
                None => Text {
                    bits: [Text::lit(&format!("{account}:")).bits, unknown.bits.clone()].concat(),
                    assumed: None,
                },
            };
            self.print(if name == "getent" { &line } else { &unknown }, state);
        }
        match Status::of(truth) {
            Status::Code(1) if name == "getent" => Status::Code(2),
            other => other,
        }
    }

    /// All accounts as `getent` lists them: those that are surely there, then others.
    fn account_list(&self, users: bool, state: &State) -> Text {
        let world = &state.world;
        let made: Vec<&String> = if users { world.users.keys().collect() } else { world.groups.iter().collect() };
        let gone = if users { &world.gone_users } else { &world.gone_groups };
        let lines: String = made.into_iter().filter(|n| !gone.contains(*n)).map(|n| format!("{n}:x:\n")).collect();
        let mut text = Text::lit(&lines);
        text.append(&Text::hole("other accounts"));
        text
    }

    /// `chown USER PATH || adduser USER`: it fails where there is no such account. Elsewhere it is taken to do its work,
    /// since the account may be of a package that this one needs.
    pub(crate) fn chown(&self, call: &Call<'_>, state: &State) -> Status {
        let owner = call.args.known(0).unwrap_or_default();
        let name = owner.split([':', '.']).next().filter(|n| !n.is_empty() && n.parse::<u32>().is_err());
        let there = match name {
            Some(name) if call.name.ends_with("chgrp") => self.has_group(name, state),
            Some(name) => self.has_user(name, state),
            None => Truth::Yes,
        };
        match there {
            Truth::No | Truth::Likely(false, _) if self.checked > 0 => Status::of(there),
            _ => Status::OK,
        }
    }

    pub(crate) fn has_user(&self, user: &str, state: &State) -> Truth {
        if state.world.gone_users.contains(user) {
            return Truth::No;
        }
        self.has_account(user, true, state.world.users.contains_key(user), state)
    }

    pub(crate) fn has_group(&self, group: &str, state: &State) -> Truth {
        let gone = state.world.gone_groups.contains(group);
        if gone || self.stage != Stage::Installing && self.never_made(group, state) {
            return Truth::No;
        }
        self.has_account(group, false, state.world.groups.contains(group), state)
    }

    fn has_account(&self, name: &str, user: bool, made: bool, state: &State) -> Truth {
        if made || self.knowledge.is_stock_user(name) {
            return Truth::Yes;
        }
        if self.stage == Stage::Installing {
            return Truth::likely(false, &format!("{name} is there from before"));
        }
        match self.foreign_account(name, user, state) {
            Some(why) => Truth::maybe(&why),
            None => Truth::Yes,
        }
    }
}

/// Where the wording of an unknown begins so, it is one field of an account's line.
pub(super) const FIELD_OF: &str = "a field of the account ";

/// A line of `/etc/passwd`, as far as the scripts tell what is in it.
fn passwd_line(account: &str, home: &str) -> Text {
    let field = Text::hole(&format!("{FIELD_OF}{account}"));
    let mut line = Text::lit(&format!("{account}:x:"));
    for (part, after) in [(&field, ":"), (&field, ":"), (&field, &format!(":{home}:")), (&field, "\n")] {
        line.append(part);
        line.append(&Text::lit(after));
    }
    line
}
