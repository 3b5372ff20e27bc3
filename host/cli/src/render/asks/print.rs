//! What a plugin asks for, for people.

use std::io::{self, Write};

use jackfield::runtime::manifest::field::Access;

use super::{Asks, Reach, Secret, Value};
use crate::render::text::{list, plain};
use crate::render::{BOLD, DIM, GREEN, YELLOW};

/// Prints what is asked for, under headings.
pub(crate) fn print(asks: &Asks, out: &mut impl Write) -> io::Result<()> {
    if asks.egress.is_empty() {
        writeln!(out, "{BOLD}It asks for no network.{BOLD:#}")?;
    } else {
        writeln!(out, "{BOLD}It asks to send{BOLD:#}")?;
    }
    for reach in &asks.egress {
        print_reach(reach, out)?;
    }
    if !asks.secrets.is_empty() {
        writeln!(out, "{BOLD}with these secrets, which it never sees{BOLD:#}")?;
    }
    for secret in &asks.secrets {
        print_secret(secret, out)?;
    }
    if !asks.directories.is_empty() {
        writeln!(out, "{BOLD}It asks for folders{BOLD:#}")?;
    }
    for folder in &asks.directories {
        let access = match folder.access {
            Access::Read => "read",
            Access::ReadWrite => "read and write",
        };
        write!(out, "  {} ({access}){}", folder.name, described(folder.description.as_deref()))?;
        match &folder.granted {
            Some(path) => writeln!(out, ": {GREEN}{path}{GREEN:#}")?,
            None => writeln!(out)?,
        }
    }
    if !asks.config.is_empty() {
        writeln!(out, "{BOLD}It is configured with{BOLD:#}")?;
    }
    if !asks.bound {
        return asks.config.iter().try_for_each(|value| print_value(value, out));
    }
    let set = asks.config.iter().filter_map(|it| it.value.as_ref().map(|value| (&it.name, value)));
    for (name, value) in set.clone() {
        writeln!(out, "  {name} = {value}")?;
    }
    match asks.config.len() - set.count() {
        0 => Ok(()),
        rest => {
            writeln!(out, "  {DIM}and the defaults of {rest} more, which `plugin inspect FILE` lists{DIM:#}")
        }
    }
}

fn print_reach(reach: &Reach, out: &mut impl Write) -> io::Result<()> {
    let path = reach.path.as_deref().map_or_else(String::new, |path| format!(", path {}...", plain(path)));
    writeln!(out, "  {} to {}{path}", list(&reach.methods), plain(&reach.origin))?;
    if let Some(auth) = &reach.auth {
        writeln!(out, "      {DIM}authenticated by the host:{DIM:#} {}", plain(auth))?;
    }
    match reach.granted.as_deref() {
        None => Ok(()),
        Some([]) => {
            writeln!(out, "      {YELLOW}not granted{YELLOW:#}: add \"{}\" to grant.origins", reach.origin)
        }
        Some(granted) => granted.iter().try_for_each(|reached| {
            let path = reached.path.as_deref().map_or_else(String::new, |path| format!(", path {path}..."));
            writeln!(
                out,
                "      {GREEN}granted{GREEN:#}: {} to {}{path}",
                list(&reached.methods),
                reached.origin
            )
        }),
    }
}

fn print_secret(secret: &Secret, out: &mut impl Write) -> io::Result<()> {
    let usual = secret.env.as_deref().map_or_else(String::new, |env| format!(", usually in {env}"));
    let optional = if secret.optional { ", optional" } else { "" };
    write!(out, "  {}{}{usual}{optional}", secret.name, described(secret.description.as_deref()))?;
    match &secret.source {
        Some(source) => writeln!(out, ": from {source}"),
        None => writeln!(out),
    }
}

fn print_value(value: &Value, out: &mut impl Write) -> io::Result<()> {
    let kind = value.values.as_ref().map_or_else(|| value.kind.to_owned(), |values| values.join(" | "));
    let presence = match &value.default {
        Some(default) => format!(" = {}", plain(&default.to_string())),
        None if value.required => ", required".to_owned(),
        None => String::new(),
    };
    writeln!(out, "  {} ({kind}{presence}){}", value.name, described(value.description.as_deref()))
}

fn described(description: Option<&str>) -> String {
    description.map_or_else(String::new, |text| format!(" {DIM}{}{DIM:#}", plain(text)))
}
