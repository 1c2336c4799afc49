//! A terminal with kqlhunt in it: keys in, the screen and the very bytes out.

pub mod keys;

use std::ffi::OsString;
use std::io::{Read, Write};
use std::num::NonZeroU16;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant};

use portable_pty::{Child, CommandBuilder, ExitStatus, MasterPty, PtySize, native_pty_system};
use rustix::fs::{Mode, OFlags};
use rustix::termios::{OptionalActions, SpecialCodeIndex, tcgetattr, tcsetattr};
use tempfile::TempDir;

/// Nothing on a busy machine takes longer.
pub const PATIENCE: Duration = Duration::from_secs(120);

const REPAINT: &str = "\x0c";

pub struct Terminal {
    /// Home of the process; gone with the terminal.
    pub home: Arc<TempDir>,
    pub child: Box<dyn Child + Send + Sync>,
    master: Option<Box<dyn MasterPty + Send>>,
    writer: Option<Box<dyn Write + Send>>,
    screen: Arc<Mutex<vt100::Parser>>,
    bytes: Arc<Mutex<Vec<u8>>>,
    /// The link is cut: the reader lets go of it too.
    cut: Arc<AtomicBool>,
}

/// How kqlhunt is started.
pub struct Setup<'a> {
    pub arguments: &'a [&'a str],
    pub variables: &'a [(&'a str, &'a str)],
    pub size: (u16, u16),
    pub home: Option<Arc<TempDir>>,
    /// The terminal tells no size, as some serial lines do.
    pub sizeless: bool,
    /// As under nohup: a hang-up is not told by a signal.
    pub ignore_hang_up: bool,
    /// Inside of a tmux of its own, with tmux's own settings.
    pub tmux: bool,
}

impl Default for Setup<'_> {
    fn default() -> Self {
        Setup {
            arguments: &["--sample"],
            variables: &[],
            size: (80, 24),
            home: None,
            sizeless: false,
            ignore_hang_up: false,
            tmux: false,
        }
    }
}

/// What is set where the tests run and would change what is shown.
pub const AMBIENT: &[&str] = &[
    "NO_COLOR",
    "CLICOLOR",
    "CLICOLOR_FORCE",
    "COLORTERM",
    "COLUMNS",
    "LINES",
    "SSH_CONNECTION",
    "KQLHUNT_DB",
    "LC_ALL",
    "TMUX",
    "STY",
    "EDITOR",
    "VISUAL",
];

/// The variables of a process whose home is this folder.
pub fn surroundings(home: &Path) -> Vec<(&'static str, OsString)> {
    let places = ["XDG_DATA_HOME", "XDG_STATE_HOME", "XDG_CACHE_HOME", "XDG_CONFIG_HOME"];
    let mut all: Vec<(&str, OsString)> =
        places.iter().map(|name| (*name, home.join(name.to_lowercase()).into_os_string())).collect();
    all.extend([("HOME", home.into()), ("LANG", "C.UTF-8".into()), ("TERM", "xterm-256color".into())]);
    all
}

impl Terminal {
    pub fn start(setup: Setup<'_>) -> Terminal {
        let home = setup.home.unwrap_or_else(|| Arc::new(tempfile::tempdir().unwrap()));
        let (columns, rows) = setup.size;
        // tmux takes the last row for its status.
        let rows = rows + u16::from(setup.tmux);
        let size = PtySize { rows, cols: columns, pixel_width: 0, pixel_height: 0 };
        let pair = native_pty_system().openpty(size).unwrap();
        let program = env!("CARGO_BIN_EXE_kqlhunt");
        let mut command = if setup.ignore_hang_up || setup.sizeless {
            let mut shell = CommandBuilder::new("sh");
            let before = if setup.sizeless { "stty rows 0 cols 0" } else { "trap '' HUP" };
            shell.args(["-c", &format!("{before}; exec \"$@\""), "sh", program]);
            shell
        } else if setup.tmux {
            let mut tmux = CommandBuilder::new("tmux");
            let socket = home.path().join("tmux.socket");
            tmux.arg("-S");
            tmux.arg(socket);
            tmux.args(["-f", "/dev/null", "new-session", program]);
            tmux
        } else {
            CommandBuilder::new(program)
        };
        command.args(setup.arguments);
        for name in AMBIENT {
            command.env_remove(name);
        }
        for (name, value) in surroundings(home.path()) {
            command.env(name, value);
        }
        command.cwd(home.path());
        for (name, value) in setup.variables {
            command.env(name, value);
        }
        let child = pair.slave.spawn_command(command).unwrap();
        drop(pair.slave);
        let screen = Arc::new(Mutex::new(vt100::Parser::new(cells(rows), cells(columns), 0)));
        let bytes = Arc::new(Mutex::new(Vec::new()));
        let mut reader = pair.master.try_clone_reader().unwrap();
        let cut = Arc::new(AtomicBool::new(false));
        let (shown, kept, stopped) = (screen.clone(), bytes.clone(), cut.clone());
        thread::spawn(move || {
            let mut buffer = [0; 65_536];
            while let Ok(count) = reader.read(&mut buffer) {
                if count == 0 {
                    return;
                }
                if stopped.load(Ordering::SeqCst) {
                    return;
                }
                shown.lock().unwrap().process(&buffer[..count]);
                kept.lock().unwrap().extend_from_slice(&buffer[..count]);
            }
        });
        let writer = Some(pair.master.take_writer().unwrap());
        Terminal { home, child, master: Some(pair.master), writer, screen, bytes, cut }
    }

    /// Started, and the database open.
    pub fn ready(setup: Setup<'_>) -> Terminal {
        let terminal = Terminal::start(setup);
        terminal.wait(" RUN");
        terminal.wait_until("the database opens", |screen| !screen.contains("(opening)"));
        terminal
    }

    pub fn send(&mut self, text: &str) {
        let writer = self.writer.as_mut().unwrap();
        writer.write_all(text.as_bytes()).unwrap();
        writer.flush().unwrap();
    }

    pub fn screen(&self) -> String {
        self.screen.lock().unwrap().screen().contents()
    }

    pub fn row(&self, row: u16) -> String {
        let parser = self.screen.lock().unwrap();
        let (_, columns) = parser.screen().size();
        parser.screen().rows(0, columns.get()).nth(usize::from(row)).unwrap_or_default()
    }

    /// The runs of the rows with the text, each line one: colour and weight, then letters.
    pub fn styles(&self, text: &str) -> Vec<String> {
        let parser = self.screen.lock().unwrap();
        let screen = parser.screen();
        let (rows, columns) = screen.size();
        let mut runs: Vec<(String, String)> = Vec::new();
        for row in 0..rows.get() {
            let cells: Vec<_> = (0..columns.get()).filter_map(|column| screen.cell(row, column)).collect();
            if !cells.iter().copied().map(letters).collect::<String>().contains(text) {
                continue;
            }
            runs.push((format!("row {}", row + 1), String::new()));
            for cell in cells {
                match runs.last_mut() {
                    Some((style, run)) if *style == said(cell) => run.push_str(letters(cell)),
                    _ => runs.push((said(cell), letters(cell).to_string())),
                }
            }
        }
        runs.into_iter().map(|(style, run)| format!("{style:24}{run}").trim_end().to_string()).collect()
    }

    /// Every byte that was sent so far.
    pub fn bytes(&self) -> Vec<u8> {
        self.bytes.lock().unwrap().clone()
    }

    pub fn sent(&self) -> usize {
        self.bytes.lock().unwrap().len()
    }

    pub fn wait(&self, text: &str) {
        self.wait_until(text, |screen| screen.contains(text));
    }

    pub fn wait_until(&self, what: &str, done: impl Fn(&str) -> bool) {
        let started = Instant::now();
        let mut seen = None;
        loop {
            let sent = self.sent();
            if seen != Some(sent) && done(&self.screen()) {
                return;
            }
            seen = Some(sent);
            assert!(started.elapsed() < PATIENCE, "{what} did not come:\n{}", self.screen());
            thread::sleep(Duration::from_millis(5));
        }
    }

    /// Waits until nothing is sent any more.
    pub fn settle(&self) {
        let mut before = self.sent();
        loop {
            thread::sleep(Duration::from_millis(150));
            let now = self.sent();
            if now == before {
                return;
            }
            before = now;
        }
    }

    pub fn resize(&self, columns: u16, rows: u16) {
        self.screen.lock().unwrap().screen_mut().set_size(cells(rows), cells(columns));
        let size = PtySize { rows, cols: columns, pixel_width: 0, pixel_height: 0 };
        self.master.as_ref().unwrap().resize(size).unwrap();
    }

    /// The modes of a line on which nothing runs yet, as text.
    pub fn modes_before() -> String {
        let pair = native_pty_system().openpty(PtySize::default()).unwrap();
        format!("{:?}", pair.master.get_termios())
    }

    /// The modes of the line, as text.
    pub fn modes(&self) -> String {
        format!("{:?}", self.master.as_ref().unwrap().get_termios())
    }

    /// The link is cut, as soon as the reader has let go of it.
    pub fn hang_up(&mut self) {
        self.cut.store(true, Ordering::SeqCst);
        self.send(REPAINT);
        thread::sleep(Duration::from_millis(300));
        self.mute_writer();
        self.writer = None;
        self.master = None;
    }

    /// The writer types a line and the end of input when it is dropped, unless the line has no key for that; a link that
    /// is cut types nothing.
    fn mute_writer(&self) {
        let line = self.master.as_ref().unwrap().tty_name().unwrap();
        let line = rustix::fs::open(line, OFlags::RDWR | OFlags::NOCTTY, Mode::empty()).unwrap();
        let mut modes = tcgetattr(&line).unwrap();
        modes.special_codes[SpecialCodeIndex::VEOF] = 0;
        tcsetattr(&line, OptionalActions::Now, &modes).unwrap();
    }

    pub fn pid(&self) -> u32 {
        self.child.process_id().unwrap()
    }

    pub fn signal(&self, signal: rustix::process::Signal) {
        let pid = rustix::process::Pid::from_raw(self.pid() as i32).unwrap();
        rustix::process::kill_process(pid, signal).unwrap();
    }

    /// Waits for the end of the process.
    pub fn end(&mut self) -> ExitStatus {
        let started = Instant::now();
        loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                // What was written last is still on its way to the reader.
                thread::sleep(Duration::from_millis(50));
                return status;
            }
            assert!(started.elapsed() < PATIENCE, "it does not end:\n{}", self.screen());
            thread::sleep(Duration::from_millis(5));
        }
    }

    /// Processor time used, in clock ticks, and the letter of the state.
    pub fn processor(&self) -> (u64, char) {
        let stat = std::fs::read_to_string(format!("/proc/{}/stat", self.pid())).unwrap();
        let fields: Vec<&str> = stat.rsplit_once(") ").unwrap().1.split(' ').collect();
        let ticks: u64 = fields[11].parse::<u64>().unwrap() + fields[12].parse::<u64>().unwrap();
        (ticks, fields[0].chars().next().unwrap())
    }

    /// The session that was kept, as JSON.
    pub fn session(&self) -> String {
        self.sessions().remove(0)
    }

    /// The sessions that were kept.
    pub fn sessions(&self) -> Vec<String> {
        let folder = self.home.path().join("xdg_state_home/kqlhunt/sessions");
        let files = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
        let sessions = files.filter(|path| path.extension().is_some_and(|extension| extension == "json"));
        sessions.map(|path| std::fs::read_to_string(path).unwrap()).collect()
    }

    pub fn file(&self, name: &str) -> std::path::PathBuf {
        Path::new(self.home.path()).join(name)
    }
}

/// A cell that was never written is as blank as one with a space.
fn letters(cell: &vt100::Cell) -> &str {
    if cell.has_contents() { cell.contents() } else { " " }
}

/// Colour and weight of a cell.
fn said(cell: &vt100::Cell) -> String {
    let color = |color: vt100::Color| match color {
        vt100::Color::Default => "-".to_string(),
        vt100::Color::Idx(at) => at.to_string(),
        vt100::Color::Rgb(red, green, blue) => format!("#{red:02x}{green:02x}{blue:02x}"),
    };
    let mut text = color(cell.fgcolor());
    if cell.bgcolor() != vt100::Color::Default {
        text.push_str(&format!(" on {}", color(cell.bgcolor())));
    }
    let weights = [
        (cell.bold(), " bold"),
        (cell.dim(), " dim"),
        (cell.underline(), " underlined"),
        (cell.inverse(), " reversed"),
        (cell.italic(), " italic"),
    ];
    weights.iter().filter(|(has, _)| *has).for_each(|(_, word)| text.push_str(word));
    text
}

fn cells(count: u16) -> NonZeroU16 {
    NonZeroU16::new(count).unwrap()
}

impl Drop for Terminal {
    fn drop(&mut self) {
        let _ = self.child.kill();
    }
}
