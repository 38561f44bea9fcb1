#!/usr/bin/env python3
"""The server is killed under load again and again: what it acknowledged is there afterwards, and once.

JUNCTOR_CRASHES: how many times in each db_mode (8).
"""
import contextlib
import os
import pathlib
import random
import re
import sqlite3
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).parent))
from harness import Server, expect, run_tests  # noqa: E402
from registration_test import WRITE_THROUGH, contacts, register_until  # noqa: E402

CRASHES = int(os.environ.get("JUNCTOR_CRASHES", "8"))


def doubled(server):
    with sqlite3.connect(server.database.removeprefix("sqlite://")) as database:
        return database.execute(
            "select username, contact from location group by username, contact having count(*) > 1").fetchall()


def shown_users(server):
    return set(re.findall(r"\w+", server.ctl("ul", "show", "--brief")))


def crash_and_count(build, script):
    """Lives of random length, each ended by kill -9 under load; then one that is stopped in good order."""
    with Server(build, script) as server:
        server.create_database()
        acknowledged = set()
        for _ in range(CRASHES):
            server.start()
            now = time.monotonic()
            acknowledged |= register_until(server, now + 10, now + random.uniform(0.05, 1.5))
        expect(len(acknowledged) > 50 * CRASHES, f"only {len(acknowledged)} registrations: no load")
        server.start()
        missing = sorted(acknowledged - shown_users(server))
        expect(not missing, f"{len(missing)} of {len(acknowledged)} are not known after the restart: {missing[:5]}")
        expect(server.stop() == 0, "the server did not stop in good order")
        lost = acknowledged - contacts(server)
        expect(not lost, f"{len(lost)} of {len(acknowledged)} are not in the table: {sorted(lost)[:5]}")
        twice = doubled(server)
        expect(not twice, f"{len(twice)} rows are there twice: {twice[:5]}")
        left = [f.name for f in (server.directory / "junctor-spool").glob("usrloc-*")
                if f.stat().st_size > 0] if (server.directory / "junctor-spool").exists() else []
        expect(not left, f"a journal is left after a stop in good order: {left}")
        print(f"# {len(acknowledged)} registrations acknowledged in {CRASHES} lives, none missing, none doubled")


def test_write_through(build):
    """killed again and again in db_mode 1: no acknowledged registration is missing or doubled"""
    crash_and_count(build, WRITE_THROUGH)


def test_write_back(build):
    """killed again and again in db_mode 2: no acknowledged registration is missing or doubled"""
    crash_and_count(build, WRITE_THROUGH.replace('"db_mode", 1)', '"db_mode", 2)\nmodparam("usrloc", "timer_interval", 1)'))


def test_torn_journal(build):
    """a journal whose end was not written completely is cut, and the rest is used"""
    script = WRITE_THROUGH.replace('"db_mode", 1)', '"db_mode", 2)\nmodparam("usrloc", "timer_interval", 600)')
    with Server(build, script) as server:
        server.create_database().start()
        now = time.monotonic()
        acknowledged = register_until(server, now + 10, now + 0.5)
        files = sorted((server.directory / "junctor-spool").glob("usrloc-location.*"))
        expect(files, "there is no journal")
        with files[-1].open("ab") as journal:
            journal.write(b"\x40\0\0\0torn")
        server.start()
        missing = sorted(acknowledged - shown_users(server))
        expect(not missing, f"{len(missing)} are not known after the restart: {missing[:5]}")
        with contextlib.closing(server.log.open()) as log:
            expect("was not written completely and is cut" in log.read(), "nothing is said of the torn end")


if __name__ == "__main__":
    run_tests([test_write_through, test_write_back, test_torn_journal])
