//! What `update-ca-certificates` and `make-ssl-cert` leave below `/etc/ssl/certs`.

use std::collections::BTreeMap;

use crate::shell::interp::Interp;
use crate::shell::state::{State, Status};
use crate::shell::x509::subject_hash;

const SHIPPED: &str = "/usr/share/ca-certificates/";
const CERTS: &str = "/etc/ssl/certs";

impl Interp<'_> {
    /// A link for each certificate of the package, and one by the hash of its subject.
    pub(crate) fn ca_certificates(&mut self, state: &mut State) -> Status {
        let shipped = self.setting.contents.range(SHIPPED.to_owned()..);
        let shipped = shipped.take_while(|(path, _)| path.starts_with(SHIPPED) && path.ends_with(".crt"));
        let mut same: BTreeMap<String, u32> = BTreeMap::new();
        for (path, text) in shipped {
            let base = path.rsplit('/').next().unwrap_or_default().trim_end_matches(".crt");
            let name = base.replace([' ', ','], "_").replace(['(', ')'], "=") + ".pem";
            state.world.link(&format!("{CERTS}/{name}"), path);
            if let Some(hash) = subject_hash(text) {
                let count = same.entry(hash.clone()).or_default();
                state.world.link(&format!("{CERTS}/{hash}.{count}"), &name);
                *count += 1;
            }
        }
        Status::OK
    }
}
