//! The table that an incident report would hold: a row a finding, for the rules whose findings bring one.
//!
//! Shown of an audit, which lists what stands; a change has a finding or two, which speak for themselves.

use super::text::clean;
use crate::finding::{Finding, HostSet, Report};

/// Columns and rows, all of one length.
pub(super) struct Table {
    pub(super) columns: Vec<String>,
    pub(super) rows: Vec<Vec<String>>,
}

/// One table a rule, in the order of the findings.
pub(super) fn tables(report: &Report) -> Vec<Table> {
    let mut out: Vec<(&str, Table)> = Vec::new();
    let listed = report.new_findings().filter(|f| report.base.is_none() && !f.row.is_empty());
    for finding in listed {
        let row = row(finding);
        match out.iter_mut().find(|(rule, table)| *rule == finding.rule && table.columns.len() == row.len()) {
            Some((_, table)) => table.rows.push(row),
            None => out.push((&finding.rule, Table { columns: columns(finding), rows: vec![row] })),
        }
    }
    out.into_iter().map(|(_, table)| table).collect()
}

/// The hosts stand beside what the row is about.
fn columns(finding: &Finding) -> Vec<String> {
    let mut columns: Vec<String> = finding.row.iter().map(|c| c.column.clone()).collect();
    columns.insert(1, "hosts".to_owned());
    columns
}

fn row(finding: &Finding) -> Vec<String> {
    let mut row: Vec<String> = finding.row.iter().map(|c| clean(&c.text)).collect();
    row.insert(1, hosts(&finding.hosts));
    row
}

fn hosts(set: &HostSet) -> String {
    match (set.count, set.sample.first()) {
        (0, _) | (_, None) => set.count.to_string(),
        (1, Some(host)) => clean(host),
        (n, Some(host)) => format!("{n}: {}, …", clean(host)),
    }
}

impl Table {
    /// In columns of even width.
    pub(super) fn plain(&self) -> String {
        let lines = || std::iter::once(&self.columns).chain(&self.rows);
        let width = |n: usize| lines().filter_map(|l| l.get(n)).map(|c| c.chars().count()).max().unwrap_or(0);
        let widths: Vec<usize> = (0..self.columns.len()).map(width).collect();
        let line = |cells: &Vec<String>| {
            let padded: Vec<String> = cells.iter().zip(&widths).map(|(c, w)| format!("{c:w$}")).collect();
            format!("{}\n", padded.join("  ").trim_end())
        };
        lines().map(line).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_as_wide_as_what_they_hold() {
        let cells = |row: [&str; 2]| row.map(str::to_owned).to_vec();
        let table =
            Table { columns: cells(["service", "x"]), rows: vec![cells(["a", "b"]), cells(["é long one", "c"])] };
        assert_eq!(table.plain(), "service     x\na           b\né long one  c\n");
    }
}
