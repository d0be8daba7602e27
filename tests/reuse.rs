//! What is taken over from one host or revision to the next is what evaluating it anew would have given.
#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

use holdpoint::eval::{Compiled, FileCache, HostSpec, Options, Session, compile};
use holdpoint::repo::{Layout, LayoutSettings, Repo};
use std::path::Path;
use std::sync::Arc;

const SITE: &str = "
node /^a/ { $color = 'red' include base include whole }
node /^b/ { $color = 'blue' include extra include base include whole }
node /^c/ { $color = 'red' include whole include base include extra }
node /^d/ { $color = 'red' Exec { path => '/sbin' } File { owner => 'd' } include base user { 'twin': } include whole }
node default { $color = 'red' include gone include base include whole }
";

/// Classes that may be taken over as a whole, and near misses.
const WHOLE: &[(&str, &str)] = &[
    (
        "init",
        "class whole { include whole::data include whole::local include whole::plain include whole::drawn
                            include whole::wants include whole::small include whole::tells include whole::twins
                            include whole::reads include whole::late contain whole::small }",
    ),
    (
        "data",
        "class whole::data (String $a, Array $list, $b = $::color, $none = undef) {
                File { mode => '0600' }
                file { '/data': content => \"${a} ${b}\" }
                $list.each |$n| { notify { \"data ${n}\": } }
                base::unit { 'of data': size => $list[0] } }",
    ),
    ("local", "class whole::local { $kind = 'odd' notify { 'local': message => lookup('looked') } }"),
    ("plain", "class whole::plain { notify { 'plain': message => lookup('looked', undef, undef, 'none') } }"),
    ("drawn", "class whole::drawn { file { '/drawn': content => template('base/look.erb') } }"),
    ("small", "class whole::small { $x = 1 }"),
    ("wants", "class whole::wants { require whole::small notify { 'wants': } }"),
    ("tells", "class whole::tells { tag('told-so') notify { 'tells': } }"),
    (
        "twins",
        "class whole::twins { if $facts['undecided'] { notify { 'arm': message => 'one' } }
                                    else { notify { 'arm': message => 'two' } } notify { 'after': } }",
    ),
    (
        "reads",
        "class whole::reads { ensure_packages(['shared']) notify { 'reads': message => Notify['plain']['message'] } }",
    ),
    ("late", "class whole::late { $v = $whole::data::a $w = $::whole::small::x notify { \"late ${v} ${w}\": } }"),
];

const DATA: &[(&str, &str)] = &[
    (
        "hiera.yaml",
        "version: 5\nhierarchy:\n  - {name: h, path: 'hosts/%{::hostname}.yaml'}\n  \
                    - {name: k, path: 'kind/%{kind}.yaml'}\n  - {name: c, path: common.yaml}\n",
    ),
    ("data/common.yaml", "whole::data::a: common\nwhole::data::list: [1, 2]\nlooked: from common\n"),
    ("data/hosts/a2.yaml", "whole::data::a: own of a2\n"),
    ("data/hosts/c1.yaml", "looked: own of c1\n"),
    ("data/kind/odd.yaml", "looked: odd\n"),
    ("modules/base/templates/look.erb", "<%= scope.call_function('lookup', ['looked']) %>"),
];

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
  notify { [base::pure($list), asks('by ')]: }
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

fn files(color: &str, shared: &str) -> Vec<(String, String)> {
    let own = |(path, text): &(&'static str, String)| ((*path).to_owned(), text.clone());
    let whole = WHOLE.iter().map(|(name, text)| (format!("modules/whole/manifests/{name}.pp"), (*text).to_owned()));
    let data = DATA.iter().map(|(path, text)| ((*path).to_owned(), text.replace("common\n", &format!("{shared}\n"))));
    manifests(color, shared).iter().map(own).chain(whole).chain(data).collect()
}

fn manifests(color: &str, shared: &str) -> Vec<(&'static str, String)> {
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
        (
            "modules/base/lib/puppet/functions/base/pure.rb",
            "Puppet::Functions.create_function(:'base::pure') do\n  dispatch :f do\n    param 'Array', :a\n  end\n  def f(a)\n    a.map { |i| i.upcase }\n  end\nend\n"
                .to_owned(),
        ),
        (
            "modules/base/lib/puppet/parser/functions/asks.rb",
            "module Puppet::Parser::Functions\n  newfunction(:asks, :type => :rvalue) do |args|\n    args[0] + lookupvar('::color')\n  end\nend\n"
                .to_owned(),
        ),
        ("modules/base/templates/t.erb", "<%= @word.join(',') %> on <%= @facts['hostname'] %>".to_owned()),
        (
            "modules/extra/manifests/init.pp",
            "class extra { package { 'shared': ensure => present, provider => 'x' } base::unit { 'p': size => 7 } notify { 'extra': } base::doubt { 'z': } }".to_owned(),
        ),
    ]
}

fn session(folder: &Path, files: &[(String, String)], afresh: bool, cache: &Arc<FileCache>) -> Session {
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

/// Compiles the hosts of two revisions anew and as they come, and compares all that is told of each.
fn compare(revisions: [Vec<(String, String)>; 2], hosts: fn(bool) -> Vec<HostSpec>, also: fn(&str, &Compiled, &str)) {
    let (one, two) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let [base, head] = revisions;
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
                also(&host.certname, &anew, &one);
            }
        }
    }
}

#[test]
fn nothing_tells_a_catalog_that_was_taken_over_from_one_made_anew() {
    compare([files("'blue'", "m"), files("'green'", "n")], hosts, |host, anew, one| {
        assert!(anew.catalog.resources.len() > 20, "{:?}", anew.errors);
        assert!(one.contains("title: \"X\"") && !one.contains("base::pure"), "{one}");
        assert!(one.contains("late own of a2 1") == (host == "a2.x.org"), "{one}");
    });
}

/// Keys that all hosts find on common ground, and near misses: in files of their own, of their role, of a module;
/// values that hold variables or other keys; a variable of the hierarchy that changes on the way.
const KEYS: &[(&str, &str)] = &[
    (
        "manifests/site.pp",
        "$site = $facts['hostname'] ? { /1$/ => 'east', default => 'west' }
         $role = $facts['hostname'] ? { /^a/ => 'one', /^b/ => 'two', default => 'none' }
         notify { \"early ${lookup('plain')}\": }
         $late = 'set'
         node default { $site = 'of the node' include keys include keys::again }",
    ),
    (
        "modules/keys/manifests/init.pp",
        "class keys ($plain = lookup('plain'), $v, $own = 'default') {
           $role = 'local'
           $names = ['plain', 'at_host', 'at_role', 'at_site', 'tells_role', 'tells_key', 'tells_late', 'deep.inner']
           $names.each |$name| { notify { \"${name} ${lookup($name, undef, undef, 'nothing')}\": } }
           notify { \"${lookup('list', Array, 'unique')} ${lookup('list')} ${lookup('merged')} opted ${lookup('opted')}\": }
           notify { \"${plain} ${v} ${own} ${lookup('table', Hash, 'hash')} ${lookup('elsewhere', undef, undef, 'no')}\": }
           file { '/t': content => template('keys/t.erb') } }",
    ),
    ("modules/keys/manifests/again.pp", "class keys::again ($v = $keys::v) { notify { \"${lookup('plain')} ${v}\": } }"),
    ("modules/keys/templates/t.erb", "<%= scope.call_function('lookup', ['plain']) %> <%= scope.lookupvar('::site') %>"),
    ("modules/keys/hiera.yaml", "version: 5\nhierarchy:\n  - {name: o, path: '%{::role}.yaml'}\n  - {name: c, path: c.yaml}\n"),
    ("modules/keys/data/c.yaml", "keys::v: of the module\n"),
    ("modules/keys/data/two.yaml", "keys::v: of the module for two\n"),
    (
        "hiera.yaml",
        "version: 5\nhierarchy:\n  - {name: h, path: 'hosts/%{::hostname}.yaml'}\n  \
         - {name: r, path: 'role/%{::role}.yaml'}\n  - {name: s, path: 'site/%{::site}.yaml'}\n  \
         - {name: c, paths: [common.yaml, more.yaml]}\n",
    ),
    (
        "data/common.yaml",
        "plain: common\nat_host: common\nat_role: common\nat_site: common\ntells_role: 'is %{::role}'\n\
         tells_key: \"%{lookup('at_role')}\"\ntells_late: '%{::late}'\ndeep: {inner: [1]}\nlist: [a]\nmerged: [a]\nopted: [a]\n\
         lookup_options: {merged: {merge: unique}}\ntable: {a: 1}\n",
    ),
    ("data/more.yaml", "list: [b]\nmerged: [b]\nopted: [b]\ntable: {b: 2}\n"),
    ("data/hosts/c1.yaml", "lookup_options: {opted: {merge: unique}}\n"),
    ("data/hosts/d1.yaml", "deep: {inner: of d1}\n"),
    ("data/hosts/a2.yaml", "at_host: a2\nlist: [of a2]\nkeys::own: a2\n"),
    ("data/hosts/b1.yaml", "unrelated: 1\n"),
    ("data/role/one.yaml", "at_role: one\ntable: {c: 3}\n"),
    ("data/site/east.yaml", "at_site: east\n"),
];

#[test]
fn an_answer_of_another_host_is_the_one_that_this_host_would_get() {
    let files = |plain: &str| -> Vec<(String, String)> {
        let changed = |text: &str| text.replace("plain: common", &format!("plain: {plain}"));
        KEYS.iter().map(|(path, text)| ((*path).to_owned(), changed(text))).collect()
    };
    compare([files("common"), files("changed")], hosts, |host, anew, one| {
        assert_eq!(anew.errors, [], "{host}");
        assert_eq!(one.contains("at_host a2"), host == "a2.x.org", "{one}");
        assert_eq!(one.contains("at_role one"), host.starts_with('a'), "{one}");
        assert_eq!(one.contains("opted [a, b]"), host == "c1.x.org", "{one}");
        assert_eq!(one.contains("deep.inner of d1"), host == "d1.x.org", "{one}");
        assert_eq!(one.contains("of the module for two"), host.starts_with('b'), "{one}");
    });
}

/// Classes and instances that rest on aliases of types, made of each other, of which the innermost differs.
const KINDS: &[(&str, &str)] = &[
    (
        "manifests/site.pp",
        "node default { include kinds::first include kinds::second kinds::unit { 'u': v => 'blue', t => { 'k' => ['blue'] } } }",
    ),
    ("modules/kinds/types/inner.pp", "type Kinds::Inner = Enum['red', 'blue']"),
    ("modules/kinds/types/outer.pp", "type Kinds::Outer = Variant[Kinds::Inner, Array[Kinds::Inner]]"),
    ("modules/kinds/types/tree.pp", "type Kinds::Tree = Hash[String, Variant[Kinds::Leaf, Kinds::Tree]]"),
    ("modules/kinds/types/leaf.pp", "type Kinds::Leaf = Array[Variant[Kinds::Outer, Kinds::Tree]]"),
    (
        "modules/kinds/manifests/first.pp",
        "class kinds::first (Kinds::Outer $x = 'blue', Kinds::Leaf $y = []) { notify { 'first': } }",
    ),
    (
        "modules/kinds/manifests/second.pp",
        "class kinds::second (Kinds::Outer $x = 'blue', Kinds::Tree $y = { 'a' => { 'b' => ['blue'] } }) { notify { 'second': } }",
    ),
    (
        "modules/kinds/manifests/unit.pp",
        "define kinds::unit (Kinds::Outer $v, Kinds::Tree $t) { notify { \"${$v =~ Kinds::Outer} ${$t =~ Kinds::Tree}\": } }",
    ),
];

#[test]
fn what_rests_on_a_type_rests_on_all_that_it_is_made_of() {
    let files = |color: &str| -> Vec<(String, String)> {
        let changed = |path: &str, text: &str| match path.ends_with("inner.pp") {
            true => text.replace("'blue'", color),
            false => text.to_owned(),
        };
        KINDS.iter().map(|(path, text)| ((*path).to_owned(), changed(path, text))).collect()
    };
    compare([files("'blue'"), files("'green'")], hosts, |host, anew, one| {
        let fits = anew.errors.is_empty();
        assert_eq!(one.contains("title: \"true true\""), fits, "{host}");
        let strange = ["Kinds::First", "Kinds::Second", "Kinds::Unit[u]"];
        let told = |name: &str| anew.errors.iter().any(|error| error.message.contains(name));
        assert!(fits || strange.iter().all(|name| told(name)), "{host}");
    });
}
