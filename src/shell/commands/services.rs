//! Boot registration: what `update-rc.d` and `deb-systemd-helper` link, and unlink on purge.

use crate::shell::interp::Interp;
use crate::shell::knowledge::Arguments;
use crate::shell::report::DeedKind;
use crate::shell::state::{State, Status};
use crate::shell::text::{Text, Value};
use crate::shell::world::Stage;

use super::Call;

/// Targets of a unit that are followed.
const MAX_TARGETS: usize = 200;

impl Interp<'_> {
    pub(crate) fn update_rcd(&mut self, args: &Arguments, state: &mut State) -> Status {
        let (Some(name), Some(verb)) = (args.known(0).map(str::to_owned), args.known(1)) else { return Status::OK };
        match verb {
            "defaults" | "start" | "stop" | "enable" => drop(state.world.enabled.insert(format!("rc {name}"))),
            // Links that are there already stay as they are.
            "defaults-disabled" if state.world.enabled.insert(format!("rc {name}")) => {
                state.world.enabled.insert(format!("rc-new-off {name}"));
            }
            "disable" => {
                state.world.enabled.insert(format!("rc {name}"));
                state.world.enabled.insert(format!("rc-off {name}"));
            }
            "remove" => {
                self.sure_deed(DeedKind::ServiceDisabled, &name, "its links below /etc/rc?.d go", state);
                self.rc_links_removed(&name, state);
            }
            _ => {}
        }
        Status::OK
    }

    fn rc_links_removed(&mut self, name: &str, state: &mut State) {
        let header = self.setting.contents.get(&format!("/etc/init.d/{name}"));
        let Some(header) = header.filter(|_| state.world.enabled.contains(&format!("rc {name}"))).cloned() else {
            return;
        };
        let marked = |mark: &str| state.world.enabled.contains(&format!("{mark} {name}"));
        let off = if marked("rc-new-off") {
            Off::Made
        } else if marked("rc-off") {
            Off::Turned
        } else {
            Off::No
        };
        self.work += header.len();
        for link in rc_links(name, &header, off) {
            self.sure_deed(DeedKind::LinkRemoved, &link, "update-rc.d made it", state);
        }
        if state.guards.is_empty() {
            state.world.enabled.remove(&format!("rc {name}"));
        }
    }

    pub(crate) fn systemd_helper(&mut self, call: &Call<'_>, state: &mut State) -> Status {
        let Some(verb) = call.args.known(0).map(str::to_owned) else { return Status::OK };
        let user = call.args.has(&["--user"]);
        let units: Vec<Text> = call.args.operands.iter().skip(1).flat_map(|v| v.0.clone()).collect();
        for unit in &units {
            match (verb.as_str(), unit.known()) {
                ("enable", Some(name)) => {
                    state.world.enabled.insert(name.to_owned());
                    state.world.enabled.insert(format!("seen {name}"));
                }
                ("update-state", Some(name)) => drop(state.world.enabled.insert(format!("seen {name}"))),
                ("disable", Some(name)) => drop(state.world.enabled.remove(name)),
                ("purge", _) => self.unit_purged(unit, user, state),
                ("mask", Some(name)) => mask(name, user, state),
                ("unmask", Some(name)) => self.unmask(name, user, state),
                _ => {}
            }
        }
        let known = |mark: &str| units.iter().any(|u| state.world.enabled.contains(&format!("{mark}{u}")));
        match verb.as_str() {
            // A unit without a state file counts as enabled before; one with a state file is, if linked.
            "was-enabled" => Status::Code(i32::from(known("seen ") && !known(""))),
            "debian-installed" if known("seen ") => Status::OK,
            "debian-installed" if self.stage == Stage::Installing => {
                Status::Likely(1, std::rc::Rc::from("the package was installed before"))
            }
            "is-enabled" => Status::unknown(call.raw),
            _ => Status::OK,
        }
    }

    fn unit_purged(&mut self, unit: &Text, user: bool, state: &mut State) {
        let why = "the links that enable it go";
        self.deed(DeedKind::ServiceDisabled, unit, false, Vec::new(), why, state);
        let Some(name) = unit.known() else { return };
        if !state.world.enabled.contains(name) {
            return;
        }
        for link in self.unit_links(name, user, state) {
            self.sure_deed(DeedKind::LinkRemoved, &link, "it enables the unit", state);
        }
    }

    /// Only a mask that the helper itself made goes.
    fn unmask(&mut self, unit: &str, user: bool, state: &mut State) {
        let link = mask_link(unit, user);
        if state.world.enabled.remove(&format!("masked {link}")) {
            self.sure_deed(DeedKind::LinkRemoved, &link, "it masked the unit", state);
            state.world.delete(&link);
        }
    }

    /// Links that the `[Install]` section of a shipped unit asks for.
    fn unit_links(&mut self, unit: &str, user: bool, state: &State) -> Vec<String> {
        let folder = if user { "user" } else { "system" };
        let places = ["/lib/systemd", "/usr/lib/systemd"].map(|p| format!("{p}/{folder}/{unit}"));
        let setting = self.setting;
        let Some(text) = places.iter().find_map(|p| setting.contents.get(p)) else { return Vec::new() };
        let base = format!("/etc/systemd/{folder}");
        let mut links = Vec::new();
        self.work += text.len();
        for line in text.lines().map(str::trim) {
            let Some((key, value)) = line.split_once('=') else { continue };
            for target in value.split_whitespace().take(MAX_TARGETS) {
                match key.trim() {
                    "WantedBy" => links.push(format!("{base}/{target}.wants/{unit}")),
                    "RequiredBy" => links.push(format!("{base}/{target}.requires/{unit}")),
                    "Alias" if target != unit => links.push(format!("{base}/{target}")),
                    "Also" if target != unit && !state.world.enabled.contains(target) => {
                        links.extend(self.also_links(target, &base));
                    }
                    _ => {}
                }
            }
            if links.len() > MAX_TARGETS {
                break;
            }
        }
        links
    }

    /// One step of `Also=`: its own `WantedBy`.
    fn also_links(&self, unit: &str, base: &str) -> Vec<String> {
        let folder = base.rsplit('/').next().unwrap_or("system");
        let places = ["/lib/systemd", "/usr/lib/systemd"].map(|p| format!("{p}/{folder}/{unit}"));
        let text = places.iter().find_map(|p| self.setting.contents.get(p));
        let wanted = text.into_iter().flat_map(|t| t.lines()).filter_map(|l| l.trim().strip_prefix("WantedBy="));
        let targets = wanted.flat_map(str::split_whitespace).take(MAX_TARGETS);
        targets.map(|t| format!("{base}/{t}.wants/{unit}")).collect()
    }
}

fn mask_link(unit: &str, user: bool) -> String {
    format!("/etc/systemd/{}/{unit}", if user { "user" } else { "system" })
}

/// A unit of the administrator's own in the place of the mask stays.
fn mask(unit: &str, user: bool, state: &mut State) {
    let link = mask_link(unit, user);
    if state.world.paths.get(&link) != Some(&true) {
        state.world.link(&link, "/dev/null");
        state.world.enabled.insert(format!("masked {link}"));
    }
}

/// Whether the links of an init script say that it is not to start.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Off {
    No,
    /// From the beginning (`defaults-disabled`), in every level.
    Made,
    /// Later on (`disable`), which leaves level S alone.
    Turned,
}

/// The links of an init script as `update-rc.d` numbers them without a dependency tool.
fn rc_links(name: &str, script: &str, off: Off) -> Vec<String> {
    let levels = |key: &str| {
        let line = script.lines().find_map(|l| l.trim_start_matches(['#', ' ', '\t']).strip_prefix(key));
        line.map(|l| l.split_whitespace().map(str::to_owned).collect::<Vec<_>>()).unwrap_or_default()
    };
    let (start, stop) = (levels("Default-Start:"), levels("Default-Stop:"));
    let mut links = Vec::new();
    for level in start {
        let mark = if off == Off::Made || off == Off::Turned && level != "S" { 'K' } else { 'S' };
        links.push(format!("/etc/rc{level}.d/{mark}01{name}"));
    }
    links.extend(stop.iter().map(|level| format!("/etc/rc{level}.d/K01{name}")));
    links.sort();
    links.dedup();
    links
}

impl Interp<'_> {
    /// A script below `/etc/init.d` that is called by itself.
    pub(crate) fn init_script(
        &mut self,
        name: &str,
        args: &[Value],
        raw: &str,
        state: State,
    ) -> crate::shell::state::Outcome {
        let service = name.rsplit('/').next().unwrap_or(name);
        let status = match args.first().and_then(Value::known) {
            Some("stop") => {
                self.sure_deed(DeedKind::ServiceStopped, service, "", &state);
                Status::OK
            }
            Some("status") => Status::Likely(0, std::rc::Rc::from(format!("{service} is not running"))),
            _ => Status::unknown(raw),
        };
        self.ended(state, status)
    }

    /// `a2enmod` and its kin: link what is available, and remember who asked.
    pub(crate) fn apache2_enable(&mut self, call: &Call<'_>, state: &mut State) -> Status {
        let kinds = [("conf", "conf", "conf"), ("mod", "mods", "module"), ("site", "sites", "site")];
        let verb = call.name.rsplit('/').next().unwrap_or_default();
        let Some((_, folder, memory)) = kinds.iter().find(|(word, ..)| verb.ends_with(word)) else { return Status::OK };
        for name in call.args.operands.iter().filter_map(Value::known) {
            if verb == "a2enmod" {
                self.needed_modules(name, state);
            }
            for end in ["load", "conf"] {
                let available = format!("/etc/apache2/{folder}-available/{name}.{end}");
                let link = format!("/etc/apache2/{folder}-enabled/{name}.{end}");
                if !self.setting.data.contains_key(&available) && !state.world.paths.contains_key(&available) {
                    continue;
                }
                if verb.starts_with("a2en") {
                    state.world.link(&link, &available);
                } else if state.world.links.contains_key(&link) {
                    self.sure_deed(DeedKind::LinkRemoved, &link, "apache2's configuration no longer holds it", state);
                    state.world.delete(&link);
                }
            }
            state.world.create(&format!("/var/lib/apache2/{memory}/enabled_by_maint/{name}"));
        }
        Status::unknown(call.raw)
    }

    /// Modules that a module's own file says it needs are enabled with it.
    fn needed_modules(&mut self, name: &str, state: &mut State) {
        let mut wanted = vec![name.to_owned()];
        let mut at = 0;
        while let Some(name) = wanted.get(at).cloned() {
            let text = self.setting.contents.get(&format!("/etc/apache2/mods-available/{name}.load"));
            let needs = text.into_iter().flat_map(|t| t.lines()).filter_map(|l| l.strip_prefix("# Depends:"));
            for need in needs.flat_map(str::split_whitespace).map(|n| n.trim_matches(',')) {
                if !wanted.iter().any(|w| w == need) && wanted.len() < 100 {
                    wanted.push(need.to_owned());
                }
            }
            if at > 0 {
                for end in ["load", "conf"] {
                    let available = format!("/etc/apache2/mods-available/{name}.{end}");
                    if self.setting.data.contains_key(&available) {
                        state.world.link(&format!("/etc/apache2/mods-enabled/{name}.{end}"), &available);
                    }
                }
            }
            at += 1;
        }
    }

    /// Functions of apache2's library: they link and unlink what is enabled.
    pub(crate) fn apache2_invoke(&mut self, call: &Call<'_>, state: &mut State) -> Status {
        let (Some(verb), Some(name)) = (call.args.known(0), call.args.known(1)) else { return Status::OK };
        let kinds = [("conf", "conf", "conf"), ("mod", "mods", "load"), ("site", "sites", "conf")];
        let Some((_, folder, end)) = kinds.iter().find(|(word, ..)| verb.ends_with(word)) else { return Status::OK };
        let name = name.strip_suffix(".conf").or_else(|| name.strip_suffix(".load")).unwrap_or(name);
        let link = format!("/etc/apache2/{folder}-enabled/{name}.{end}");
        if verb.starts_with("en") {
            state.world.link(&link, &format!("../{folder}-available/{name}.{end}"));
        } else if verb.starts_with("dis") && self.enabled_by_install(&link, folder, state) {
            self.sure_deed(DeedKind::LinkRemoved, &link, "apache2's configuration no longer holds it", state);
            state.world.delete(&link);
        }
        Status::OK
    }

    /// A script that is not followed is taken to enable what the removal disables.
    fn enabled_by_install(&self, link: &str, folder: &str, state: &State) -> bool {
        let base = link.rsplit('/').next().unwrap_or_default();
        let shipped = self.setting.data.contains_key(&format!("/etc/apache2/{folder}-available/{base}"));
        let gone = state.world.paths.get(link) == Some(&false);
        state.world.links.contains_key(link) || (self.setting.install_unknown && shipped && !gone)
    }

    /// `su USER -c "COMMAND"`: the command is run like any other.
    pub(crate) fn su(&mut self, call: &Call<'_>, state: State) -> crate::shell::state::Outcome {
        let command = call.args.value(&["-c", "--command"]).cloned();
        let text = command.as_ref().and_then(Value::known);
        match text.map(|t| crate::shell::parse::parse(t, self.line)) {
            Some(Ok(node)) => self.subshell(&node, state),
            _ => self.ended(state, Status::unknown(call.raw)),
        }
    }
}
