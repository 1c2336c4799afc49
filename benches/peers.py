"""What scripts/bench runs in the virtual environment that has DuckDB's Python package and the peers.

    peers.py load DATA [PEER ...]           makes the databases of plain columns and of each peer from hunt.duckdb
    peers.py run DATA PEER KQL SECONDS      runs the query for so long, and prints milliseconds of CPU and of the wall
"""
import json
import os
import re
import sys
import time

import duckdb

HERE = os.path.dirname(os.path.abspath(__file__))
CLOCK = "2026-05-14 12:00:00"
TABLES = ["CloudAppEvents", "OfficeActivity", "ThreatIntelIndicators"]


def connect(data, file):
    """A new database, with that of kqlhunt attached as `hunt`."""
    path = os.path.join(data, file)
    if os.path.exists(path):
        return None
    connection = duckdb.connect(path)
    connection.execute("SET memory_limit = '4GB'")
    hunt = os.path.join(data, "hunt.duckdb").replace("'", "''")
    connection.execute(f"ATTACH '{hunt}' AS hunt (READ_ONLY)")
    return connection


def natural(connection, table, json_type):
    """The listed columns of a table under their KQL names and in the types that others use for them."""
    columns = connection.execute(
        "SELECT name, type, stored FROM hunt.kqlhunt.columns WHERE table_name = ? AND alias_of IS NULL ORDER BY ordinal",
        [table]).fetchall()
    shapes = {"datetime": "make_timestamp(({} - 621355968000000000) // 10)", "dynamic": "{}::" + json_type}
    listed = [shapes.get(kind, "{}").format(f'"{stored}"') + f' AS "{name}"' for name, kind, stored in columns]
    return f"SELECT {', '.join(listed)} FROM hunt.main.\"{table}\""


def load(data, peers):
    plain = connect(data, "hand.duckdb")
    if plain:
        with open(os.path.join(HERE, "plain.sql")) as file:
            plain.execute(file.read())
        # Half of the accounts that there are.
        listed = plain.execute("SELECT account FROM (SELECT DISTINCT lower(account) AS account FROM events) "
                               "ORDER BY hash(account) LIMIT 10000").fetchall()
        with open(os.path.join(data, "accounts.json"), "w") as file:
            json.dump([account for (account,) in listed], file)
        plain.close()
    for peer in peers:
        PEERS[peer][0](data)


# --- duckdb-kql -----------------------------------------------------------------------------------------


def load_duckdb_kql(data):
    connection = connect(data, "duckdb-kql.duckdb")
    if connection:
        for table in TABLES:
            connection.execute(f"CREATE TABLE \"{table}\" AS {natural(connection, table, 'JSON')}")
        connection.execute("CHECKPOINT")
        connection.close()


def open_duckdb_kql(data):
    import duckdb_kql

    connection = duckdb_kql.connect(os.path.join(data, "duckdb-kql.duckdb"), read_only=True)

    def columns(table):
        described = connection.execute("SELECT column_name FROM duckdb_columns() WHERE table_name = ?", [table])
        return [name for (name,) in described.fetchall()]

    schema = {table: columns(table) for table in TABLES}

    def run(kql):
        # The query clock is fixed in the text, since the peer's own option replaces now() alone.
        sql = duckdb_kql.to_sql(kql, schema=schema)
        return len(connection.execute(sql).fetchall())

    return run


# --- chdb -----------------------------------------------------------------------------------------------


def session(data):
    from chdb.session import Session

    return Session(os.path.join(data, "chdb"))


def load_chdb(data):
    if os.path.exists(os.path.join(data, "chdb")):
        return
    connection = duckdb.connect()
    hunt = os.path.join(data, "hunt.duckdb").replace("'", "''")
    connection.execute(f"ATTACH '{hunt}' AS hunt (READ_ONLY)")
    clickhouse = session(data)
    clickhouse.query("CREATE DATABASE hunt ENGINE = Atomic")
    for table in TABLES:
        file = os.path.join(data, table + ".parquet")
        connection.execute(f"COPY ({natural(connection, table, 'VARCHAR')}) TO '{file}' (FORMAT parquet)")
        clickhouse.query(f"CREATE TABLE hunt.{table} ENGINE = MergeTree ORDER BY tuple() "
                         f"AS SELECT * FROM file('{file}', Parquet)")
        os.remove(file)
    clickhouse.close()


def open_chdb(data):
    clickhouse = session(data)
    clickhouse.query("USE hunt")
    clickhouse.query("SET max_threads = 2")
    clickhouse.query("SET allow_experimental_kusto_dialect = 1")
    clickhouse.query("SET dialect = 'kusto'")
    return lambda kql: len(clickhouse.query(kql, "TSV").bytes().splitlines())


PEERS = {"duckdb-kql": (load_duckdb_kql, open_duckdb_kql), "chdb": (load_chdb, open_chdb)}


def fixed_clock(kql):
    """The text with its clock written out: peers cannot be told what time it is."""
    kql = "\n".join(line for line in kql.splitlines() if not line.lstrip().startswith("//"))
    now = f"datetime({CLOCK})"
    kql = re.sub(r"\bago\(([^()]*)\)", rf"({now} - \1)", kql)
    return kql.replace("now()", now)


def run(data, peer, file, seconds):
    with open(file) as opened:
        kql = fixed_clock(opened.read())
    query = PEERS[peer][1](data)
    rows, cpu, wall = query(kql), [], []
    ends = time.monotonic() + seconds
    while not cpu or (time.monotonic() < ends and len(cpu) < 15):
        before = time.process_time(), time.perf_counter()
        query(kql)
        cpu.append(1000 * (time.process_time() - before[0]))
        wall.append(1000 * (time.perf_counter() - before[1]))
    print(json.dumps({"rows": rows, "cpu_ms": cpu, "wall_ms": wall}))


if __name__ == "__main__":
    if sys.argv[1] == "load":
        load(sys.argv[2], sys.argv[3:])
    else:
        run(sys.argv[2], sys.argv[3], sys.argv[4], float(sys.argv[5]))
