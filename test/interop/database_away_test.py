#!/usr/bin/env python3
"""The database server is killed and started again under load: nobody waits for it who does not need it, and nothing is lost."""
import concurrent.futures
import contextlib
import json
import pathlib
import random
import re
import select
import socket
import subprocess
import sys
import tempfile
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

    def __exit__(self, *_):
        with contextlib.suppress(Exception):
            self.run("stop")
        self.folder.cleanup()


class Load:
    """REGISTERs of ever new users, 32 in flight, and an OPTIONS each 20 ms whose answer is timed.

    No more than RATE a second: what a spool takes in ten seconds must have left it soon after, on any machine.
    """

    RATE = 2000

    def __init__(self, server):
        self.server, self.acknowledged, self.refused = server, set(), 0
        self.slowest_options = 0.0
        self.sent = 0
        self.tag = f"{random.randrange(1 << 30):x}"

    def request(self, method, user):
        return (f"{method} sip:{HOST} SIP/2.0\r\nVia: SIP/2.0/UDP {HOST}:{self.port};branch=z9hG4bK{user}\r\n"
                f"From: <sip:{user}@{HOST}>;tag=1\r\nTo: <sip:{user}@{HOST}>\r\nCall-ID: {user}\r\nCSeq: 1 {method}\r\n"
                + (f"Contact: <sip:{user}@{HOST}:{self.port}>\r\nExpires: 3600\r\n" if method == "REGISTER" else "")
                + "Content-Length: 0\r\n\r\n").encode()

    def run(self, seconds):
        """Those that are not answered within eight seconds count as lost: nothing is owed for them."""
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as peer:
            peer.bind((HOST, 0))
            self.port = peer.getsockname()[1]
            waiting, asked, next_ask = {}, {}, 0.0
            started, before = time.monotonic(), self.sent
            end = started + seconds
            while time.monotonic() < end + 8 and (time.monotonic() < end or waiting):
                now = time.monotonic()
                while now < end and len(waiting) < 32 and self.sent - before < (now - started) * self.RATE:
                    user = f"r{self.sent}x{self.tag}"
                    self.sent += 1
                    waiting[user] = now
                    peer.sendto(self.request("REGISTER", user), (HOST, self.server.port))
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
                    self.refused += 1
                    waiting.pop(user, None)
            expect(not [u for u in asked if asked[u] < end - 1], "an OPTIONS was not answered at all")


def registered(server):
    """Each user of table location as often as it has a row."""
    rows = json.loads(server.ctl("--json", "db", "show", "location"))["rows"]
    return [row["username"] if isinstance(row, dict) else row[0] for row in rows]


def through_absence(build, name, mode, extra=""):
    with DatabaseServer(name) as database:
        with Server(build, SCRIPT.replace("DRIVER", name).replace("MODE", str(mode)).replace("EXTRA", extra)) as server:
            server.database = database.url
            server.environment["JUNCTOR_DB"] = database.url
            server.create_database()
            server.start()
            load = Load(server)
            load.run(1)
            before = len(load.acknowledged)
            expect(before > 100, f"only {before} registrations with the database there")
            for how in ("kill", "stop"):
                database.run(how)
                load.run(4)
                database.run("start")
                load.run(3)
            spool = json.loads(server.ctl("--json", "spool", "status", check=False))
            print(f"# {name}, db_mode {mode}: {len(load.acknowledged)} acknowledged, {load.refused} refused, slowest OPTIONS "
                  f"{load.slowest_options * 1000:.1f} ms")
            if mode == 2:
                journals = [node for node in spool["nodes"] if node["name"] == "Journal"]
                expect([node["value"] for node in journals] == ["usrloc location"], f"spool status says {spool}")
            expect(load.slowest_options < 0.5, f"an OPTIONS waited {load.slowest_options:.3f} s")
            if extra or mode == 2:
                expect(len(load.acknowledged) > before * 3, "registrations were not served while the database was away")
            end = time.monotonic() + 40
            while extra and time.monotonic() < end and '"direct"' not in json.dumps(spool):
                time.sleep(0.2)
                spool = json.loads(server.ctl("--json", "spool", "status", check=False))
            expect(not extra or '"direct"' in json.dumps(spool), f"the spool is not empty after 40 seconds: {spool}")
            expect(server.stop(60) == 0, "the server did not stop in good order")
            rows = registered(server)
            lost = load.acknowledged - set(rows)
            expect(not lost, f"{len(lost)} of {len(load.acknowledged)} acknowledged registrations are lost: {sorted(lost)[:3]}")
            twice = len(rows) - len(set(rows))
            expect(twice == 0, f"{twice} rows are there twice")


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
            database.run("start")
            wait_until(lambda: register(server, "after") == "200", 10, "registrations are taken")
            expect(awaited(server) == 0, "what is there is still awaited")
            expect(server.ctl("ul", "show", f"before@{HOST}").count("Contact") == 1, "what was registered before is not loaded")
            expect(server.stop(60) == 0, "the server did not stop in good order")
            expect(sorted(registered(server)) == ["after", "before"], f"table location has {registered(server)}")


def each_driver(build, mode, extra=""):
    through_each(build, lambda name: through_absence(build, name, mode, extra))


def through_each(build, story):
    found = [name for name in DRIVERS if (pathlib.Path(build) / f"lib/junctor/modules/{name}.so").exists()]
    if not found:
        raise Failed("no driver for a database server is built")
    with concurrent.futures.ThreadPoolExecutor() as together:
        for outcome in [together.submit(story, name) for name in found]:
            outcome.result()


def test_write_through(build):
    """the database server killed and stopped under load, db_mode 1: what was acknowledged is there, once"""
    each_driver(build, 1)


def test_spool(build):
    """the same with a spool: registrations are acknowledged all the time, and are all there afterwards, once"""
    each_driver(build, 1, 'modparam("usrloc", "spool", 1)')


def test_write_back(build):
    """the same in db_mode 2"""
    each_driver(build, 2)


def test_start(build):
    """a start without the database is refused; with db_required=no the server serves the rest, and loads when it comes"""
    through_each(build, lambda name: through_start(build, name))


if __name__ == "__main__":
    run_tests([test_start, test_write_through, test_spool, test_write_back])
