#!/usr/bin/env python3
"""The database server goes away, or cuts its connections, under load: nobody waits for it who does not need it, and nothing
is lost.

JUNCTOR_TEST_ABSENCE says for how many seconds it is away each time: 4 if it is not set.
"""
import concurrent.futures
import contextlib
import json
import os
import pathlib
import random
import re
import select
import socket
import subprocess
import sys
import tempfile
import threading
import time

sys.path.insert(0, str(pathlib.Path(__file__).parent))
from harness import HOST, TOP, Failed, Server, expect, request, run_tests, wait_until  # noqa: E402

SCRIPT = """
loadmodule "DRIVER.so"
loadmodule "sl.so"
loadmodule "usrloc.so"
loadmodule "registrar.so"
modparam("usrloc", "db_url", "${env:JUNCTOR_DB}")
modparam("usrloc", "db_mode", MODE)
modparam("usrloc", "timer_interval", 1)
EXTRA
route {
    if (method=="OPTIONS") { sl_send_reply("200", "OK"); exit; }
    if (method=="REGISTER") save("location");
}
"""
SPOOL = 'modparam("usrloc", "spool", 1)'
ABSENCE = float(os.environ.get("JUNCTOR_TEST_ABSENCE", "4"))
DRIVERS = {"postgres": "JUNCTOR_TEST_POSTGRES", "mysql": "JUNCTOR_TEST_MYSQL"}


class DatabaseServer:
    """A real one, of scripts/databases, in a folder of its own."""

    def __init__(self, name):
        self.name = name
        self.folder = tempfile.TemporaryDirectory(prefix="junctor-db-")

    def __enter__(self):
        pathlib.Path(self.folder.name).chmod(0o755)
        self.run("start")
        text = pathlib.Path(self.folder.name, "environment").read_text()
        self.url = re.search(rf"{DRIVERS[self.name]}=[\"']?([^\"'\n]+)", text)[1]
        return self

    def run(self, what):
        done = subprocess.run([TOP / "scripts/databases", what, self.folder.name, self.name], text=True, timeout=120,
                              capture_output=True, stdin=subprocess.DEVNULL)
        expect(done.returncode == 0, f"scripts/databases {what}: {done.stdout}{done.stderr}")

    def console(self):
        """The command of its own client, with the account in its environment."""
        user, password, host, port, database = re.match(r"\w+://(.+?):(.+)@(.+):(\d+)/(.+)", self.url).groups()
        account = {"PGPASSWORD": password, "MYSQL_PWD": password}
        if self.name == "postgres":
            return ["psql", "-qAtX", "-h", host, "-p", port, "-U", user, database], account
        return ["mariadb", "--no-defaults", "--skip-column-names", "--unbuffered", "--force", "-h", host, "-P", port,
                "-u", user, database], account

    def __exit__(self, *_):
        with contextlib.suppress(Exception):
            self.run("stop")
        self.folder.cleanup()


class Cuts:
    """An administrator who cuts the connections of the server each 100 to 300 ms, for the time of the with statement: those
    in the middle of a transaction, and each fifth time all of them."""

    # One that is open or is being committed. InnoDB's own list of transactions is up to 100 ms old.
    CONNECTIONS = {
        "postgres": ("SELECT pid FROM pg_stat_activity WHERE application_name = 'junctor'", " AND xact_start IS NOT NULL",
                     "SELECT pg_terminate_backend({})"),
        "mysql": ("SELECT id FROM information_schema.processlist WHERE id <> connection_id() AND user = 'junctor'",
                  " AND command <> 'Sleep'", "KILL {}"),
    }

    def __init__(self, database):
        self.all, self.busy, self.cut = self.CONNECTIONS[database.name]
        command, account = database.console()
        self.client = subprocess.Popen(command, env={**os.environ, **account}, text=True, stdin=subprocess.PIPE,
                                       stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        self.over = threading.Event()
        self.thread = threading.Thread(target=self.run)
        self.count = 0

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.over.set()
        self.thread.join(10)
        self.client.kill()
        self.client.communicate()

    def ask(self, sql):
        self.client.stdin.write(f"{sql};\nSELECT 'done';\n")
        self.client.stdin.flush()
        lines = iter(self.client.stdout.readline, "")
        return [line.strip() for line in iter(lambda: next(lines, "done\n"), "done\n")]

    def run(self):
        turn = 0
        while not self.over.wait(random.uniform(0.1, 0.3)):
            turn += 1
            found = []
            while not found and not self.over.is_set():
                found = self.ask(self.all + (self.busy if turn % 5 else ""))
            for connection in found:
                self.ask(self.cut.format(connection))
                self.count += 1


class Load:
    """REGISTERs of ever new users, 32 in flight, and an OPTIONS each 20 ms whose answer is timed.

    No more than RATE a second: what a spool takes in ten seconds must have left it soon after, on any machine.
    """

    RATE = 2000

    def __init__(self, server):
        self.server, self.acknowledged, self.refused = server, set(), []
        self.slowest_options = 0.0
        self.sent = 0
        self.tag = f"{random.randrange(1 << 30):x}"

    def request(self, method, user, cseq=1):
        return (f"{method} sip:{HOST} SIP/2.0\r\nVia: SIP/2.0/UDP {HOST}:{self.port};branch=z9hG4bK{user}\r\n"
                f"From: <sip:{user}@{HOST}>;tag=1\r\nTo: <sip:{user}@{HOST}>\r\nCall-ID: {user}\r\n"
                f"CSeq: {cseq} {method}\r\n"
                + (f"Contact: <sip:{user}@{HOST}:5999>\r\nExpires: 3600\r\n" if method == "REGISTER" else "")
                + "Content-Length: 0\r\n\r\n").encode()

    def new_users(self):
        while True:
            yield f"r{self.sent}x{self.tag}", 1

    def register_again(self):
        """Those that were refused, as a client would; what the database knows of them nobody knows."""
        again, self.refused = self.refused, []
        self.run(len(again) / self.RATE + 0.5, iter([(user, 2) for user in again]))
        return len(again)

    def run(self, seconds, users=None):
        """Those that are not answered within eight seconds count as lost: nothing is owed for them."""
        users = users or self.new_users()
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as peer:
            peer.bind((HOST, 0))
            self.port = peer.getsockname()[1]
            waiting, asked, next_ask = {}, {}, 0.0
            started, before = time.monotonic(), self.sent
            end = started + seconds
            while time.monotonic() < end + 8 and (time.monotonic() < end or waiting):
                now = time.monotonic()
                while now < end and len(waiting) < 32 and self.sent - before < (now - started) * self.RATE:
                    user, cseq = next(users, (None, 0))
                    if user is None:
                        break
                    self.sent += 1
                    waiting[user] = now
                    peer.sendto(self.request("REGISTER", user, cseq), (HOST, self.server.port))
                if now < end and now > next_ask:
                    user = f"o{self.sent}x{self.tag}x{now}"
                    asked[user] = now
                    next_ask = now + 0.02
                    peer.sendto(self.request("OPTIONS", user), (HOST, self.server.port))
                for user in [u for u, since in waiting.items() if since < now - 8]:
                    del waiting[user]
                ready, _, _ = select.select([peer], [], [], 0.005)
                if not ready:
                    continue
                answer = peer.recv(65535).decode()
                user = re.search(r"(?mi)^Call-ID: (\S+)", answer)[1]
                if user in asked:
                    self.slowest_options = max(self.slowest_options, time.monotonic() - asked.pop(user))
                elif answer.startswith("SIP/2.0 200"):
                    self.acknowledged.add(user)
                    waiting.pop(user, None)
                elif not answer.startswith("SIP/2.0 1"):
                    self.refused.append(user)
                    waiting.pop(user, None)
            expect(not [u for u in asked if asked[u] < end - 1], "an OPTIONS was not answered at all")


def registered(server):
    """Each user of table location as often as it has a row."""
    rows = json.loads(server.ctl("--json", "db", "show", "location"))["rows"]
    return [row["username"] if isinstance(row, dict) else row[0] for row in rows]


def spool_status(server):
    return json.loads(server.ctl("--json", "spool", "status", check=False))


def stop_and_count(server, load, what, spooled):
    """Ends the server in good order, and compares what it acknowledged with what is there."""
    end = time.monotonic() + 40 + 2 * ABSENCE
    while spooled and time.monotonic() < end and '"direct"' not in json.dumps(spool_status(server)):
        time.sleep(0.2)
    expect(not spooled or '"direct"' in json.dumps(spool_status(server)), f"the spool is not empty: {spool_status(server)}")
    expect(server.stop(60 + ABSENCE) == 0, "the server did not stop in good order")
    rows = registered(server)
    lost = load.acknowledged - set(rows)
    twice = len(rows) - len(set(rows))
    print(f"# {what}: {len(load.acknowledged)} acknowledged, {len(load.refused)} refused, {len(lost)} missing, "
          f"{twice} doubled, slowest OPTIONS {load.slowest_options * 1000:.1f} ms", flush=True)
    expect(not lost, f"{len(lost)} of {len(load.acknowledged)} acknowledged registrations are lost: {sorted(lost)[:3]}")
    expect(twice == 0, f"{twice} rows are there twice")
    expect(load.slowest_options < 0.5, f"an OPTIONS waited {load.slowest_options:.3f} s")


@contextlib.contextmanager
def under_load(build, name, mode, extra):
    """A database server, a server on it, and a load that it has begun to take."""
    with DatabaseServer(name) as database:
        with Server(build, SCRIPT.replace("DRIVER", name).replace("MODE", str(mode)).replace("EXTRA", extra)) as server:
            server.environment["JUNCTOR_DB"] = database.url
            server.create_database()
            server.start()
            load = Load(server)
            load.run(1)
            expect(len(load.acknowledged) > 100, f"only {len(load.acknowledged)} registrations with the database there")
            yield database, server, load


def through_absence(build, name, mode, extra=""):
    with under_load(build, name, mode, extra) as (database, server, load):
        before = len(load.acknowledged)
        for how in ("kill", "stop"):
            database.run(how)
            load.run(ABSENCE)
            database.run("start")
            load.run(3)
        if mode == 2:
            spool = spool_status(server)
            journals = [node for node in spool["nodes"] if node["name"] == "Journal"]
            expect([node["value"] for node in journals] == ["usrloc location"], f"spool status says {spool}")
        if extra or mode == 2:
            expect(len(load.acknowledged) > before * 3, "registrations were not served while the database was away")
        stop_and_count(server, load, f"{name}, db_mode {mode}{', spool' if extra else ''}, away for {ABSENCE:g} s twice",
                       bool(extra))


def through_cuts(build, name, mode, extra=""):
    with under_load(build, name, mode, extra) as (database, server, load):
        with Cuts(database) as cuts:
            load.run(4)
        expect(cuts.count >= 2, f"only {cuts.count} connections were cut")
        load.run(0.5)
        refused = load.register_again()
        expect(refused < 2 * load.RATE, f"{refused} registrations in 4.5 s were refused: lost connections are not soon made again")
        expect(not load.refused, f"{len(load.refused)} registrations are refused with the database there")
        stop_and_count(server, load, f"{name}, db_mode {mode}{', spool' if extra else ''}, {cuts.count} connections cut, "
                       f"{refused} registered again", bool(extra))


def register(server, user):
    answer = request("REGISTER", f"sip:{user}@{HOST}", server.port, f"Contact: <sip:{user}@{HOST}:5999>\r\nExpires: 600\r\n")
    return answer.split("\r\n")[0][8:11]


def awaited(server):
    return int(re.search(r"db:awaited\s*=\s*(\d+)", server.ctl("fifo", "get_statistics", "db:"))[1])


def through_start(build, name):
    script = SCRIPT.replace("DRIVER", name).replace("MODE", "1").replace("EXTRA", "")
    with DatabaseServer(name) as database:
        with Server(build, script) as server:
            server.environment["JUNCTOR_DB"] = database.url
            server.create_database()
            server.start()
            expect(register(server, "before") == "200", "no registration with the database there")
            server.stop()
            database.run("stop")
            server.start(wait=False)
            expect(server.process.wait(30) == 255, "the start is not refused by default")
            expect(database.url.split("@")[1].split("/")[0] in server.log.read_text(), "nobody says which database is away")

            server.script.write_text("db_required=no\n" + server.script.read_text())
            server.start()
            expect(request("OPTIONS", f"sip:{HOST}", server.port).startswith("SIP/2.0 200"), "OPTIONS needs no database")
            expect(register(server, "meanwhile") == "500", "a registration is taken without the database")
            expect(awaited(server) > 0, "no statistic says that a database is awaited")
            load = Load(server)
            load.run(ABSENCE)
            expect(not load.acknowledged, f"{len(load.acknowledged)} registrations were taken without the database")
            expect(load.slowest_options < 0.5, f"an OPTIONS waited {load.slowest_options:.3f} s")
            database.run("start")
            wait_until(lambda: register(server, "after") == "200", 10, "registrations are taken")
            expect(awaited(server) == 0, "what is there is still awaited")
            expect(server.ctl("ul", "show", f"before@{HOST}").count("Contact") == 1, "what was registered before is not loaded")
            expect(server.stop(60) == 0, "the server did not stop in good order")
            expect(sorted(registered(server)) == ["after", "before"], f"table location has {registered(server)}")


def through_each(build, story, *how):
    found = [name for name in DRIVERS if (pathlib.Path(build) / f"lib/junctor/modules/{name}.so").exists()]
    if not found:
        raise Failed("no driver for a database server is built")
    with concurrent.futures.ThreadPoolExecutor() as together:
        for outcome in [together.submit(story, build, name, *how) for name in found]:
            outcome.result()


def test_write_through(build):
    """the database server killed and stopped under load, db_mode 1: what was acknowledged is there, once"""
    through_each(build, through_absence, 1)


def test_spool(build):
    """the same with a spool: registrations are acknowledged all the time, and are all there afterwards, once"""
    through_each(build, through_absence, 1, SPOOL)


def test_write_back(build):
    """the same in db_mode 2"""
    through_each(build, through_absence, 2)


def test_cuts(build):
    """connections cut in the middle of transactions under load, db_mode 1: what was acknowledged is there, once"""
    through_each(build, through_cuts, 1)


def test_cuts_with_spool(build):
    """the same with a spool"""
    through_each(build, through_cuts, 1, SPOOL)


def test_cuts_with_write_back(build):
    """the same in db_mode 2"""
    through_each(build, through_cuts, 2)


def test_start(build):
    """a start without the database is refused; with db_required=no the server serves the rest, and loads when it comes"""
    through_each(build, through_start)


if __name__ == "__main__":
    run_tests([test_start, test_write_through, test_spool, test_write_back, test_cuts, test_cuts_with_spool, test_cuts_with_write_back])
