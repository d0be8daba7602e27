//! `IPAddr`: addresses and networks of both families.

use crate::ruby::values;
use crate::value::{Entries, Value};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// `IPAddr.new(text)`; `None` where the text is no address.
pub(crate) fn parse(text: &str) -> Option<Value> {
    let (address, mask) = match text.split_once('/') {
        Some((address, mask)) => (address, Some(mask)),
        None => (text, None),
    };
    let address: IpAddr = address.trim_matches(['[', ']']).parse().ok()?;
    let prefix = match mask {
        Some(mask) => mask.parse().ok().or_else(|| dotted(mask))?,
        None => width(address),
    };
    (prefix <= width(address)).then(|| made(masked(address, prefix), prefix))
}

/// The length of a mask that is written as an address.
fn dotted(mask: &str) -> Option<u32> {
    let bits = u32::from(mask.parse::<Ipv4Addr>().ok()?);
    (bits.leading_ones() + bits.trailing_zeros() == 32).then(|| bits.leading_ones())
}

fn made(address: IpAddr, prefix: u32) -> Value {
    values::object(values::ADDRESS, &[Value::str(address.to_string()), Value::Int(i64::from(prefix))])
}

fn width(address: IpAddr) -> u32 {
    if address.is_ipv4() { 32 } else { 128 }
}

fn bits(address: IpAddr) -> u128 {
    match address {
        IpAddr::V4(v4) => u128::from(u32::from(v4)),
        IpAddr::V6(v6) => u128::from(v6),
    }
}

fn from_bits(bits: u128, like: IpAddr) -> Option<IpAddr> {
    Some(match like {
        IpAddr::V4(_) => IpAddr::V4(Ipv4Addr::from(u32::try_from(bits).ok()?)),
        IpAddr::V6(_) => IpAddr::V6(Ipv6Addr::from(bits)),
    })
}

fn masked(address: IpAddr, prefix: u32) -> IpAddr {
    let low = width(address).saturating_sub(prefix);
    let kept = if low >= 128 { 0 } else { bits(address) >> low << low };
    from_bits(kept, address).unwrap_or(address)
}

fn read(attrs: &Entries) -> Option<(IpAddr, u32)> {
    let mut parts = attrs.values();
    let address = parts.next()?.as_str()?.parse().ok()?;
    let Value::Int(prefix) = parts.next()? else { return None };
    Some((address, u32::try_from(*prefix).ok()?))
}

fn other(value: &Value) -> Option<(IpAddr, u32)> {
    match value {
        Value::Str(text) => read(values::attrs(&parse(&text.text)?, values::ADDRESS)?),
        _ => read(values::attrs(value, values::ADDRESS)?),
    }
}

/// A method of an address; `None` where it is not known.
pub(crate) fn call(attrs: &Entries, name: &str, args: &[Value]) -> Option<Value> {
    let (address, prefix) = read(attrs)?;
    Some(match (name, args) {
        ("to_s" | "to_string", []) => Value::str(address.to_string()),
        ("ipv4?", []) => Value::Bool(address.is_ipv4()),
        ("ipv6?", []) => Value::Bool(address.is_ipv6()),
        ("prefix", []) => Value::Int(i64::from(prefix)),
        ("to_i", []) => Value::Int(i64::try_from(bits(address)).ok()?),
        ("succ", []) => made(from_bits(bits(address).checked_add(1)?, address)?, prefix),
        ("mask", [Value::Int(to)]) => {
            let to = u32::try_from(*to).ok().filter(|to| *to <= width(address))?;
            made(masked(address, to), to)
        }
        ("|", [with]) => made(from_bits(bits(address) | bits(other(with)?.0), address)?, prefix),
        ("&", [with]) => made(from_bits(bits(address) & bits(other(with)?.0), address)?, prefix),
        ("include?" | "===", [inner]) => {
            let (inner, _) = other(inner)?;
            Value::Bool(inner.is_ipv4() == address.is_ipv4() && masked(inner, prefix) == address)
        }
        ("==", [with]) => Value::Bool(other(with).is_some_and(|(a, _)| a == address)),
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used)]

    use super::*;

    #[test]
    fn masks_and_joins_as_ruby_does() {
        let of = |text: &str, name: &str, args: &[Value]| {
            let address = parse(text).unwrap();
            call(values::attrs(&address, values::ADDRESS).unwrap(), name, args).unwrap()
        };
        let network = of("2620:0:861:107:10:64:48:98", "mask", &[Value::Int(64)]);
        let attrs = values::attrs(&network, values::ADDRESS).unwrap();
        assert_eq!(call(attrs, "to_s", &[]).unwrap().to_string(), "2620:0:861:107::");
        let joined = call(attrs, "|", &[Value::str("::10:64:48:98")]).unwrap();
        let attrs = values::attrs(&joined, values::ADDRESS).unwrap();
        assert_eq!(call(attrs, "to_s", &[]).unwrap().to_string(), "2620:0:861:107:10:64:48:98");
        assert_eq!(of("10.0.0.0/8", "include?", &[Value::str("10.2.3.4")]), Value::Bool(true));
        assert_eq!(of("10.0.0.0/255.0.0.0", "include?", &[Value::str("11.2.3.4")]), Value::Bool(false));
        assert!(parse("nowhere").is_none() && parse("10.0.0.0/33").is_none());
    }
}
