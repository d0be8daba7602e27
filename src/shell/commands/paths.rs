//! Commands on paths: what `rm`, `rmdir`, `mv` take away, and what install scripts make.

use crate::shell::interp::Interp;
use crate::shell::knowledge::Arguments;
use crate::shell::report::DeedKind;
use crate::shell::simple::{MAX_FOUND, absolute, absolute_text};
use crate::shell::state::{State, Status};
use crate::shell::text::{Text, Truth, Value};
use crate::shell::world::{Entry, Stage};

use super::Call;

impl Interp<'_> {
    pub(crate) fn rm(&mut self, args: &Arguments, state: &mut State) -> Status {
        let recursive = args.has(&["-r", "-R", "--recursive"]);
        let force = args.has(&["-f", "--force"]);
        let mut missing = false;
        for value in &args.operands {
            let many = value.0.len() > 1;
            for text in &value.0 {
                for text in self.targets(text, state) {
                    let truth = self.exists(&text, state);
                    missing |= truth == Truth::No;
                    if recursive {
                        self.destroy(&text, many, state);
                    } else if truth != Truth::No {
                        self.unlink(&text, many, &truth, state);
                    }
                    self.forget(&text, state);
                }
            }
        }
        if missing && !force { Status::Code(1) } else { Status::OK }
    }

    /// A pattern stands for the paths that are known to fit it, or for itself.
    fn targets(&mut self, text: &Text, state: &State) -> Vec<Text> {
        let text = absolute_text(&state.cwd, text);
        let values = self.existing(Value::one(text), state);
        self.arguments += values.len();
        if values.len() >= MAX_FOUND {
            self.note(format!("only {MAX_FOUND} paths of a pattern are followed"));
        }
        values.into_iter().filter_map(|v| v.0.into_iter().next()).collect()
    }

    fn destroy(&mut self, text: &Text, many: bool, state: &State) {
        self.deed(DeedKind::DataDestroyed, text, many, Vec::new(), "a recursive delete", state);
        if text.known().is_some_and(|path| self.is_known_link(path, state)) {
            self.deed(DeedKind::LinkRemoved, text, many, Vec::new(), "a link that a script made", state);
        }
        // Links inside go with it.
        let inside = format!("{text}/");
        let links = state.world.links.range(inside.clone()..).map(|(link, _)| link);
        let links: Vec<String> = links.take_while(|l| l.starts_with(&inside)).cloned().collect();
        for link in links {
            self.deed(DeedKind::LinkRemoved, &Text::lit(&link), many, Vec::new(), "a link that a script made", state);
        }
    }

    fn unlink(&mut self, text: &Text, many: bool, there: &Truth, state: &State) {
        let known = text.known();
        let kind = match known {
            Some(path) if self.is_known_link(path, state) => DeedKind::LinkRemoved,
            _ => DeedKind::FileRemoved,
        };
        let doubtful = matches!(there, Truth::Likely(false, _)) || text.has_glob();
        let extra = if doubtful { vec![format!("{text} exists")] } else { Vec::new() };
        self.deed(kind, text, many, extra, "", state);
    }

    fn is_known_link(&self, path: &str, state: &State) -> bool {
        state.world.links.contains_key(path) || self.setting.data.get(path) == Some(&Entry::Link)
    }

    /// Takes a path out of the world, unless that happens only perhaps.
    #[allow(clippy::unused_self)]
    fn forget(&mut self, text: &Text, state: &mut State) {
        if let Some(path) = text.known() {
            let path = path.to_owned();
            state.world.delete(&path);
        }
    }

    pub(crate) fn rmdir(&mut self, args: &Arguments, state: &mut State) -> Status {
        for value in &args.operands {
            for text in &value.0 {
                let text = absolute_text(&state.cwd, text);
                if self.exists(&text, state) == Truth::No {
                    continue;
                }
                let empty = vec![format!("{text} is empty")];
                self.deed(DeedKind::DirRemoved, &text, value.0.len() > 1, empty, "", state);
            }
        }
        Status::OK
    }

    /// `mkdir`, `touch`: the operands come to be.
    pub(crate) fn make(&mut self, args: &Arguments, state: &mut State) -> Status {
        for name in args.operands.iter().filter_map(Value::known) {
            let path = absolute(&state.cwd, name);
            state.world.create(&path);
        }
        Status::OK
    }

    /// `install -d DIR…` or as `cp`.
    pub(crate) fn install(&mut self, args: &Arguments, state: &mut State) -> Status {
        if args.has(&["-d", "--directory"]) { self.make(args, state) } else { self.copy(args, state) }
    }

    /// The operands as text, patterns put as the paths that are known to fit them.
    fn names(&self, args: &Arguments, state: &State) -> Vec<String> {
        let found = args.operands.iter().flat_map(|v| self.existing(v.clone(), state));
        found.filter_map(|v| v.known().map(str::to_owned)).collect()
    }

    /// The destination comes to be, or the names below it.
    pub(crate) fn copy(&mut self, args: &Arguments, state: &mut State) -> Status {
        for (_, to) in self.destinations(args, state) {
            state.world.create(&to);
        }
        Status::OK
    }

    pub(crate) fn link(&mut self, args: &Arguments, state: &mut State) -> Status {
        let symbolic = args.has(&["-s", "--symbolic"]);
        for (target, place) in self.destinations(args, state) {
            if symbolic {
                state.world.link(&place, &target);
            } else {
                state.world.create(&place);
            }
        }
        Status::OK
    }

    /// What `cp` and `ln` take, with the place each goes to.
    fn destinations(&self, args: &Arguments, state: &State) -> Vec<(String, String)> {
        let target = args.value(&["-t", "--target-directory"]).and_then(Value::known).map(str::to_owned);
        let mut names = self.names(args, state);
        let folder = target.is_some();
        // `ln -s TARGET` alone links here.
        let last = if names.len() > 1 && !folder { names.pop() } else { None };
        let Some(to) = target.or(last).or_else(|| (!names.is_empty()).then(|| ".".to_owned())) else {
            return Vec::new();
        };
        let below = folder || names.len() > 1 || to == "." || to.ends_with('/') || self.is_dir(&to, args, state);
        let place = |name: &String| {
            let base = name.trim_end_matches('/').rsplit('/').next().unwrap_or(name);
            if below { format!("{to}/{base}") } else { to.clone() }
        };
        names.into_iter().map(|name| (name.clone(), absolute(&state.cwd, &place(&name)))).collect()
    }

    fn is_dir(&self, place: &str, args: &Arguments, state: &State) -> bool {
        let path = absolute(&state.cwd, place);
        let plain = args.has(&["-T", "-n", "--no-dereference", "--no-target-directory"]);
        let known = self.setting.data.get(&path) == Some(&Entry::Dir) || self.knowledge.is_shared_dir(&path);
        !plain && known
    }

    /// What is moved away is gone from its place.
    pub(crate) fn move_path(&mut self, call: &Call<'_>, state: &mut State) -> Status {
        let known: Vec<String> = call.args.operands.iter().filter_map(Value::known).map(str::to_owned).collect();
        if let [from, to] = known.as_slice() {
            let (from, mut to) = (absolute(&state.cwd, from), absolute(&state.cwd, to));
            if self.is_dir(&to, call.args, state) {
                to = format!("{to}/{}", from.rsplit('/').next().unwrap_or_default());
            }
            if self.setting.data.get(&from) == Some(&Entry::Conffile) && self.stage > Stage::Installing {
                self.sure_deed(DeedKind::ConffileRemoved, &from, &format!("it is moved to {to}"), state);
            }
            let link = state.world.links.get(&from).cloned();
            state.world.delete(&from);
            match link {
                Some(target) => state.world.link(&to, &target),
                None => state.world.create(&to),
            }
        }
        Status::OK
    }
}
