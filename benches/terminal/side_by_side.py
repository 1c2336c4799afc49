"""The workbench beside others: the same rows, the same terminal, the same run."""
import os
import re
import statistics
import subprocess
import time

from bars import CTRL_O, DOWN, F5, PAGE_DOWN, paste
from terminal import Terminal

SIZE = (120, 40)
PACKAGES = {"harlequin": "2.17.0", "visidata": "3.4"}
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
        home = os.path.join(self.data, "homes", self.name)
        os.makedirs(home, exist_ok=True)
        return Terminal([*command], SIZE, {"HOME": home, "XDG_CONFIG_HOME": home, "XDG_DATA_HOME": home}, home)


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
        came = terminal.wait(f"{rows:,} rows")
        terminal.send(CTRL_O)
        return (came - sent) * 1000


class Harlequin(Peer):
    """The rows are a table of its database; the query asks for all of them."""

    name = "harlequin"

    def label(self):
        version = self.version("harlequin")
        return version and f"harlequin {version}, duckdb {self.version('duckdb')}"

    def start(self):
        return self.terminal(self.venv("harlequin"), "--no-download-tzdata", "--viewer-max-rows", "-1", os.path.join(self.data, "peer.duckdb"))

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
        # The letters that were pressed begin a remark.
        terminal.send("-- \r")
        terminal.settle(1.0, patience=5)
        terminal.send("select * from OfficeActivity ")
        terminal.wait("from OfficeActivity")
        terminal.settle(1.0, patience=5)
        sent = terminal.send("\n")
        came = terminal.wait(lambda screen: f"{rows:,}" in screen and "ecords" in screen)
        terminal.settle(1.0)
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
        came = terminal.wait(lambda screen: f"{rows} rows" in screen or f"{rows:,} rows" in screen)
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
    """A table: one row a program, medians."""
    lines = ["| | " + " | ".join(HEADER) + " |", "|---" * (len(HEADER) + 1) + "|"]
    for peer in (Kqlhunt(bars), Harlequin(bars), VisiData(bars)):
        label = peer.label()
        if not label:
            print(f"{peer.name} is not here", flush=True)
            lines.append(f"| {peer.name} | not here |" + " |" * (len(HEADER) - 1))
            continue
        print(f"{label}...", flush=True)
        figures = [once(peer, rows) for _ in range(times)]
        medians = [statistics.median(column) for column in zip(*figures)]
        lines.append(f"| {label} | " + " | ".join(f"{value:,.0f}" for value in medians) + " |")
        print(lines[-1], flush=True)
    return "\n".join(lines)


def once(peer, rows):
    with peer.start() as terminal:
        limit = time.perf_counter() + 60
        while not any(len(data) > 200 for _, data in terminal.chunks):
            assert time.perf_counter() < limit
            terminal.read(0.2)
        first = (terminal.chunks[-1][0] - terminal.started) * 1000
        answered = (peer.answered(terminal) - terminal.started) * 1000
        loaded = peer.loaded(terminal, rows)
        # Messages that go away by themselves go first.
        terminal.settle(4.0, patience=15)
        downs = [terminal.answer(DOWN, quiet=0.15) for _ in range(15)]
        pages = [terminal.answer(PAGE_DOWN, quiet=0.25) for _ in range(10)]
        idle = terminal.idle(10)
        return (
            first, answered, loaded, statistics.median(size for _, size in downs),
            statistics.median(took for took, _ in downs), statistics.median(size for _, size in pages),
            idle[0], idle[1], terminal.memory(),
        )
