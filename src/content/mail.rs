//! Mail settings: which setting of which program names its relay.

/// Whether a program keeps mail while its relay is away.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Queue {
    /// It loses it.
    None,
    /// It keeps it.
    Own,
}

/// How far a program's own failover can be relied on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Failover {
    /// It has none.
    None,
    /// It takes a list, and nobody has seen it fail over.
    ClientUnproven,
    /// It retries the others from a queue.
    Server,
}

/// What is known of a setting.
#[derive(Clone, Debug)]
pub struct Row {
    /// The program.
    pub program: String,
    /// Its queue.
    pub queue: Queue,
    /// Its failover.
    pub failover: Failover,
}

/// A setting found in a text.
#[derive(Clone, Debug)]
pub struct MailSetting {
    /// What is known of it.
    pub row: Row,
    /// The key.
    pub key: String,
    /// The value.
    pub value: String,
    /// Index of the line.
    pub line: usize,
}

/// Whether a file of that name may hold mail settings.
#[must_use]
pub fn may_hold_settings(_target: &str) -> bool {
    false
}

/// Mail settings among the lines of a file.
#[must_use]
pub fn settings(_target: &str, _lines: &[&str]) -> Vec<MailSetting> {
    Vec::new()
}

/// The row for a parameter of a class or defined type.
#[must_use]
pub fn of_param(_type_name: &str, _title: &str, _param: &str) -> Option<Row> {
    None
}

/// Whether a value is one host, and not this one.
#[must_use]
pub fn is_one_remote_host(_value: &str) -> bool {
    false
}
