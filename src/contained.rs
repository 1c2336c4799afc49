//! Panics that end one piece of work and not the process. Knows the thread; nothing of the work.

use std::any::Any;
use std::cell::Cell;
use std::panic::{AssertUnwindSafe, PanicHookInfo, catch_unwind};
use std::sync::LazyLock;

thread_local! {
    static RUNNING: Cell<bool> = const { Cell::new(false) };
    static SAID: Cell<String> = const { Cell::new(String::new()) };
}

/// Whether a panic of this thread ends its work and no more. For panic hooks.
pub fn is_contained() -> bool {
    RUNNING.get()
}

/// Keeps what a panic says and its place in the source, which is known to hooks only.
pub fn keep(panic: &PanicHookInfo<'_>) {
    let place = panic.location().map(|at| format!(" at {}:{}", at.file(), at.line())).unwrap_or_default();
    SAID.set(format!("{}{place}", text(panic.payload())));
}

/// What the work gives, or what its panic said. Nothing that the work has changed is used after a panic.
pub fn contained<T>(work: impl FnOnce() -> T) -> Result<T, String> {
    let outside = RUNNING.replace(true);
    let done = catch_unwind(AssertUnwindSafe(work));
    RUNNING.set(outside);
    done.map_err(|panic| match SAID.take() {
        said if said.is_empty() => text(&*panic).to_owned(),
        said => said,
    })
}

/// Panics when `KQLHUNT_REHEARSE_PANIC` names this place, so that tests see what becomes of it.
pub fn rehearse(place: &str) {
    static NAMED: LazyLock<Option<std::ffi::OsString>> =
        LazyLock::new(|| std::env::var_os("KQLHUNT_REHEARSE_PANIC"));
    if NAMED.as_ref().is_some_and(|named| named == place) {
        std::panic::panic_any(format!("rehearsed in the {place}"));
    }
}

fn text(panic: &(dyn Any + Send)) -> &str {
    let text = panic.downcast_ref::<String>().map(String::as_str);
    text.or_else(|| panic.downcast_ref::<&str>().copied()).unwrap_or("for a reason that is no text")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_ends_its_work() {
        assert_eq!(contained(|| 1), Ok(1));
        assert!(!is_contained());
        let inner = || {
            assert!(is_contained());
            assert!(contained(|| std::panic::panic_any("inner")).is_err());
            assert!(is_contained());
        };
        assert!(contained(inner).is_ok());
        let said = contained(|| -> () { std::panic::panic_any(String::from("no column")) });
        assert_eq!(said, Err("no column".to_owned()));
        assert!(!is_contained());
    }
}
