//! Commands on paths: what `rm`, `rmdir`, `mv` take away, and what install scripts make.

use crate::shell::interp::Interp;
use crate::shell::knowledge::Arguments;
use crate::shell::report::DeedKind;
use crate::shell::simple::{absolute, absolute_text};
use crate::shell::state::{State, Status};
use crate::shell::text::{Text, Truth, Value};
use crate::shell::world::Entry;

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
    fn targets(&self, text: &Text, state: &State) -> Vec<Text> {
        let text = absolute_text(&state.cwd, text);
        let values = self.existing(Value::one(text), state);
        values.into_iter().filter_map(|v| v.0.into_iter().next()).collect()
    }

    fn destroy(&mut self, text: &Text, many: bool, state: &State) {
        self.deed(DeedKind::DataDestroyed, text, many, Vec::new(), "a recursive delete", state);
        if text.known().is_some_and(|path| self.is_known_link(path, state)) {
            self.deed(DeedKind::LinkRemoved, text, many, Vec::new(), "a link that a script made", state);
        }
        // Links inside go with it.
        let inside = format!("{text}/");
        let links: Vec<String> = state.world.links.keys().filter(|l| l.starts_with(&inside)).cloned().collect();
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

    /// The destination comes to be, or the names below it.
    pub(crate) fn copy(&mut self, args: &Arguments, state: &mut State) -> Status {
        let target = args.value(&["-t", "--target-directory"]).and_then(Value::known);
        let mut names: Vec<&str> = args.operands.iter().filter_map(Value::known).collect();
        let Some(to) = target.or_else(|| names.pop()).map(str::to_owned) else { return Status::OK };
        let below = target.is_some() || names.len() > 1 || to.ends_with('/') || self.is_dir(&to, args, state);
        if below {
            for name in names {
                let base = name.trim_end_matches('/').rsplit('/').next().unwrap_or(name);
                let path = absolute(&state.cwd, &format!("{to}/{base}"));
                state.world.create(&path);
            }
        } else {
            let path = absolute(&state.cwd, &to);
            state.world.create(&path);
        }
        Status::OK
    }

    pub(crate) fn link(&mut self, args: &Arguments, state: &mut State) -> Status {
        let Some(target) = args.known(0) else { return Status::OK };
        let base = target.rsplit('/').next().unwrap_or(target);
        let place = match args.known(1) {
            None => base.to_owned(),
            Some(place) if place.ends_with('/') || self.is_dir(place, args, state) => format!("{place}/{base}"),
            Some(place) => place.to_owned(),
        };
        let place = absolute(&state.cwd, &place);
        if args.has(&["-s", "--symbolic"]) {
            state.world.link(&place, target);
        } else {
            state.world.create(&place);
        }
        Status::OK
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
            let (from, to) = (absolute(&state.cwd, from), absolute(&state.cwd, to));
            state.world.delete(&from);
            state.world.create(&to);
        }
        Status::OK
    }
}
