#!/usr/bin/env python3
"""junctorctl db on SQLite, PostgreSQL and MariaDB: create, check, migrate, copy, backup, restore, exec, drop."""
import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, str(pathlib.Path(__file__).parent))
from harness import database_servers, expect, run_tests  # noqa: E402

HERE = pathlib.Path(__file__).parent


class Tool:
    """junctorctl with one database, which is empty at first."""

    def __init__(self, build, url):
        self.program, self.url = pathlib.Path(build).resolve() / "bin/junctorctl", url
        self.scheme = url.split(":")[0]

    def run(self, *arguments, status=0, text=None):
        environment = {**os.environ, "JUNCTOR_DB": self.url, "HOME": "/nonexistent"}
        done = subprocess.run([self.program, *arguments], env=environment, input=text or "", text=True,
                              capture_output=True, timeout=120)
        expect(done.returncode == status, f"{self.scheme}: junctorctl {' '.join(arguments)} ended with {done.returncode}, "
               f"not {status}: {done.stdout}{done.stderr}")
        expect("Geheim" not in done.stdout + done.stderr, f"the password is shown: {done.stdout}{done.stderr}")
        return done.stdout + done.stderr

    def rows(self, sql):
        return json.loads(self.run("--json", "db", "exec", sql)).get("rows", [])

    def one(self, sql):
        """The only value that a query gives."""
        return next(iter(self.rows(sql)[0].values())) if isinstance(self.rows(sql)[0], dict) else self.rows(sql)[0][0]

    def states(self):
        return dict(re.findall(r"(?m)^(\w+) +(good|accepted|missing|WRONG) ", self.run("db", "check")))

    def empty(self):
        listing = {"sqlite": "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'",
                   "mysql": "SELECT table_name AS name FROM information_schema.tables WHERE table_schema = DATABASE()",
                   "postgres": "SELECT tablename AS name FROM pg_tables WHERE schemaname = 'public'"}[self.scheme]
        quote = "`" if self.scheme == "mysql" else '"'
        for row in self.rows(listing):
            name = row["name"] if isinstance(row, dict) else row[0]
            self.run("db", "exec", f"DROP TABLE {quote}{name}{quote}")
        return self


def tools(build, folder):
    """One for each kind of database."""
    servers = database_servers()
    path = pathlib.Path(folder, "tool.db")
    path.touch()
    return [Tool(build, f"sqlite://{path}").empty(), Tool(build, servers["mysql"]).empty(),
            Tool(build, servers["postgres"]).empty()]


def each(build):
    with tempfile.TemporaryDirectory(prefix="junctor-tool-") as folder:
        yield from tools(build, folder)


def test_create(build):
    """db create makes every table as db check wants it; drop and reinit ask first"""
    for tool in each(build):
        tool.run("db", "create")
        states = tool.states()
        expect(len(states) == 29 and set(states.values()) == {"good"}, f"{tool.scheme}: {states}")
        tool.run("add", "alice@example.org", "wonder'land\\", "alice@mail.example")
        expect(tool.one("SELECT password FROM subscriber") == "wonder'land\\", "the password came back otherwise")
        tool.run("db", "create", status=1)
        tool.run("db", "drop", status=1, text="no\n")
        tool.run("db", "reinit", "subscriber", status=1, text="no\n")
        expect(tool.one("SELECT COUNT(*) FROM subscriber") == "1", "it was dropped without a yes")
        tool.run("db", "reinit", "subscriber", text="yes\n")
        expect(tool.one("SELECT COUNT(*) FROM subscriber") == "0", "the row is still there")
        tool.run("db", "drop", "--yes")
        expect(set(tool.states().values()) == {"missing"}, "tables are left")


def test_migrate(build):
    """db migrate brings layouts of before 1.2.0 to ours without losing a row or a column"""
    for tool in each(build):
        script = (HERE / "openser-before-1.2.0.sql").read_text()
        script = re.sub(r"(?m)^--.*$", "", script).replace("{datetime}", "TIMESTAMP" if tool.scheme == "postgres" else "DATETIME")
        for statement in filter(str.strip, script.split(";\n")):
            tool.run("db", "exec", statement.strip())
        states = tool.states()
        expect([states[t] for t in ("location", "gw", "grp")] == ["accepted"] * 3, f"{tool.scheme}: {states}")
        refused = tool.run("db", "migrate", "location", status=1)
        expect("--nat-bflag" in refused and tool.states()["location"] == "accepted", f"{tool.scheme}: {refused}")
        tool.run("db", "migrate", "--nat-bflag", "6")
        states = tool.states()
        expect([states[t] for t in ("location", "gw", "grp")] == ["good"] * 3, f"{tool.scheme}: {tool.run('db', 'check')}")
        found = tool.run("db", "show", "location")
        for cell in ("alice", "bob", "sip:alice@192.0.2.1", "2037-01-02 03:04:05", "0.29", "A-17"):
            expect(cell in found, f"{tool.scheme}: {cell} is not in {found}")
        expect(tool.one("SELECT cflags FROM location WHERE username = 'alice'") == "64", "the flag of NAT was lost")
        expect(tool.one("SELECT ip_addr FROM gw WHERE gw_name = 'south'") == "192.0.2.254", "an address changed")
        expect(tool.one("SELECT COUNT(*) FROM grp") == "2", "groups were lost")
        expect(tool.one("SELECT table_version FROM version WHERE table_name = 'location'") == "1004", "the version")
        expect("already" in tool.run("db", "migrate"), "a second migration found something to do")
        tool.run("db", "exec", "INSERT INTO grp (username, domain, grp) VALUES ('new', 'example.org', 'ld')")
        tool.empty()


def fill(tool):
    tool.run("db", "create")
    for user in ("alice", "bob", "grün", "o'brien"):
        tool.run("db", "exec", "INSERT INTO grp (username, domain, grp) VALUES ('{}', 'example.org', 'ld')".format(
            user.replace("'", "''")))
    tool.run("add", "alice@example.org", "wonderland", "alice@mail.example")
    tool.run("db", "exec", "INSERT INTO location (username, contact, expires, q, cseq) VALUES "
             "('alice', 'sip:alice@192.0.2.1;a=\"b\"', '2037-01-02 03:04:05', 0.29, -7)")
    tool.run("db", "exec", "INSERT INTO gw_grp (grp_id, grp_name) VALUES (17, 'north')")


def content(tool):
    """What must be the same everywhere: all rows as text, without the numbers that databases write differently."""
    return [tool.run("db", "show", table) for table in ("grp", "subscriber", "gw_grp")] + [
        tool.run("db", "exec", "SELECT username, contact, cseq FROM location")]


def test_copy(build):
    """db copy moves everything between any two databases"""
    with tempfile.TemporaryDirectory(prefix="junctor-tool-") as folder:
        sqlite, mysql, postgres = tools(build, folder)
        fill(sqlite)
        wanted = content(sqlite)
        back = Tool(build, f"sqlite://{folder}/back.db")
        for source, target in ((sqlite, mysql), (mysql, postgres), (postgres, back)):
            told = sqlite.run("db", "copy", source.url, target.url)
            expect("rows copied" in told, told)
            expect(content(target) == wanted, f"{source.scheme} to {target.scheme}: {content(target)}, not {wanted}")
            expect(set(target.states().values()) == {"good"}, f"{target.scheme}: {target.states()}")
            target.run("db", "exec", "INSERT INTO gw_grp (grp_name) VALUES ('next')")
            expect(target.one("SELECT MAX(grp_id) FROM gw_grp") == "18", f"{target.scheme} does not go on numbering")
            target.run("db", "exec", "DELETE FROM gw_grp WHERE grp_id = 18")
        refused = sqlite.run("db", "copy", sqlite.url, mysql.url, status=1)
        expect("--replace" in refused, refused)
        sqlite.run("db", "copy", "--replace", sqlite.url, mysql.url)
        expect(content(mysql) == wanted, "after --replace")


def test_backup(build):
    """a backup of each database restores in each other"""
    with tempfile.TemporaryDirectory(prefix="junctor-tool-") as folder:
        all_tools = tools(build, folder)
        fill(all_tools[0])
        wanted = content(all_tools[0])
        for source, target in zip(all_tools, all_tools[1:] + all_tools[:1]):
            file = pathlib.Path(folder, f"{source.scheme}.backup")
            source.run("db", "backup", str(file))
            expect(file.stat().st_mode & 0o077 == 0, "anybody may read the passwords in it")
            target.empty()
            target.run("db", "restore", str(file))
            expect(content(target) == wanted, f"{source.scheme} to {target.scheme}: {content(target)}, not {wanted}")
        text = file.read_text()
        file.write_text(text[:len(text) // 2])
        cut = all_tools[0].empty().run("db", "restore", str(file), status=1)
        expect(re.search(r"line \d+", cut), cut)
        expect(set(all_tools[0].states().values()) == {"missing"}, "half a backup was restored")


def test_process_list(build):
    """a password in an argument is not shown to who lists the processes"""
    with tempfile.TemporaryDirectory(prefix="junctor-tool-") as folder:
        mysql = tools(build, folder)[1]
        wait = "SELECT SLEEP(2)"
        process = subprocess.Popen([mysql.program, "--db", mysql.url, "db", "exec", wait], stdout=subprocess.DEVNULL)
        seen, end = "", time.monotonic() + 10
        while "SLEEP" not in seen and time.monotonic() < end:
            seen = pathlib.Path(f"/proc/{process.pid}/cmdline").read_text()
        while "Geheim" in seen and time.monotonic() < end:
            seen = pathlib.Path(f"/proc/{process.pid}/cmdline").read_text()
        status = process.wait(20)
        expect(status == 0 and "SLEEP" in seen and "Geheim" not in seen, f"{status}: {seen}")


if __name__ == "__main__":
    run_tests([test_create, test_migrate, test_copy, test_backup, test_process_list])
