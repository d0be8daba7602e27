//! Commands that are run for what they print.

use crate::shell::bre;
use crate::shell::interp::Interp;
use crate::shell::simple::absolute;
use crate::shell::state::{State, Status};
use crate::shell::text::{Bit, Text, Truth, Value};
use crate::shell::world::Stage;

use super::Call;
use super::accounts::FIELD_OF;

impl Interp<'_> {
    /// `basename`, `dirname`, `cat`, `ls`, filters: known where the input is.
    pub(crate) fn output(&mut self, call: &Call<'_>, state: &State) -> Status {
        let known = |i: usize| call.args.known(i);
        match call.name.rsplit('/').next().unwrap_or_default() {
            "basename" => self.line_or_unknown(known(0).map(|p| basename(p, known(1))), call, state),
            "dirname" => self.line_or_unknown(known(0).map(dirname), call, state),
            "ls" => self.list(call, state),
            "grep" | "egrep" | "fgrep" => self.grep(call, state),
            "cut" | "head" | "tail" | "sort" | "uniq" | "tr" | "awk" | "wc" | "tee" | "rev" | "tac" | "cat" => {
                self.filter(call, state)
            }
            "expr" | "pidof" | "pgrep" => {
                self.print_raw(call, state);
                Status::unknown(call.raw)
            }
            "dpkg-vendor" | "lsb_release" | "hostname" | "uname" => {
                self.print_raw(call, state);
                Status::unknown(call.raw)
            }
            "readlink" | "realpath" => self.resolve(call, state),
            _ => {
                self.print_raw(call, state);
                Status::OK
            }
        }
    }

    fn print_raw(&mut self, call: &Call<'_>, state: &State) {
        self.print(&Text::hole(&format!("$({})", call.raw)), state);
    }

    fn line_or_unknown(&mut self, line: Option<String>, call: &Call<'_>, state: &State) -> Status {
        match line {
            Some(line) => self.print(&Text::lit(&format!("{line}\n")), state),
            None => self.print_raw(call, state),
        }
        Status::OK
    }

    /// Paths that are known to be there, when a pattern is listed, and names in a folder; else unknown.
    fn list(&mut self, call: &Call<'_>, state: &State) -> Status {
        let mut found = Vec::new();
        for value in &call.args.operands {
            match value.0.as_slice() {
                [text] if text.has_glob() || call.args.has(&["-d"]) => found.extend(self.glob_paths(text, state)),
                [text] => found.extend(self.names_in(text, state)),
                _ => {}
            }
        }
        self.work += found.iter().map(String::len).sum::<usize>();
        if found.is_empty() || call.args.has(&["-l"]) {
            self.print_raw(call, state);
            return Status::unknown(call.raw);
        }
        self.print(&Text::lit(&(found.join("\n") + "\n")), state);
        Status::OK
    }

    /// The names in a folder of the package's own, with those that scripts put there.
    fn names_in(&self, folder: &Text, state: &State) -> Vec<String> {
        let Some(folder) = folder.known().map(|f| absolute(&state.cwd, f)) else { return Vec::new() };
        let mut below = Text::lit(&format!("{}/", folder.trim_end_matches('/')));
        below.push(Bit::Glob("*".to_owned()));
        let paths = self.glob_paths(&below, state);
        paths.iter().map(|p| basename(p, None)).collect()
    }

    fn resolve(&mut self, call: &Call<'_>, state: &State) -> Status {
        let path = call.args.known(0).map(|p| absolute(&state.cwd, p));
        if let Some(link) = path.as_deref().filter(|p| state.world.links.contains_key(*p)) {
            return self.resolve_link(link, call, state);
        }
        let plain = path.filter(|p| self.setting.data.contains_key(p) && !state.world.links.contains_key(p));
        match plain {
            Some(path) if call.args.has(&["-f", "-e", "-m"]) => self.print(&Text::lit(&format!("{path}\n")), state),
            _ => self.print_raw(call, state),
        }
        Status::OK
    }

    /// What a link that a script made says (`readlink`), and where it ends (`-f`; `-e`: if that is there).
    fn resolve_link(&mut self, link: &str, call: &Call<'_>, state: &State) -> Status {
        let follows = call.args.has(&["-f", "-e", "-m"]) || call.name.ends_with("realpath");
        let end = if follows { self.end_of_link(link, state) } else { state.world.links.get(link).cloned() };
        let Some(end) = end.filter(|e| !e.is_empty()) else {
            self.print_raw(call, state);
            return Status::unknown(call.raw);
        };
        let there = if call.args.has(&["-e"]) { self.exists(&Text::lit(&end), state) } else { Truth::Yes };
        if !matches!(there, Truth::No | Truth::Likely(false, _)) {
            self.print(&Text::lit(&format!("{end}\n")), state);
        }
        Status::of(there)
    }

    /// The path that a link leads to over further ones.
    fn end_of_link(&self, link: &str, state: &State) -> Option<String> {
        let mut path = link.to_owned();
        for _ in 0..8 {
            let Some(target) = state.world.links.get(&path) else { return Some(path) };
            let folder = path.rsplit_once('/').map_or("/", |(folder, _)| folder);
            path = absolute(folder, Some(target.as_str()).filter(|t| !t.is_empty())?);
        }
        None
    }

    /// Account files are answered from what is known of accounts; empty input gives nothing.
    fn grep(&mut self, call: &Call<'_>, state: &State) -> Status {
        if let Some(truth) = self.account_line(call, state) {
            self.print_raw(call, state);
            return Status::of(truth);
        }
        if call.args.operands.len() < 2 && self.inputs.last().is_some_and(|t| t.known() == Some("")) {
            return Status::Code(1);
        }
        if self.inputs.last().is_some_and(|t| t.prefix().is_empty() && t.to_string().starts_with("$(mount")) {
            self.print_raw(call, state);
            return Status::Likely(1, std::rc::Rc::from(format!("something is mounted: {}", call.raw)));
        }
        if let Some(status) = self.absent_files(call, state) {
            return status;
        }
        match (self.grep_known(call), self.inputs.last().is_some_and(Text::has_hole)) {
            (Some(found), false) => {
                self.print_found(&found, call, state);
                return Status::of(Truth::of(!found.is_empty()));
            }
            // Of input that is known in part, a line that fits is enough for the answer.
            (Some(found), true) if !found.is_empty() => {
                if !call.args.has(&["-q", "--quiet", "--silent"]) {
                    self.print_raw(call, state);
                }
                return Status::OK;
            }
            _ => {}
        }
        if call.args.has(&["-c", "--count"]) || !call.args.has(&["-q", "--quiet", "--silent"]) {
            self.print_raw(call, state);
        }
        Status::unknown(call.raw)
    }

    /// A search of files none of which is there finds nothing.
    fn absent_files(&self, call: &Call<'_>, state: &State) -> Option<Status> {
        let files = call.args.operands.get(1..).filter(|f| !f.is_empty())?;
        let mut why = None;
        for text in files.iter().flat_map(|f| &f.0) {
            match self.exists(text, state) {
                Truth::No => {}
                Truth::Likely(false, words) => why = Some(words),
                _ => return None,
            }
        }
        Some(why.map_or(Status::Code(2), |words| Status::Likely(2, words)))
    }

    /// `… | grep PATTERN`: the lines that fit, of those that are known.
    fn grep_known(&self, call: &Call<'_>) -> Option<Vec<String>> {
        let args = call.args;
        let odd = ["-o", "-f", "--file", "-A", "-B", "-C", "-e", "-l", "-L", "-z", "-P", "-n", "-m"];
        let text = args.known(0).filter(|_| args.operands.len() == 1 && !args.has(&odd))?;
        let input = self.inputs.last()?;
        let input = match input.known() {
            Some(whole) => whole,
            // Whole lines before what is not known.
            None => input.prefix().rsplit_once('\n')?.0,
        };
        let name = call.name.rsplit('/').next().unwrap_or_default();
        let text = if name == "fgrep" || args.has(&["-F"]) { regex::escape(text) } else { text.to_owned() };
        let extended = name != "grep" || args.has(&["-E", "--extended-regexp", "-F"]);
        let find = bre::pattern(&text, extended, args.has(&["-i", "--ignore-case"]))?;
        let word = |c: Option<char>| !c.is_some_and(|c| c.is_alphanumeric() || c == '_');
        let fits = |line: &&str| {
            let hit = if args.has(&["-x", "--line-regexp"]) {
                find.find(line).is_some_and(|m| m.len() == line.len())
            } else if args.has(&["-w", "--word-regexp"]) {
                let mut hits = find.find_iter(line);
                hits.any(|m| word(line[..m.start()].chars().next_back()) && word(line[m.end()..].chars().next()))
            } else {
                find.is_match(line)
            };
            hit != args.has(&["-v", "--invert-match"])
        };
        Some(input.lines().filter(fits).map(str::to_owned).collect())
    }

    fn print_found(&mut self, found: &[String], call: &Call<'_>, state: &State) {
        if call.args.has(&["-c", "--count"]) {
            self.print(&Text::lit(&format!("{}\n", found.len())), state);
        } else if !call.args.has(&["-q", "--quiet", "--silent"]) {
            self.print(&Text::lit(&found.iter().map(|l| format!("{l}\n")).collect::<String>()), state);
        }
    }

    fn account_line(&self, call: &Call<'_>, state: &State) -> Option<Truth> {
        let pattern = call.args.known(0)?;
        let name = pattern.trim_start_matches('^').split(':').next()?;
        let plain = !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || "-_.".contains(c));
        let anchored = pattern.starts_with('^') && plain;
        match call.args.known(1)? {
            "/etc/passwd" | "/etc/shadow" if anchored => Some(self.has_user(name, state)),
            "/etc/group" | "/etc/gshadow" if anchored => Some(self.has_group(name, state)),
            _ => None,
        }
    }

    fn filter(&mut self, call: &Call<'_>, state: &State) -> Status {
        let name = call.name.rsplit('/').next().unwrap_or_default();
        let files = call.args.operands.len() > usize::from(name == "awk" || name == "tr") && name != "tr";
        let input = if files { None } else { self.inputs.last().cloned() };
        let Some(known) = input.as_ref().and_then(Text::known) else {
            let field = input.as_ref().and_then(|text| field_of_account(text, selected(name, call)?));
            match input.filter(|_| name == "cat" || name == "sort").or(field) {
                Some(text) => self.print(&text, state),
                _ => self.print_raw(call, state),
            }
            return Status::OK;
        };
        match filtered(name, known, call) {
            Some(text) => self.print(&Text::lit(&text), state),
            None => self.print_raw(call, state),
        }
        Status::OK
    }

    /// `dpkg -L`, `dpkg-query`, `dpkg --compare-versions`.
    pub(crate) fn dpkg_query(&mut self, call: &Call<'_>, state: &State) -> Status {
        let args = call.args;
        if args.has(&["--compare-versions"]) {
            return self.compare_versions(call);
        }
        if args.has(&["-L", "--listfiles"]) {
            if args.known(0).is_none_or(|p| p.split(':').next() != Some(&self.setting.package))
                || self.stage > Stage::Unpacked
            {
                self.print_raw(call, state);
                return Status::unknown(call.raw);
            }
            let list: String = self.setting.data.keys().map(|p| format!("{p}\n")).collect();
            self.print(&Text::lit(&list), state);
            return Status::OK;
        }
        if args.has(&["--validate-pkgname", "--assert-support-predepends", "--assert-multi-conrep"]) {
            return Status::OK;
        }
        self.print_raw(call, state);
        Status::unknown(call.raw)
    }

    #[allow(clippy::unused_self)]
    fn compare_versions(&self, call: &Call<'_>) -> Status {
        let words: Vec<Option<&str>> =
            call.plain.iter().map(Value::known).filter(|w| *w != Some("--compare-versions")).collect();
        match words.as_slice() {
            [Some(a), Some(op), Some(b), ..] => match version_test(a.trim(), op, b.trim()) {
                Some(so) => Status::of(Truth::of(so)),
                None => Status::unknown(call.raw),
            },
            _ => Status::unknown(call.raw),
        }
    }
}

fn basename(path: &str, suffix: Option<&str>) -> String {
    let base = path.trim_end_matches('/').rsplit('/').next().unwrap_or_default();
    let cut = suffix.and_then(|s| base.strip_suffix(s)).filter(|b| !b.is_empty());
    cut.unwrap_or(base).to_owned()
}

fn dirname(path: &str) -> String {
    match path.trim_end_matches('/').rsplit_once('/') {
        Some(("", _)) => "/".to_owned(),
        Some((dir, _)) => dir.to_owned(),
        None => ".".to_owned(),
    }
}

fn filtered(name: &str, input: &str, call: &Call<'_>) -> Option<String> {
    if input.is_empty() && name != "wc" && name != "awk" {
        return Some(String::new());
    }
    let lines = || input.lines();
    match name {
        "cat" | "tee" => Some(input.to_owned()),
        "sort" | "uniq" => {
            let mut all: Vec<&str> = lines().collect();
            if name == "sort" {
                all.sort_unstable();
            }
            all.dedup();
            Some(all.join("\n") + "\n")
        }
        "tac" => Some(lines().rev().collect::<Vec<_>>().join("\n") + "\n"),
        "cut" | "awk" => Some(cut(input, selected(name, call)?)),
        _ => None,
    }
}

fn cut(input: &str, (delimiter, field): (char, usize)) -> String {
    let pick = |line: &str| line.split(delimiter).nth(field.saturating_sub(1)).unwrap_or_default().to_owned();
    input.lines().map(|l| pick(l) + "\n").collect()
}

/// The one field that `cut -d: -f6` and `awk -F: '{print $6}'` show.
fn selected(name: &str, call: &Call<'_>) -> Option<(char, usize)> {
    let (delimiter, field) = match name {
        "cut" => (["-d", "--delimiter"], call.args.value(&["-f", "--fields"])?.known()?),
        "awk" => {
            let inner = call.args.known(0)?.trim().strip_prefix('{')?.strip_suffix('}')?;
            (
                ["-F", "--field-separator"],
                inner.trim().trim_end_matches(';').strip_prefix("print")?.trim().strip_prefix('$')?,
            )
        }
        _ => return None,
    };
    let given = call.args.value(&delimiter);
    // awk's own separator is any blank.
    let delimiter = if given.is_none() && name == "awk" { None } else { given.map_or(Some("\t"), Value::known) };
    Some((delimiter?.chars().next()?, field.trim().parse().ok()?))
}

/// A field of an account's line of which only some is known.
fn field_of_account(line: &Text, (delimiter, field): (char, usize)) -> Option<Text> {
    let mut fields = vec![Text::default()];
    for bit in &line.bits {
        match bit {
            Bit::Hole(words) if words.starts_with(FIELD_OF) => fields.last_mut()?.push(bit.clone()),
            Bit::Lit(text) => {
                for (number, part) in text.trim_end_matches('\n').split(delimiter).enumerate() {
                    if number > 0 {
                        fields.push(Text::default());
                    }
                    fields.last_mut()?.push(Bit::Lit(part.to_owned()));
                }
            }
            _ => return None,
        }
    }
    let mut found = fields.into_iter().nth(field.checked_sub(1)?)?;
    found.push(Bit::Lit("\n".to_owned()));
    Some(found)
}

/// dpkg's relations; an empty version is earlier than any, except for the `-nl` forms.
fn version_test(a: &str, op: &str, b: &str) -> Option<bool> {
    use std::cmp::Ordering;
    let order = match (a.is_empty(), b.is_empty()) {
        (true, true) => Ordering::Equal,
        (true, false) if op.ends_with("-nl") => Ordering::Greater,
        (true, false) => Ordering::Less,
        (false, true) if op.ends_with("-nl") => Ordering::Less,
        (false, true) => Ordering::Greater,
        (false, false) => a.parse::<debversion::Version>().ok()?.cmp(&b.parse().ok()?),
    };
    Some(match op.trim_end_matches("-nl") {
        "lt" | "<<" => order.is_lt(),
        "le" | "<=" | "<" => order.is_le(),
        "eq" | "=" => order.is_eq(),
        "ne" => order.is_ne(),
        "ge" | ">=" | ">" => order.is_ge(),
        "gt" | ">>" => order.is_gt(),
        _ => return None,
    })
}
