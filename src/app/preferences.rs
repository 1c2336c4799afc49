//! What a user's settings say of the workbench.

use super::keymap::Keymap;
use super::look::{Depth, Look};
use crate::zone::Zone;

/// The ways of a copy: into tmux and its terminal, to the terminal by OSC 52, into `clip.txt`. Of the first two
/// the second is used where the first is not there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Clipboard {
    pub tmux: bool,
    pub osc52: bool,
    pub file: bool,
}

impl Default for Clipboard {
    fn default() -> Clipboard {
        Clipboard { tmux: true, osc52: true, file: true }
    }
}

impl Clipboard {
    /// Reads `none`, or ways with commas between them.
    ///
    /// Errors: a word is none of those; one sentence, lower case.
    pub fn named(words: &[String]) -> Result<Clipboard, String> {
        let mut ways = Clipboard { tmux: false, osc52: false, file: false };
        for word in words.iter().flat_map(|word| word.split(',')).map(str::trim) {
            match word {
                "tmux" => ways.tmux = true,
                "osc52" => ways.osc52 = true,
                "file" => ways.file = true,
                "none" if words.len() == 1 => {}
                _ => {
                    return Err(format!(
                        "'{word}' is no way of a copy: tmux, osc52, file, some of them, or none"
                    ));
                }
            }
        }
        Ok(ways)
    }

    pub fn off(self) -> bool {
        !(self.tmux || self.osc52 || self.file)
    }
}

#[derive(Clone, Debug, Default)]
pub struct Preferences {
    pub keymap: Keymap,
    /// Vim's keys in the query pane.
    pub vim: bool,
    pub mouse: bool,
    /// Where copies go.
    pub clipboard: Clipboard,
    /// Where times are shown as they are there, until another zone is chosen.
    pub zone: Zone,
    /// Empty columns are shown even where there is no room for all.
    pub show_empty: bool,
    pub look: Look,
    pub depth: Depth,
    /// What in the settings may not be as wanted, with its place.
    pub warnings: Vec<String>,
}
