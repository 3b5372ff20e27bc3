//! Questions to whoever sits at the terminal.

use std::io::{self, BufRead, IsTerminal, Write};

use super::BOLD;

/// Whether somebody sits there.
pub(crate) fn can_ask() -> bool {
    io::stdin().is_terminal() && io::stderr().is_terminal()
}

/// Asks a question to be answered with yes or no. Anything but a yes is a no.
pub(crate) fn confirm(question: &str) -> io::Result<bool> {
    let answer = line(&format!("{question} [y/N] "))?;
    Ok(matches!(answer.to_ascii_lowercase().as_str(), "y" | "yes"))
}

/// Asks for one line, without the white space around it.
pub(crate) fn line(question: &str) -> io::Result<String> {
    let mut stderr = anstream::stderr().lock();
    write!(stderr, "{BOLD}{question}{BOLD:#}")?;
    stderr.flush()?;
    let mut answer = String::new();
    io::stdin().lock().read_line(&mut answer)?;
    Ok(answer.trim().to_owned())
}
