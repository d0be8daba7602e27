//! Which settings name a relay, and which only look like it.

#![allow(clippy::unwrap_used, clippy::expect_used)]

use super::{Failover, Knowledge, Queue, ROWS, glob, is_one_remote_host, may_hold_settings, of_param, settings};

fn first(target: &str, text: &str) -> Option<(String, Queue, String)> {
    let lines: Vec<&str> = text.lines().collect();
    settings(target, &lines).into_iter().next().map(|s| (s.row.program, s.row.queue, s.value))
}

#[test]
fn the_rows_can_be_read() {
    let rows: Knowledge = toml::from_str(ROWS).unwrap();
    assert!(rows.client.len() > 20 && !rows.servers.paths.is_empty());
}

#[test]
fn the_relay_of_a_program_is_found() {
    for (target, text, program, queue) in [
        (
            "/var/lib/gerrit2/review_site/etc/gerrit.config",
            "[sendemail]\n\tsmtpServer = mx1.x.org\n",
            "gerrit",
            Queue::None,
        ),
        ("/etc/hue/conf/hue.ini", "[desktop]\n  [[smtp]]\n    host=mx1.x.org\n", "hue", Queue::None),
        (
            "/etc/oozie/conf/oozie-site.xml",
            "<name>oozie.email.smtp.host</name>\n<value>mx1.x.org</value>\n",
            "oozie",
            Queue::None,
        ),
        ("/etc/sentry/sentry.conf.py", "EMAIL_HOST = 'mx1.x.org'\n", "sentry", Queue::None),
        ("/etc/dumps/confs/wikidump.conf.dumps", "[mail]\nsmtpserver=mx1.x.org\n", "wikidump", Queue::None),
        ("/srv/deployment/iegreview/iegreview/.env", "SMTP_HOST=mx1.x.org\n", "iegreview", Queue::None),
        (
            "/etc/alertmanager/alertmanager.yml",
            "global:\n  smtp_smarthost: 'mx1.x.org:25'\n",
            "alertmanager",
            Queue::Own,
        ),
        ("/etc/burrow/burrow.toml", "[notifier.a]\nserver=\"mx1.x.org\"\n", "burrow", Queue::None),
        ("/etc/msmtprc", "account default\nhost mx1.x.org\n", "msmtp", Queue::None),
        ("/etc/php/8.2/fpm/php.ini", "sendmail_path = \"/usr/bin/msmtp --host=mx1.x.org -t\"\n", "php", Queue::None),
        ("/etc/php/8.2/fpm/php.ini", "sendmail_path = /usr/bin/mini -S mx1.x.org:25 -t\n", "php", Queue::None),
        ("/srv/x/LocalSettings.php", "$wgSMTP = [\n  'host' => 'mx1.x.org',\n];\n", "mediawiki", Queue::None),
    ] {
        let found = first(target, text).unwrap_or_else(|| panic!("nothing in {text:?}"));
        assert_eq!((found.0.as_str(), found.1), (program, queue), "{text:?}");
        assert!(is_one_remote_host(&found.2), "{}", found.2);
    }
}

#[test]
fn a_command_without_a_relay_hands_mail_to_the_host_or_is_not_known() {
    let php = |value: &str| first("/etc/php/8.2/cli/php.ini", &format!("[mail function]\nsendmail_path = {value}\n"));
    assert_eq!(php("/usr/sbin/sendmail -t -i").map(|f| f.2).as_deref(), Some("localhost"));
    assert_eq!(php("/usr/bin/msmtp -t"), None);
}

#[test]
fn what_only_looks_like_a_relay_is_left_alone() {
    for (target, text) in [
        ("/etc/mailman/mm_cfg.py", "DEFAULT_EMAIL_HOST = 'lists.x.org'\n"),
        ("/etc/x.py", "# EMAIL_HOST = 'mx1.x.org'\n"),
        ("/etc/x.cfg", "smtp_port = 25\nsmtp_user = a\ngmail_smtp_server = a.x.org\n"),
        ("/etc/x.cfg", "[web]\nhost = www.x.org\n"),
    ] {
        assert_eq!(first(target, text), None, "{text:?}");
    }
    for target in ["/etc/exim4/exim4.conf", "/etc/postfix/main.cf", "/home/a/.gitconfig"] {
        assert!(!may_hold_settings(target), "{target}");
    }
}

#[test]
fn parameters_are_known_by_name_and_class() {
    for (type_name, title, param, expected) in [
        ("Class", "Cdh::Hue", "smtp_host", Some(("hue", Failover::None))),
        ("Class", "cdh::oozie::server", "smtp_host", Some(("oozie", Failover::None))),
        ("Class", "iegreview", "smtp_host", Some(("iegreview", Failover::None))),
        ("Class", "phabricator", "phpmailer.smtp-host", Some(("phabricator", Failover::ClientUnproven))),
        ("Class", "profile::mail::mx", "gmail_smtp_server", None),
        ("Class", "Exim4", "smarthost", None),
        ("File", "/x", "smtp_host", None),
        ("Class", "web", "host", None),
    ] {
        let row = of_param(type_name, title, param);
        let found = row.as_ref().map(|r| (r.program.as_str(), r.failover));
        assert_eq!(found, expected, "{title} {param}");
    }
}

#[test]
fn one_remote_host() {
    for (value, expected) in [
        ("mx1001.wikimedia.org", true),
        ("mx1.x.org:25", true),
        ("208.80.154.76", true),
        ("localhost", false),
        ("localhost:25", false),
        ("127.0.0.1:25", false),
        ("::1", false),
        ("mx1.x.org;mx2.x.org", false),
        ("aspmx.l.google.com", false),
        ("smtp.my-company.com", false),
        ("", false),
        ("‹fact x›", false),
    ] {
        assert_eq!(is_one_remote_host(value), expected, "{value}");
    }
}

#[test]
fn globs() {
    for (pattern, text, expected) in [
        ("*hue*", "cdh::hue", true),
        ("a*c", "abc", true),
        ("a*c", "abd", false),
        ("a", "ab", false),
        ("a*b*c", "axxbyyc", true),
        ("*", "", true),
    ] {
        assert_eq!(glob(pattern, text), expected, "{pattern} {text}");
    }
}
