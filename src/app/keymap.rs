//! The keys in force: those of the table, and over them what the user's settings say.

use super::commands;
use super::keys::{self, CONTEXTS, Context, KEYS};
use crate::diag::nearest;

/// A key that does something somewhere.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Binding {
    pub context: Context,
    pub key: String,
    /// The name of a command.
    pub command: &'static str,
    /// The line of the settings that says so; `None` for a key of the table.
    pub line: Option<u64>,
}

/// Something that a line of the settings brings with it and that may not be wanted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Conflict {
    pub line: u64,
    pub message: String,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Keymap {
    bindings: Vec<Binding>,
    /// Context and command of what the settings name.
    named: Vec<(Context, &'static str)>,
    /// What lost a key to a line of the settings: the place of the key, and whose it was.
    taken: Vec<(Binding, &'static str)>,
}

impl Default for Keymap {
    fn default() -> Self {
        let binding = |row: &(Context, &str, &'static str)| Binding {
            context: row.0,
            key: row.1.to_string(),
            command: row.2,
            line: None,
        };
        Keymap { bindings: KEYS.iter().map(binding).collect(), named: Vec::new(), taken: Vec::new() }
    }
}

impl Keymap {
    pub fn bindings(&self) -> &[Binding] {
        &self.bindings
    }

    /// Gives a command these keys in a context, in place of those that it had there.
    ///
    /// # Errors
    /// No context, command or key is called so, the key cannot be pressed there, or another line has it.
    pub fn rebind(&mut self, context: &str, command: &str, keys: &[String], line: u64) -> Result<(), String> {
        let context = Context::by_name(context).ok_or_else(|| {
            let names: Vec<&str> = CONTEXTS.iter().map(|row| row.1).collect();
            format!("no place of keys is called '{context}'; there are {}", names.join(", "))
        })?;
        let command = commands::by_name(command).map(|command| command.name).ok_or_else(|| {
            let near = nearest(command, commands::COMMANDS.iter().map(|command| command.name));
            let help = near
                .map_or("'kqlhunt keys' lists them".to_string(), |near| format!("did you mean '{near}'?"));
            format!("no action is called '{command}'; {help}")
        })?;
        self.bindings.retain(|row| (row.context, row.command) != (context, command));
        self.named.push((context, command));
        for written in keys {
            let key = keys::spelled(written)?;
            self.bind(Binding { context, key, command, line: Some(line) })?;
        }
        Ok(())
    }

    fn bind(&mut self, binding: Binding) -> Result<(), String> {
        let Binding { context, key, .. } = &binding;
        let letter = key.chars().count() == 1 || keys::is_sequence(key);
        if letter && context.types_letters() {
            return Err(format!("'{key}' is a letter that is typed in {}", context.name()));
        }
        let same = self.bindings.iter().position(|row| (row.context, &row.key) == (*context, key));
        if let Some(at) = same {
            if let Some(other) = self.bindings[at].line {
                let whose = self.bindings[at].command;
                return Err(format!("{key} has been given to '{whose}' in line {other}"));
            }
            let lost = self.bindings.remove(at);
            self.taken.push((binding.clone(), lost.command));
        }
        self.bindings.push(binding);
        Ok(())
    }

    /// What the settings bring with them: keys taken away, hidden, or never reached.
    pub fn conflicts(&self) -> Vec<Conflict> {
        let mut conflicts = Vec::new();
        for (binding, loser) in &self.taken {
            if !self.named.contains(&(binding.context, *loser)) {
                let left = self.keys_in(binding.context, loser).collect::<Vec<_>>().join(" ");
                let left = if left.is_empty() { "no key".to_string() } else { left };
                let Binding { key, command, context, .. } = binding;
                let place = context.name();
                let message = format!("{place}: {key} is '{command}' now; '{loser}' is left with {left}");
                conflicts.extend(binding.line.map(|line| Conflict { line, message }));
            }
        }
        for binding in &self.bindings {
            let Some(line) = binding.line else { continue };
            for message in self.hidden(binding) {
                conflicts.push(Conflict { line, message });
            }
        }
        conflicts.sort_by_key(|conflict| conflict.line);
        conflicts
    }

    fn hidden(&self, binding: &Binding) -> Vec<String> {
        let Binding { context, key, command, .. } = binding;
        let place = context.name();
        let mut said = Vec::new();
        let begins = self.bindings.iter().find(|row| {
            row.context == *context
                && keys::is_sequence(&row.key)
                && key.len() == 1
                && row.key.starts_with(key.as_str())
        });
        if let Some(row) = begins {
            said.push(format!("{place}: {key} never comes to '{command}', since {} begins with it", row.key));
        }
        if *context == Context::Global {
            for row in self.bindings.iter().filter(|row| row.key == *key && row.context != Context::Global) {
                let (place, other) = (row.context.name(), row.command);
                said.push(format!("global: {key} is not '{command}' in {place}, where it is '{other}'"));
            }
        } else if let Some(global) = self.lookup_in(Context::Global, key) {
            said.push(format!("{place}: {key} is '{command}' there, and no longer '{global}'"));
        }
        said
    }

    /// The command of a key, first in `context`, then everywhere.
    pub fn lookup(&self, context: Context, key: &str) -> Option<&'static str> {
        let in_editor = matches!(context, Context::Completion | Context::Normal | Context::Visual);
        let beside = in_editor.then(|| self.lookup_in(Context::Editor, key)).flatten();
        self.lookup_in(context, key).or(beside).or_else(|| self.lookup_in(Context::Global, key))
    }

    pub fn lookup_in(&self, context: Context, key: &str) -> Option<&'static str> {
        self.bindings.iter().find(|row| row.context == context && row.key == key).map(|row| row.command)
    }

    /// Whether some two-letter binding of the context begins with this key.
    pub fn prefix(&self, context: Context, key: &str) -> bool {
        let begins = |row: &Binding| keys::is_sequence(&row.key) && row.key.starts_with(key);
        key.len() == 1 && self.bindings.iter().any(|row| row.context == context && begins(row))
    }

    /// The keys of a command in one context.
    pub fn keys_in(&self, context: Context, command: &str) -> impl Iterator<Item = &str> {
        self.bindings
            .iter()
            .filter(move |row| row.context == context && row.command == command)
            .map(|row| row.key.as_str())
    }

    /// The keys of a command: those of the context first.
    pub fn keys_of(&self, context: Context, command: &str) -> Vec<&str> {
        let mut keys: Vec<_> = self.keys_in(context, command).collect();
        if context != Context::Global {
            keys.extend(self.keys_in(Context::Global, command));
        }
        keys
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rebound(rows: &[(&str, &str, &[&str])]) -> Result<Keymap, String> {
        let mut keymap = Keymap::default();
        for (at, (context, command, keys)) in rows.iter().enumerate() {
            let keys: Vec<String> = keys.iter().map(|key| key.to_string()).collect();
            keymap.rebind(context, command, &keys, at as u64 + 1)?;
        }
        Ok(keymap)
    }

    #[test]
    fn letters_of_a_list_are_typed() {
        let keymap = Keymap::default();
        for letter in 'A'..='z' {
            assert!(!keymap.prefix(Context::List, &letter.to_string()), "{letter}");
            assert!(!keymap.prefix(Context::Completion, &letter.to_string()), "{letter}");
        }
        assert!(keymap.prefix(Context::Grid, "g") && !keymap.prefix(Context::Grid, "U"));
    }

    #[test]
    fn the_settings_win_and_what_they_take_is_said() {
        let keymap = rebound(&[("editor", "format", &["Ctrl-Y"])]).expect("binds");
        assert_eq!(keymap.lookup(Context::Editor, "Ctrl-Y"), Some("format"));
        assert_eq!(keymap.lookup(Context::Editor, "F11"), None);
        assert_eq!(keymap.keys_of(Context::Editor, "redo"), ["Alt-z"]);
        let said = "editor: Ctrl-Y is 'format' now; 'redo' is left with Alt-z";
        assert_eq!(keymap.conflicts(), [Conflict { line: 1, message: said.into() }]);
    }

    #[test]
    fn what_is_named_as_well_is_no_conflict() {
        let keymap = rebound(&[("editor", "format", &["Ctrl-Y"]), ("editor", "redo", &[])]).expect("binds");
        assert_eq!(keymap.conflicts(), []);
        assert!(keymap.keys_of(Context::Editor, "redo").is_empty());
    }

    #[test]
    fn what_is_hidden_is_said() {
        let hiding = rebound(&[("results", "export", &["F5"]), ("global", "quit", &["j"])]).expect("binds");
        let said: Vec<String> = hiding.conflicts().into_iter().map(|conflict| conflict.message).collect();
        assert_eq!(said[0], "results: F5 is 'export' there, and no longer 'run'");
        assert!(said.contains(&"global: j is not 'quit' in results, where it is 'down'".to_string()));
        let begun = rebound(&[("results", "export", &["g"])]).expect("binds").conflicts();
        assert_eq!(begun[0].message, "results: g never comes to 'export', since gg begins with it");
    }

    #[test]
    fn what_cannot_be_is_refused() {
        let refused = |rows: &[(&str, &str, &[&str])]| rebound(rows).expect_err("is refused");
        assert!(refused(&[("grid", "run", &["F5"])]).contains("global, editor"));
        assert_eq!(refused(&[("global", "rum", &["F5"])]), "no action is called 'rum'; did you mean 'run'?");
        assert_eq!(refused(&[("editor", "run", &["x"])]), "'x' is a letter that is typed in editor");
        assert!(refused(&[("editor", "run", &["Ctrl-M"])]).contains("Enter"));
        let twice = refused(&[("editor", "format", &["Ctrl-Y"]), ("editor", "comment", &["Ctrl-Y"])]);
        assert_eq!(twice, "Ctrl-Y has been given to 'format' in line 1");
    }
}
