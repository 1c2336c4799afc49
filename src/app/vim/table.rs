//! The keys of vim's normal and visual modes: one literal table.

use super::{Find, Motion, Operator};

/// What a key of vim does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Does {
    Move(Motion),
    /// Moves to a letter that is typed next.
    Find(Find),
    /// Moves to the letter that was looked for last, the other way round if so.
    Again(bool),
    /// The next place of what was sought, or the one before.
    Next(bool),
    Operate(Operator),
    /// An operator with its motion in one key: `D`, `C`, `Y`, `x`, `s`.
    Short(Operator, Motion),
    /// The part of a text around the cursor, by the letter that names it: inner, or with what is around it.
    Object(char, bool),
    Insert(Insert),
    Paste(bool),
    Join,
    Case,
    /// Puts the letter that is typed next over those at the cursor.
    Replace,
    Undo,
    Redo,
    Repeat,
    Visual(bool),
    /// The cursor goes to the other end of the selection.
    Swap,
    Normal,
    /// Half a page, down or up.
    Scroll(bool),
    /// Of vim's, but not here: takes the keys that belong to it and does nothing.
    Skip(Skip),
    /// Makes the selected lines comments, or queries again.
    Comment,
    /// A command of the workbench.
    Command(&'static str),
}

/// Where insertion begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Insert {
    Here,
    After,
    LineStart,
    LineEnd,
    Below,
    Above,
}

/// The keys that belong to a command that is not here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Skip {
    /// A letter, such as the name of a mark.
    Letter,
    /// The name of a register; its command follows.
    Register,
    /// What is typed up to Enter or Esc.
    Line,
    /// What is typed up to Esc.
    Insertion,
}

/// The modes that a row is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum In {
    /// Normal and visual mode, and after an operator.
    All,
    Normal,
    Visual,
    /// Visual mode, and after an operator.
    Parts,
    NormalAndVisual,
}

impl In {
    /// As `kqlhunt keys` names the modes.
    pub fn name(self) -> &'static str {
        match self {
            In::All => "normal, visual, after an operator",
            In::Normal => "normal",
            In::Visual => "visual",
            In::Parts => "visual, after an operator",
            In::NormalAndVisual => "normal, visual",
        }
    }
}

/// Modes, key or letters one after the other, what it does, and that in words.
pub const VIM: &[(In, &str, Does, &str)] = {
    use Does::*;
    use Motion::*;
    use Operator::*;
    &[
        (In::All, "h", Move(Left), "Left."),
        (In::All, "Left", Move(Left), "Left."),
        (In::All, "Backspace", Move(Left), "Left."),
        (In::All, "l", Move(Right), "Right."),
        (In::All, "Right", Move(Right), "Right."),
        (In::All, "Space", Move(Right), "Right."),
        (In::All, "j", Move(Down), "Down."),
        (In::All, "Down", Move(Down), "Down."),
        (In::All, "k", Move(Up), "Up."),
        (In::All, "Up", Move(Up), "Up."),
        (In::All, "Enter", Move(NextLine), "To the first letter of the next line."),
        (In::All, "w", Move(Word), "To the next word."),
        (In::All, "W", Move(BigWord), "To the next word between blanks."),
        (In::All, "b", Move(Back), "To the start of the word, or the one before."),
        (In::All, "B", Move(BigBack), "As b, for words between blanks."),
        (In::All, "e", Move(WordEnd), "To the end of the word, or of the next."),
        (In::All, "E", Move(BigWordEnd), "As e, for words between blanks."),
        (In::All, "0", Move(LineStart), "To the start of the line."),
        (In::All, "Home", Move(LineStart), "To the start of the line."),
        (In::All, "^", Move(FirstLetter), "To the first letter of the line."),
        (In::All, "$", Move(LineEnd), "To the end of the line."),
        (In::All, "End", Move(LineEnd), "To the end of the line."),
        (In::All, "gg", Move(Top), "To the first line, or the line of the count."),
        (In::All, "G", Move(Bottom), "To the last line, or the line of the count."),
        (In::All, "{", Move(ParagraphBack), "To the empty line before."),
        (In::All, "}", Move(Paragraph), "To the next empty line."),
        (In::All, "%", Move(Bracket), "To the bracket that belongs to this one."),
        (In::All, "f", Does::Find(super::Find::To), "To a letter in the line."),
        (In::All, "t", Does::Find(super::Find::Till), "Before a letter in the line."),
        (In::All, "F", Does::Find(super::Find::BackTo), "Back to a letter in the line."),
        (In::All, "T", Does::Find(super::Find::BackTill), "Back to after a letter in the line."),
        (In::All, ";", Again(false), "To the same letter again."),
        (In::All, ",", Again(true), "To the same letter, the other way."),
        (In::All, "n", Next(false), "To the next place of what was sought."),
        (In::All, "N", Next(true), "To the place before of what was sought."),
        (In::NormalAndVisual, "d", Operate(Delete), "Deletes."),
        (In::NormalAndVisual, "c", Operate(Change), "Deletes and begins to insert."),
        (In::NormalAndVisual, "y", Operate(Yank), "Copies."),
        (In::NormalAndVisual, ">", Operate(Indent), "Moves lines to the right."),
        (In::NormalAndVisual, "<", Operate(Dedent), "Moves lines to the left."),
        (In::Normal, "D", Short(Delete, LineEnd), "Deletes to the end of the line."),
        (In::Normal, "C", Short(Change, LineEnd), "Deletes to the end of the line and begins to insert."),
        (In::Normal, "Y", Short(Yank, Lines), "Copies the line."),
        (In::Normal, "S", Short(Change, Lines), "Writes the line anew."),
        (In::Normal, "x", Short(Delete, Right), "Deletes the letter."),
        (In::Normal, "Delete", Short(Delete, Right), "Deletes the letter."),
        (In::Normal, "X", Short(Delete, Left), "Deletes the letter before."),
        (In::Normal, "s", Short(Change, Right), "Writes the letter anew."),
        (In::Visual, "x", Operate(Delete), "Deletes."),
        (In::Visual, "Delete", Operate(Delete), "Deletes."),
        (In::Visual, "s", Operate(Change), "Deletes and begins to insert."),
        (In::NormalAndVisual, "gu", Operate(Lower), "Makes letters small."),
        (In::NormalAndVisual, "gU", Operate(Upper), "Makes letters large."),
        (In::NormalAndVisual, "g~", Operate(Turn), "Makes small letters large and large ones small."),
        (In::Visual, "u", Operate(Lower), "Makes letters small."),
        (In::Visual, "U", Operate(Upper), "Makes letters large."),
        (In::Parts, "iw", Object('w', false), "The word."),
        (In::Parts, "aw", Object('w', true), "The word with the blanks around it."),
        (In::Parts, "iW", Object('W', false), "The word between blanks."),
        (In::Parts, "aW", Object('W', true), "The word with the blanks around it."),
        (In::Parts, "i\"", Object('"', false), "What stands in the quotes."),
        (In::Parts, "a\"", Object('"', true), "The quotes and what stands in them."),
        (In::Parts, "i'", Object('\'', false), "What stands in the quotes."),
        (In::Parts, "a'", Object('\'', true), "The quotes and what stands in them."),
        (In::Parts, "i(", Object('(', false), "What stands in the brackets."),
        (In::Parts, "i)", Object('(', false), "What stands in the brackets."),
        (In::Parts, "ib", Object('(', false), "What stands in the brackets."),
        (In::Parts, "a(", Object('(', true), "The brackets and what stands in them."),
        (In::Parts, "a)", Object('(', true), "The brackets and what stands in them."),
        (In::Parts, "ab", Object('(', true), "The brackets and what stands in them."),
        (In::Parts, "i[", Object('[', false), "What stands in the brackets."),
        (In::Parts, "i]", Object('[', false), "What stands in the brackets."),
        (In::Parts, "a[", Object('[', true), "The brackets and what stands in them."),
        (In::Parts, "a]", Object('[', true), "The brackets and what stands in them."),
        (In::Parts, "i{", Object('{', false), "What stands in the braces."),
        (In::Parts, "i}", Object('{', false), "What stands in the braces."),
        (In::Parts, "a{", Object('{', true), "The braces and what stands in them."),
        (In::Parts, "a}", Object('{', true), "The braces and what stands in them."),
        (In::Normal, "i", Does::Insert(self::Insert::Here), "Inserts before the cursor."),
        (In::Normal, "a", Does::Insert(self::Insert::After), "Inserts after the cursor."),
        (
            In::Normal,
            "I",
            Does::Insert(self::Insert::LineStart),
            "Inserts before the first letter of the line.",
        ),
        (In::Normal, "A", Does::Insert(self::Insert::LineEnd), "Inserts at the end of the line."),
        (In::Normal, "o", Does::Insert(self::Insert::Below), "Inserts a line below."),
        (In::Normal, "O", Does::Insert(self::Insert::Above), "Inserts a line above."),
        (In::NormalAndVisual, "p", Paste(false), "Puts what was copied or deleted after the cursor."),
        (In::NormalAndVisual, "P", Paste(true), "Puts what was copied or deleted before the cursor."),
        (In::NormalAndVisual, "J", Join, "Joins the line with the next, or those of the selection."),
        (In::NormalAndVisual, "~", Case, "Makes small letters large and large ones small."),
        (
            In::NormalAndVisual,
            "r",
            Replace,
            "Puts a letter over the one at the cursor, or those of the selection.",
        ),
        (In::Normal, "u", Undo, "Takes back the last change."),
        (In::Normal, "Ctrl-R", Redo, "Does again what was taken back."),
        (In::Normal, ".", Repeat, "Makes the last change again."),
        (In::NormalAndVisual, "v", Visual(false), "Selects letters."),
        (In::NormalAndVisual, "V", Visual(true), "Selects lines."),
        (In::Visual, "o", Swap, "Goes to the other end of the selection."),
        (In::NormalAndVisual, "Esc", Normal, "Back to normal mode."),
        (In::NormalAndVisual, "Ctrl-D", Scroll(true), "Half a page down."),
        (In::NormalAndVisual, "Ctrl-U", Scroll(false), "Half a page up."),
        (In::Normal, "/", Command("find"), "Looks for a text."),
        (In::NormalAndVisual, ":", Command("palette"), "Opens the list of commands."),
        (In::Normal, "gd", Command("definition"), "Goes to the let that gives the name."),
        (In::Normal, "gcc", Command("comment"), "Makes the line a comment, or a query again."),
        (In::Visual, "gc", Comment, "Makes the lines comments, or queries again."),
        (In::Normal, "K", Command("docs"), "Tells what is known of the word."),
        (In::NormalAndVisual, "Tab", Command("next-pane"), "Goes to the next pane."),
    ]
};

/// Commands of vim that are not here, but whose letters or motions are not commands of their own.
pub const ABSENT: &[(In, &str, Does)] = {
    use Operator::Nothing;
    &[
        (In::NormalAndVisual, "=", Does::Operate(Nothing)),
        (In::NormalAndVisual, "!", Does::Operate(Nothing)),
        (In::NormalAndVisual, "gq", Does::Operate(Nothing)),
        (In::NormalAndVisual, "gw", Does::Operate(Nothing)),
        (In::NormalAndVisual, "g?", Does::Operate(Nothing)),
        (In::NormalAndVisual, "\"", Does::Skip(Skip::Register)),
        (In::NormalAndVisual, "m", Does::Skip(Skip::Letter)),
        (In::All, "'", Does::Skip(Skip::Letter)),
        (In::All, "`", Does::Skip(Skip::Letter)),
        (In::NormalAndVisual, "q", Does::Skip(Skip::Letter)),
        (In::NormalAndVisual, "@", Does::Skip(Skip::Letter)),
        (In::All, "z", Does::Skip(Skip::Letter)),
        (In::NormalAndVisual, "Z", Does::Skip(Skip::Letter)),
        (In::All, "[", Does::Skip(Skip::Letter)),
        (In::All, "]", Does::Skip(Skip::Letter)),
        (In::Parts, "/", Does::Skip(Skip::Line)),
        (In::All, "?", Does::Skip(Skip::Line)),
        (In::Normal, "R", Does::Skip(Skip::Insertion)),
    ]
};
