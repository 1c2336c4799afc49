"""A program in a pseudo-terminal: keys in, and each byte out with the time at which it came."""
import fcntl
import os
import pty
import select
import signal
import struct
import termios
import time
import unicodedata

TICK = 1 / os.sysconf("SC_CLK_TCK")


class Screen:
    """What a terminal shows after a stream: enough of xterm for the programs that are measured."""

    def __init__(self, columns, rows):
        self.resize(columns, rows)

    def resize(self, columns, rows):
        self.columns, self.rows = columns, rows
        self.lines = [[" "] * columns for _ in range(rows)]
        self.x = self.y = 0
        self.top, self.bottom = 0, rows
        self.rest, self.last = "", " "

    def text(self):
        return "\n".join("".join(line).rstrip() for line in self.lines)

    def feed(self, text):
        text = self.rest + text
        at, end = 0, len(text)
        while at < end:
            letter = text[at]
            if letter != "\x1b":
                self.letter(letter)
                at += 1
                continue
            after = self.sequence(text, at + 1)
            if after is None:
                break
            at = after
        self.rest = text[at:]

    def letter(self, letter):
        if letter == "\r":
            self.x = 0
        elif letter == "\n":
            self.down()
        elif letter == "\b":
            self.x = max(0, self.x - 1)
        elif letter == "\t":
            self.x = min(self.columns - 1, self.x // 8 * 8 + 8)
        elif letter >= " ":
            wide = 0 if unicodedata.combining(letter) else 2 if unicodedata.east_asian_width(letter) in "WF" else 1
            if self.x + wide > self.columns:
                self.x = 0
                self.down()
            if wide:
                self.lines[self.y][self.x] = self.last = letter
                if wide == 2 and self.x + 1 < self.columns:
                    self.lines[self.y][self.x + 1] = ""
                self.x += wide

    def down(self):
        if self.y + 1 == self.bottom:
            self.scroll(1)
        elif self.y + 1 < self.rows:
            self.y += 1

    def scroll(self, count, top=None):
        top = self.top if top is None else top
        for _ in range(min(abs(count), self.bottom - top)):
            blank = [" "] * self.columns
            if count > 0:
                del self.lines[top]
                self.lines.insert(self.bottom - 1, blank)
            else:
                del self.lines[self.bottom - 1]
                self.lines.insert(top, blank)

    def sequence(self, text, at):
        """The place after the sequence, or None while it is not whole."""
        if at >= len(text):
            return None
        kind = text[at]
        if kind == "[":
            end = at + 1
            while end < len(text) and not "@" <= text[end] <= "~":
                end += 1
            if end >= len(text):
                return None
            self.control(text[at + 1:end], text[end])
            return end + 1
        if kind in "]P_^X":
            ends = [place for place in (text.find("\x07", at), text.find("\x1b\\", at)) if place >= 0]
            return min(ends) + (1 if text[min(ends)] == "\x07" else 2) if ends else None
        if kind in "()*+#%":
            return at + 2 if at + 1 < len(text) else None
        if kind == "M":
            if self.y == self.top:
                self.scroll(-1)
            else:
                self.y = max(0, self.y - 1)
        return at + 1

    def control(self, given, last):
        if given[:1] in "?><=" and given:
            return
        numbers = [int(part) if part.isdigit() else 0 for part in given.split(";")]
        count = max(1, numbers[0])
        line = self.lines[self.y]
        x = min(self.x, self.columns - 1)
        if last in "Hf":
            self.y = min(self.rows, count) - 1
            self.x = min(self.columns, max(1, numbers[1] if len(numbers) > 1 else 1)) - 1
        elif last == "A":
            self.y = max(0, self.y - count)
        elif last == "B":
            self.y = min(self.rows - 1, self.y + count)
        elif last == "C":
            self.x = min(self.columns - 1, self.x + count)
        elif last == "D":
            self.x = max(0, x - count)
        elif last == "G":
            self.x = min(self.columns, count) - 1
        elif last == "d":
            self.y = min(self.rows, count) - 1
        elif last == "K":
            start, stop = [(x, self.columns), (0, x + 1), (0, self.columns)][numbers[0] % 3]
            line[start:stop] = [" "] * (stop - start)
        elif last == "J":
            rows = [range(self.y, self.rows), range(0, self.y + 1), range(self.rows)][numbers[0] % 3]
            for row in rows:
                if numbers[0] == 2 or row != self.y:
                    self.lines[row] = [" "] * self.columns
            if numbers[0] == 0:
                line[x:] = [" "] * (self.columns - x)
        elif last == "X":
            stop = min(self.columns, x + count)
            line[x:stop] = [" "] * (stop - x)
        elif last == "P":
            del line[x:x + count]
            line.extend([" "] * (self.columns - len(line)))
        elif last == "@":
            line[x:x] = [" "] * count
            del line[self.columns:]
        elif last in "LM" and self.top <= self.y < self.bottom:
            self.scroll(count if last == "M" else -count, self.y)
        elif last in "ST":
            self.scroll(count if last == "S" else -count)
        elif last == "r":
            self.top = count - 1
            self.bottom = min(self.rows, numbers[1]) if len(numbers) > 1 and numbers[1] else self.rows
            self.x = self.y = 0
        elif last == "b":
            for _ in range(count):
                self.letter(self.last)


class Terminal:
    """A program that runs in a terminal of a size. Its time starts when it is started."""

    def __init__(self, command, size=(120, 40), variables=None, folder=None, ignore_hang_up=False):
        self.screen = Screen(*size)
        self.chunks = []  # (time, bytes)
        self.seen = 0
        self.status = None
        environment = dict(os.environ, TERM="xterm-256color", LANG="C.UTF-8", **(variables or {}))
        for name in ("LC_ALL", "NO_COLOR", "COLORTERM", "SSH_CONNECTION", "KQLHUNT_DB", "TMUX", "COLUMNS", "LINES"):
            environment.pop(name, None)
        if ignore_hang_up:
            command = ["sh", "-c", "trap '' HUP; exec \"$@\"", "sh", *command]
        ready, go = os.pipe()
        self.pid, self.line = pty.fork()
        if self.pid == 0:
            # The size is set before the program looks for it.
            os.read(ready, 1)
            os.chdir(folder or "/")
            os.execvpe(command[0], command, environment)
        self.size(*size)
        self.started = time.perf_counter()
        os.write(go, b"x")
        os.close(ready)
        os.close(go)

    def size(self, columns, rows):
        fcntl.ioctl(self.line, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))

    def resize(self, columns, rows):
        self.size(columns, rows)
        self.screen.resize(columns, rows)

    def send(self, text):
        """Gives the time at which the keys were sent."""
        sent = time.perf_counter()
        left = text.encode()
        while left:
            _, writable, _ = select.select([self.line], [self.line], [], 5)
            if writable:
                left = left[os.write(self.line, left[:1024]):]
            self.read(0)
        return sent

    def read(self, timeout):
        """Takes what there is, or what comes within the time; whether something came."""
        readable, _, _ = select.select([self.line], [], [], timeout)
        if not readable:
            return False
        try:
            data = os.read(self.line, 1 << 16)
        except OSError:
            return False
        if data:
            self.chunks.append((time.perf_counter(), data))
        return bool(data)

    def shown(self):
        """The screen now."""
        for _, data in self.chunks[self.seen:]:
            self.screen.feed(data.decode("utf-8", "replace"))
        self.seen = len(self.chunks)
        return self.screen.text()

    def wait(self, done, patience=60):
        """Until the screen is so (a text that it has, or a function of it); the time of the last byte."""
        test = done if callable(done) else lambda screen: done in screen
        limit = time.perf_counter() + patience
        while not test(self.shown()):
            if time.perf_counter() > limit:
                raise TimeoutError(f"{done} did not come:\n{self.shown()}")
            if self.read(0.2):
                # What belongs to the same frame is on its way.
                while self.read(0.002):
                    pass
        return self.chunks[-1][0]

    def settle(self, quiet=0.3, patience=20):
        """Until nothing has come for so long."""
        limit = time.perf_counter() + patience
        while self.read(quiet) and time.perf_counter() < limit:
            pass

    def answer(self, keys, quiet=0.06):
        """Milliseconds from a key to the last byte of the frame that answers, and bytes until all is quiet."""
        first = len(self.chunks)
        sent = self.send(keys)
        # A fast answer comes while the keys are still being sent.
        if len(self.chunks) == first and not self.read(5):
            raise TimeoutError(f"no answer to {keys!r}:\n{self.shown()}")
        while self.read(0.004):
            pass
        frame = self.chunks[-1][0]
        self.settle(quiet)
        return (frame - sent) * 1000, sum(len(data) for _, data in self.chunks[first:])

    def idle(self, seconds):
        """Bytes, clock ticks and voluntary switches while nothing is done, once the session is saved, which is a second
        after the last change."""
        self.settle(2.0)
        first, before = len(self.chunks), self.used()
        end = time.perf_counter() + seconds
        while (left := end - time.perf_counter()) > 0:
            self.read(left)
        after = self.used()
        sent = sum(len(data) for _, data in self.chunks[first:])
        return sent, after[0] - before[0], after[1] - before[1]

    def used(self):
        """Clock ticks, and times that a thread went to sleep."""
        with open(f"/proc/{self.pid}/stat") as file:
            fields = file.read().rsplit(") ", 1)[1].split()
        switches = 0
        for thread in os.listdir(f"/proc/{self.pid}/task"):
            try:
                with open(f"/proc/{self.pid}/task/{thread}/status") as file:
                    switches += next(int(row.split()[1]) for row in file if row.startswith("voluntary_ctxt"))
            except FileNotFoundError:
                pass
        return int(fields[11]) + int(fields[12]), switches

    def memory(self, peak=False):
        """Resident megabytes, now or at most."""
        name = "VmHWM:" if peak else "VmRSS:"
        with open(f"/proc/{self.pid}/status") as file:
            return next(int(row.split()[1]) for row in file if row.startswith(name)) / 1024

    def hang_up(self):
        """The line is cut."""
        os.close(self.line)
        self.line = None

    def ended(self, patience):
        """Seconds until the process is gone, or None."""
        started = time.perf_counter()
        while time.perf_counter() - started < patience:
            if self.status is None:
                pid, status = os.waitpid(self.pid, os.WNOHANG)
                self.status = status if pid else None
            if self.status is not None:
                return time.perf_counter() - started
            time.sleep(0.002)
        return None

    def close(self):
        if self.status is None:
            try:
                os.kill(self.pid, signal.SIGKILL)
                os.waitpid(self.pid, 0)
            except (ProcessLookupError, ChildProcessError):
                pass
        if self.line is not None:
            os.close(self.line)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()
