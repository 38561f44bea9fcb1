#!/usr/bin/env python3
"""A MySQL database as OpenSER 1.2.0 made it serves without a change: phones register, and their rows read back."""
import hashlib
import pathlib
import re
import socket
import subprocess
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).parent))
from harness import HOST, Server, database_servers, expect, run_tests  # noqa: E402

HERE = pathlib.Path(__file__).parent
DOMAIN = "example.org"

SCRIPT = """
loadmodule "mysql.so"
loadmodule "sl.so"
loadmodule "tm.so"
loadmodule "usrloc.so"
loadmodule "registrar.so"
loadmodule "auth.so"
loadmodule "auth_db.so"
modparam("usrloc", "db_url", "${env:JUNCTOR_DB}")
modparam("usrloc", "db_mode", 1)
modparam("usrloc", "use_domain", 1)
modparam("auth_db", "db_url", "${env:JUNCTOR_DB}")
modparam("auth_db", "calculate_ha1", 0)
modparam("auth_db", "password_column", "ha1")
route {
    if (method=="REGISTER") {
        if (!www_authorize("example.org", "subscriber")) { www_challenge("example.org", "0"); exit; };
        if (!save("location")) sl_reply_error();
        exit;
    };
    if (!lookup("location")) { sl_send_reply("404", "Not Found"); exit; };
    sl_send_reply("302", "Moved");
}
"""


def md5(text):
    return hashlib.md5(text.encode()).hexdigest()


class Phone:
    """A user agent of one account that can answer a challenge."""

    def __init__(self, server, user, password):
        self.server, self.user, self.password, self.cseq = server, user, password, 0
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind((HOST, 0))
        self.socket.settimeout(5)
        self.port = self.socket.getsockname()[1]

    def send(self, headers):
        self.cseq += 1
        self.socket.sendto((f"REGISTER sip:{DOMAIN} SIP/2.0\r\nVia: SIP/2.0/UDP {HOST}:{self.port};branch=z9hG4bK"
                            f"{self.user}{self.cseq}{time.monotonic_ns()}\r\nFrom: <sip:{self.user}@{DOMAIN}>;tag=1\r\n"
                            f"To: <sip:{self.user}@{DOMAIN}>\r\nCall-ID: {self.user}{self.port}\r\n"
                            f"CSeq: {self.cseq} REGISTER\r\nUser-Agent: Phone of the year 2007\r\n"
                            f"{headers}Content-Length: 0\r\n\r\n").encode(), (HOST, self.server.port))
        return self.socket.recv(65535).decode()

    def register(self, contact, expires=3600):
        wanted = f"Contact: {contact}\r\nExpires: {expires}\r\n"
        challenge = self.send(wanted)
        expect(challenge.startswith("SIP/2.0 401"), f"no challenge but {challenge[:40]}")
        realm, nonce = (re.search(rf'{name}="([^"]*)"', challenge)[1] for name in ("realm", "nonce"))
        response = md5(f"{md5(f'{self.user}:{realm}:{self.password}')}:{nonce}:{md5(f'REGISTER:sip:{DOMAIN}')}")
        return self.send(f'{wanted}Authorization: Digest username="{self.user}", realm="{realm}", nonce="{nonce}", '
                         f'uri="sip:{DOMAIN}", response="{response}"\r\n')


def sql(url, text, database=None):
    """The answer's lines, cells with tabs between them."""
    user, password, host, port, name = re.fullmatch(r"mysql://([^:]+):(.*)@([^:]+):(\d+)/(\w+)", url).groups()
    done = subprocess.run(["mariadb", "--no-defaults", f"-h{host}", f"-P{port}", f"-u{user}", f"-p{password}", "-N", "-B",
                           "--default-character-set=latin1", database or name], input=text, text=True, capture_output=True,
                          timeout=60)
    expect(done.returncode == 0, f"mariadb: {done.stderr}")
    return done.stdout.splitlines()


def openser_server(build):
    """A database of its own, filled as OpenSER's operator had filled it."""
    url = database_servers()["mysql"]
    name = "openser_120"
    sql(url, f"DROP DATABASE IF EXISTS {name}; CREATE DATABASE {name} CHARACTER SET latin1; USE {name};\n"
        + (HERE / "openser-1.2.0.sql").read_text())
    own = re.sub(r"/\w+$", f"/{name}", url)
    ha1, ha1b = md5(f"alice:{DOMAIN}:wonderland"), md5(f"alice@{DOMAIN}:{DOMAIN}:wonderland")
    sql(own, f"INSERT INTO subscriber (username, domain, password, ha1, ha1b) VALUES ('alice', '{DOMAIN}', 'wonderland', "
        f"'{ha1}', '{ha1b}');"
        # A contact that OpenSER had left, and a permanent one; both without `received` and `path`.
        f"INSERT INTO location (username, domain, contact, expires, q, callid, cseq, user_agent) VALUES "
        f"('bob', '{DOMAIN}', 'sip:bob@192.0.2.2:5060', '2037-12-31 23:59:59', 0.29, 'left-by-openser', 7, 'old'),"
        f"('carol', '{DOMAIN}', 'sip:carol@192.0.2.3', FROM_UNIXTIME(0), -1, 'permanent', 1, 'old');")
    return Server(build, SCRIPT, environment={"JUNCTOR_DB": own}), own


def layout(url):
    return [line for table in ("location", "subscriber", "aliases", "grp")
            for line in sql(url, f"SHOW CREATE TABLE {table}")]


def structure(url):
    return [re.sub(r" AUTO_INCREMENT=\d+", "", line) for line in layout(url)]


def test_register(build):
    """registrations with a password are written into OpenSER's own tables and read back after a restart"""
    server, url = openser_server(build)
    before = structure(url)
    with server:
        server.start()
        phone = Phone(server, "alice", "wonderland")
        answer = phone.register(f"<sip:alice@{HOST}:{phone.port}>;q=0.7")
        expect(answer.startswith("SIP/2.0 200"), f"REGISTER: {answer}")
        rows = sql(url, "SELECT username, domain, contact, ROUND(q, 2), cseq, user_agent, cflags, path IS NULL, "
                   "TIMESTAMPDIFF(SECOND, NOW(), expires) BETWEEN 3500 AND 3700 FROM location WHERE username = 'alice'")
        expect(rows == [f"alice\t{DOMAIN}\tsip:alice@{HOST}:{phone.port}\t0.70\t2\tPhone of the year 2007\t0\t1\t1"],
               f"the row of alice: {rows}")
        server.kill()
        server.start()
        shown = server.ctl("ul", "show", f"alice@{DOMAIN}")
        expect(f"sip:alice@{HOST}:{phone.port}" in shown and "0.7" in shown, f"after the restart: {shown}")
        answer = phone.register("*", 0)
        expect(answer.startswith("SIP/2.0 200"), f"REGISTER with *: {answer}")
        expect(sql(url, "SELECT COUNT(*) FROM location WHERE username = 'alice'") == ["0"], "the row is still there")
    expect(structure(url) == before, "the tables were changed")


def test_wrong_password(build):
    """a wrong password is refused, and nothing is written"""
    server, url = openser_server(build)
    with server:
        server.start()
        answer = Phone(server, "alice", "looking-glass").register("<sip:alice@192.0.2.9>")
        expect(answer.startswith("SIP/2.0 401"), f"REGISTER: {answer[:60]}")
        expect(sql(url, "SELECT COUNT(*) FROM location WHERE username = 'alice'") == ["0"], "a row was written")
        expect("wonderland" not in server.log.read_text() and "Geheim" not in server.log.read_text(),
               "a password is in the log")


def test_left_contacts(build):
    """contacts that OpenSER left are served: with their q, and permanent ones for ever"""
    server, url = openser_server(build)
    with server:
        server.start()
        bob = server.ctl("ul", "show", f"bob@{DOMAIN}")
        expect("sip:bob@192.0.2.2:5060" in bob and "q=0.29" in bob and "user_agent=<old>" in bob, f"bob: {bob}")
        expect("sip:carol@192.0.2.3" in server.ctl("ul", "show", f"carol@{DOMAIN}"), "carol's permanent contact is gone")


def test_check(build):
    """junctorctl finds every table of it good or accepted, and says which layout it is"""
    server, _ = openser_server(build)
    with server:
        checked = server.ctl("db", "check")
        states = dict(re.findall(r"(?m)^(\w+) +(good|accepted|missing|WRONG) ", checked))
        expect(all(states[table] in ("good", "accepted") for table in
                   ("location", "aliases", "subscriber", "grp", "dbaliases", "domain", "uri", "gw")), checked)
        server.ctl("add", f"dave@{DOMAIN}", "secret", "dave@mail.example")
        server.ctl("passwd", f"dave@{DOMAIN}", "other")


if __name__ == "__main__":
    run_tests([test_register, test_wrong_password, test_left_contacts, test_check])
