//! The file of settings, as the commands that show it see it.

use std::fs;
use std::process::Output;

use crate::sandbox::Sandbox;

fn sandbox(config: &str) -> Sandbox {
    let sandbox = Sandbox::new();
    let folder = sandbox.path().join(".config/kqlhunt");
    fs::create_dir_all(&folder).expect("makes a folder");
    fs::write(folder.join("config.yaml"), config).expect("writes");
    sandbox
}

fn run(sandbox: &Sandbox, arguments: &[&str]) -> Output {
    sandbox.command("kqlhunt").args(arguments).output().expect("runs")
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).expect("is text")
}

#[test]
fn keys_are_listed_as_the_settings_have_them() {
    let sandbox = sandbox("keymap:\n  editor:\n    format: [Ctrl-Y]\n  global:\n    run-all: Alt-5\n");
    let output = run(&sandbox, &["keys", "--format", "json"]);
    assert_eq!(output.status.code(), Some(0));
    let rows: Vec<serde_json::Value> = serde_json::from_slice(&output.stdout).expect("is JSON");
    let row = |context: &str, action: &str| {
        let found = rows.iter().find(|row| row["Context"] == context && row["Action"] == action);
        found.cloned().unwrap_or_default()
    };
    assert_eq!(row("editor", "format")["Keys"], "Ctrl-Y");
    assert_eq!(row("editor", "format")["From"], "config.yaml:3");
    assert_eq!(row("global", "run-all")["Keys"], "Alt-5");
    assert_eq!(row("global", "run")["Word"], ":run");
    assert_eq!(row("results", "sort")["From"], "default");
    let said = text(&output.stderr);
    assert!(
        said.contains("config.yaml:3: editor: Ctrl-Y is 'format' now; 'redo' is left with Alt-z"),
        "{said}"
    );
}

#[test]
fn settings_are_shown_with_who_says_so() {
    let sandbox = sandbox("threads: 3\ntheme:\n  string: \"#a3be8c\"\n");
    let output = sandbox
        .command("kqlhunt")
        .args(["config", "show", "--origin", "--memory", "1GB"])
        .env("KQLHUNT_FUNCTIONS", "/tmp")
        .output()
        .expect("runs");
    let shown = text(&output.stdout);
    let has = |start: &str, end: &str| {
        let mut lines = shown.lines();
        assert!(lines.any(|line| line.starts_with(start) && line.ends_with(end)), "{start} {end}\n{shown}");
    };
    has("memory: 1GB ", "# --memory");
    has("threads: 3 ", "config.yaml:1");
    has("functions: /tmp ", "# $KQLHUNT_FUNCTIONS");
    has("# geo: none", "default: where addresses are");
    has("  string: \"#a3be8c\" ", "config.yaml:3");
    let plain = text(&run(&sandbox, &["config", "show"]).stdout);
    assert!(plain.contains("threads: 3\n") && !plain.contains("default:"), "{plain}");
}

#[test]
fn a_mistake_in_the_settings_is_said_with_its_line() {
    for (config, said) in [
        (
            "keymap:\n  editor:\n    formt: F11\n",
            "config.yaml:3: no action is called 'formt'; did you mean 'format'?",
        ),
        ("keymap:\n  editor:\n    format: Ctrl-M\n", "config.yaml:3: Ctrl-M is what terminals send as Enter"),
        ("theme:\n  strng: red\n", "config.yaml:2: a theme has no 'strng'; did you mean 'string'?"),
        ("tread: 1\n", "tread"),
    ] {
        let output = run(&sandbox(config), &["config", "show"]);
        assert_eq!(output.status.code(), Some(2), "{config}");
        assert!(text(&output.stderr).contains(said), "{}", text(&output.stderr));
    }
}

#[test]
fn shells_complete_every_command_and_option() {
    let sandbox = Sandbox::new();
    for shell in ["bash", "elvish", "fish", "powershell", "zsh"] {
        let output = run(&sandbox, &["completions", shell]);
        assert_eq!(output.status.code(), Some(0), "{shell}");
        let script = text(&output.stdout);
        // The others are given no values of options.
        for word in ["translate", "origin", "completions", "jsonl"] {
            let given = script.contains(word) || word == "jsonl" && ["elvish", "powershell"].contains(&shell);
            assert!(given, "{shell}: no {word}");
        }
    }
}

/// Bash itself reads the script, and completes what is begun.
#[test]
fn bash_takes_what_it_is_given() {
    let sandbox = Sandbox::new();
    let script = "source <(kqlhunt completions bash); COMP_WORDS=(kqlhunt tr); COMP_CWORD=1; \
                  _kqlhunt kqlhunt tr kqlhunt; echo \"${COMPREPLY[@]}\"";
    let Ok(output) = sandbox.command("bash").args(["-c", script]).output() else { return };
    assert_eq!(text(&output.stdout).trim(), "translate", "{}", text(&output.stderr));
}

#[test]
fn the_manual_has_a_page_for_each_command() {
    let sandbox = Sandbox::new();
    let page = text(&run(&sandbox, &["man"]).stdout);
    assert!(page.contains(".TH kqlhunt 1") && page.contains("Exit codes"), "{page}");
    let folder = sandbox.path().join("man");
    fs::create_dir(&folder).expect("makes a folder");
    let output = run(&sandbox, &["man", "--folder", "man"]);
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    for name in ["kqlhunt", "kqlhunt-query", "kqlhunt-config", "kqlhunt-config-show"] {
        let page = fs::read_to_string(folder.join(format!("{name}.1"))).expect("is written");
        assert!(page.contains("memory"), "{page}");
    }
    assert_eq!(run(&sandbox, &["man", "--folder", "nowhere"]).status.code(), Some(73));
}
