//! Steps of undo: each is one or more edits of the buffer, and takes the cursor back to where it was before them.

use super::Editor;

#[derive(Clone, Copy, Debug)]
pub struct Step {
    /// Edits of the buffer.
    pub edits: usize,
    /// Line and column of the cursor before them.
    pub before: (usize, usize),
}

impl Editor {
    pub fn undo(&mut self) -> bool {
        let Some(step) = self.done.pop() else { return false };
        for _ in 0..step.edits {
            self.area.undo();
        }
        self.set_cursor(step.before.0, step.before.1);
        self.undone.push(step);
        self.changed();
        true
    }

    pub fn redo(&mut self) -> bool {
        let Some(step) = self.undone.pop() else { return false };
        for _ in 0..step.edits {
            self.area.redo();
        }
        self.done.push(step);
        self.changed();
        true
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
            self.done.push(Step { edits, before: joined[0].before });
        }
        self.joins_until = 0;
    }
}
