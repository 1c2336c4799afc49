#!/usr/bin/env python3
"""How long the workbench takes on a database, from the start of the process or from a key to what is seen, in a
terminal of 100 by 30 of its own: milliseconds by the clock, the median of several starts. The pages of the file are
in memory after the first start, which does not count.

    benches/workbench.py PROGRAM DATABASE [STARTS]
"""
import fcntl
import os
import pty
import re
import select
import signal
import statistics
import struct
import sys
import tempfile
import termios
import time

F5 = b"\x1b[15~"
QUIT = b"\x11"
# The title says "(opening)" until the tables are known, and its line is drawn over that.
SEEN = [("first frame", "F5 runs"), ("tables known", "──"), ("first rows of a bare table", "2026-0")]
PATIENCE = 60
ESCAPES = re.compile(rb"\x1b(\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(\x07|\x1b\\)|[()][A-Z0-9]|.)")


def until(master, text):
    """Reads until the text was drawn, and says when."""
    seen = b""
    ends = time.monotonic() + PATIENCE
    while text.encode() not in ESCAPES.sub(b"", seen):
        if not select.select([master], [], [], max(0, ends - time.monotonic()))[0]:
            sys.exit(f"'{text}' was not drawn in {PATIENCE} s")
        seen += os.read(master, 1 << 16)
    drawn = time.monotonic()
    # What is left of this frame belongs to no later one.
    while select.select([master], [], [], 0.02)[0]:
        os.read(master, 1 << 16)
    return drawn


def start(program, database, home):
    """Milliseconds to each of SEEN."""
    started = time.monotonic()
    child, master = pty.fork()
    if child == 0:
        os.environ.update(TERM="xterm-256color", HOME=home, XDG_CACHE_HOME=home, XDG_CONFIG_HOME=home,
                          XDG_STATE_HOME=home, XDG_DATA_HOME=home)
        # The size is there before the program asks for it.
        fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack("HHHH", 30, 100, 0, 0))
        os.execv(program, [program, "--db", database])
    times = [until(master, SEEN[0][1]) - started, until(master, SEEN[1][1]) - started]
    os.write(master, b"\x1b[200~CloudAppEvents\x1b[201~")
    time.sleep(0.5)
    pressed = time.monotonic()
    os.write(master, F5)
    times.append(until(master, SEEN[2][1]) - pressed)
    os.write(master, QUIT)
    time.sleep(0.2)
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    os.close(master)
    return [1000 * seconds for seconds in times]


def main(program, database, starts=7):
    measured = []
    for _ in range(int(starts) + 1):
        # A home of its own, in which no session is kept.
        with tempfile.TemporaryDirectory() as home:
            measured.append(start(program, database, home))
    del measured[0]
    for (what, _), times in zip(SEEN, zip(*measured)):
        print(f"{what}: {statistics.median(times):.0f} ms ({min(times):.0f} to {max(times):.0f})")


if __name__ == "__main__":
    main(*sys.argv[1:])
