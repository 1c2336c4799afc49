//! Diagnostics for people: the line, a caret, a help sentence. Text of queries and data is made
//! visible before it is shown.

use std::borrow::Cow;
use std::io::{self, IsTerminal, Write};
use std::sync::atomic::{AtomicBool, Ordering};

use annotate_snippets::{AnnotationKind, Level, Renderer, Snippet};
use clap::ValueEnum;

use super::exit::{Exit, Failure};
use super::input::Source;
use crate::diag::{self, Diagnostic, Fix, Severity};
use crate::display;

/// When to colour.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum Color {
    #[default]
    Auto,
    Always,
    Never,
}

/// Whether messages have ASCII characters only. Once the arguments are known it stays as it is.
static ASCII: AtomicBool = AtomicBool::new(false);

pub fn in_ascii(ascii: bool) {
    ASCII.store(ascii, Ordering::Relaxed);
}

/// A text of ours or of others, as a message has it.
pub fn shown(text: &str) -> Cow<'_, str> {
    display::shown(text, ASCII.load(Ordering::Relaxed))
}

/// Diagnostics shown for one text; the rest is counted.
const SHOWN_MAX: usize = 20;

impl Color {
    /// Whether stderr gets colours. The flag wins over NO_COLOR, that over CLICOLOR_FORCE, that over
    /// CLICOLOR=0, and that over what stderr is.
    pub fn on_stderr(self) -> bool {
        let variable = |name: &str| std::env::var(name).unwrap_or_default();
        self.decide(&variable, io::stderr().is_terminal())
    }

    /// The same for the screen of the workbench.
    pub fn on_screen(self) -> bool {
        self.decide(&|name: &str| std::env::var(name).unwrap_or_default(), true)
    }

    fn decide(self, variable: &dyn Fn(&str) -> String, terminal: bool) -> bool {
        match self {
            Color::Always => true,
            Color::Never => false,
            Color::Auto if !variable("NO_COLOR").is_empty() => false,
            Color::Auto if !matches!(variable("CLICOLOR_FORCE").as_str(), "" | "0") => true,
            Color::Auto if variable("CLICOLOR") == "0" => false,
            Color::Auto => terminal && variable("TERM") != "dumb",
        }
    }
}

/// Shows what is wrong with a text; with a mistake in it the command ends so.
pub fn show(source: &Source, found: &[Diagnostic], color: Color, exit: Exit) -> Result<(), Failure> {
    let rendered = render(source, found, color.on_stderr());
    // Who closed stderr wants to read nothing.
    let _ = io::stderr().write_all(rendered.as_bytes());
    if diag::any_error(found) { Err(Failure::silent(exit)) } else { Ok(()) }
}

/// What is said behind a fix that leaves a right query, but another one.
const DIFFERS: &str = ", which may give other rows or values";

/// What a fix does, in words.
fn changed(text: &str, fix: &Fix) -> String {
    let old = fix.span.text(text);
    let (old, new) = (shown(old), shown(&fix.text));
    match (old.is_empty(), new.is_empty()) {
        (true, _) => format!("write {new} here"),
        (_, true) => format!("delete {old}"),
        _ => format!("write {new} for {old}"),
    }
}

/// All diagnostics as text, each with its place in the source.
pub fn render(source: &Source, diagnostics: &[Diagnostic], color: bool) -> String {
    let renderer = if color { Renderer::styled() } else { Renderer::plain() };
    let name = shown(&source.name);
    let text = visible(&source.text, ASCII.load(Ordering::Relaxed));
    let mut rendered = String::new();
    for diagnostic in diagnostics.iter().take(SHOWN_MAX) {
        let level = match diagnostic.severity {
            Severity::Error => Level::ERROR,
            Severity::Warning => Level::WARNING,
        };
        let end = (diagnostic.span.end as usize).min(text.len());
        let start = (diagnostic.span.start as usize).min(end);
        let annotation = AnnotationKind::Primary.span(boundary(&text, start)..boundary(&text, end));
        let snippet = Snippet::source(text.as_str()).path(name.as_ref()).annotation(annotation);
        let message = shown(&diagnostic.message);
        let mut group = level.primary_title(message.as_ref()).id(diagnostic.code).element(snippet);
        let help = diagnostic.help.as_deref().map(shown);
        if let Some(help) = &help {
            group = group.element(Level::HELP.message(help.as_ref()));
        }
        let differs = if diagnostic.fix_differs { DIFFERS } else { "" };
        let fix = diagnostic.fix.as_ref().map(|fix| changed(&source.text, fix) + differs);
        if let Some(fix) = &fix {
            group = group.element(Level::HELP.with_name("fix").message(fix.as_str()));
        }
        rendered.push_str(&renderer.render(&[group]));
        rendered.push_str("\n\n");
    }
    let rest = diagnostics.len().saturating_sub(SHOWN_MAX);
    if rest > 0 {
        rendered.push_str(&format!("and {rest} more\n"));
    }
    rendered
}

/// Diagnostics in one line each, without the source: what `--serve` answers.
#[cfg(feature = "engine")]
pub fn lines(text: &str, diagnostics: &[Diagnostic]) -> String {
    let line = |diagnostic: &Diagnostic| {
        let (line, column) = crate::span::line_column(text, diagnostic.span.start);
        let help = diagnostic.help.as_deref().map(|help| format!(" ({help})")).unwrap_or_default();
        format!("{} at {line}:{column}: {}{help}", diagnostic.code, diagnostic.message)
    };
    diagnostics.iter().filter(|diagnostic| diagnostic.is_error()).map(line).collect::<Vec<_>>().join("\n")
}

/// A text of several lines for stdout: as it is for a file or a pipe, made visible for a terminal.
pub fn for_stdout(text: &str) -> Cow<'_, str> {
    if io::stdout().is_terminal() { display::safe_lines(text) } else { Cow::Borrowed(text) }
}

/// Says something on stderr, unless stderr is gone.
pub fn say(message: &str) {
    let lines: Vec<_> = message.lines().map(shown).collect();
    let _ = writeln!(io::stderr(), "kqlhunt: {}", lines.join("\n"));
}

/// As [`say`], of one line: a line feed in it comes from the name of a file.
pub fn say_line(message: &str) {
    let _ = writeln!(io::stderr(), "kqlhunt: {}", shown(message));
}

/// The text with each dangerous character, and with `ascii` each that is none of ASCII, replaced by visible ones of
/// as many bytes, so that spans still fit. Tabs and line ends stay.
fn visible(text: &str, ascii: bool) -> String {
    let mut visible = String::with_capacity(text.len());
    for character in text.chars() {
        match character.len_utf8() {
            _ if matches!(character, '\n' | '\t') => visible.push(character),
            2.. if ascii => visible.extend(std::iter::repeat_n('?', character.len_utf8())),
            _ if !display::dangerous(character) => visible.push(character),
            1 => visible.push('?'),
            2 => visible.push('¿'),
            3 => visible.push('\u{fffd}'),
            _ => visible.push('\u{1f648}'),
        }
    }
    visible
}

fn boundary(text: &str, at: usize) -> usize {
    (at..=text.len()).find(|at| text.is_char_boundary(*at)).unwrap_or(text.len())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diag::code;
    use crate::span::Span;

    fn rendered(text: &str, span: Span) -> String {
        let source = Source { name: "query".into(), text: text.into() };
        let diagnostic = Diagnostic::error(code::UNKNOWN_NAME, span, "unknown column 'Acount'")
            .help("Did you mean 'Account'?");
        render(&source, &[diagnostic], false)
    }

    #[test]
    fn the_line_a_caret_and_help() {
        assert_eq!(
            rendered("T\n| where Acount == 1", Span::new(10, 16)),
            "error[KS142]: unknown column 'Acount'\n \
             --> query:2:9\n  \
             |\n\
             2 | | where Acount == 1\n  \
             |         ^^^^^^\n  \
             |\n  \
             = help: Did you mean 'Account'?\n\n"
        );
    }

    #[test]
    fn in_ascii_the_caret_stands_where_it_would() {
        assert_eq!(visible("print 'é日' | x\n\u{1b}", true), "print '?????' | x\n?");
        assert_eq!(visible("é\u{9b}\u{202e}", false), "é¿\u{fffd}");
    }

    #[test]
    fn nothing_in_a_query_reaches_the_terminal() {
        for text in ["print '\x1b[2J\x07\u{9b}\u{202e}\u{e0041}\r'", "\u{feff}\u{200b}x", ""] {
            for at in 0..=text.len() + 3 {
                let shown = rendered(text, Span::new(at, at + 2));
                assert!(!shown.chars().any(|c| c != '\n' && display::dangerous(c)), "{shown:?}");
            }
        }
    }

    #[test]
    fn the_flag_then_the_variables_then_the_terminal() {
        let with = |pairs: &'static [(&str, &str)]| {
            move |name: &str| {
                pairs
                    .iter()
                    .find(|(key, _)| *key == name)
                    .map(|(_, value)| value.to_string())
                    .unwrap_or_default()
            }
        };
        let force = [("NO_COLOR", "1"), ("CLICOLOR_FORCE", "1")];
        assert!(Color::Always.decide(&with(&[("NO_COLOR", "1")]), false));
        assert!(!Color::Never.decide(&with(&[("CLICOLOR_FORCE", "1")]), true));
        assert!(
            !Color::Auto
                .decide(&|name| force.iter().find(|p| p.0 == name).map(|p| p.1).unwrap_or("").into(), true)
        );
        assert!(Color::Auto.decide(&with(&[("CLICOLOR_FORCE", "1")]), false));
        assert!(!Color::Auto.decide(&with(&[("CLICOLOR", "0")]), true));
        assert!(!Color::Auto.decide(&with(&[("TERM", "dumb")]), true));
        assert!(Color::Auto.decide(&with(&[]), true) && !Color::Auto.decide(&with(&[]), false));
    }
}
