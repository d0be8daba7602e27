//! Networks as the beginnings of the addresses in them.

use std::net::Ipv4Addr;

/// Most beginnings that one fact may have.
pub(super) const MOST: usize = 16;

/// `10.64.0.0/15`: `10.64.` and `10.65.`. `None` for what is no network of IPv4 of 8 to 32 bits.
pub(super) fn beginnings(network: &str) -> Option<Vec<String>> {
    let (address, bits) = network.split_once('/').unwrap_or((network, "32"));
    let address: Ipv4Addr = address.parse().ok()?;
    let bits: u32 = bits.parse().ok().filter(|b| (8..=32).contains(b))?;
    let octets = usize::try_from(bits.div_ceil(8)).ok()?;
    let free = u32::try_from(octets).ok()? * 8 - bits;
    let first = u32::from(address) & (u32::MAX << (32 - bits));
    let step = 1u32 << (32 - bits - free);
    Some((0..1u32 << free).map(|i| text(Ipv4Addr::from(first + i * step), octets)).collect())
}

fn text(address: Ipv4Addr, octets: usize) -> String {
    let all = address.octets();
    let shown: Vec<String> = all.iter().take(octets).map(ToString::to_string).collect();
    let dot = if octets < 4 { "." } else { "" };
    shown.join(".") + dot
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn networks_are_spelled_out() {
        assert_eq!(beginnings("10.64.0.0/15").unwrap(), ["10.64.", "10.65."]);
        assert_eq!(beginnings("208.80.154.0/23").unwrap(), ["208.80.154.", "208.80.155."]);
        assert_eq!(beginnings("10.0.0.0/8").unwrap(), ["10."]);
        assert_eq!(beginnings("192.0.2.1").unwrap(), ["192.0.2.1"]);
        assert_eq!(beginnings("192.0.2.2/31").unwrap().len(), 2);
        for bad in ["", "10.0/8", "10.0.0.0/7", "10.0.0.0/33", "2001:db8::/32"] {
            assert_eq!(beginnings(bad), None, "{bad}");
        }
    }
}
