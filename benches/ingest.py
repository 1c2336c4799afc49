#!/usr/bin/env python3.11
"""Loading of JSON Lines: kqlhunt ingest against CREATE TABLE AS SELECT ... read_json of the same DuckDB.

Both make the same columns, shadows of dynamic columns among them, and CHECKPOINT, with two threads each, in
turn. Needs DuckDB 2.0.0 for Python (pip install duckdb==2.0.0) and an already loaded database, whose columns
and shadows are what the other side makes.

    benches/ingest.py kqlhunt cloud-app-events.jsonl CloudAppEvents --pairs 5 --memory 4GB
"""

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time

import duckdb

TYPES = {"bool": "BOOLEAN", "datetime": "TIMESTAMP", "dynamic": "JSON", "int": "INTEGER", "long": "BIGINT"}
TYPES |= {"real": "DOUBLE", "decimal": "VARCHAR", "guid": "VARCHAR", "string": "VARCHAR", "timespan": "VARCHAR"}


def keys(path):
    """The keys of a path in the encoding of kqlhunt: k6:UserId."""
    while path:
        length, rest = path[1:].split(":", 1)
        yield rest[: int(length)]
        path = rest[int(length):]


def hand_sql(database, table, file):
    """What a person would write for the columns of a table that kqlhunt loaded, in the order of their making."""
    connection = duckdb.connect(database, read_only=True)
    columns = connection.execute(
        "SELECT name, type, stored, table_stored FROM kqlhunt.columns "
        "WHERE table_name = ? AND alias_of IS NULL ORDER BY ordinal", [table]).fetchall()
    shadows = connection.execute(
        "SELECT column_stored, path, type, stored FROM kqlhunt.shadows WHERE table_stored = ?",
        [columns[0][3]]).fetchall()
    connection.close()
    read = ", ".join(f"'{name}': '{TYPES[ty]}'" for name, ty, _, _ in columns)
    fields = []
    for column, path, ty, stored in shadows:
        where = "$." + ".".join(f'"{key}"' for key in keys(path))
        arrow, cast = ("->", "VARCHAR") if ty == "dynamic" else ("->>", TYPES[ty])
        fields.append(f"(\"{column}\" {arrow} '{where}')::{cast} AS \"{stored}\"")
    return (f"CREATE TABLE {table} AS SELECT {', '.join(['*', *fields])} FROM read_json('{file}', "
            f"format = 'newline_delimited', columns = {{{read}}})")


def measured(command):
    """Wall and CPU seconds, and the most resident memory in MB, of a process."""
    begun = time.monotonic()
    child = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(child.pid, 0)
    if status:
        sys.exit(f"failed: {command}")
    return time.monotonic() - begun, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024


def main():
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("kqlhunt")
    arguments.add_argument("file")
    arguments.add_argument("table")
    arguments.add_argument("--pairs", type=int, default=5)
    arguments.add_argument("--memory", default="4GB")
    options = arguments.parse_args()
    with tempfile.TemporaryDirectory(dir=os.path.dirname(os.path.abspath(options.file))) as folder:
        ours, hand = f"{folder}/ours.duckdb", f"{folder}/hand.duckdb"
        load = [options.kqlhunt, "ingest", "--db", ours, "--table", options.table, "--threads", "2",
                "--memory", options.memory, options.file]
        ratios, rows = [], []
        for pair in range(options.pairs):
            for path in (ours, hand):
                if os.path.exists(path):
                    os.remove(path)
            one = measured(load)
            sql = hand_sql(ours, options.table, options.file)
            script = (f"import duckdb; c = duckdb.connect({hand!r}); c.execute('SET threads = 2'); "
                      f"c.execute(\"SET memory_limit = '{options.memory}'\"); c.execute({sql!r}); "
                      "c.execute('CHECKPOINT')")
            other = measured([sys.executable, "-c", script])
            rows.append((one, other))
            ratios.append((other[0] / one[0], other[1] / one[1]))
            print(f"pair {pair + 1}: kqlhunt {one[0]:.1f} s wall {one[1]:.1f} s CPU {one[2]:.0f} MB, "
                  f"read_json {other[0]:.1f} s wall {other[1]:.1f} s CPU {other[2]:.0f} MB", flush=True)
        size = os.path.getsize(options.file)
        connection = duckdb.connect(ours, read_only=True)
        parquet = f"{folder}/table.parquet"
        connection.execute(f"COPY {options.table} TO '{parquet}' (COMPRESSION zstd)")
        shadows = connection.execute("SELECT count(*) FROM kqlhunt.shadows").fetchone()[0]
        wall, cpu = (statistics.median(ratio[at] for ratio in ratios) for at in (0, 1))
        print(f"speed of kqlhunt against read_json, median of {options.pairs}: wall {wall:.2f}, CPU {cpu:.2f}")
        print(f"JSON Lines {size >> 20} MB, database {os.path.getsize(ours) >> 20} MB with {shadows} shadows, "
              f"the same columns as Parquet with zstd {os.path.getsize(parquet) >> 20} MB, "
              f"read_json's {os.path.getsize(hand) >> 20} MB")


main()
