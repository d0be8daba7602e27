//! Where a finding is shown by programs that know lines of the head alone.

use crate::finding::{Finding, Location, Side};

/// A place in the head if there is any, the gravest evidence first; never an empty path.
pub(super) fn spot(finding: &Finding) -> (&str, u32) {
    let locations = || finding.primary().into_iter().chain(&finding.locations);
    let head = locations().find(|l| l.side == Side::Head).map(here);
    let nearest = || locations().find_map(|l| l.nearest.as_ref()).map(|p| (p.path.as_str(), p.line));
    let base = || locations().find(|l| l.side == Side::Base).map(here);
    let primary = finding.primary().filter(|l| l.side == Side::Head).map(here);
    let found = primary.or_else(nearest).or(head).or_else(base);
    found.filter(|(path, _)| !path.is_empty()).unwrap_or(("holdpoint.toml", 1))
}

fn here(location: &Location) -> (&str, u32) {
    (&location.path, location.line)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::repo::Loc;

    #[test]
    fn always_finds_a_line_of_the_head() {
        let base = || Location::new(Side::Base, "gone.pp", 7);
        let script = || Location::package("postrm", 3);
        let finding = || Finding::new("r", "s", "m");
        for (finding, expected) in [
            (finding().at(base()).also(Location::new(Side::Head, "a.pp", 4)), ("a.pp", 4)),
            (
                finding().at(base().nearest(&Loc::new("b.pp", 9))).also(Location::new(Side::Head, "a.pp", 4)),
                ("b.pp", 9),
            ),
            (finding().at(script()).also(base()), ("gone.pp", 7)),
            (finding().at(script()), ("holdpoint.toml", 1)),
            (finding(), ("holdpoint.toml", 1)),
        ] {
            assert_eq!(spot(&finding), expected);
        }
    }
}
