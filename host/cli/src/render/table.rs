//! Columns of text.

use std::io::{self, Write};

use super::{BOLD, DIM};

/// Rows under headings; each column is as wide as its widest cell.
#[derive(Debug)]
pub(crate) struct Table<const N: usize> {
    headings: [&'static str; N],
    rows: Vec<[String; N]>,
}

impl<const N: usize> Table<N> {
    /// No rows yet.
    pub(crate) fn new(headings: [&'static str; N]) -> Self {
        Self { headings, rows: Vec::new() }
    }

    /// Adds a row.
    pub(crate) fn row(&mut self, cells: [String; N]) {
        self.rows.push(cells);
    }

    /// Whether there is none.
    pub(crate) fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// Prints it. The first column is bold, as it names the row.
    pub(crate) fn print(&self, out: &mut impl Write) -> io::Result<()> {
        let width = |column: usize| {
            let cells = self.rows.iter().map(|row| row[column].chars().count());
            cells.chain([self.headings[column].len()]).max().unwrap_or_default()
        };
        let widths: [usize; N] = std::array::from_fn(width);
        for (column, heading) in self.headings.iter().enumerate() {
            write!(out, "{DIM}{}{DIM:#}{}", heading, self.gap(column, heading, &widths))?;
        }
        writeln!(out)?;
        for row in &self.rows {
            for (column, cell) in row.iter().enumerate() {
                let gap = self.gap(column, cell, &widths);
                if column == 0 {
                    write!(out, "{BOLD}{cell}{BOLD:#}{gap}")?;
                } else {
                    write!(out, "{cell}{gap}")?;
                }
            }
            writeln!(out)?;
        }
        Ok(())
    }

    /// What stands behind a cell; nothing at the end of a line.
    fn gap(&self, column: usize, cell: &str, widths: &[usize; N]) -> String {
        if column + 1 == N {
            return String::new();
        }
        " ".repeat(widths[column].saturating_sub(cell.chars().count()) + 2)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_line_up_and_lines_have_no_tail() {
        let mut table = Table::new(["name", "what"]);
        table.row(["a".into(), "one".into()]);
        table.row(["longer".into(), "two".into()]);
        let mut out = anstream::StripStream::new(Vec::new());
        table.print(&mut out).unwrap();
        let text = String::from_utf8(out.into_inner()).unwrap();
        assert_eq!(text, "name    what\na       one\nlonger  two\n");
    }
}
