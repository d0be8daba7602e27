//! Writes packages that nobody means well with: bombs, a million members, names that lead elsewhere, sizes that lie,
//! files cut short, scripts that never end. Usage: `hostile_packages DIR`; then, for each of them,
//! `/usr/bin/time -f '%e s %M KB' holdpoint removal FILE`: an error or a report, within 256 MB and 2 s.
#![allow(clippy::print_stdout, clippy::unwrap_used, clippy::expect_used)]

use std::io::Write;

/// One file.
pub(crate) struct Hostile {
    pub(crate) name: String,
    pub(crate) bytes: Vec<u8>,
    /// It must not be taken for a package; otherwise it may be.
    pub(crate) refused: bool,
}

fn main() {
    let dir = std::path::PathBuf::from(std::env::args().nth(1).expect("the folder to write to"));
    std::fs::create_dir_all(&dir).unwrap();
    for file in small().into_iter().chain(large()) {
        std::fs::write(dir.join(&file.name), &file.bytes).unwrap();
        println!("{}{}", file.name, if file.refused { ": to be refused" } else { "" });
    }
}

const CONTROL: &[u8] = b"Package: x\nVersion: 1\nArchitecture: all\n";

fn refused(name: impl Into<String>, bytes: Vec<u8>) -> Hostile {
    Hostile { name: name.into(), bytes, refused: true }
}

fn taken(name: impl Into<String>, bytes: Vec<u8>) -> Hostile {
    Hostile { refused: false, ..refused(name, bytes) }
}

/// Those that are made and read in no time.
pub(crate) fn small() -> Vec<Hostile> {
    let mut all = names();
    all.extend(lies());
    all.extend(cuts("cut", "deb", &sound()));
    all.extend(scripts());
    all.extend(rpms());
    all
}

fn large() -> Vec<Hostile> {
    let zeros = tar(&[("./big", &vec![0; 1 << 30])]);
    let packed = [("gz", gz(&zeros)), ("xz", xz(&zeros)), ("zst", zstd::encode_all(&zeros[..], 1).unwrap())];
    let mut all = Vec::new();
    for (end, bomb) in packed {
        let (control, data) = (format!("control.tar.{end}"), format!("data.tar.{end}"));
        all.push(refused(format!("bomb_data_{end}.deb"), deb("control.tar.gz", &control_of(&[]), &data, &bomb)));
        all.push(refused(format!("bomb_control_{end}.deb"), deb(&control, &bomb, "data.tar.gz", &data_of())));
    }
    let many = |n: usize| -> Vec<u8> { gz(&headers((0..n).map(|i| header(&format!("./usr/share/x/{i}"), b'0', 0)))) };
    all.push(taken("members_limit.deb", with_data(&many(199_990))));
    all.push(refused("members_million.deb", with_data(&many(1_000_000))));
    let in_control = deb("control.tar.gz", &many(1_000_000), "data.tar.gz", &data_of());
    all.push(refused("members_million_control.deb", in_control));
    let named =
        script("for f in /usr/share/x/*; do rm -f $f; done\nrm -f /usr/share/x/*\nfind / -name '*1*' -delete\n");
    let named = deb("control.tar.gz", &named, "data.tar.gz", &many(199_990));
    all.push(taken("members_named.deb", named));
    let listed = script(&format!("for i in {}; do ls /usr/share/x/*; done\n", "1 ".repeat(4000)));
    all.push(taken("members_listed.deb", deb("control.tar.gz", &listed, "data.tar.gz", &many(199_990))));
    all.push(taken("files_limit.rpm", rpm(&list_of(199_990, |i| i.to_string()))));
    all.push(refused("files_million.rpm", rpm(&list_of(1_000_000, |i| i.to_string()))));
    all
}

fn sound() -> Vec<u8> {
    with_data(&data_of())
}

/// Names and link targets.
fn names() -> Vec<Hostile> {
    let long = |kind: u8, n: usize| gz(&[&header("././@LongLink", kind, n)[..], &vec![b'a'; n], &[0; 2048]].concat());
    let pax = |key: &str, value: &str| {
        let body = format!("{key}={value}\n");
        let digits = (1..9).find(|d| (d + 1 + body.len()).to_string().len() == *d).unwrap();
        let record = format!("{} {body}", digits + 1 + body.len());
        let mut raw = header("./PaxHeaders/x", b'x', record.len()).to_vec();
        raw.extend_from_slice(record.as_bytes());
        raw.resize(raw.len().next_multiple_of(512), 0);
        raw.extend_from_slice(&header("./x", b'0', 0));
        gz(&[raw, vec![0; 1024]].concat())
    };
    vec![
        refused("name_up.deb", with_data(&gz(&headers([header("./usr/../../etc/passwd", b'0', 0)].into_iter())))),
        refused(
            "name_up_control.deb",
            deb("control.tar.gz", &gz(&tar(&[("../../control", CONTROL)])), "data.tar.gz", &data_of()),
        ),
        refused("name_nul.deb", with_data(&pax("path", "usr/a\0b"))),
        refused("name_long_pax.deb", with_data(&pax("path", &"a/".repeat(1_000_000)))),
        refused("size_pax.deb", with_data(&pax("size", "99999999999999"))),
        refused("name_long.deb", with_data(&long(b'L', 20 << 20))),
        refused("link_long.deb", with_data(&long(b'K', 20 << 20))),
        refused("members_ar.deb", [&ar(&[])[..], &ar_member("_x", b"", 0).repeat(1_000_000)].concat()),
    ]
}

/// Sizes that are not what they say.
fn lies() -> Vec<Hostile> {
    let whole = sound();
    let mut all = Vec::new();
    for (at, name) in [(8, "version"), (72, "control")] {
        for size in ["0", "1", "1000000000", "9999999999", "-4", "x"] {
            let mut bytes = whole.clone();
            bytes[at + 48..at + 58].copy_from_slice(format!("{size:<10}").as_bytes());
            all.push(refused(format!("lie_{name}_{size}.deb"), bytes));
        }
    }
    for (number, field) in
        [&b"77777777777\0"[..], &[0xff; 12], &[0x80, 0, 0, 0, 0x40, 0, 0, 0, 0, 0, 0, 0]].iter().enumerate()
    {
        let mut raw = header("./usr/share/x", b'0', 0);
        raw[124..136].copy_from_slice(field);
        checked(&mut raw);
        all.push(refused(format!("lie_member_{number}.deb"), with_data(&gz(&headers([raw].into_iter())))));
    }
    all
}

/// A file cut at sixteen places.
fn cuts(name: &str, end: &str, whole: &[u8]) -> Vec<Hostile> {
    let places = (0..16).map(|n| whole.len() * n / 16).filter(|at| *at < whole.len());
    places.map(|at| refused(format!("{name}_{at}.{end}"), whole[..at].to_vec())).collect()
}

/// Scripts that are deep, long, or do not end.
fn scripts() -> Vec<Hostile> {
    let words: String = (0..10_000).map(|n| format!("{n} ")).collect();
    let forks: String = (0..2000).map(|n| format!("if q{n}; then a=$a{n}; fi\n")).collect();
    let loops: String = (0..12).map(|n| format!("for v{n} in 1 2 3 4 5 6 7 8 9; do ")).collect();
    let texts = [
        ("deep", format!("{}userdel x{}", "(".repeat(200_000), ")".repeat(200_000))),
        ("ifs", format!("{}userdel x\n{}", "if x; then\n".repeat(20_000), "fi\n".repeat(20_000))),
        ("substitutions", format!("a={}x{}", "$(".repeat(5000), ")".repeat(5000))),
        ("quotes", "\"$(".repeat(20_000)),
        ("heredocs", "cat <<E\n".repeat(50_000)),
        ("forks", format!("{forks}rm -rf $a\n")),
        ("doubling", format!("a=xx\n{}rm -rf /$a\n", "a=$a$a\n".repeat(64))),
        ("recursion", "f(){ f; f; f; }\nf\n".to_owned()),
        ("endless", "while true; do userdel x; done\n".to_owned()),
        ("loops", format!("{loops}userdel x{}\n", "; done".repeat(12))),
        ("many_rm", format!("a=\"{words}\"\nfor i in $a; do cd /$i; rm -rf $a; done\n")),
        ("many_users", format!("a=\"{words}\"\nfor i in $a; do for j in $a; do userdel $i-$j; done; done\n")),
        ("many_stops", format!("a=\"{words}\"\nfor i in $a; do systemctl stop $a; done\n")),
        ("patterns", format!("case {} in {}b) userdel x;; esac\n", "a".repeat(50), "*a".repeat(200))),
        ("lines", "userdel x\n".repeat(100_000)),
        (
            "filters",
            format!(
                "a={}\nfor i in {}; do echo $a | sed s/x/y/ | sort; done\n",
                "x".repeat(100_000),
                "1 ".repeat(4000)
            ),
        ),
        ("find", format!("for i in {}; do find / -name x -delete; done\n", "1 ".repeat(4000))),
    ];
    let script = |(name, text): &(&str, String)| {
        taken(format!("script_{name}.deb"), deb("control.tar.gz", &script(text), "data.tar.gz", &data_of()))
    };
    texts.iter().map(script).collect()
}

/// Headers of an rpm whose numbers lie.
fn rpms() -> Vec<Hostile> {
    let text = |tag: u32, text: &[u8]| (tag, 6, 1, [text, b"\0"].concat());
    let whole = rpm(&list_of(3, |i| i.to_string()));
    let main = whole.len() - rpm_header(&with_names(&list_of(3, |i| i.to_string()))).len();
    let mut all = cuts("cut", "rpm", &whole);
    for (at, name) in
        [(96 + 8, "signatures"), (96 + 12, "signatures_store"), (main + 8, "entries"), (main + 12, "store")]
    {
        let mut bytes = whole.clone();
        bytes[at] = 0x7f;
        all.push(refused(format!("lie_{name}.rpm"), bytes));
    }
    for entry in 0..4 {
        for field in [8, 12] {
            let mut bytes = whole.clone();
            bytes[main + 16 + 16 * entry + field] = 0x7f;
            all.push(refused(format!("lie_entry_{entry}_{field}.rpm"), bytes));
        }
    }
    all.push(refused("name_up.rpm", rpm(&list_of(2, |_| "../../../etc/passwd".to_owned()))));
    all.push(refused("name_long.rpm", rpm(&list_of(2, |_| "a".repeat(1 << 20)))));
    all.push(refused("script_long.rpm", rpm(&[text(1026, &b"userdel x\n".repeat(500_000))])));
    all.push(taken("script_deep.rpm", rpm(&[text(1026, &b"(".repeat(200_000))])));
    all
}

type Tag = (u32, u32, usize, Vec<u8>);

/// A list of files in one folder.
fn list_of(n: usize, name: impl Fn(usize) -> String) -> Vec<Tag> {
    let names: Vec<u8> = (0..n).flat_map(|i| (name(i) + "\0").into_bytes()).collect();
    vec![(1116, 4, n, vec![0; 4 * n]), (1117, 8, n, names), (1118, 8, 1, b"/usr/share/x/\0".to_vec())]
}

fn with_names(tags: &[Tag]) -> Vec<Tag> {
    let plain =
        [(1000, "x"), (1001, "1"), (1002, "1")].map(|(tag, text)| (tag, 6, 1, format!("{text}\0").into_bytes()));
    plain.into_iter().chain(tags.iter().cloned()).collect()
}

fn rpm(tags: &[Tag]) -> Vec<u8> {
    let mut out = vec![0xed, 0xab, 0xee, 0xdb];
    out.resize(96, 0);
    out.extend(rpm_header(&[]));
    out.extend(rpm_header(&with_names(tags)));
    out
}

fn rpm_header(tags: &[Tag]) -> Vec<u8> {
    let (mut index, mut store) = (Vec::new(), Vec::new());
    for (tag, kind, count, bytes) in tags {
        if *kind == 4 {
            store.resize(store.len().next_multiple_of(4), 0);
        }
        index.extend([*tag, *kind, store.len() as u32, *count as u32].iter().flat_map(|n| n.to_be_bytes()));
        store.extend_from_slice(bytes);
    }
    let sizes = [tags.len() as u32, store.len() as u32].map(u32::to_be_bytes).concat();
    [&[0x8e, 0xad, 0xe8, 1, 0, 0, 0, 0][..], &sizes, &index, &store].concat()
}

fn with_data(data: &[u8]) -> Vec<u8> {
    deb("control.tar.gz", &control_of(&[]), "data.tar.gz", data)
}

fn deb(control: &str, control_bytes: &[u8], data: &str, data_bytes: &[u8]) -> Vec<u8> {
    ar(&[(control, control_bytes), (data, data_bytes)])
}

fn ar(members: &[(&str, &[u8])]) -> Vec<u8> {
    let mut out = b"!<arch>\n".to_vec();
    out.extend(ar_member("debian-binary", b"2.0\n", 4));
    members.iter().for_each(|(name, bytes)| out.extend(ar_member(name, bytes, bytes.len())));
    out
}

fn ar_member(name: &str, bytes: &[u8], size: usize) -> Vec<u8> {
    let mut out = format!("{name:<16}{:<12}{:<6}{:<6}{:<8}{size:<10}`\n", 0, 0, 0, 100_644).into_bytes();
    out.extend_from_slice(bytes);
    out.resize(out.len().next_multiple_of(2), b'\n');
    out
}

fn control_of(more: &[(&str, &[u8])]) -> Vec<u8> {
    gz(&tar(&[&[("./control", CONTROL)], more].concat()))
}

fn script(body: &str) -> Vec<u8> {
    control_of(&[("./postrm", format!("#!/bin/sh\n{body}").as_bytes())])
}

fn data_of() -> Vec<u8> {
    gz(&tar(&[("./usr/share/x/file", b"x")]))
}

fn tar(files: &[(&str, &[u8])]) -> Vec<u8> {
    let mut out = Vec::new();
    for (name, bytes) in files {
        out.extend_from_slice(&header(name, b'0', bytes.len()));
        out.extend_from_slice(bytes);
        out.resize(out.len().next_multiple_of(512), 0);
    }
    out.resize(out.len() + 1024, 0);
    out
}

fn headers(all: impl Iterator<Item = [u8; 512]>) -> Vec<u8> {
    all.flatten().chain([0; 1024]).collect()
}

/// A tar header; the library that reads them refuses to write some of these names.
fn header(name: &str, kind: u8, size: usize) -> [u8; 512] {
    let mut raw = [0; 512];
    raw[..name.len()].copy_from_slice(name.as_bytes());
    raw[100..108].copy_from_slice(b"0000644\0");
    raw[124..136].copy_from_slice(format!("{size:011o}\0").as_bytes());
    raw[156] = kind;
    raw[257..265].copy_from_slice(b"ustar  \0");
    checked(&mut raw);
    raw
}

fn checked(raw: &mut [u8; 512]) {
    raw[148..156].fill(b' ');
    let sum: u32 = raw.iter().map(|b| u32::from(*b)).sum();
    raw[148..155].copy_from_slice(format!("{sum:06o}\0").as_bytes());
}

fn gz(bytes: &[u8]) -> Vec<u8> {
    let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    packed.write_all(bytes).unwrap();
    packed.finish().unwrap()
}

fn xz(bytes: &[u8]) -> Vec<u8> {
    let mut packed = xz2::write::XzEncoder::new(Vec::new(), 0);
    packed.write_all(bytes).unwrap();
    packed.finish().unwrap()
}
