//! What shells need to complete `kqlhunt`, made from the table of arguments, and mended where what clap makes
//! of an optional file beside commands, or of values, is not what its users type.

use std::fmt::Write as _;
use std::io::{self, Write};

use clap::{Arg, Command, CommandFactory};
use clap_complete::Shell;

use super::Cli;
use super::exit::{Exit, Failure};

/// Prints what a shell must know to complete `kqlhunt`.
pub fn completions(shell: Shell) -> Result<Exit, Failure> {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Cli::command(), "kqlhunt", &mut script);
    let script = String::from_utf8_lossy(&script);
    let mut command = Cli::command();
    command.build();
    let script = match shell {
        Shell::Zsh => zsh(&script),
        Shell::Fish => fish(&script, &command),
        Shell::Elvish => elvish(&script, &command),
        _ => script.into_owned(),
    };
    io::stdout().lock().write_all(script.as_bytes())?;
    Ok(Exit::Done)
}

/// zsh takes the first word for the file, and never for a command: commands and files are offered in its place.
fn zsh(script: &str) -> String {
    let lines = script.lines().filter(|line| !line.starts_with("'::file -- "));
    let script: String = lines.flat_map(|line| [line, "\n"]).collect();
    let commands = "    _describe -t commands 'kqlhunt commands' commands \"$@\"\n";
    script
        .replace("$line[2]", "$line[1]")
        .replace(commands, &format!("{commands}    _files -g '*.kql(-.)'\n"))
}

/// fish sees no options where the last one lacks its value still, and no values of arguments without a name.
fn fish(script: &str, command: &Command) -> String {
    let parse = "    argparse -s (__fish_kqlhunt_global_optspecs) -- $cmd 2>/dev/null\n";
    let lacking = format!("{}    or begin\n        set -e cmd[-1]\n    {parse}    end\n", parse);
    let mut script = script.replace(parse, &lacking);
    for (path, arg) in of_choices(command).iter().filter(|(_, arg)| arg.is_positional()) {
        let name = path.rsplit(';').next().unwrap_or_default();
        let values = choices(arg).join(" ");
        let _ = writeln!(
            script,
            "complete -c kqlhunt -n \"__fish_kqlhunt_using_subcommand {name}\" -f -a \"{values}\""
        );
    }
    script
}

/// elvish knows neither values nor files, and nothing at all after a word that is no command.
fn elvish(script: &str, command: &Command) -> String {
    let mut known = Vec::new();
    let mut values = String::new();
    for (path, _) in commands(command) {
        known.push(format!("'{path}'"));
    }
    for (path, arg) in of_choices(command) {
        let (choices, names) = (choices(&arg).join(" "), names(&arg));
        for name in names {
            let _ = writeln!(values, "        &'{path} {name}'= [{choices}]");
        }
    }
    let walk = "        if (str:has-prefix $word '-') {\n            break\n        }\n        set command = $command';'$word\n";
    let walked = "        if (has-value $commands $command';'$word) {\n            set command = $command';'$word\n        }\n";
    let start = "    var command = 'kqlhunt'\n";
    let end = "    $completions[$command]\n";
    let offered = format!(
        "    var values = [\n{values}    ]\n    var before = $command' '$words[-2]\n    if (has-key $values $before) {{\n        \
         all $values[$before]\n    }} else {{\n        $completions[$command]\n        if (has-key $values $command' ') {{\n            \
         all $values[$command' ']\n        }} elif (not (str:has-prefix $words[-1] '-')) {{\n            \
         edit:complete-filename $@words\n        }}\n    }}\n"
    );
    script
        .replace(start, &format!("    var commands = [{}]\n{start}", known.join(" ")))
        .replace(walk, walked)
        .replace(end, &offered)
}

/// Each command and those below it, by their path: `kqlhunt;config;show`.
fn commands(command: &Command) -> Vec<(String, &Command)> {
    let mut found = Vec::new();
    let mut left = vec![("kqlhunt".to_owned(), command)];
    while let Some((path, command)) = left.pop() {
        let below = command.get_subcommands();
        left.extend(below.map(|below| (format!("{path};{}", below.get_name()), below)));
        found.push((path, command));
    }
    found
}

/// The arguments that are one of several words, with the paths of their commands.
fn of_choices(command: &Command) -> Vec<(String, Arg)> {
    let all = commands(command)
        .into_iter()
        .flat_map(|(path, command)| command.get_arguments().cloned().map(move |arg| (path.clone(), arg)));
    all.filter(|(_, arg)| arg.get_action().takes_values() && !choices(arg).is_empty()).collect()
}

fn choices(arg: &Arg) -> Vec<String> {
    let values = arg.get_possible_values();
    values.iter().filter(|value| !value.is_hide_set()).map(|value| value.get_name().to_owned()).collect()
}

/// As they are typed; the empty one of an argument without a name.
fn names(arg: &Arg) -> Vec<String> {
    let long = arg.get_long().map(|name| format!("--{name}"));
    let short = arg.get_short().map(|name| format!("-{name}"));
    let names: Vec<String> = long.into_iter().chain(short).collect();
    if names.is_empty() { vec![String::new()] } else { names }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is looked for in clap's scripts is there: another version may write them otherwise.
    #[test]
    fn scripts_are_mended() {
        let made = |shell| {
            let mut script = Vec::new();
            clap_complete::generate(shell, &mut Cli::command(), "kqlhunt", &mut script);
            String::from_utf8(script).unwrap()
        };
        let mut command = Cli::command();
        command.build();
        let zsh = zsh(&made(Shell::Zsh));
        assert!(!zsh.contains("'::file") && zsh.contains("$line[1]") && zsh.contains("_files -g '*.kql"));
        let fish = fish(&made(Shell::Fish), &command);
        assert!(fish.contains("set -e cmd[-1]"));
        assert!(fish.contains("using_subcommand completions\" -f -a \"bash elvish fish powershell zsh\""));
        let elvish = elvish(&made(Shell::Elvish), &command);
        assert!(elvish.contains("has-value $commands") && elvish.contains("edit:complete-filename"));
        assert!(elvish.contains("&'kqlhunt;query --format'= [table csv"));
    }
}
