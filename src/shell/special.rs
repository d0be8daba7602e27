//! Where a row names a behaviour that rows cannot say, the behaviour is found here.

use super::commands::Call;
use super::interp::Interp;
use super::state::{Outcome, State, Status};

impl Interp<'_> {
    pub(crate) fn special(&mut self, special: &str, call: &Call<'_>, mut state: State) -> Outcome {
        let args = call.args;
        let status = match special {
            "rm" => self.rm(args, &mut state),
            "rmdir" => self.rmdir(args, &mut state),
            "find" => return self.find(call, state),
            "xargs" => return self.xargs(call, state),
            "sed" => self.sed(call, &state),
            "user-delete" => self.user_delete(call, &mut state),
            "group-delete" => self.group_delete(call, &mut state),
            "user-add" => self.user_add(call, &mut state),
            "group-add" => self.group_add(args, &mut state),
            "sysusers" => self.sysusers(&mut state),
            "account-query" => self.account_query(call, &state),
            "chown" => self.chown(call, &state),
            "make" => self.make(args, &mut state),
            "install" => self.install(args, &mut state),
            "copy" => self.copy(args, &mut state),
            "link" => self.link(args, &mut state),
            "move" => self.move_path(call, &mut state),
            "statoverride" => self.statoverride(call, &mut state),
            "divert" => self.divert(call, &mut state),
            "alternatives" => self.alternatives(args, &mut state),
            "update-rc.d" => self.update_rcd(args, &mut state),
            "systemd-helper" => self.systemd_helper(call, &mut state),
            "apache2-invoke" => self.apache2_invoke(call, &mut state),
            "apache2-enable" => self.apache2_enable(call, &mut state),
            "debconf" => self.debconf(call, &mut state),
            "ucf" => self.ucf(args, &mut state),
            "maintscript-helper" => self.maintscript_helper(args, &state),
            "dbconfig" => self.dbconfig(&state),
            "sql" => self.sql(call, &state),
            "dpkg-query" => self.dpkg_query(call, &state),
            "output" => self.output(call, &state),
            "ca-certificates" => self.ca_certificates(&mut state),
            "su" => return self.su(call, state),
            _ => Status::unknown(call.raw),
        };
        self.ended(state, status)
    }
}
