//! IP addresses and what the facts say of interfaces.

use super::args::{Outcome, arg, count, string, wrong};
use crate::eval::error::EvalError;
use crate::eval::interp::{Block, Interp};
use crate::value::{CauseKind, Value};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

type Cx<'a> = &'a mut dyn Interp;
type Blk = Option<Block>;

/// An address with its prefix length.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Net {
    address: IpAddr,
    prefix: u32,
}

/// An address, `address/prefix` or `address/mask`.
pub(super) fn parse(text: &str) -> Option<Net> {
    let (address, prefix) = text.split_once('/').map_or((text, None), |(a, p)| (a, Some(p)));
    let address = address.strip_prefix('[').and_then(|a| a.strip_suffix(']')).unwrap_or(address);
    let address: IpAddr = address.split('%').next()?.parse().ok()?;
    let width = if address.is_ipv4() { 32 } else { 128 };
    let prefix = match prefix {
        None => width,
        Some(p) => match p.parse::<u32>() {
            Ok(n) if n <= width => n,
            _ => p.parse::<Ipv4Addr>().ok().map(|m| u32::from(m).count_ones())?,
        },
    };
    Some(Net { address, prefix })
}

pub(super) fn is_v4(text: &str) -> bool {
    parse(text).is_some_and(|n| n.address.is_ipv4())
}

pub(super) fn is_v6(text: &str) -> bool {
    parse(text).is_some_and(|n| n.address.is_ipv6())
}

impl Net {
    fn bits(address: IpAddr, prefix: u32) -> u128 {
        let (value, width) = match address {
            IpAddr::V4(a) => (u128::from(u32::from(a)), 32),
            IpAddr::V6(a) => (u128::from(a), 128),
        };
        value.checked_shr(width - prefix.min(width)).unwrap_or(0)
    }

    fn contains(self, other: Self) -> bool {
        self.address.is_ipv4() == other.address.is_ipv4()
            && other.prefix >= self.prefix
            && Self::bits(self.address, self.prefix) == Self::bits(other.address, self.prefix)
    }
}

pub(super) fn ip_in_range(_: Cx<'_>, args: &[Value], _: Blk) -> Outcome {
    count("stdlib::ip_in_range", args, 2, 2)?;
    let net = |v: &Value| parse(&v.to_string()).ok_or_else(|| EvalError::puppet(format!("invalid address: {v}")));
    string("stdlib::ip_in_range", "ipaddress", arg(args, 0))?;
    let address = net(arg(args, 0))?;
    let ranges: Vec<Net> = match arg(args, 1) {
        Value::Array(a) => a.items.iter().map(net).collect::<Result<_, _>>()?,
        Value::Str(_) => vec![net(arg(args, 1))?],
        other => return Err(wrong("stdlib::ip_in_range", "range", "a value of type String or Array", other)),
    };
    Ok(Value::Bool(ranges.iter().any(|r| r.contains(address))))
}

pub(super) fn enclose_ipv6(_: Cx<'_>, args: &[Value], _: Blk) -> Outcome {
    count("enclose_ipv6", args, 1, 1)?;
    if !matches!(arg(args, 0), Value::Array(_) | Value::Str(_)) {
        return Err(EvalError::puppet(format!(
            "enclose_ipv6(): Wrong argument type given {} expected String or Array",
            super::types::ruby_class(arg(args, 0))
        )));
    }
    let mut out: Vec<Value> = Vec::new();
    for item in super::collection::flat(arg(args, 0)) {
        let text = item.to_string();
        let shown = match parse(&text) {
            _ if text == "*" => text,
            Some(Net { address: IpAddr::V6(a), .. }) => format!("[{}]", show_v6(a)),
            Some(_) => text,
            None => {
                return Err(EvalError::puppet(format!(
                    "enclose_ipv6(): Wrong argument given {text} is not an ip address."
                )));
            }
        };
        let shown = Value::str(shown);
        if !out.contains(&shown) {
            out.push(shown);
        }
    }
    Ok(Value::array(out))
}

fn show_v6(address: Ipv6Addr) -> String {
    address.to_string()
}

/// The fact by its modern or legacy name.
fn fact(cx: Cx<'_>, path: &[&str], legacy: &str) -> Value {
    let facts = cx.variable("facts");
    let (first, rest) = path.split_first().unwrap_or((&"", &[]));
    let mut found =
        facts.as_ref().and_then(|f| f.as_hash()?.get(&Value::str(*first)).cloned()).or_else(|| cx.variable(first));
    for key in rest {
        found = found.and_then(|f| if f.is_unknown() { Some(f) } else { f.as_hash()?.get(&Value::str(*key)).cloned() });
    }
    let mut old =
        || cx.variable(legacy).or_else(|| facts.as_ref().and_then(|f| f.as_hash()?.get(&Value::str(legacy)).cloned()));
    match found {
        Some(value) => value,
        None => old().unwrap_or(Value::Undef),
    }
}

/// `has_interface_with('ipaddress', '127.0.0.1')`
pub(super) fn has_interface_with(cx: Cx<'_>, args: &[Value], _: Blk) -> Outcome {
    count("has_interface_with", args, 1, 2)?;
    let interfaces = fact(cx, &["networking", "interfaces"], "interfaces");
    if interfaces.is_unknown() || interfaces.has_unknown() {
        return Ok(Value::call("has_interface_with", args.to_vec(), None));
    }
    let names: Vec<String> = match interfaces.sample() {
        Value::Hash(h) => h.entries.keys().map(ToString::to_string).collect(),
        Value::Str(s) => s.text.split(',').map(str::to_owned).collect(),
        _ => return Ok(Value::Bool(false)),
    };
    let Some(wanted) = args.get(1) else {
        return Ok(Value::Bool(names.iter().any(|n| *n == arg(args, 0).to_string())));
    };
    let kind = arg(args, 0).to_string();
    let key = match kind.as_str() {
        "ipaddress" => "ip",
        "ipaddress6" => "ip6",
        "macaddress" => "mac",
        other => other,
    };
    let inside = interfaces.as_hash().is_some_and(|h| {
        h.values()
            .any(|i| i.as_hash().and_then(|i| i.get(&Value::str(key))).is_some_and(|v| v.sample() == wanted.sample()))
    });
    let top = fact(cx, &["networking", key], &kind);
    let legacy =
        names.iter().any(|n| fact(cx, &["networking", "none"], &format!("{kind}_{n}")).sample() == wanted.sample());
    Ok(Value::Bool(inside || legacy || top.sample() == wanted.sample()))
}

fn has_by(cx: Cx<'_>, name: &str, args: &[Value], kind: &str) -> Outcome {
    count(name, args, 1, 1)?;
    has_interface_with(cx, &[Value::str(kind), arg(args, 0).clone()], None)
}

pub(super) fn has_ip_address(cx: Cx<'_>, args: &[Value], _: Blk) -> Outcome {
    has_by(cx, "has_ip_address", args, "ipaddress")
}

pub(super) fn has_ip_network(cx: Cx<'_>, args: &[Value], _: Blk) -> Outcome {
    has_by(cx, "has_ip_network", args, "network")
}

/// `fact('os.family')`
pub(super) fn fact_function(cx: Cx<'_>, args: &[Value], _: Blk) -> Outcome {
    count("fact", args, 1, 1)?;
    let path = string("fact", "fact_name", arg(args, 0))?;
    let Some(mut current) = cx.variable("facts") else { return Ok(Value::unknown(CauseKind::Fact, path)) };
    for key in super::collection::segments(path)? {
        let key = if matches!(current.sample(), Value::Array(_)) { key } else { Value::str(key.to_string()) };
        current = match current.sample() {
            Value::Hash(h) => h.entries.get(&key).cloned().unwrap_or_default(),
            Value::Array(a) => match key {
                Value::Int(i) => super::collection::at(&a.items, i),
                _ => Value::Undef,
            },
            Value::Sym(_) => Value::call("[]", vec![current.clone(), key], None),
            _ => return Ok(Value::Undef),
        };
    }
    Ok(current)
}

pub(super) fn os_version_gte(cx: Cx<'_>, args: &[Value], _: Blk) -> Outcome {
    count("os_version_gte", args, 2, 2)?;
    let name = fact(cx, &["os", "name"], "operatingsystem");
    let major = fact(cx, &["os", "release", "major"], "operatingsystemmajrelease");
    if name.is_unknown() || major.is_unknown() {
        return Ok(Value::call("os_version_gte", args.to_vec(), None));
    }
    let enough = crate::value::version::compare_loose(&major.to_string(), &arg(args, 1).to_string()).is_ge();
    let same = name.sample() == arg(args, 0).sample();
    let result = Value::Bool(same && enough);
    let per_host = matches!(name, Value::Sym(_)) || matches!(major, Value::Sym(_));
    Ok(if per_host {
        Value::call("os_version_gte", vec![name, major, arg(args, 0).clone(), arg(args, 1).clone()], Some(result))
    } else {
        result
    })
}
