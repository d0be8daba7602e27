//! What is taken over from one host or revision to the next is what evaluating it anew would have given.
#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

use holdpoint::eval::{Compiled, FileCache, HostSpec, Options, Session, compile};
use holdpoint::repo::{Layout, LayoutSettings, Repo};
use std::path::Path;
use std::sync::Arc;

const SITE: &str = "
node /^a/ { $color = 'red' include base }
node /^b/ { $color = 'blue' include extra include base }
node /^c/ { $color = 'red' include base include extra }
node /^d/ { $color = 'red' Exec { path => '/sbin' } include base user { 'twin': } }
node default { $color = 'red' include gone include base }
";

const BASE: &str = "
class base ($list = ['x', 'y'], $by = { 'k' => { 'v' => 1 } }) {
  $word = $list.map |$i| { \"${i}-${::color}\" }
  if $facts['hostname'] =~ /^(.)(\\d)/ { $letter = $1 } else { $letter = 'none' }
  notify { \"letter ${letter} $1\": }
  $word.each |$w| { base::unit { $w: size => $by['k']['v'], loud => $facts['kernel'] == 'Linux' } }
  base::unit { 'same': size => 2 }
  base::unit { 'host': size => 3, text => $facts['hostname'] }
  @user { 'ghost': }
  base::wants { 'w': }
  if $facts['unknown_fact'] == 'x' { $maybe = 'one' base::unit { 'perhaps': size => 9 } } else { $maybe = 'two' }
  notify { \"maybe ${maybe}\": }
  file { '/t': content => template('base/t.erb') }
  ['p', 'q'].each |$n| { if !defined(Base::Unit[$n]) { base::unit { $n: size => 4 } } }
  if !defined(Base::Doubt['z']) { base::doubt { 'z': } }
  warning(\"told by ${color}\")
}
";

const UNIT: &str = "
define base::unit (Integer $size, String $text = 'none', Boolean $loud = false) {
  include base::shared
  $label = \"${title} ${::base::shared::mark} ${text}\"
  exec { \"run ${label}\": command => 'true' }
  -> notify { \"unit ${label}\": message => \"${::color} ${size} ${facts['networking']['fqdn']}\" }
  if $loud { base::inner { \"in ${title}\": of => $facts['os'] } }
  if defined(Class['extra']) { notify { \"extra for ${title}\": } }
  if $facts['something'] { file { \"/some/${title}\": ensure => present } }
  if $facts['elsewhere'] { fail(\"${title} is not for ${::color}\") }
  ensure_resource('file', \"/shared/${text}\", { 'ensure' => 'present' })
}
";

fn files(color: &str, shared: &str) -> Vec<(&'static str, String)> {
    vec![
        ("manifests/site.pp", SITE.replace("'blue'", color)),
        ("modules/base/manifests/init.pp", BASE.to_owned()),
        ("modules/base/manifests/unit.pp", UNIT.to_owned()),
        ("modules/base/manifests/shared.pp", format!("class base::shared {{ $mark = '{shared}' }}")),
        (
            "modules/base/manifests/inner.pp",
            "define base::inner ($of) { file { \"/etc/${title}\": content => \"${of}\", tag => ['t', $title] } }"
                .to_owned(),
        ),
        (
            "modules/base/manifests/wants.pp",
            "define base::wants { realize User['ghost'] if $::color == 'blue' { user { 'twin': } } }".to_owned(),
        ),
        (
            "modules/base/manifests/doubt.pp",
            "define base::doubt { notify { \"in doubt ${title}\": } if $facts['elsewhere'] { fail('not here') } }"
                .to_owned(),
        ),
        ("modules/base/templates/t.erb", "<%= @word.join(',') %> on <%= @facts['hostname'] %>".to_owned()),
        (
            "modules/extra/manifests/init.pp",
            "class extra { base::unit { 'p': size => 7 } notify { 'extra': } base::doubt { 'z': } }".to_owned(),
        ),
    ]
}

fn session(folder: &Path, files: &[(&str, String)], afresh: bool, cache: &Arc<FileCache>) -> Session {
    for (path, text) in files {
        let path = folder.join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }
    let tree = Repo::open(folder).unwrap().at("worktree").unwrap();
    let layout = Layout::discover(&tree, &LayoutSettings::default()).unwrap();
    let options = Options { layout: Some(layout), complete: false, afresh, ..Options::default() };
    Session::new(tree, options, cache.clone())
}

fn hosts(shared: bool) -> Vec<HostSpec> {
    let names = ["a1.x.org", "b1.x.org", "a2.x.org", "c1.x.org", "b2.x.org", "d1.x.org", "e1.x.org", "a1.x.org"];
    names.iter().map(|name| HostSpec { shared, ..HostSpec::named(name) }).collect()
}

/// Everything that a compilation tells.
fn told(compiled: &Compiled) -> String {
    let catalog = &compiled.catalog;
    let mut unknowns: Vec<_> = catalog.unknowns.iter().collect();
    unknowns.sort();
    let resources: Vec<String> = catalog.resources.iter().map(|r| format!("{r:?}")).collect();
    let rest = format!("{:?}\n{:?}\n{unknowns:?}", catalog.relations, catalog.logs);
    let errors = format!("{:?}\n{:?}", compiled.errors, compiled.possible_errors);
    format!("{}\n{rest}\n{errors}\n{:?}\n{:?}", resources.join("\n"), compiled.deps, compiled.observations)
}

#[test]
fn nothing_tells_a_catalog_that_was_taken_over_from_one_made_anew() {
    let (one, two) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let (base, head) = (files("'blue'", "m"), files("'green'", "n"));
    let none = Arc::new(FileCache::default());
    let cache = Arc::new(FileCache::default());
    for shared in [false, true] {
        for (folder, files) in [(&one, &base), (&two, &head), (&one, &base)] {
            let (anew, reused) =
                (session(folder.path(), files, true, &none), session(folder.path(), files, false, &cache));
            for host in hosts(shared) {
                let (anew, reused) = (compile(&anew, &host), compile(&reused, &host));
                let (one, other) = (told(&anew), told(&reused));
                for (one, other) in one.lines().zip(other.lines()) {
                    assert_eq!(one, other, "{}", host.certname);
                }
                assert_eq!(one.len(), other.len(), "{}", host.certname);
                assert!(anew.catalog.resources.len() > 20, "{:?}", anew.errors);
            }
        }
    }
}
