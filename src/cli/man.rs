//! The pages of the manual, made from the table of arguments.

use std::fs;
use std::io;
use std::path::Path;

use clap::CommandFactory;
use clap_mangen::Man;

use super::Cli;
use super::exit::{Exit, Failure};
use crate::error::Error;

/// Prints the page of `kqlhunt`, or writes the pages of all commands into a folder.
pub fn pages(folder: Option<&Path>) -> Result<Exit, Failure> {
    let mut command = Cli::command();
    command.build();
    let Some(folder) = folder else {
        Man::new(command).render(&mut io::stdout().lock())?;
        return Ok(Exit::Done);
    };
    for (name, page) in all(&command)? {
        let path = folder.join(format!("{name}.1"));
        fs::write(&path, page).map_err(|source| Failure::output(Error::file(&path, source)))?;
    }
    Ok(Exit::Done)
}

/// A page for a command and those below it: `kqlhunt-config-show`.
fn all(command: &clap::Command) -> io::Result<Vec<(String, Vec<u8>)>> {
    let mut pages = Vec::new();
    let mut left = vec![("kqlhunt".to_string(), command.clone())];
    while let Some((name, command)) = left.pop() {
        let below = command.get_subcommands().filter(|below| below.get_name() != "help");
        left.extend(below.map(|below| (format!("{name}-{}", below.get_name()), below.clone())));
        let mut page = Vec::new();
        Man::new(command).title(name.clone()).render(&mut page)?;
        pages.push((name, page));
    }
    Ok(pages)
}
