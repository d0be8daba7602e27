//! `single-smarthost`: a mail setting that hangs on one SMTP host.

use super::Check;

pub(crate) struct SingleSmarthost;

impl Check for SingleSmarthost {
    fn id(&self) -> &'static str {
        "single-smarthost"
    }
}
