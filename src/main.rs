//! Parses the arguments and dispatches; nothing else.
#![deny(unsafe_code)]

use std::path::Path;
use std::process::ExitCode;

use clap::Parser;
use kqlhunt::cli::{self, Cli, Global, exit::Exit, exit::Failure};

fn main() -> ExitCode {
    // Whatever we make holds investigations: nobody else reads it.
    kqlhunt::sys::make_files_private();
    let ended = Cli::try_parse().map_or_else(|asked| cli::exit::said(&asked), |arguments| run(&arguments));
    let exit = ended.unwrap_or_else(|failure| {
        if !failure.message.is_empty() {
            cli::say(&failure.message);
        }
        failure.exit
    });
    ExitCode::from(exit as u8)
}

fn run(arguments: &Cli) -> Result<Exit, Failure> {
    kqlhunt::sys::survive_large_files()?;
    let global = cli::complete(&arguments.global)?;
    kqlhunt::sys::leave_memory_to_others(global.memory);
    let ran = arguments.command.as_ref().map(|command| cli::run(&global, command));
    ran.unwrap_or_else(|| workbench(&global, cli::query_file(arguments.file.as_deref())?))
}

fn workbench(global: &Global, file: Option<&Path>) -> Result<Exit, Failure> {
    cli::needs_screen()?;
    open_workbench(global, file)
}

#[cfg(feature = "engine")]
fn open_workbench(global: &Global, file: Option<&Path>) -> Result<Exit, Failure> {
    let chosen = cli::Chosen::by(global)?;
    kqlhunt::tui::run(kqlhunt::tui::Options {
        data: chosen.data(),
        title: chosen.title(),
        engine: cli::engine_options(global),
        folders: global.folders(),
        library: global.library.clone(),
        fallback: kqlhunt::places::default_database().ok(),
        file: file.map(Path::to_path_buf),
        clock: cli::clock(global)?,
        ascii: cli::ascii_on_screen(global),
        journal: !global.no_journal,
        preferences: cli::preferences(global)?,
    })?;
    Ok(Exit::Done)
}

#[cfg(not(feature = "engine"))]
fn open_workbench(_global: &Global, _file: Option<&Path>) -> Result<Exit, Failure> {
    Err(cli::no_engine())
}
