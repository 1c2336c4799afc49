//! A regular expression that becomes a part of a longer one: its groups no longer capture, and a
//! parenthesis without its partner is a character (measured).

/// One text of a pattern of `kind=regex`.
pub struct Fragment {
    pub regex: String,
    /// A `|` stands outside all parentheses: it would split the whole pattern.
    pub splits: bool,
}

impl Fragment {
    pub fn read(text: &str) -> Fragment {
        let tokens = tokens(text);
        let alone = unpaired(&tokens);
        let mut regex = String::with_capacity(text.len() + 8);
        let mut depth = 0_usize;
        let mut splits = false;
        for (at, token) in tokens.iter().enumerate() {
            match token {
                Token::Open(_) | Token::Close if alone.contains(&at) => {
                    regex.push_str(if *token == Token::Close { r"\)" } else { r"\(" });
                    if let Token::Open(group) = token {
                        regex.push_str(group);
                    }
                }
                Token::Open(group) => {
                    depth += 1;
                    let captures = group.is_empty() || group.ends_with('>');
                    regex.push('(');
                    regex.push_str(if captures { "?:" } else { group });
                }
                Token::Close => {
                    depth = depth.saturating_sub(1);
                    regex.push(')');
                }
                Token::Other(text) => {
                    splits |= *text == "|" && depth == 0;
                    regex.push_str(text);
                }
            }
        }
        Fragment { regex, splits }
    }
}

#[derive(Clone, Copy, PartialEq)]
enum Token<'a> {
    /// `(`, and what belongs to it: `?:`, `?P<name>`, `?i`.
    Open(&'a str),
    Close,
    Other(&'a str),
}

fn tokens(text: &str) -> Vec<Token<'_>> {
    let mut tokens = Vec::new();
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let (token, length) = match first {
            '(' => {
                let group = group(&rest[1..]);
                (Token::Open(group), 1 + group.len())
            }
            ')' => (Token::Close, 1),
            '[' => {
                let length = class(rest);
                (Token::Other(&rest[..length]), length)
            }
            '\\' => {
                let length = 1 + rest[1..].chars().next().map_or(0, char::len_utf8);
                (Token::Other(&rest[..length]), length)
            }
            other => (Token::Other(&rest[..other.len_utf8()]), other.len_utf8()),
        };
        tokens.push(token);
        rest = &rest[length..];
    }
    tokens
}

/// What follows `(` and is no part of what it matches.
fn group(rest: &str) -> &str {
    let Some(inside) = rest.strip_prefix('?') else { return "" };
    let named = inside.strip_prefix('P').unwrap_or(inside);
    if named.starts_with('<') && !named.starts_with("<=") && !named.starts_with("<!") {
        return rest.find('>').map_or("?", |end| &rest[..=end]);
    }
    &rest[..1]
}

/// The length of `[...]`, classes inside it included.
fn class(text: &str) -> usize {
    let mut depth = 0_usize;
    let mut escaped = false;
    let mut opened = 0;
    for (at, c) in text.char_indices() {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '[' => {
                depth += 1;
                opened = at + 1;
            }
            '^' if at == opened => opened = at + 1,
            // A bracket that stands first is a character of the class.
            ']' if at == opened => {}
            ']' => {
                depth -= 1;
                if depth == 0 {
                    return at + 1;
                }
            }
            _ => {}
        }
    }
    text.len()
}

/// The places of parentheses without a partner.
fn unpaired(tokens: &[Token<'_>]) -> Vec<usize> {
    let mut open = Vec::new();
    let mut alone = Vec::new();
    for (at, token) in tokens.iter().enumerate() {
        match token {
            Token::Open(_) => open.push(at),
            Token::Close if open.pop().is_none() => alone.push(at),
            Token::Close | Token::Other(_) => {}
        }
    }
    alone.extend(open);
    alone
}

#[cfg(test)]
mod tests {
    use super::Fragment;

    #[test]
    fn groups_stop_capturing() {
        let regex = |text| Fragment::read(text).regex;
        assert_eq!(regex("(a|b)=(?P<n>c)(?<m>d)"), "(?:a|b)=(?:c)(?:d)");
        assert_eq!(regex(r"(?:a)(?i)\([()]"), r"(?:a)(?i)\([()]");
        assert_eq!(regex("[]()]x"), "[]()]x");
        assert_eq!(regex("(?=a)"), "(?=a)", "refused when it is compiled");
    }

    #[test]
    fn a_lonely_parenthesis_is_a_character() {
        let regex = |text| Fragment::read(text).regex;
        assert_eq!(regex(")"), r"\)");
        assert_eq!(regex("(a"), r"\(a");
        assert_eq!(regex("(a))"), r"(?:a)\)");
        assert_eq!(regex(")("), r"\)\(");
    }

    #[test]
    fn a_bar_outside_of_parentheses_splits() {
        assert!(Fragment::read("a|b").splits);
        assert!(!Fragment::read(r"(a|b)\|[|]").splits);
    }
}
