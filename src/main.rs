//! Parses the arguments and dispatches; nothing else.
#![deny(unsafe_code)]

use std::io::{self, IsTerminal};
use std::process::ExitCode;

use clap::Parser;
use kqlhunt::cli::{self, Cli, exit::Exit, exit::Failure};

fn main() -> ExitCode {
    // Whatever we make holds investigations: nobody else reads it.
    rustix::process::umask(rustix::fs::Mode::from_raw_mode(0o077));
    let arguments = Cli::parse();
    let ended = match &arguments.command {
        Some(command) => cli::run(&arguments.global, command),
        None => workbench(&arguments),
    };
    let exit = ended.unwrap_or_else(|failure| {
        if !failure.message.is_empty() {
            cli::say(&failure.message);
        }
        failure.exit
    });
    ExitCode::from(exit as u8)
}

fn workbench(_arguments: &Cli) -> Result<Exit, Failure> {
    if !(io::stdin().is_terminal() && io::stdout().is_terminal()) {
        let message =
            "the workbench needs a terminal; to run one query: kqlhunt query 'OfficeActivity | count'";
        return Err(Failure::new(Exit::Usage, message));
    }
    Err(Failure::new(Exit::Usage, "the workbench is not there yet"))
}
