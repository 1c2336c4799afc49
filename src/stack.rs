//! The stack that trees of a text are walked on. Knows how long the text is.

use std::cell::Cell;

use corosensei::stack::DefaultStack;

/// A longer text is compiled on a stack of its own, which the limits of parser and plan are made for;
/// a shorter one cannot nest deep enough to need it. The thread stays the same, and with it what kernels
/// remember, such as regular expressions.
const OWN_STACK_TEXT: usize = 256;
/// Reserved, and used only as far as a text nests.
const OWN_STACK_BYTES: usize = 64 << 20;
/// A thread keeps the stack for the texts that follow, as a new one costs more than many a translation; but what a
/// longer text may have used of it is given back.
const KEPT_STACK_TEXT: usize = 16 << 10;

thread_local! {
    static KEPT_STACK: Cell<Option<DefaultStack>> = const { Cell::new(None) };
}

/// Runs what walks the tree of a text on a stack that is made for it.
pub fn on_own_stack<T>(text: &str, compile: impl FnOnce() -> T) -> T {
    if text.len() <= OWN_STACK_TEXT {
        return compile();
    }
    let kept = KEPT_STACK.take().map_or_else(|| DefaultStack::new(OWN_STACK_BYTES), Ok);
    // Where no memory can be reserved, the thread's own stack must do.
    let Ok(mut stack) = kept else { return compile() };
    let done = corosensei::on_stack(&mut stack, compile);
    if text.len() <= KEPT_STACK_TEXT {
        KEPT_STACK.set(Some(stack));
    }
    done
}
