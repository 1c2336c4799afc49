//! Which part of the text a run is of.

use super::App;

/// A part of the text: its first byte and what it says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Statement {
    pub offset: usize,
    pub text: String,
}

/// The selection if there is one, else the lines around the cursor up to blank ones, as in Kusto's own
/// editors.
pub fn current(app: &App) -> Statement {
    let text = app.editor.text();
    let (start, end) = match app.editor.selection() {
        Some(range) => range,
        None => block(&text, app.editor.cursor_byte()),
    };
    Statement { offset: start, text: text[start..end].to_string() }
}

fn block(text: &str, at: usize) -> (usize, usize) {
    let mut blocks: Vec<(usize, usize)> = Vec::new();
    let (mut place, mut open) = (0, false);
    for line in text.split_inclusive('\n') {
        let end = place + line.trim_end().len();
        match (line.trim().is_empty(), blocks.last_mut().filter(|_| open)) {
            (true, _) => open = false,
            (false, Some(block)) => block.1 = end,
            (false, None) => {
                blocks.push((place, end));
                open = true;
            }
        }
        place += line.len();
    }
    // On a blank line it is the block above.
    let above = blocks.iter().rev().find(|block| block.0 <= at);
    above.or(blocks.first()).copied().unwrap_or((0, 0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blank_lines_separate_statements() {
        let text = "\nA\n| take 1\n \n\nB | count  \n";
        let at = |byte| {
            let (start, end) = block(text, byte);
            &text[start..end]
        };
        assert_eq!(at(0), "A\n| take 1");
        assert_eq!(at(3), "A\n| take 1");
        assert_eq!(at(13), "A\n| take 1");
        assert_eq!(at(text.len()), "B | count");
        assert_eq!(block("  ", 1), (0, 0));
    }
}
