"""What the workbench costs in a terminal, against bars: one function a row, each run some times."""
import datetime
import json
import os
import random
import shutil
import statistics
import subprocess
import time

from terminal import TICK, Terminal

F5, DOWN, RIGHT, PAGE_UP, PAGE_DOWN, END, ESCAPE = (
    "\x1b[15~", "\x1b[B", "\x1b[C", "\x1b[5~", "\x1b[6~", "\x1b[F", "\x1b"
)
CTRL_C, CTRL_O, CTRL_Q, CTRL_U, CTRL_Z = "\x03", "\x0f", "\x11", "\x15", "\x1a"
READY, OPENING = "F5 RUN", "(opening)"
ENDLESS = (
    "range a from 1 to 100000000 step 1 | extend k = a % 3"
    " | join kind=inner (range b from 1 to 100000000 step 1 | extend k = b % 3) on k | summarize sum(a * b)"
)


def p95(values):
    """The value that 95 of 100 do not exceed; the greatest of fewer than 20."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * 0.95))]


def paste(text):
    return f"\x1b[200~{text}\x1b[201~"


def hits_database(binary, data):
    """A month of 100,000 events of 1,000 users; one in twenty comes from an address that an indicator names."""
    database = os.path.join(data, "hits.duckdb")
    if os.path.exists(database):
        return database
    pick = random.Random(7)
    start = datetime.datetime(2026, 4, 14, 12)
    bad = [f"203.0.{at // 250}.{at % 250 + 1}" for at in range(2_000)]
    events, bundle = os.path.join(data, "hits.jsonl"), os.path.join(data, "hits.json")
    operations = ("FileAccessed", "FileDownloaded", "MailItemsAccessed", "UserLoggedIn", "New-InboxRule")
    with open(events, "w", encoding="utf-8") as file:
        for at in range(100_000):
            time_ = start + datetime.timedelta(seconds=at * 25.9)
            address = pick.choice(bad) if at % 20 == 0 else f"198.51.{pick.randrange(200)}.{pick.randrange(1, 250)}"
            event = {
                "TimeGenerated": time_.isoformat() + "Z", "OfficeWorkload": "SharePoint",
                "Operation": pick.choice(operations), "UserId": f"user{pick.randrange(1_000)}@contoso.com",
                "ClientIP": address, "OfficeObjectId": f"https://contoso.example/{at}", "Type": "OfficeActivity",
            }
            file.write(json.dumps(event) + "\n")
    made = "2026-05-01T00:00:00Z"
    indicator = {
        "type": "indicator", "spec_version": "2.1", "created": made, "modified": made, "pattern_type": "stix",
        "valid_from": made, "confidence": 80, "labels": ["c2"],
    }
    objects = [
        dict(indicator, id=f"indicator--{at:08d}-0000-4000-8000-000000000000", pattern=f"[ipv4-addr:value = '{address}']")
        for at, address in enumerate(bad)
    ]
    with open(bundle, "w", encoding="utf-8") as file:
        json.dump({"type": "bundle", "id": "bundle--00000000-0000-4000-8000-000000000000", "objects": objects}, file)
    loads = (["--ingested-at", "2026-05-13T06:00:00Z", bundle], [events])
    for load in loads:
        subprocess.run([binary, "ingest", "--db", database + ".new", *load], check=True, capture_output=True)
    os.replace(database + ".new", database)
    return database


class Bars:
    def __init__(self, binary, data, times):
        self.binary, self.data, self.times = binary, data, times
        self.rows = []
        self.homes = 0

    def row(self, what, values, bar, unit):
        """Median, p95 and whether the bar holds for p95."""
        worst = p95(values)
        self.rows.append((what, statistics.median(values), worst, bar, unit, worst <= bar))
        mark = "" if worst <= bar else "  MISSED"
        print(f"{what}: p50 {statistics.median(values):.1f}, p95 {worst:.1f} {unit} (bar {bar:g}){mark}", flush=True)

    def start(self, *arguments, size=(120, 40), home=None, **others):
        if home is None:
            self.homes += 1
            home = os.path.join(self.data, "homes", str(self.homes))
            shutil.rmtree(home, ignore_errors=True)
            os.makedirs(home)
        places = ("DATA", "STATE", "CACHE", "CONFIG")
        variables = {f"XDG_{place}_HOME": os.path.join(home, place.lower()) for place in places}
        terminal = Terminal([self.binary, *arguments], size, {"HOME": home, **variables}, home, **others)
        terminal.home = home
        return terminal

    def ready(self, *arguments, **others):
        terminal = self.start(*arguments, **others)
        terminal.wait(lambda screen: READY in screen and OPENING not in screen)
        terminal.settle()
        return terminal

    def result(self, query, shown, *arguments, **others):
        """The workbench with a result, the grid in focus."""
        terminal = self.ready(*(arguments or ("--sample",)), **others)
        terminal.send(paste(query))
        terminal.send(F5)
        terminal.wait(shown)
        terminal.send(CTRL_O)
        terminal.settle()
        return terminal

    def measure(self):
        for bar in (
            self.startup, self.typing, self.typing_long, self.typing_while_running, self.grid, self.wide, self.idle, self.cancel,
            self.resizes, self.paste, self.million, self.hits, self.hang_ups,
        ):
            bar()

    # --- each bar -----------------------------------------------------------------------------------

    def startup(self):
        """A database of 100 MB, in the page cache."""
        first, usable, memory = [], [], []
        for _ in range(max(self.times, 20)):
            with self.start("--db", os.path.join(self.data, "hunt.duckdb")) as terminal:
                first.append((terminal.wait(READY) - terminal.started) * 1000)
                terminal.send("x")
                came = terminal.wait(lambda screen: OPENING not in screen and " x" in screen.split("\n")[1])
                usable.append((came - terminal.started) * 1000)
                terminal.settle()
                memory.append(terminal.memory())
        self.row("start to first frame", first, 80, "ms")
        self.row("start to database open and a letter typed", usable, 250, "ms")
        self.row("memory after the start", memory, 60, "MB")

    def typing(self):
        """Letters at the end of a line of a query of 300 lines."""
        with self.ready("--sample") as terminal:
            lines = "\n".join(f"| where UserId != 'user{at}@contoso.com'" for at in range(299))
            terminal.send(paste("OfficeActivity\n" + lines + "\n| where Operation has 'File' // "))
            terminal.wait("301:")
            terminal.settle(1.0)
            times, sizes = zip(*[terminal.answer(letter) for letter in "seen in the proxy's logs of today as well" * 3])
        self.row("a typed letter, 300 lines", times, 8, "ms")
        self.row("bytes of a typed letter", sizes, 160, "bytes")

    def typing_long(self):
        """Letters in the middle of 5,000 lines of queries, as somebody keeps them in one file."""
        with self.ready("--sample") as terminal:
            query = "OfficeActivity\n| where UserId != 'user{at}@contoso.com'\n| summarize count() by Operation\n\n"
            terminal.send(paste("".join(query.format(at=at) for at in range(1_250))))
            terminal.wait("5001:1")
            for _ in range(60):
                terminal.send(PAGE_UP)
            terminal.settle(1.0)
            terminal.send(END)
            terminal.send(" // ")
            terminal.settle(1.0)
            times, sizes = zip(*[terminal.answer(letter) for letter in "seen in the proxy's logs of today as well" * 3])
        self.row("a typed letter, 5,000 lines", times, 8, "ms")
        self.row("bytes of a typed letter, 5,000 lines", sizes, 160, "bytes")

    def typing_while_running(self):
        with self.ready("--sample") as terminal:
            terminal.send(ENDLESS + F5)
            terminal.wait("Ctrl-C stops it")
            times, typed = [], ""
            for letter in "// while":
                typed += letter
                time.sleep(0.1)
                sent = terminal.send(letter)
                times.append((terminal.wait(typed) - sent) * 1000)
            terminal.send(CTRL_C)
            terminal.wait("cancelled")
        self.row("a typed letter while a query runs", times, 16, "ms")

    def grid(self):
        query = "range N from 1 to 10000 step 1 | extend User = strcat('user', N % 97, '@contoso.com')," \
            " Client = strcat('203.0.113.', N % 250), Seen = datetime(2026-05-14) + N * 1s, Operation = 'FileAccessed'"
        with self.result(query, "10,000 rows") as terminal:
            times, sizes = zip(*[terminal.answer(DOWN) for _ in range(25)])
            self.row("cursor down in the grid", times, 16, "ms")
            self.row("bytes of cursor down", sizes, 400, "bytes")
            sizes = [terminal.answer(PAGE_DOWN, quiet=0.15)[1] for _ in range(20)]
            self.row("bytes of a page", sizes, 5 * 1024, "bytes")

    def wide(self):
        """Every column of 200 is reached and named in the title, at 80x24."""
        columns = ", ".join(f"Column{at} = {at}" for at in range(1, 201))
        with self.result(f"print {columns}", "1 row", size=(80, 24)) as terminal:
            times = []
            for at in range(2, 201):
                sent = terminal.send(RIGHT)
                times.append((terminal.wait(f"col {at}/200") - sent) * 1000)
                terminal.wait(f"Column{at}")
            assert all(len(line) <= 80 for line in terminal.shown().split("\n"))
        self.row("one column to the right, 200 columns at 80x24", times, 50, "ms")

    def idle(self):
        with self.result("OfficeActivity | take 50", "50 rows") as terminal:
            sent, ticks, switches = terminal.idle(10)
        self.row("bytes in 10 idle seconds", [sent], 0, "bytes")
        self.row("processor in 10 idle seconds", [ticks], 0, "ticks")
        self.row("threads woken in 10 idle seconds", [switches], 0, "times")

    def cancel(self):
        times = []
        with self.ready("--sample") as terminal:
            terminal.send(ENDLESS)
            for _ in range(self.times):
                terminal.send(F5)
                terminal.wait("running 1.")
                sent = terminal.send(CTRL_C)
                times.append((terminal.wait("cancelled after") - sent) * 1000)
                terminal.settle(0.5)
        self.row("Ctrl-C to the query's end", times, 200, "ms")

    def resizes(self):
        """Each frame of another size begins by erasing all."""
        draws = []
        for _ in range(3):
            with self.result("range N from 1 to 500 step 1", "500 rows") as terminal:
                first, began = len(terminal.chunks), time.perf_counter()
                for at in range(200):
                    terminal.resize(20 + at * 7 % 160, 3 + at % 50)
                    while terminal.read(max(0, began + at * 0.01 - time.perf_counter())):
                        pass
                took = time.perf_counter() - began
                sent = b"".join(data for _, data in terminal.chunks[first:])
                draws.append(sent.count(b"\x1b[2J") / took)
                terminal.resize(100, 30)
                terminal.send("\x0c")
                terminal.settle(0.5)
                lines = terminal.shown().split("\n")
                assert lines[0].endswith("─┐") and len(lines[0]) == 100, terminal.shown()
                assert lines[27].startswith("└──") and "500 rows" in terminal.shown(), terminal.shown()
        self.row("draws a second in a storm of 100 resizes a second", draws, 20, "draws")

    def paste(self):
        text = "".join(f"| where ClientIP != '203.0.113.{at % 250}' // line {at}\n" for at in range(499))
        times = []
        with self.ready("--sample") as terminal:
            for _ in range(self.times):
                sent = terminal.send(paste("OfficeActivity\n" + text))
                times.append((terminal.wait("501:1") - sent) * 1000)
                terminal.settle(0.5)
                assert "running" not in terminal.shown() and "Result  " not in terminal.shown()
                # One undo takes all of it back.
                terminal.send(CTRL_Z)
                terminal.wait("type a query")
                terminal.settle()
        self.row("a paste of 500 lines", times, 50, "ms")

    def million(self):
        """A million rows of 20 columns with 256 MB for the engine."""
        columns = ", ".join(
            f"T{at} = strcat('user', N % {97 + at}, '@contoso.com')" if at % 4 == 0 else f"C{at} = N * {at}"
            for at in range(1, 20)
        )
        query = f"range N from 1 to 1000000 step 1 | extend {columns}"
        with self.result(query, "1,000,000 rows", "--sample", "--memory", "256MB") as terminal:
            ends, tops = [], []
            for _ in range(self.times):
                sent = terminal.send("G")
                ends.append(terminal.wait(lambda screen: "row 1,000,000/" in screen and "> 1000000 " in screen) - sent)
                sent = terminal.send("gg")
                tops.append(terminal.wait("row 1/") - sent)
                terminal.settle(0.1)
            memory = terminal.memory(peak=True)
            values = self.popup(terminal, "v", "1,000,000 distinct in 1,000,000 rows")
            statistics_of = self.popup(terminal, "V", "90 to 100 %")
        self.row("to the end of a million rows (G)", [value * 1000 for value in ends], 100, "ms")
        self.row("back to the first row (gg)", [value * 1000 for value in tops], 100, "ms")
        self.row("peak memory, 20 columns of a million rows, --memory 256MB", [memory], 376, "MB")
        self.row("commonest of a million different values", values, 300, "ms")
        self.row("statistics and histogram of a million numbers", statistics_of, 300, "ms")

    def popup(self, terminal, key, shown):
        """Milliseconds from a key to what it shows, which is closed again."""
        times = []
        for _ in range(self.times):
            sent = terminal.send(key)
            times.append((terminal.wait(shown) - sent) * 1000)
            terminal.send(ESCAPE)
            terminal.wait(lambda screen: shown not in screen)
            terminal.settle(0.1)
        return times

    def hits(self):
        """Steps through hits: 100,000 events of 1,000 users, 2,000 indicators. A step is done when the events and the
        indicators are on the screen; what the user did around them comes after, and is in the processor time."""
        database = hits_database(self.binary, self.data)
        query = (
            "let Bad = ThreatIntelIndicators | where IsActive == true"
            " | extend Address = extract(@\"'([^']+)'\", 1, Pattern) | distinct Address;"
            " OfficeActivity | where TimeGenerated > ago(30d) | join kind=inner Bad on $left.ClientIP == $right.Address"
            " | summarize Hits = count() by UserId, ClientIP"
        )
        arguments = ("--db", database, "--now", "2026-05-14T12:00:00Z")
        with self.result(query, " rows  ", *arguments) as terminal:
            terminal.send("H")
            terminal.wait("Indicator ")
            terminal.settle(1.0)
            times, before = [], terminal.used()[0]
            for key in "nN" * 50 + "pP" * 10:
                sent = terminal.send(key)
                terminal.read(5)
                came = terminal.wait(lambda screen: "reading..." not in screen)
                times.append((came - sent) * 1000)
                terminal.settle(0.25)
            spent = (terminal.used()[0] - before) * TICK * 1000 / len(times)
        self.row("a step through hits, 100,000 events of 1,000 users", times, 30, "ms")
        self.row("processor of such a step, all threads", [spent], 30, "ms")

    def hang_ups(self):
        """The line is cut in every phase; the process ends and the text is kept."""
        took, kept = [], 0
        phases = (self.at_once, self.typed, self.with_popup, self.with_result, self.running)
        for at in range(100):
            ignore = at % 2 == 1
            terminal, text = phases[at // 2 % len(phases)](ignore, at)
            with terminal:
                terminal.hang_up()
                ended = terminal.ended(10)
                took.append(10.0 if ended is None else ended)
                kept += text is None or text in self.session(terminal.home)
            shutil.rmtree(terminal.home, ignore_errors=True)
        self.row("the line is cut: seconds until the process is gone, of 100", took, 1, "s")
        self.row("texts lost with the line, of 100", [100 - kept], 0, "texts")

    @staticmethod
    def session(home):
        folder = os.path.join(home, "state", "kqlhunt", "sessions")
        texts = []
        for name in os.listdir(folder) if os.path.isdir(folder) else []:
            with open(os.path.join(folder, name), encoding="utf-8") as file:
                texts.append(file.read())
        return "".join(texts)

    def at_once(self, ignore, at):
        terminal = self.start("--sample", ignore_hang_up=ignore)
        time.sleep(at % 10 * 0.005)
        return terminal, None

    def typed(self, ignore, at):
        terminal = self.ready("--sample", ignore_hang_up=ignore)
        terminal.send(f"// kept {at}")
        terminal.wait(f"kept {at}")
        return terminal, f"kept {at}"

    def with_popup(self, ignore, at):
        terminal, text = self.typed(ignore, at)
        terminal.send("\x1bOR")
        terminal.wait("Shipped hunts")
        return terminal, text

    def with_result(self, ignore, at):
        terminal, text = self.typed(ignore, at)
        terminal.send("\rprint 1" + F5)
        terminal.wait("1 row")
        return terminal, text

    def running(self, ignore, at):
        terminal, text = self.typed(ignore, at)
        terminal.send("\r" + ENDLESS + F5)
        terminal.wait("Ctrl-C stops it")
        return terminal, text
