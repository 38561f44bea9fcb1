#!/usr/bin/env python3
"""Phones register: with the right password, with a wrong one, ten thousand of them, and through a crash."""
import hashlib
import pathlib
import random
import re
import select
import socket
import sqlite3
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, str(pathlib.Path(__file__).parent))
from harness import HOST, Server, expect, free_port, request, run_tests, sipp  # noqa: E402

WRITE_THROUGH = """
loadmodule "sqlite.so"
loadmodule "sl.so"
loadmodule "usrloc.so"
loadmodule "registrar.so"
modparam("usrloc", "db_url", "${env:JUNCTOR_DB}")
modparam("usrloc", "db_mode", 1)
route { if (method=="REGISTER") save("location"); }
"""


def add_subscribers(server, count):
    """Straight into the table, as an operator's own tools would."""
    path = server.database.removeprefix("sqlite://")
    with sqlite3.connect(path) as database:
        rows = []
        for i in range(count):
            user, password = f"user{i}", f"secret{i}"
            ha1 = hashlib.md5(f"{user}:{HOST}:{password}".encode()).hexdigest()
            ha1b = hashlib.md5(f"{user}@{HOST}:{HOST}:{password}".encode()).hexdigest()
            rows.append((user, HOST, ha1, ha1b))
        database.executemany("insert into subscriber (username, domain, ha1, ha1b) values (?, ?, ?, ?)", rows)


def contacts(server):
    with sqlite3.connect(server.database.removeprefix("sqlite://")) as database:
        return {row[0] for row in database.execute("select username from location")}


def sipsak(*options):
    # -H: it gives up where the machine's own name does not resolve.
    return subprocess.run(["sipsak", "-H", HOST, *options], text=True, capture_output=True, timeout=30, stdin=subprocess.DEVNULL)


def test_sipsak(build):
    """sipsak registers with the right password and is refused with a wrong one"""
    with Server(build) as server:
        server.create_database([("alice", "wonderland")]).start()
        right = sipsak("-U", "-s", f"sip:alice@{HOST}:{server.port}", "-u", "alice", "-a", "wonderland", "-l", str(free_port()), "-i",
                       "-C", f"sip:alice@{HOST}:9999", "-x", "600")
        expect(right.returncode == 0, f"sipsak with the right password: {right.stdout}{right.stderr}")
        expect("alice" in server.ctl("ul", "show", f"alice@{HOST}"), "the binding is not shown by junctorctl")
        wrong = sipsak("-U", "-s", f"sip:alice@{HOST}:{server.port}", "-u", "alice", "-a", "looking-glass", "-l", str(free_port()), "-i",
                       "-C", f"sip:alice@{HOST}:9998", "-x", "600")
        expect(wrong.returncode != 0, f"a wrong password was accepted: {wrong.stdout}")
        expect("9998" not in server.ctl("ul", "show", f"alice@{HOST}"), "a wrong password left a binding")


def test_options(build):
    """OPTIONS to the server is answered with 200 to sipsak"""
    with Server(build) as server:
        server.create_database().start()
        done = sipsak("-vv", "-s", f"sip:{HOST}:{server.port}")
        expect(done.returncode == 0 and "200" in done.stdout, f"sipsak: {done.stdout}{done.stderr}")


def test_ten_thousand(build):
    """10,000 phones register with a password, none fails (SIPp)"""
    count = 10000
    with Server(build) as server:
        server.create_database()
        add_subscribers(server, count)
        server.start()
        with tempfile.TemporaryDirectory(prefix="junctor-users-") as folder:
            users = pathlib.Path(folder, "users.csv")
            users.write_text("SEQUENTIAL\n" + "".join(
                f"user{i};{HOST};[authentication username=user{i} password=secret{i}]\n" for i in range(count)))
            output = sipp("register.xml", server.port, "-inf", str(users), "-m", str(count), "-r", "1000", "-l", "500")
        print("# " + "\n# ".join(line for line in output.splitlines() if re.search(r"(Successful|Failed) call", line)))
        expect(len(contacts(server)) == count, f"{len(contacts(server))} bindings in the table, {count} were acknowledged")


def register_until(server, deadline, kill_at):
    """REGISTERs of ever new users, many in flight; those that got their 200. The server is killed at kill_at."""
    acknowledged, sent, window = set(), 0, 64
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as peer:
        peer.bind((HOST, 0))
        port = peer.getsockname()[1]
        waiting, killed = set(), False
        while time.monotonic() < deadline:
            while len(waiting) < window and not killed:
                user = f"u{sent}x{random.randrange(1 << 30)}"
                sent += 1
                waiting.add(user)
                peer.sendto((f"REGISTER sip:{HOST} SIP/2.0\r\nVia: SIP/2.0/UDP {HOST}:{port};branch=z9hG4bK{user}\r\n"
                             f"From: <sip:{user}@{HOST}>;tag=1\r\nTo: <sip:{user}@{HOST}>\r\nCall-ID: {user}\r\n"
                             f"CSeq: 1 REGISTER\r\nContact: <sip:{user}@{HOST}:{port}>\r\nExpires: 3600\r\n"
                             "Content-Length: 0\r\n\r\n").encode(), (HOST, server.port))
            if not killed and time.monotonic() > kill_at:
                server.kill()
                killed = True
            ready, _, _ = select.select([peer], [], [], 0.05)
            if not ready:
                if killed:
                    break
                waiting.clear()  # lost on the way: not acknowledged, so nothing is owed
                continue
            answer = peer.recv(65535).decode()
            user = re.search(r"(?mi)^Call-ID: (\S+)", answer)[1]
            waiting.discard(user)
            if answer.startswith("SIP/2.0 200"):
                acknowledged.add(user)
    return acknowledged


def test_kill(build):
    """kill -9 under write-through load: every registration that got its 200 is there after the restart"""
    with Server(build, WRITE_THROUGH) as server:
        server.create_database()
        everybody = set()
        for turn in range(5):
            server.start()
            now = time.monotonic()
            everybody |= register_until(server, now + 10, now + random.uniform(0.3, 1.2))
        print(f"# {len(everybody)} registrations were acknowledged in 5 lives")
        expect(len(everybody) > 500, f"only {len(everybody)} registrations: no load")
        server.start()
        lost = everybody - contacts(server)
        expect(not lost, f"{len(lost)} acknowledged registrations are not in the table: {sorted(lost)[:5]}")
        shown = server.ctl("ul", "show")
        missing = [user for user in sorted(everybody)[:200] if user not in shown]
        expect(not missing, f"not loaded after the restart: {missing[:5]}")


def test_write_back(build):
    """stopped in good order, write-back locations are all in the table"""
    with Server(build, WRITE_THROUGH.replace('"db_mode", 1', '"db_mode", 2')) as server:
        server.create_database().start()
        users = [f"back{i}" for i in range(300)]
        for user in users:
            answer = request("REGISTER", f"sip:{user}@{HOST}", server.port, f"Contact: <sip:{user}@{HOST}:7000>\r\n")
            expect(answer.startswith("SIP/2.0 200"), f"REGISTER of {user}: {answer[:40]}")
        expect(server.stop() == 0, "the server did not stop in good order")
        # The To of request() is the user's own address.
        missing = set(users) - contacts(server)
        expect(not missing, f"{len(missing)} bindings were lost at the stop: {sorted(missing)[:5]}")


if __name__ == "__main__":
    run_tests([test_sipsak, test_options, test_ten_thousand, test_kill, test_write_back])
