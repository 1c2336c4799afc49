//! A place to run the binary in, away from the user's settings and data.

use std::path::Path;
use std::process::{Command, Stdio};

/// A folder to run commands in: empty but for the sample data, with a home of its own.
pub struct Sandbox {
    pub folder: tempfile::TempDir,
}

impl Sandbox {
    pub fn new() -> Sandbox {
        let folder = tempfile::tempdir().expect("makes a folder");
        let sample = crate::project("sample-data");
        std::os::unix::fs::symlink(sample, folder.path().join("sample-data")).expect("links");
        Sandbox { folder }
    }

    pub fn path(&self) -> &Path {
        self.folder.path()
    }

    /// A program in the sandbox, with nothing of the user's settings.
    pub fn command(&self, program: &str) -> Command {
        let binary = Path::new(env!("CARGO_BIN_EXE_kqlhunt"));
        let folder = binary.parent().expect("is in a folder").display();
        let path = std::env::var("PATH").unwrap_or_default();
        let mut command = Command::new(program);
        command.current_dir(self.path()).stdin(Stdio::null()).env("PATH", format!("{folder}:{path}"));
        command.env("HOME", self.path()).env("TZ", "Pacific/Apia").env("LANG", "tr_TR.UTF-8");
        let settings =
            ["KQLHUNT_DB", "KQLHUNT_MEMORY", "KQLHUNT_THREADS", "NO_COLOR", "CLICOLOR", "CLICOLOR_FORCE"];
        let places = ["XDG_DATA_HOME", "XDG_STATE_HOME", "XDG_CACHE_HOME", "XDG_CONFIG_HOME"];
        for name in settings.iter().chain(&places) {
            command.env_remove(name);
        }
        command
    }
}
