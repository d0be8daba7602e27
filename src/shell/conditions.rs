//! `test`, `[`, and what is known of paths and commands on an ordinary host.

use super::expand::is_filled;
use super::interp::Interp;
use super::simple::absolute;
use super::state::State;
use super::text::{Text, Truth, Value};
use super::world::{Entry, Stage};

impl Interp<'_> {
    /// The truth of a test expression; `raw` is its wording.
    pub(crate) fn test(&self, args: &[Value], raw: &str, state: &State) -> Truth {
        if let Some(at) = split_at(args, "-o") {
            return self.test(&args[..at], raw, state).or(self.test(&args[at + 1..], raw, state));
        }
        if let Some(at) = split_at(args, "-a") {
            return self.test(&args[..at], raw, state).and(self.test(&args[at + 1..], raw, state));
        }
        let word = |i: usize| args.get(i).and_then(Value::known);
        match args.len() {
            0 => Truth::No,
            1 => filled(&args[0], raw),
            2 if word(0) == Some("!") => self.test(&args[1..], raw, state).not(),
            2 => self.unary(word(0).unwrap_or_default(), &args[1], raw, state),
            3 if is_binary(word(1)) => binary(&args[0], word(1).unwrap_or_default(), &args[2], raw),
            3 if word(0) == Some("(") => self.test(&args[1..2], raw, state),
            _ if word(0) == Some("!") => self.test(&args[1..], raw, state).not(),
            n if word(0) == Some("(") && word(n - 1) == Some(")") => self.test(&args[1..n - 1], raw, state),
            _ => Truth::maybe(raw),
        }
    }

    fn unary(&self, op: &str, value: &Value, raw: &str, state: &State) -> Truth {
        match op {
            "-n" => filled(value, raw),
            "-z" => filled(value, raw).not(),
            "-t" => Truth::likely(false, "it runs on a terminal"),
            "-L" | "-h" => self.over_paths(value, raw, |this, path| this.is_link(path, raw, state)),
            "-x" => self.over_paths(value, raw, |this, path| this.executable(path, state)),
            "-e" | "-f" | "-d" | "-s" | "-r" if self.dangles(value, state) => Truth::No,
            "-f" | "-d" if self.is_other_sort(op, value, state) => Truth::No,
            "-e" | "-f" | "-d" | "-r" | "-w" | "-s" | "-S" | "-p" | "-O" | "-G" => {
                self.over_paths(value, raw, |this, path| this.exists(path, state))
            }
            _ => Truth::maybe(raw),
        }
    }

    fn over_paths(&self, value: &Value, raw: &str, ask: impl Fn(&Self, &Text) -> Truth) -> Truth {
        Truth::over(value.0.iter().map(|text| ask(self, text).resting_on(text)), raw)
    }

    /// Is it a path of the package's own data, and of another sort than the test asks for?
    fn is_other_sort(&self, op: &str, value: &Value, state: &State) -> bool {
        let path = absolute(&state.cwd, value.known().unwrap_or_default());
        let changed = state.world.paths.contains_key(&path) || state.world.links.contains_key(&path);
        match self.setting.data.get(&path).filter(|_| !changed) {
            Some(Entry::Dir) => op == "-f",
            Some(Entry::File | Entry::Conffile) => op == "-d",
            _ => false,
        }
    }

    /// Is it a link that a script made, to a path of the package's own that is gone?
    fn dangles(&self, value: &Value, state: &State) -> bool {
        let mut path = absolute(&state.cwd, value.known().unwrap_or_default());
        for _ in 0..8 {
            let Some(target) = state.world.links.get(&path).filter(|t| !t.is_empty()) else {
                let own = || self.setting.own(&path, self.stage, &state.world) == Some(Truth::No);
                return state.world.paths.get(&path).map_or_else(own, |there| !there);
            };
            let folder = path.rsplit_once('/').map_or("/", |(folder, _)| folder);
            path = absolute(folder, target);
        }
        true
    }

    fn is_link(&self, path: &Text, raw: &str, state: &State) -> Truth {
        let Some(known) = path.known() else { return Truth::maybe(raw) };
        let path = absolute(&state.cwd, known);
        if state.world.links.contains_key(&path) {
            return Truth::Yes;
        }
        match self.setting.data.get(&path) {
            Some(Entry::Link) => self.setting.own(&path, self.stage, &state.world).unwrap_or(Truth::No),
            Some(_) => Truth::No,
            None if state.world.paths.contains_key(&path) => Truth::No,
            None if self.stage == Stage::Installing => Truth::likely(false, raw),
            None => Truth::maybe(raw),
        }
    }

    fn executable(&self, path: &Text, state: &State) -> Truth {
        match path.known() {
            Some("") => Truth::No,
            Some(known) if is_command_path(known) => self.has_command(known, state),
            _ => self.exists(path, state),
        }
    }

    /// Is the path there? Data and what scripts made is known; anything else that a script asks
    /// for is taken to be there, save left-overs of other tools.
    pub(crate) fn exists(&self, path: &Text, state: &State) -> Truth {
        let shown = path.to_string();
        if path.has_glob() && !path.has_hole() {
            let found = !self.glob_paths(path, state).is_empty();
            return if found { Truth::Yes } else { Truth::maybe(&format!("{shown} exists")) };
        }
        let Some(known) = path.known() else { return Truth::maybe(&format!("{shown} exists")) };
        if known.is_empty() {
            return Truth::No;
        }
        let path = absolute(&state.cwd, known);
        if let Some(there) = state.world.paths.get(&path) {
            return Truth::of(*there);
        }
        if let Some(own) = self.setting.own(&path, self.stage, &state.world) {
            return own;
        }
        if self.knowledge.is_shared_dir(&path) || state.world.has_below(&path) || self.below_own(&path) {
            return Truth::Yes;
        }
        self.foreign_path(&path)
    }

    /// Directories that are implied by the package's own paths.
    fn below_own(&self, path: &str) -> bool {
        let below = format!("{path}/");
        let mut inside = self.setting.data.range(below.clone()..).take_while(|(p, _)| p.starts_with(&below));
        match self.stage {
            Stage::Installing | Stage::Unpacked => inside.next().is_some(),
            Stage::Removed => inside.any(|(_, e)| *e == Entry::Conffile),
            Stage::Purged => false,
        }
    }

    fn foreign_path(&self, path: &str) -> Truth {
        if is_command_path(path) {
            return self.has_command_path(path);
        }
        if let Some(so) = self.knowledge.stock_path(path) {
            return Truth::of(so);
        }
        let words = format!("{path} exists");
        if let Some(there) = self.knowledge.has_library(path, &self.setting.depends) {
            return if there { Truth::Yes } else { Truth::maybe(&words) };
        }
        if self.is_own_state(path) {
            return Truth::likely(true, &format!("{path} is not there"));
        }
        // What is named after the package in a folder of another's, only its own scripts put there.
        if self.stage == Stage::Installing && self.is_named_after(path) {
            return Truth::likely(false, &words);
        }
        if self.of_dependency(path) {
            return Truth::likely(true, &format!("{path} is not there"));
        }
        if path.starts_with("/run/") || path.starts_with("/var/run/") {
            return Truth::maybe(&words);
        }
        if self.setting.install_unknown && !self.knowledge.is_leftover(path) {
            return Truth::maybe(&words);
        }
        Truth::likely(false, &words)
    }

    /// The folder that a program makes for its state when it first runs.
    fn is_own_state(&self, path: &str) -> bool {
        let name = path.strip_prefix("/var/lib/").unwrap_or_default();
        self.stage > Stage::Installing && !name.is_empty() && name == self.setting.package
    }

    fn is_named_after(&self, path: &str) -> bool {
        let base = path.rsplit('/').next().unwrap_or_default();
        let first = self.setting.package.split('-').next().filter(|f| f.len() >= 5).unwrap_or(&self.setting.package);
        base.contains(first)
    }

    /// A path that is named after a package this one depends on.
    fn of_dependency(&self, path: &str) -> bool {
        let folder = path.rsplit_once('/').map_or("", |(folder, _)| folder);
        if self.setting.data.get(folder) == Some(&Entry::Dir) {
            return false;
        }
        let depends = self.setting.depends.len() * path.matches('/').count();
        self.compared.set(self.compared.get() + depends);
        let same = |part: &str, d: &str| part.starts_with(d) || (part.len() >= 4 && d.starts_with(&format!("{part}-")));
        let named = |part: &str| self.setting.depends.iter().any(|d| d.len() >= 4 && same(part, d));
        path.split('/').any(named)
    }

    /// Can a command be run? Own ones go with the data; those of the base system are there.
    pub(crate) fn has_command(&self, command: &str, state: &State) -> Truth {
        if command.contains('/') {
            let path = absolute(&state.cwd, command);
            if let Some(there) = state.world.paths.get(&path) {
                return Truth::of(*there);
            }
            if let Some(own) = self.setting.own(&path, self.stage, &state.world) {
                return own;
            }
            return self.has_command_path(&path);
        }
        let folders = ["/usr/bin", "/usr/sbin", "/bin", "/sbin"];
        let owned = folders.iter().find_map(|f| self.setting.own(&format!("{f}/{command}"), self.stage, &state.world));
        owned.unwrap_or_else(|| self.has_command_path(command))
    }

    fn has_command_path(&self, path: &str) -> Truth {
        let name = path.rsplit('/').next().unwrap_or(path);
        if path.starts_with("/usr/local/") {
            return Truth::likely(false, &format!("{path} was put there by hand"));
        }
        if self.knowledge.is_stock_command(name) || self.setting.depends.contains(name) {
            return Truth::Yes;
        }
        if self.knowledge.is_usual_command(name) {
            return Truth::likely(true, &format!("{name} is not installed"));
        }
        if self.knowledge.is_absent_command(name) {
            return Truth::likely(false, &format!("{name} is installed"));
        }
        let words = format!("{name} is installed");
        // What no dependency is named after is not asked for by a removal because it is there.
        if self.stage == Stage::Installing { Truth::maybe(&words) } else { Truth::likely(false, &words) }
    }
}

fn is_command_path(path: &str) -> bool {
    ["/usr/bin/", "/usr/sbin/", "/bin/", "/sbin/", "/usr/local/bin/", "/usr/local/sbin/"]
        .iter()
        .any(|d| path.starts_with(d))
}

/// Where `-a` or `-o` joins two tests, and is no operand itself.
fn split_at(args: &[Value], op: &str) -> Option<usize> {
    let nested = args.iter().any(|a| a.known() == Some("("));
    let found = args.iter().enumerate().position(|(i, a)| i > 0 && i + 1 < args.len() && a.known() == Some(op));
    found.filter(|_| !nested && args.len() > 3)
}

fn is_binary(op: Option<&str>) -> bool {
    matches!(
        op,
        Some("=" | "==" | "!=" | "-eq" | "-ne" | "-lt" | "-le" | "-gt" | "-ge" | "-nt" | "-ot" | "-ef" | "<" | ">")
    )
}

fn filled(value: &Value, raw: &str) -> Truth {
    Truth::over(value.0.iter().map(is_filled), raw)
}

fn binary(left: &Value, op: &str, right: &Value, raw: &str) -> Truth {
    let pairs = left.0.iter().flat_map(|l| right.0.iter().map(move |r| (l, r)));
    Truth::over(pairs.map(|(l, r)| compare(l, op, r, raw)), raw)
}

fn compare(left: &Text, op: &str, right: &Text, raw: &str) -> Truth {
    match op {
        "=" | "==" => equal(left, right, raw),
        "!=" => equal(left, right, raw).not(),
        _ => {
            let number = |t: &Text| t.known().and_then(|k| k.trim().parse::<i64>().ok());
            match (number(left), number(right)) {
                (Some(a), Some(b)) => numbers(a, op, b).map_or(Truth::maybe(raw), Truth::of).resting_on(left),
                _ => Truth::maybe(raw),
            }
        }
    }
}

fn numbers(a: i64, op: &str, b: i64) -> Option<bool> {
    Some(match op {
        "-eq" => a == b,
        "-ne" => a != b,
        "-lt" => a < b,
        "-le" => a <= b,
        "-gt" => a > b,
        "-ge" => a >= b,
        _ => return None,
    })
}

pub(crate) fn equal(left: &Text, right: &Text, raw: &str) -> Truth {
    match (left.known(), right.known()) {
        (Some(a), Some(b)) => Truth::of(a == b).resting_on(left).resting_on(right),
        _ if left == right => Truth::Yes,
        _ => {
            let (a, b) = (left.prefix(), right.prefix());
            let len = a.len().min(b.len());
            let apart = a.as_bytes()[..len] != b.as_bytes()[..len];
            let empty = |t: &Text, o: &Text| t.known() == Some("") && o.is_surely_filled();
            if apart || empty(left, right) || empty(right, left) { Truth::No } else { Truth::maybe(raw) }
        }
    }
}
