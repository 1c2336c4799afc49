//! Steps of undo: each is one or more edits of the buffer.

use super::Editor;

impl Editor {
    pub fn undo(&mut self) -> bool {
        let Some(edits) = self.done.pop() else { return false };
        for _ in 0..edits {
            self.area.undo();
        }
        self.undone.push(edits);
        self.changed();
        true
    }

    pub fn redo(&mut self) -> bool {
        let Some(edits) = self.undone.pop() else { return false };
        for _ in 0..edits {
            self.area.redo();
        }
        self.done.push(edits);
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
            let edits = self.done.drain(before..).sum();
            self.done.push(edits);
        }
        self.joins_until = 0;
    }
}
