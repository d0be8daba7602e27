//! MD5 and SHA-1, written out: they name things, they protect nothing.

/// Bytes as hex digits.
pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|b| format!("{b:02x}")).collect()
}

/// The message with its padding, in blocks of 64 bytes.
fn padded(message: &[u8], little_endian: bool) -> Vec<u8> {
    let bits = (message.len() as u64).wrapping_mul(8);
    let mut data = message.to_vec();
    data.push(0x80);
    while data.len() % 64 != 56 {
        data.push(0);
    }
    data.extend_from_slice(&if little_endian { bits.to_le_bytes() } else { bits.to_be_bytes() });
    data
}

fn word(bytes: &[u8], little_endian: bool) -> u32 {
    let mut four = [0; 4];
    four.iter_mut().zip(bytes).for_each(|(to, from)| *to = *from);
    if little_endian { u32::from_le_bytes(four) } else { u32::from_be_bytes(four) }
}

/// Rotations of each round of MD5.
const ROTATE: [[u32; 4]; 4] = [[7, 12, 17, 22], [5, 9, 14, 20], [4, 11, 16, 23], [6, 10, 15, 21]];

/// MD5 of a message.
#[must_use]
pub(crate) fn md5(message: &[u8]) -> [u8; 16] {
    let mut state: [u32; 4] = [0x6745_2301, 0xefcd_ab89, 0x98ba_dcfe, 0x1032_5476];
    for block in padded(message, true).chunks_exact(64) {
        let words: Vec<u32> = block.chunks_exact(4).map(|w| word(w, true)).collect();
        let [mut a, mut b, mut c, mut d] = state;
        for i in 0..64_usize {
            let (mix, at) = match i / 16 {
                0 => ((b & c) | (!b & d), i),
                1 => ((d & b) | (!d & c), (5 * i + 1) % 16),
                2 => (b ^ c ^ d, (3 * i + 5) % 16),
                _ => (c ^ (b | !d), (7 * i) % 16),
            };
            let sum = a.wrapping_add(mix).wrapping_add(sine(i)).wrapping_add(words.get(at).copied().unwrap_or(0));
            let turn = ROTATE.get(i / 16).and_then(|r| r.get(i % 4)).copied().unwrap_or(0);
            (a, d, c, b) = (d, c, b, b.wrapping_add(sum.rotate_left(turn)));
        }
        state.iter_mut().zip([a, b, c, d]).for_each(|(s, x)| *s = s.wrapping_add(x));
    }
    let mut out = [0; 16];
    out.iter_mut().zip(state.iter().flat_map(|s| s.to_le_bytes())).for_each(|(to, from)| *to = from);
    out
}

/// The constants of MD5: the sines of the integers.
#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, clippy::cast_precision_loss)]
fn sine(i: usize) -> u32 {
    ((i as f64 + 1.0).sin().abs() * 4_294_967_296.0) as u32
}

/// SHA-1 of a message.
#[must_use]
pub(crate) fn sha1(message: &[u8]) -> [u8; 20] {
    let mut state: [u32; 5] = [0x6745_2301, 0xefcd_ab89, 0x98ba_dcfe, 0x1032_5476, 0xc3d2_e1f0];
    for block in padded(message, false).chunks_exact(64) {
        let mut words: Vec<u32> = block.chunks_exact(4).map(|w| word(w, false)).collect();
        for i in 16..80_usize {
            let mix = [3, 8, 14, 16].iter().filter_map(|back| words.get(i - back)).fold(0, |x, w| x ^ w);
            words.push(mix.rotate_left(1));
        }
        let [mut a, mut b, mut c, mut d, mut e] = state;
        for (i, w) in words.iter().enumerate() {
            let (mix, k) = match i / 20 {
                0 => ((b & c) | (!b & d), 0x5a82_7999),
                1 => (b ^ c ^ d, 0x6ed9_eba1),
                2 => ((b & c) | (b & d) | (c & d), 0x8f1b_bcdc),
                _ => (b ^ c ^ d, 0xca62_c1d6_u32),
            };
            let sum = a.rotate_left(5).wrapping_add(mix).wrapping_add(e).wrapping_add(k).wrapping_add(*w);
            (e, d, c, b, a) = (d, c, b.rotate_left(30), a, sum);
        }
        state.iter_mut().zip([a, b, c, d, e]).for_each(|(s, x)| *s = s.wrapping_add(x));
    }
    let mut out = [0; 20];
    out.iter_mut().zip(state.iter().flat_map(|s| s.to_be_bytes())).for_each(|(to, from)| *to = from);
    out
}
