//! Steps of undo: each is one or more edits of the buffer, and takes the cursor back to where it was before them,
//! or, done again, to where it was after them. A step that put the text of a file there takes that back too, so
//! that the old text is not written over the file.

use std::path::PathBuf;

use super::Editor;

#[derive(Clone, Debug)]
pub struct Step {
    /// Edits of the buffer.
    pub edits: usize,
    /// Line and column of the cursor before them, and after all that was done with them.
    pub before: (usize, usize),
    pub after: (usize, usize),
    /// The files of the text before and after, where the step changed them.
    pub files: Option<(Held, Held)>,
}

/// A text's file, and what that held when it was read or written last.
pub type Held = (Option<PathBuf>, Option<String>);

impl Editor {
    pub fn undo(&mut self) -> bool {
        let Some(step) = self.done.pop() else { return false };
        for _ in 0..step.edits {
            self.area.undo();
        }
        self.set_cursor(step.before.0, step.before.1);
        if let Some((before, _)) = &step.files {
            (self.file, self.file_text) = before.clone();
        }
        self.undone.push(step);
        self.changed();
        true
    }

    pub fn redo(&mut self) -> bool {
        let Some(step) = self.undone.pop() else { return false };
        for _ in 0..step.edits {
            self.area.redo();
        }
        self.set_cursor(step.after.0, step.after.1);
        let opened = step.files.as_ref().map(|(_, after)| after.clone());
        self.done.push(step);
        self.changed();
        if let Some(held) = opened {
            (self.file, self.file_text) = held;
            self.saved = self.version;
        }
        true
    }

    /// Notes what was just edited as one step.
    pub(super) fn step(&mut self, edits: usize, before: (usize, usize)) {
        self.visual = None;
        let (before, after) = (self.from.take().unwrap_or(before), self.cursor());
        self.done.push(Step { edits, before, after, files: None });
        self.stepped = true;
        self.undone.clear();
        self.changed();
    }

    /// A change is complete: where the cursor is now is where it comes back to when the change is done again.
    pub fn settle_step(&mut self) {
        let cursor = self.cursor();
        if let (true, Some(step)) = (std::mem::take(&mut self.stepped), self.done.last_mut()) {
            step.after = cursor;
        }
    }

    /// Puts the text of a file in place of all, as one step of undo.
    pub fn open(&mut self, file: PathBuf, text: &str) {
        let steps = self.done.len();
        self.replace_all(text);
        let before = (self.file.replace(file), self.file_text.replace(text.to_owned()));
        let after = (self.file.clone(), self.file_text.clone());
        if self.done.len() > steps
            && let Some(step) = self.done.last_mut()
        {
            step.files = Some((before, after));
        }
        self.saved = self.version;
    }

    /// Steps that undo can take back.
    pub fn steps(&self) -> usize {
        self.done.len()
    }

    /// Makes one step of all since there were so many.
    pub fn join_steps(&mut self, before: usize) {
        if self.done.len() > before + 1 {
            let joined: Vec<Step> = self.done.drain(before..).collect();
            let edits = joined.iter().map(|step| step.edits).sum();
            let (first, last) = (joined[0].before, joined[joined.len() - 1].after);
            let files = joined.iter().filter_map(|step| step.files.clone());
            let files = files.reduce(|one, other| (one.0, other.1));
            self.done.push(Step { edits, before: first, after: last, files });
        }
        self.joins_until = 0;
    }
}
