//! Vim's keys in the query pane, as stories: a text with the cursor as `‸`, keys, and what is there then.

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use kqlhunt::app::keys::Context;
use kqlhunt::app::msg::Msg;
use kqlhunt::app::vim::{VIM, Vim};
use kqlhunt::app::{App, Start, update};

use crate::screens::key;

fn app(text: &str) -> App {
    let mut app = App::new(Start { size: (80, 24), vim: true, ..Start::default() });
    let cursor = text.find('‸').expect("a cursor");
    app.editor.insert(&text.replacen('‸', "", 1));
    let place = app.editor.place_of(cursor);
    app.editor.set_cursor(place.0, place.1);
    app
}

/// Letters, and other keys between `<` and `>` as the table of keys spells them.
fn press(app: &mut App, keys: &str) {
    let mut rest = keys;
    while let Some(letter) = rest.chars().next() {
        let named = rest.strip_prefix('<').and_then(|inner| inner.split_once('>'));
        let event = match named.filter(|(name, _)| name.chars().count() > 1) {
            Some((name, after)) => {
                rest = after;
                key(name)
            }
            None => {
                rest = &rest[letter.len_utf8()..];
                match letter {
                    '\n' => KeyEvent::new(KeyCode::Enter, KeyModifiers::NONE),
                    ' ' => key("Space"),
                    letter => KeyEvent::new(KeyCode::Char(letter), KeyModifiers::NONE),
                }
            }
        };
        update(app, 1, Msg::Key(event));
    }
}

fn shown(app: &App) -> String {
    let mut text = app.editor.text().to_owned();
    text.insert(app.editor.cursor_byte(), '‸');
    text
}

const STORIES: &[(&str, &str, &str)] = &[
    // Motions.
    ("‸where UserId == 'amy'", "l", "w‸here UserId == 'amy'"),
    ("‸ab\ncd\nef", "jjl", "ab\ncd\ne‸f"),
    ("ab\nc‸d", "kh", "‸ab\ncd"),
    ("‸where UserId == 'amy'", "w", "where ‸UserId == 'amy'"),
    ("‸where UserId == 'amy'", "3w", "where UserId == ‸'amy'"),
    ("‸| where a.b == 1", "WW", "| where ‸a.b == 1"),
    ("where UserId ‸== 1", "b", "where ‸UserId == 1"),
    ("where a.b ‸== 1", "B", "where ‸a.b == 1"),
    ("‸where UserId", "e", "wher‸e UserId"),
    ("wher‸e UserId", "e", "where UserI‸d"),
    ("  whe‸re", "0", "‸  where"),
    ("  whe‸re", "^", "  ‸where"),
    ("‸where", "$", "wher‸e"),
    ("‸ab\nabcd", "$j", "ab\nabc‸d"),
    ("abc‸d\nab\nabcd", "jj", "abcd\nab\nabc‸d"),
    ("a\nb\n‸c", "gg", "‸a\nb\nc"),
    ("‸a\nb\nc", "G", "a\nb\n‸c"),
    ("‸a\nb\nc", "2G", "a\n‸b\nc"),
    ("‸where count(x) > 1", "fu", "where co‸unt(x) > 1"),
    ("‸where count(x) > 1", "t(", "where coun‸t(x) > 1"),
    ("‸a b c b d", "fb;", "a b c ‸b d"),
    ("‸a b c b d", "fb;,", "a ‸b c b d"),
    ("a b c ‸d", "Fb", "a ‸b c d"),
    ("a b c ‸d", "Tb", "a b‸ c d"),
    ("where ‸f(a, (b))", "%", "where f(a, (b)‸)"),
    ("‸A\n| take 1\n\nB", "}", "A\n| take 1\n‸\nB"),
    ("A\n\nB\n| ‸take 1", "{", "A\n‸\nB\n| take 1"),
    // Operators with motions, counts and lines.
    ("where ‸UserId == 1", "dw", "where ‸== 1"),
    ("‸a b c d", "2dw", "‸c d"),
    ("‸a b c d", "d2w", "‸c d"),
    ("take ‸10\n| count", "dw", "take‸ \n| count"),
    ("where ‸UserId == 1", "cwActor<Esc>", "where Acto‸r == 1"),
    ("where ‸UserId == 1", "de", "where ‸ == 1"),
    ("a\n‸b\nc", "dd", "a\n‸c"),
    ("a\nb\n‸c", "dd", "a\n‸b"),
    ("‸a\nb\nc\nd", "3dd", "‸d"),
    ("‸a\nb\nc", "dj", "‸c"),
    ("a\n‸b\nc", "dG", "‸a"),
    ("  a ‸b", "ccnew<Esc>", "  ne‸w"),
    ("a ‸b c", "D", "a‸ "),
    ("a ‸b c", "Cd<Esc>", "a ‸d"),
    ("a‸bcd", "x", "a‸cd"),
    ("a‸bcd", "2x", "a‸d"),
    ("ab‸cd", "X", "a‸cd"),
    ("‸abc", "sx<Esc>", "‸xbc"),
    ("where f(‸a, b)", "dt)", "where f(‸)"),
    ("where f(a, ‸b)", "dF(", "where f‸b)"),
    ("‸a\nb", "yyp", "a\n‸a\nb"),
    ("a\n‸b", "yyP", "a\n‸b\nb"),
    ("‸ab cd", "ywP", "ab‸ ab cd"),
    ("‸a b", "xp", " ‸ab"),
    ("‸a\nb", "yy2p", "a\n‸a\na\nb"),
    ("‸a\nb\nc", ">j", "    ‸a\n    b\nc"),
    ("    ‸a", "<<", "‸a"),
    // Text objects.
    ("where User‸Id == 1", "diw", "where ‸ == 1"),
    ("where User‸Id == 1", "daw", "where ‸== 1"),
    ("where UserId == \"a‸my\"", "ci\"bo<Esc>", "where UserId == \"b‸o\""),
    ("where Us‸erId == \"amy\"", "ci\"bo<Esc>", "where UserId == \"b‸o\""),
    ("where UserId == \"a‸my\" and x", "da\"", "where UserId == ‸ and x"),
    ("where f(a, ‸b)", "di(", "where f(‸)"),
    ("where f(g(1), ‸b)", "da(", "where ‸f"),
    ("where x in~ ('a‸', 'b')", "ci'c<Esc>", "where x in~ ('‸c', 'b')"),
    // Insertion.
    ("a‸b", "ix<Esc>", "a‸xb"),
    ("‸ab", "ax<Esc>", "a‸xb"),
    ("  a‸b", "Ix<Esc>", "  ‸xab"),
    ("‸ab", "Ax<Esc>", "ab‸x"),
    ("  a‸b\nc", "ox<Esc>", "  ab\n  ‸x\nc"),
    ("a\n  ‸b", "Ox<Esc>", "a\n  ‸x\n  b"),
    ("‸a\n  b", "J", "a‸ b"),
    ("‸abc", "~~", "AB‸c"),
    ("‸abc", "2rx", "x‸xc"),
    ("  ‸a\nb", "gccjgcc", "  // a\n‸// b"),
    ("// ‸ab", "gccgcdx", "‸a"),
    // Undo, and the last change again.
    ("‸a\nb", "ddu", "‸a\nb"),
    ("‸ab", "ixyz<Esc>u", "‸ab"),
    ("‸ab", "ixy<Esc>u<Ctrl-R>", "‸xyab"),
    ("‸a b c d", "dw..", "‸d"),
    ("‸a a a", "cwx<Esc>w.", "x ‸x a"),
    ("‸ab cd ef", "c2wx<Esc>", "‸x ef"),
    ("‸a\nb\nc", "A;<Esc>j.", "a;\nb‸;\nc"),
    // Visual selection.
    ("‸abcd", "vld", "‸cd"),
    ("a‸bcd", "v$d", "‸a"),
    ("‸a b c", "vecx<Esc>", "‸x c"),
    ("a\n‸b\nc", "Vd", "a\n‸c"),
    ("‸a\nb\nc", "Vjyjp", "a\nb\n‸a\nb\nc"),
    ("‸a\nb\nc", "Vj>", "    ‸a\n    b\nc"),
    ("‸a\nb\nc\nd", "Vj>jj.", "    a\n    b\n    ‸c\n    d"),
    ("where User‸Id == 1", "viwd", "where ‸ == 1"),
    ("ab‸cd", "vhod", "a‸d"),
    ("‸abc", "vl~", "‸ABc"),
    ("‸ab cd", "ywwviwp", "ab ab‸ "),
    ("ab‸c", "v<Esc>x", "a‸b"),
    ("‸a\nb\nc", "yyjVpp", "a\na\n‸b\nc"),
    ("‸a\nb c d", "yyjwviwp", "a\nb \n‸a\n d"),
    ("‸a b", "ywwviwPp", "a a a‸ "),
    ("‸a\nb\n\nc", "Vjgc", "‸// a\n// b\n\nc"),
    ("// a\n// ‸b\nc", "vkgc", "‸a\nb\nc"),
    ("‸a\nb\nc\nd", "VjjJ", "a b‸ c\nd"),
    ("‸abc d", "verx", "‸xxx d"),
    ("‸ab\ncd", "Vrx", "‸xx\ncd"),
    ("‸aBc d", "veuw", "abc ‸d"),
    // Paragraphs, and blanks.
    ("a ‸b\nc\n\nd", "d}", "a‸ \n\nd"),
    ("‸a\nb\n\nd", "d}", "‸\nd"),
    ("a\n\nb\n‸c", "d{", "a\n‸c"),
    ("a\n\n‸b", "d{", "a\n‸b"),
    ("a\n\n‸\n\nb", "{", "‸a\n\n\n\nb"),
    ("‸a\nb", "Ax yy<Ctrl-W>zz<Esc>j.", "ax zz\nbx z‸z"),
    ("a\n\nb\n‸c", "y{P", "a\n‸\nb\n\nb\nc"),
    ("a ‸b\n\nd", "c}x<Esc>", "a ‸x\n\nd"),
    ("a\n\n‸b\nc", "d}", "a\n‸"),
    ("a\n‸\nb", "cwx<Esc>", "a\n‸x\nb"),
    ("a‸   b", "cwx<Esc>", "a‸xb"),
    ("‸aB c", "gUiw", "‸AB c"),
    ("‸aB c\nd", "g~~j", "Ab C\n‸d"),
    ("‸AB", "guu", "‸ab"),
    ("a, b, c‸, d", "dF,", "a, b‸, d"),
    ("‸a, b, c", "f,;d,", "a‸, c"),
    // What is not here takes what belongs to it.
    ("‸a b", "gzx", "‸ b"),
    ("‸a b", "zqx", "‸ b"),
    ("‸a b", "majx", "‸ b"),
    ("‸a b", "qiqix", "‸ b"),
    ("‸a\nb", "\"ayyp", "a\n‸a\nb"),
    ("a\n‸b", "ggmajd'ax", "a\n‸"),
    ("‸a b", "d/ib\nx", "‸ b"),
    ("‸a b", "?ib\nx", "‸ b"),
    ("‸a b", "Rdd<Esc>x", "‸ b"),
    ("‸a b", "==gqwx", "‸ b"),
    // An Esc that came together with the letter after it.
    ("a\n‸b", "ix<Alt-x>", "a\n‸b"),
    ("a\n‸b", "Ax<Alt-j>k", "‸a\nbx"),
];

#[test]
fn stories() {
    let mut wrong = Vec::new();
    for (before, keys, after) in STORIES {
        let mut app = app(before);
        press(&mut app, keys);
        let came = shown(&app);
        if came != *after {
            wrong.push(format!("{before:?} {keys}\n  expected {after:?}\n  came     {came:?}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn what_is_no_command_is_not_typed() {
    let mut app = app("‸a");
    press(&mut app, "QZz9<Esc>");
    assert_eq!(shown(&app), "‸a");
    press(&mut app, "d<F2>");
    assert!(app.popup.is_none(), "an operator that waits is ended by a key that it cannot take");
    press(&mut app, "<F2>");
    assert!(app.popup.is_some());
}

#[test]
fn a_command_is_one_step_back() {
    let mut app = app("‸a b c d e");
    press(&mut app, "dw..ifirst<Esc>A last<Esc>");
    assert_eq!(shown(&app), "firstd e las‸t");
    for left in ["firstd e", "d e", "c d e", "b c d e", "a b c d e"] {
        press(&mut app, "u");
        assert_eq!(app.editor.text(), left);
    }
}

#[test]
fn what_is_pasted_while_inserting_is_made_again() {
    let mut app = app("‸a\nb");
    press(&mut app, "A");
    update(&mut app, 1, Msg::Paste(" | c".into()));
    press(&mut app, "d<Esc>j.");
    assert_eq!(shown(&app), "a | cd\nb | c‸d");
}

#[test]
fn what_is_selected_is_what_runs() {
    let mut app = app("A\n‸B\nC");
    press(&mut app, "Vj");
    assert_eq!(app.editor.selection(), Some((2, 5)));
    assert_eq!(app.context(), Context::Visual);
    press(&mut app, "<Esc>");
    assert_eq!(app.editor.selection(), None);
}

#[test]
fn the_table_has_no_key_twice_in_a_mode() {
    for (at, row) in VIM.iter().enumerate() {
        assert!(!VIM[..at].iter().any(|other| (other.0, other.1) == (row.0, row.1)), "{:?}", row.1);
        assert!(row.3.ends_with('.'), "{}", row.1);
    }
    assert!(Vim::default().shown() == "NORMAL");
}
