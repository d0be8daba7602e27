//! Names of the built-ins, with how each takes symbolic arguments.

use super::*;

type Rows = Vec<(&'static str, Builtin)>;

/// Rows of a table: `"name" policy path`.
macro_rules! rows {
    ($($name:literal $policy:ident $body:path;)*) => {
        vec![$(($name, (|cx: &mut dyn Interp, args: &[Value], block: Option<Block>| {
            super::blocks::check($name, args, block)?;
            $policy(cx, $name, args, block, $body)
        }) as Builtin)),*]
    };
}

/// What Puppet itself brings along.
pub(super) fn core() -> Rows {
    let mut rows = core_collections();
    rows.extend(core_text());
    rows.extend(core_values());
    rows
}

/// What comes with the stdlib module.
pub(super) fn stdlib() -> Rows {
    let mut rows = stdlib_collections();
    rows.extend(stdlib_text());
    rows.extend(stdlib_tests());
    rows.extend(stdlib_values());
    rows
}

fn core_collections() -> Rows {
    rows![
        "all" shallow iterate::all;
        "any" shallow iterate::any;
        "each" shallow iterate::each;
        "filter" shallow iterate::filter;
        "group_by" shallow iterate::group_by;
        "index" shallow iterate::index;
        "map" shallow iterate::map;
        "partition" shallow iterate::partition;
        "reduce" shallow iterate::reduce;
        "reverse_each" shallow iterate::reverse_each;
        "slice" shallow iterate::slice;
        "step" shallow iterate::step;
        "tree_each" shallow iterate::tree_each;
        "lest" raw iterate::lest;
        "then" raw iterate::then;
        "with" raw iterate::with;
        "call" raw iterate::call_by_name;
        "unwrap" raw iterate::unwrap;
        "dig" shallow collection::dig;
        "empty" shallow collection::empty;
        "flatten" shallow collection::flatten;
        "get" shallow collection::get;
        "getvar" shallow collection::getvar;
        "join" shallow collection::join;
        "keys" shallow collection::keys;
        "length" shallow collection::length;
        "size" shallow collection::length;
        "values" shallow collection::values;
        "unique" shallow sort::unique;
        "sort" deep sort::sort;
        "max" deep sort::max;
        "min" deep sort::min;
    ]
}

fn core_text() -> Rows {
    rows![
        "camelcase" deep text::camelcase;
        "capitalize" deep text::capitalize;
        "chomp" deep text::chomp;
        "chop" deep text::chop;
        "downcase" deep text::downcase;
        "lstrip" deep text::lstrip;
        "match" deep pattern::match_text;
        "md5" deep digest::md5_hex;
        "regsubst" deep pattern::regsubst;
        "rstrip" deep text::rstrip;
        "scanf" deep scan::scanf;
        "sha1" deep digest::sha1_hex;
        "sha256" deep digest::core_sha256;
        "shellquote" deep shell::shellquote;
        "split" deep pattern::split;
        "sprintf" deep sprintf::sprintf;
        "strftime" deep strftime::strftime;
        "strip" deep text::strip;
        "upcase" deep text::upcase;
        "digest" deep digest::core_sha256;
    ]
}

fn core_values() -> Rows {
    rows![
        "abs" deep number::abs;
        "assert_type" raw types::assert_type;
        "ceiling" deep number::ceiling;
        "compare" deep sort::compare;
        "convert_to" deep convert::convert_to;
        "floor" deep number::floor;
        "fqdn_rand" raw random::fqdn_rand;
        // Asked again for another host, whose name then comes first.
        "fqdn_rand of" raw random::fqdn_rand_of;
        "fqdn_rand_string of" raw random::fqdn_rand_string_of;
        "fqdn_rotate of" raw random::fqdn_rotate_of;
        "new" deep convert::new;
        "round" deep number::round;
        "type" deep types::type_of;
        "versioncmp" deep sort::versioncmp;
    ]
}

fn stdlib_collections() -> Rows {
    rows![
        "any2array" shallow collection::any2array;
        "concat" shallow collection::concat_lists;
        "count" deep collection::count_items;
        "deep_merge" raw merge::deep_merge;
        "delete" deep merge::delete;
        "delete_at" shallow collection::delete_at;
        "delete_regex" deep pattern::delete_regex;
        "delete_undef_values" shallow merge::delete_undef_values;
        "delete_values" deep merge::delete_values;
        "difference" deep sort::difference;
        "dig44" shallow collection::dig44;
        "fqdn_rotate" raw random::fqdn_rotate;
        "grep" deep pattern::grep;
        "has_key" shallow collection::has_key;
        "hash" shallow collection::to_hash;
        "intersection" deep sort::intersection;
        "join_keys_to_values" deep collection::join_keys_to_values;
        "member" deep sort::member;
        "merge" raw merge::merge;
        "stdlib::merge" raw merge::merge;
        "stdlib::nested_values" shallow merge::nested_values;
        "pick" raw merge::pick;
        "pick_default" raw merge::pick_default;
        "prefix" shallow text::prefix;
        "range" deep text::range;
        "stdlib::range" deep text::range;
        "reject" deep pattern::reject;
        "reverse" shallow sort::reverse;
        "shuffle" deep random::shuffle;
        "suffix" shallow text::suffix;
        "union" shallow sort::union;
        "values_at" shallow collection::values_at;
        "zip" shallow collection::zip;
    ]
}

fn stdlib_text() -> Rows {
    rows![
        "base64" deep encode::base64;
        "basename" deep paths::basename;
        "batch_escape" deep shell::batch_escape;
        "stdlib::batch_escape" deep shell::batch_escape;
        "convert_base" deep text::convert_base;
        "dirname" deep paths::dirname;
        "dos2unix" deep text::dos2unix;
        "fqdn_rand_string" raw random::fqdn_rand_string;
        "stdlib::fqdn_rand_string" raw random::fqdn_rand_string;
        "fqdn_uuid" deep digest::fqdn_uuid;
        "parsejson" deep json::parsejson;
        "stdlib::parsejson" deep json::parsejson;
        "parseyaml" deep stdlib::parseyaml;
        "stdlib::parseyaml" deep stdlib::parseyaml;
        "powershell_escape" deep shell::powershell_escape;
        "stdlib::powershell_escape" deep shell::powershell_escape;
        "pw_hash" deep stdlib::pw_hash;
        "regexpescape" deep pattern::regexpescape;
        "shell_escape" deep shell::shell_escape;
        "stdlib::shell_escape" deep shell::shell_escape;
        "shell_join" deep shell::shell_join;
        "shell_split" deep shell::shell_split;
        "sprintf_hash" deep sprintf::sprintf_hash;
        "squeeze" deep text::squeeze;
        "swapcase" deep text::swapcase;
        "to_json" deep json::to_json_text;
        "to_json_pretty" deep json::to_json_pretty;
        "to_python" deep json::to_python;
        "to_ruby" deep json::to_ruby;
        "to_toml" deep toml::to_toml;
        "to_yaml" deep yaml::to_yaml;
        "stdlib::to_json" deep json::to_json_text;
        "stdlib::to_json_pretty" deep json::to_json_pretty;
        "stdlib::to_python" deep json::to_python;
        "stdlib::to_ruby" deep json::to_ruby;
        "stdlib::to_toml" deep toml::to_toml;
        "stdlib::to_yaml" deep yaml::to_yaml;
        "unix2dos" deep text::unix2dos;
        "uriescape" deep encode::uriescape;
        "stdlib::crc32" deep digest::crc32_hex;
        "stdlib::end_with" deep text::end_with;
        "stdlib::extname" deep paths::extname;
        "stdlib::sha256" deep digest::sha256_hex;
        "stdlib::sha512" deep digest::sha512_hex;
        "stdlib::start_with" deep text::start_with;
        "stdlib::xml_encode" deep encode::xml_encode;
    ]
}

fn stdlib_tests() -> Rows {
    rows![
        "is_a" raw types::is_a;
        "is_absolute_path" deep predicate::is_absolute_path;
        "is_array" shallow predicate::is_array;
        "is_bool" deep predicate::is_bool;
        "is_domain_name" deep predicate::is_domain_name;
        "is_email_address" deep predicate::is_email_address;
        "is_float" deep predicate::is_float;
        "is_function_available" deep stdlib::is_function_available;
        "is_hash" shallow predicate::is_hash;
        "is_integer" deep predicate::is_integer;
        "is_ip_address" deep predicate::is_ip_address;
        "is_ipv4_address" deep predicate::is_ipv4_address;
        "is_ipv6_address" deep predicate::is_ipv6_address;
        "is_mac_address" deep predicate::is_mac_address;
        "is_numeric" deep predicate::is_numeric;
        "is_string" deep predicate::is_string;
        "validate_absolute_path" raw validate::validate_absolute_path;
        "validate_array" raw validate::validate_array;
        "validate_augeas" raw validate::pass;
        "validate_bool" raw validate::validate_bool;
        "validate_cmd" raw validate::pass;
        "validate_domain_name" raw validate::validate_domain_name;
        "validate_email_address" raw validate::validate_email_address;
        "validate_hash" raw validate::validate_hash;
        "validate_integer" deep validate::validate_integer;
        "validate_ip_address" raw validate::validate_ip_address;
        "validate_ipv4_address" raw validate::validate_ipv4_address;
        "validate_ipv6_address" raw validate::validate_ipv6_address;
        "validate_legacy" raw validate::validate_legacy;
        "validate_numeric" deep validate::validate_numeric;
        "validate_re" deep validate::validate_re;
        "validate_slength" deep validate::validate_slength;
        "validate_string" raw validate::validate_string;
        "validate_x509_rsa_key_pair" raw validate::pass;
    ]
}

fn stdlib_values() -> Rows {
    rows![
        "any2bool" deep predicate::any2bool;
        "bool2num" deep predicate::bool2num;
        "bool2str" deep predicate::bool2str;
        "clamp" deep number::clamp;
        "deprecation" deep stdlib::deprecation;
        "enclose_ipv6" deep network::enclose_ipv6;
        "fact" raw network::fact_function;
        "has_interface_with" raw network::has_interface_with;
        "has_ip_address" raw network::has_ip_address;
        "has_ip_network" raw network::has_ip_network;
        "ip_in_range" deep network::ip_in_range;
        "num2bool" deep predicate::num2bool;
        "os_version_gte" raw network::os_version_gte;
        "stdlib::os_version_gte" raw network::os_version_gte;
        "seeded_rand" deep random::seeded_rand;
        "stdlib::seeded_rand" deep random::seeded_rand;
        "seeded_rand_string" deep random::seeded_rand_string;
        "stdlib::seeded_rand_string" deep random::seeded_rand_string;
        "stdlib::ensure" deep stdlib::ensure;
        "stdlib::ip_in_range" deep network::ip_in_range;
        "stdlib::rewrap_sensitive_data" shallow stdlib::rewrap_sensitive;
        "str2bool" deep predicate::str2bool;
        "time" deep stdlib::time;
        "to_bytes" deep number::to_bytes;
        "type_of" deep merge::type_of;
    ]
}
