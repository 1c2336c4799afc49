"""The workbench beside others: the same rows, the same terminal, the same run."""
import math
import os
import re
import shutil
import statistics
import subprocess
import time

from bars import CTRL_O, DOWN, F5, PAGE_DOWN, paste
from terminal import Terminal

SIZE = (120, 40)
PACKAGES = {"harlequin": "2.17.0", "visidata": "3.4"}
PATIENCE = 60  # Seconds; what takes longer is said to.
HEADER = ("start to first frame, ms", "to a key answered, ms", "all rows there, ms", "bytes of cursor down",
          "ms of it", "bytes of a page", "bytes in 10 idle s", "ticks in it", "memory, MB")


class Peer:
    """How a program is started, and what is seen of it. `bars` starts ours with a home of its own."""

    def __init__(self, bars):
        self.bars, self.data = bars, bars.data
        with open(os.path.join(self.data, "OfficeActivity.csv"), encoding="utf-8") as file:
            self.columns = next(file).strip().split(",")

    def venv(self, *parts):
        return os.path.join(self.data, "peers", "bin", *parts)

    def version(self, package):
        code = f"import importlib.metadata as m; print(m.version('{package}'))"
        done = subprocess.run([self.venv("python"), "-c", code], capture_output=True, text=True)
        return done.stdout.strip() if done.returncode == 0 else None

    def terminal(self, *command):
        """In a home of its own, so that nothing comes back from the run before."""
        home = os.path.join(self.data, "homes", self.name)
        shutil.rmtree(home, ignore_errors=True)
        os.makedirs(home)
        places = ("HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_STATE_HOME", "XDG_CACHE_HOME")
        return Terminal([*command], SIZE, dict.fromkeys(places, home), home)


class Kqlhunt(Peer):
    """The rows are in its database."""

    name = "kqlhunt"

    def label(self):
        done = subprocess.run([self.bars.binary, "--version"], capture_output=True, text=True, check=True)
        return done.stdout.strip()

    def start(self):
        return self.bars.start("--db", os.path.join(self.data, "hunt.duckdb"))

    def answered(self, terminal):
        terminal.send("x")
        return terminal.wait(lambda screen: "(opening)" not in screen and " x" in screen.split("\n")[1])

    def loaded(self, terminal, rows):
        terminal.send("\x15" + paste(f"OfficeActivity | project {', '.join(self.columns)}"))
        terminal.settle()
        sent = terminal.send(F5)
        came = terminal.wait(f"{rows:,} rows", patience=PATIENCE)
        terminal.send(CTRL_O)
        return (came - sent) * 1000


class Harlequin(Peer):
    """The rows are a table of its database; the query asks for all of them."""

    name = "harlequin"

    def label(self):
        version = self.version("harlequin")
        return version and f"harlequin {version}, duckdb {self.version('duckdb')}"

    def start(self):
        base = os.path.join(self.data, "peer.duckdb")
        return self.terminal(self.venv("harlequin"), "--no-download-tzdata", "--viewer-max-rows", "-1", base)

    def answered(self, terminal):
        # A key is lost while the query pane has no focus: pressed until one arrives.
        terminal.wait("Run Query")
        typed = re.compile(r"│ 1 +-")
        for _ in range(200):
            terminal.send("-")
            try:
                return terminal.wait(typed.search, patience=0.1)
            except TimeoutError:
                continue
        raise TimeoutError(f"no letter arrives:\n{terminal.shown()}")

    def loaded(self, terminal, rows):
        terminal.settle(2.0, patience=10)
        # The letters that were pressed become a remark.
        terminal.send(paste("--\nselect * from OfficeActivity"))
        terminal.wait("from OfficeActivity")
        terminal.settle(1.0, patience=5)
        sent = terminal.send("\n")
        came = terminal.wait(f"({rows:,} Records)", patience=PATIENCE)
        terminal.settle(1.0, patience=5)
        terminal.send(F5)  # Goes to the results.
        return (came - sent) * 1000


class VisiData(Peer):
    """It reads the CSV file while it shows the first rows."""

    name = "VisiData"

    def label(self):
        version = self.version("visidata")
        return version and f"VisiData {version}"

    def start(self):
        return self.terminal(self.venv("vd"), os.path.join(self.data, "OfficeActivity.csv"))

    def answered(self, terminal):
        terminal.wait("contoso.com")
        before = len(terminal.chunks)
        terminal.send("l")
        terminal.wait(lambda _: len(terminal.chunks) > before)
        return terminal.chunks[-1][0]

    def loaded(self, terminal, rows):
        count = (f"{rows} rows", f"{rows:,} rows")
        came = terminal.wait(lambda screen: any(text in screen for text in count), patience=PATIENCE)
        return (came - terminal.started) * 1000


def install(data):
    """Whether the others are there; they are installed where a package index is to be had."""
    folder = os.path.join(data, "peers")
    if not os.path.exists(os.path.join(folder, "bin", "vd")):
        import venv
        venv.create(folder, with_pip=True)
        packages = [f"{name}=={version}" for name, version in PACKAGES.items()]
        subprocess.run([os.path.join(folder, "bin", "pip"), "install", "--quiet", *packages], check=False)


def load(data):
    """Harlequin's database, from the same CSV file."""
    base = os.path.join(data, "peer.duckdb")
    python = os.path.join(data, "peers", "bin", "python")
    if os.path.exists(base) or not os.path.exists(python):
        return
    table = os.path.join(data, "OfficeActivity.csv")
    code = f"import duckdb; duckdb.connect('{base}').sql(\"create table OfficeActivity as from read_csv('{table}')\")"
    subprocess.run([python, "-c", code], check=False)


def measure(bars, rows, times):
    """A table: one row a program, medians. They take turns, so that all have the same load beside them."""
    peers = {peer: [] for peer in (Kqlhunt(bars), Harlequin(bars), VisiData(bars)) if peer.label()}
    for turn in range(times):
        for peer, figures in peers.items():
            figures.append(once(peer, rows))
            print(f"{turn + 1}/{times} {peer.name}: {'  '.join(map(said, figures[-1]))}", flush=True)
    lines = ["| | " + " | ".join(HEADER) + " |", "|---" * (len(HEADER) + 1) + "|"]
    for peer, figures in peers.items():
        medians = [statistics.median(column) for column in zip(*figures)]
        lines.append(f"| {peer.label()} | " + " | ".join(map(said, medians)) + " |")
    return "\n".join(lines)


def said(figure):
    if not math.isfinite(figure):
        return f"not in {PATIENCE} s"
    return f"{figure:,.0f}" if figure >= 10 else f"{figure:.1f}".removesuffix(".0")


def within(measure):
    """What is measured, or that it did not come in time."""
    try:
        return measure()
    except TimeoutError as late:
        print(late, flush=True)
        return math.inf


def once(peer, rows):
    with peer.start() as terminal:
        first = within(lambda: first_frame(terminal))
        answered = within(lambda: (peer.answered(terminal) - terminal.started) * 1000)
        loaded = within(lambda: peer.loaded(terminal, rows))
        # Messages that go away by themselves go first.
        terminal.settle(4.0, patience=15)
        downs = presses(terminal, DOWN, 15)
        pages = presses(terminal, PAGE_DOWN, 10)
        idle = terminal.idle(10)
        return (
            first, answered, loaded, statistics.median(size for _, size in downs),
            statistics.median(took for took, _ in downs), statistics.median(size for _, size in pages),
            idle[0], idle[1], terminal.memory(),
        )


def first_frame(terminal):
    """Until more came than what sets a terminal up."""
    limit = time.perf_counter() + PATIENCE
    while not any(len(data) > 200 for _, data in terminal.chunks):
        if time.perf_counter() > limit:
            raise TimeoutError("no frame")
        terminal.read(0.2)
    return (terminal.chunks[-1][0] - terminal.started) * 1000


def presses(terminal, key, times):
    """Milliseconds and bytes of each press of a key."""
    try:
        return [terminal.answer(key, quiet=0.25) for _ in range(times)]
    except TimeoutError as late:
        print(late, flush=True)
        return [(math.inf, math.inf)]
