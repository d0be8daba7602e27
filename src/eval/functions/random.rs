//! Repeatable random numbers, bit for bit as Ruby's: a Mersenne twister seeded with a big integer.

use super::args::{Outcome, arg, array, count, string, wrong};
use super::digest::md5;
use crate::eval::error::EvalError;
use crate::eval::interp::{Block, Interp};
use crate::value::{CauseKind, Value};
use sha2::Digest;
use std::sync::LazyLock;

type Cx<'a> = &'a mut dyn Interp;
type Blk = Option<Block>;

const SIZE: usize = 624;
const SHIFT: usize = 397;

/// MT19937. Words are made one at a time: most draws take one or two.
pub(super) struct Twister {
    state: Vec<u32>,
    next: usize,
}

impl Twister {
    /// Seeded with the 32-bit words of an integer, least significant first.
    pub(super) fn new(key: &[u32]) -> Self {
        // Where every key of several words begins.
        static BASE: LazyLock<Vec<u32>> = LazyLock::new(|| from_word(19_650_218));
        if let [] | [_] = key {
            return Self { state: from_word(key.first().copied().unwrap_or(0)), next: 0 };
        }
        let mut twister = Self { state: BASE.clone(), next: 0 };
        twister.mix(key);
        twister
    }

    fn at(&self, i: usize) -> u32 {
        self.state.get(i).copied().unwrap_or(0)
    }

    fn set(&mut self, i: usize, value: u32) {
        if let Some(slot) = self.state.get_mut(i) {
            *slot = value;
        }
    }

    fn mix(&mut self, key: &[u32]) {
        let mut keys = key.iter().zip(0..).cycle();
        let next = self.stir(1, SIZE.max(key.len()), |mixed, word, _| {
            let (key, number) = keys.next().unwrap_or((&0, 0));
            (word ^ mixed.wrapping_mul(1_664_525)).wrapping_add(*key).wrapping_add(number)
        });
        self.stir(next, SIZE - 1, |mixed, word, i| (word ^ mixed.wrapping_mul(1_566_083_941)).wrapping_sub(i));
        self.set(0, 0x8000_0000);
    }

    /// Makes each word anew from the one before it, so many of them from one on; the place after them.
    fn stir(&mut self, from: usize, steps: usize, mut make: impl FnMut(u32, u32, u32) -> u32) -> usize {
        let (mut at, mut left, mut last) = (from, steps, self.at(from - 1));
        while left > 0 {
            let words = self.state.get_mut(at..).unwrap_or_default();
            let now = left.min(words.len());
            for (word, i) in words.iter_mut().take(now).zip(low(at)..) {
                last = make(last ^ last >> 30, *word, i);
                *word = last;
            }
            (at, left) = (at + now, left - now);
            if at >= SIZE {
                self.set(0, last);
                at = 1;
            }
        }
        at
    }

    /// The next word of the state, made from three of this round and the one before.
    fn twist(&mut self) -> u32 {
        let i = self.next;
        self.next = if i + 1 < SIZE { i + 1 } else { 0 };
        let other = if i + SHIFT < SIZE { i + SHIFT } else { i + SHIFT - SIZE };
        let y = self.at(i) & 0x8000_0000 | self.at(self.next) & 0x7fff_ffff;
        let odd = if y & 1 == 1 { 0x9908_b0df } else { 0 };
        let value = self.at(other) ^ y >> 1 ^ odd;
        self.set(i, value);
        value
    }

    fn word(&mut self) -> u32 {
        let mut y = self.twist();
        y ^= y >> 11;
        y ^= y << 7 & 0x9d2c_5680;
        y ^= y << 15 & 0xefc6_0000;
        y ^ y >> 18
    }

    /// Below `max`, by drawing masked words until one fits.
    pub(super) fn below(&mut self, max: u64) -> u64 {
        let Some(limit) = max.checked_sub(1).filter(|l| *l > 0) else { return 0 };
        let mask = u64::MAX >> limit.leading_zeros();
        'again: loop {
            let mut value: u64 = 0;
            for part in [1_u32, 0] {
                let part_mask = mask >> (part * 32) & 0xffff_ffff;
                if part_mask == 0 {
                    continue;
                }
                value |= (u64::from(self.word()) & part_mask) << (part * 32);
                if limit < value {
                    continue 'again;
                }
            }
            return value;
        }
    }
}

fn from_word(seed: u32) -> Vec<u32> {
    let next =
        |(last, i): &(u32, u32)| Some((1_812_433_253_u32.wrapping_mul(last ^ last >> 30).wrapping_add(i + 1), i + 1));
    std::iter::successors(Some((seed, 0)), next).map(|(word, _)| word).take(SIZE).collect()
}

#[allow(clippy::cast_possible_truncation)]
fn low(i: usize) -> u32 {
    i as u32
}

/// The words of a big-endian number, least significant first, without leading zeros.
fn words(bytes: &[u8]) -> Vec<u32> {
    let mut out: Vec<u32> = bytes.rchunks(4).map(|c| c.iter().fold(0, |n, b| n << 8 | u32::from(*b))).collect();
    while out.len() > 1 && out.last() == Some(&0) {
        out.pop();
    }
    out
}

/// The `fqdn` fact; older functions read the legacy one.
fn fqdn(cx: Cx<'_>) -> Option<Value> {
    let facts = cx.variable("facts");
    let networking = facts
        .as_ref()
        .and_then(|f| f.as_hash()?.get(&Value::str("networking")).cloned())
        .or_else(|| cx.variable("networking"));
    networking
        .as_ref()
        .and_then(|n| n.as_hash()?.get(&Value::str("fqdn")).cloned())
        .or_else(|| cx.variable("fqdn"))
        .or_else(|| facts.as_ref().and_then(|f| f.as_hash()?.get(&Value::str("fqdn")).cloned()))
}

/// Computes from the name of the host: per host if the name is.
fn with_fqdn(cx: Cx<'_>, name: &str, args: &[Value], f: &dyn Fn(&str) -> Outcome) -> Outcome {
    let host = fqdn(cx);
    with_host(host, name, args, f)
}

fn with_host(host: Option<Value>, name: &str, args: &[Value], f: &dyn Fn(&str) -> Outcome) -> Outcome {
    let host = host.unwrap_or_else(|| Value::unknown(CauseKind::Fact, "networking.fqdn"));
    let known = (!args.iter().any(Value::has_unknown)).then(|| host.as_str()).flatten();
    let all = || std::iter::once(host.clone()).chain(args.iter().cloned()).collect::<Vec<_>>();
    match known {
        None => Ok(Value::call(format!("{name} of"), all(), None)),
        Some(text) => {
            let result = f(text)?;
            let symbolic = matches!(host, Value::Sym(_)) || args.iter().any(Value::has_sym);
            Ok(if symbolic { Value::call(format!("{name} of"), all(), Some(result)) } else { result })
        }
    }
}

fn seed_text(parts: &[String]) -> Vec<u32> {
    words(&md5(parts.join(":").as_bytes()))
}

fn to_i(value: &Value) -> i64 {
    match value {
        Value::Int(i) => *i,
        Value::Float(f) => crate::eval::number::to_int(*f).unwrap_or(0),
        other => super::scan::leading_integer(&other.to_string()),
    }
}

fn random_below(seed: &[u32], max: i64) -> i64 {
    let mut twister = Twister::new(seed);
    i64::try_from(twister.below(u64::try_from(max).unwrap_or(0))).unwrap_or(0)
}

/// Ruby joins nested lists flat.
fn joined(value: &Value) -> String {
    super::collection::flat(value).iter().map(ToString::to_string).collect::<Vec<_>>().join(":")
}

pub(super) fn fqdn_rand(cx: Cx<'_>, args: &[Value], _: Blk) -> Outcome {
    count("fqdn_rand", args, 1, usize::MAX)?;
    with_fqdn(cx, "fqdn_rand", args, &|host| rand_for(host, args))
}

/// A function that is given the host's name first.
fn given_host(args: &[Value], f: fn(&str, &[Value]) -> Outcome) -> Outcome {
    match args.split_first() {
        Some((host, rest)) => f(&host.to_string(), rest),
        None => Ok(Value::Undef),
    }
}

pub(super) fn fqdn_rand_of(_: Cx<'_>, args: &[Value], _: Blk) -> Outcome {
    given_host(args, rand_for)
}

pub(super) fn fqdn_rand_string_of(_: Cx<'_>, args: &[Value], _: Blk) -> Outcome {
    given_host(args, rand_string_for)
}

pub(super) fn fqdn_rotate_of(_: Cx<'_>, args: &[Value], _: Blk) -> Outcome {
    given_host(args, rotate_for)
}

fn rand_for(host: &str, args: &[Value]) -> Outcome {
    let max = to_i(arg(args, 0).sample());
    let seed = args.get(1).map(|v| joined(&v.sampled())).unwrap_or_default();
    let lower = args.get(2).is_some_and(|v| v.truth() == crate::value::Tri::Yes);
    let host = if lower { host.to_lowercase() } else { host.to_owned() };
    if max <= 0 {
        return Err(EvalError::puppet(format!("invalid argument - {max}")));
    }
    Ok(Value::Int(random_below(&seed_text(&[host, max.to_string(), seed]), max)))
}

pub(super) fn seeded_rand(_: Cx<'_>, args: &[Value], _: Blk) -> Outcome {
    count("seeded_rand", args, 2, 2)?;
    let max = crate::eval::number::parse(&arg(args, 0).to_string());
    let Some(Value::Int(max @ 1..)) = max else {
        return Err(EvalError::puppet("seeded_rand(): first argument must be a positive integer"));
    };
    let seed = string("seeded_rand", "seed", arg(args, 1))
        .map_err(|_| EvalError::puppet("seeded_rand(): second argument must be a string"))?;
    Ok(Value::Int(random_below(&words(&md5(seed.as_bytes())), max)))
}

const ALPHANUMERIC: &str = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/// The other function lists lower case first.
const SEEDED: &str = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";

pub(super) fn fqdn_rand_string(cx: Cx<'_>, args: &[Value], _: Blk) -> Outcome {
    count("fqdn_rand_string", args, 1, usize::MAX)?;
    with_fqdn(cx, "fqdn_rand_string", args, &|host| rand_string_for(host, args))
}

fn rand_string_for(host: &str, args: &[Value]) -> Outcome {
    let length = to_i(arg(args, 0).sample());
    if !(1..=100_000).contains(&length) {
        return Err(EvalError::puppet("fqdn_rand_string(): first argument must be a positive integer"));
    }
    let charset: Vec<char> = match arg(args, 1).sample() {
        Value::Str(s) if !s.text.is_empty() => s.text.chars().collect(),
        Value::Undef | Value::Str(_) => ALPHANUMERIC.chars().collect(),
        _ => return Err(EvalError::puppet("fqdn_rand_string(): second argument must be undef or a string")),
    };
    let seeds: Vec<String> = args.iter().skip(2).map(|v| joined(&v.sampled())).collect();
    let max = i64::try_from(charset.len()).unwrap_or(1);
    let mut out = String::new();
    for i in 1..=length {
        // Each character is one draw of fqdn_rand with its own seed.
        let seed = seeds.iter().cloned().chain([i.to_string()]).collect::<Vec<_>>().join(":");
        let at = random_below(&seed_text(&[host.to_owned(), max.to_string(), seed]), max);
        out.extend(usize::try_from(at).ok().and_then(|at| charset.get(at)));
    }
    Ok(Value::str(out))
}

pub(super) fn seeded_rand_string(_: Cx<'_>, args: &[Value], _: Blk) -> Outcome {
    count("seeded_rand_string", args, 2, 3)?;
    let length = match arg(args, 0) {
        Value::Int(n @ 1..=1_000_000) => *n,
        other => return Err(wrong("seeded_rand_string", "length", "an Integer[1] value", other)),
    };
    let seed = string("seeded_rand_string", "seed", arg(args, 1))?;
    let charset: Vec<char> = match args.get(2) {
        Some(v) => string("seeded_rand_string", "charset", v)?.chars().collect(),
        None => SEEDED.chars().collect(),
    };
    let mut twister = Twister::new(&words(&sha2::Sha256::digest(seed.as_bytes())));
    let mut draw = || usize::try_from(twister.below(charset.len() as u64)).ok().and_then(|at| charset.get(at)).copied();
    Ok(Value::str((0..length).filter_map(|_| draw()).collect::<String>()))
}

/// Rotates a list by a number drawn from the host's name.
pub(super) fn fqdn_rotate(cx: Cx<'_>, args: &[Value], _: Blk) -> Outcome {
    count("fqdn_rotate", args, 1, usize::MAX)?;
    match arg(args, 0).sample() {
        Value::Sym(_) => Ok(Value::call("fqdn_rotate", args.to_vec(), None)),
        Value::Array(_) | Value::Str(_) => with_fqdn(cx, "fqdn_rotate", args, &|host| rotate_for(host, args)),
        // To a function of this sort `undef` is an empty text.
        Value::Undef => Ok(Value::str("")),
        _ => Err(EvalError::puppet("fqdn_rotate(): Requires either array or string to work with")),
    }
}

fn rotate_for(host: &str, args: &[Value]) -> Outcome {
    let seed: Vec<String> = args.iter().skip(1).map(|v| joined(&v.sampled())).collect();
    let mut items: Vec<Value> = match arg(args, 0).sample() {
        Value::Array(a) => a.items.clone(),
        other => other.to_string().chars().map(|c| Value::str(c.to_string())).collect(),
    };
    if items.len() <= 1 {
        return Ok(arg(args, 0).clone());
    }
    let by = random_below(&seed_text(&[host.to_owned(), seed.join(":")]), i64::try_from(items.len()).unwrap_or(1));
    items.rotate_left(usize::try_from(by).unwrap_or(0));
    let is_text = matches!(arg(args, 0).sample(), Value::Str(_));
    Ok(if is_text {
        Value::str(items.iter().map(ToString::to_string).collect::<String>())
    } else {
        Value::array(items)
    })
}

/// `shuffle` is not repeatable in Puppet: unknown beyond one element.
pub(super) fn shuffle(_: Cx<'_>, args: &[Value], _: Blk) -> Outcome {
    count("shuffle", args, 1, usize::MAX)?;
    match arg(args, 0) {
        Value::Array(a) if a.items.len() <= 1 => Ok(Value::Array(a.clone())),
        Value::Str(s) if s.text.chars().count() <= 1 => Ok(arg(args, 0).clone()),
        Value::Array(_) | Value::Str(_) => Ok(Value::unknown(CauseKind::Function, "shuffle")),
        _ => array("shuffle", "array", arg(args, 0)).map(|_| Value::Undef),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn draws_as_ruby_does() {
        // Random.new(0x0123456789abcdef0123456789abcdef).rand(100), and below 2**40.
        let bytes: Vec<u8> = [0x01, 0x23, 0x45, 0x67, 0x89, 0xab, 0xcd, 0xef].repeat(2);
        let seed = words(&bytes);
        assert_eq!(seed, [0x89ab_cdef, 0x0123_4567, 0x89ab_cdef, 0x0123_4567]);
        assert_eq!(Twister::new(&[5]).word(), 953_453_411);
        assert_eq!(Twister::new(&seed).below(100), 4);
        assert_eq!(Twister::new(&seed).below(1 << 40), 567_346_874_796);
        assert_eq!(Twister::new(&[7]).below(3_000_000_000_000), 752_595_690_692);
        // Rounds of 624 words follow each other: the 1500th and the 700th rand(2**32).
        let mut long = Twister::new(&[5]);
        assert_eq!((0..1500).map(|_| long.word()).last(), Some(907_519_199));
        let mut other = Twister::new(&seed);
        assert_eq!((0..700).map(|_| other.word()).last(), Some(667_066_251));
    }
}
