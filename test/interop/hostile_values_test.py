#!/usr/bin/env python3
"""What strangers write into a REGISTER stands in the database as they wrote it, or is refused with a reason: on SQLite,
PostgreSQL and MySQL, through the real server, and again after a restart."""
import json
import pathlib
import re
import socket
import sys

sys.path.insert(0, str(pathlib.Path(__file__).parent))
from harness import HOST, Server, database_servers, expect, on_each_database, run_tests  # noqa: E402

SCRIPT = """
loadmodule "DRIVER.so"
loadmodule "sl.so"
loadmodule "usrloc.so"
loadmodule "registrar.so"
modparam("usrloc", "db_url", "${env:JUNCTOR_DB}")
modparam("usrloc", "db_mode", 1)
modparam("usrloc", "use_domain", 1)
modparam("registrar", "use_path", 1)
modparam("registrar", "path_mode", 0)
modparam("registrar", "case_sensitive", 1)
route { save("location"); }
"""

TEXTS = {
    "quote": b"o'brien", "two quotes": b"''", "double quote": b'x"y', "statement": b"x'; DROP TABLE location; --",
    "or": b"' OR '1'='1", "semicolons": b"a;;b", "backslash": b"\\", "backslash quote": b"\\'", "escapes": b"\\0\\n\\x27",
    "percent": b"100%25", "like": b"_%25_", "question": b"a?b=$1&c", "dollar": b"$tag$x$tag$", "comment": b"/*x*/#",
    "NUL": b"a\0b", "latin-1": b"M\xfcller", "overlong": b"\xc0\xa7", "cut off": b"\xe2\x82", "surrogate": b"\xed\xa0\x80",
    "umlaut": "Müller".encode(), "emoji": "📞".encode(), "combining": "é".encode() + "é".encode(),
    "control": b"a\x01\x1b", "tab": b"a\tb", "long": b"l" * 10000, "255": b"m" * 255, "256": b"n" * 256,
    "null": b"NULL", "number": b"007", "date": b"2006-01-01 00:00:00", "case": b"CaSe", "space behind": b"x ",
}


def escaped(text):
    """As a user part must be written: whatever is not a letter or a digit as %HH."""
    return b"".join(bytes([c]) if chr(c).isalnum() and c < 128 else b"%%%02X" % c for c in text)


# How a value is put into each field that reaches table location; {} is the value. `user` is this case's own.
FIELDS = {
    "user": lambda user, text: {"to": b"<sip:" + user + b"-" + escaped(text) + b"@" + HOST.encode() + b">"},
    "user as it is": lambda user, text: {"to": b"<sip:" + user + b"-" + text + b"@" + HOST.encode() + b">"},
    "domain": lambda user, text: {"to": b"<sip:" + user + b"@" + text + b">"},
    "contact user": lambda user, text: {"contact": b"<sip:" + text + b"@192.0.2.1>"},
    "contact parameter": lambda user, text: {"contact": b"<sip:x@192.0.2.1;p=" + text + b">"},
    "Call-ID": lambda user, text: {"call_id": user + text},
    "User-Agent": lambda user, text: {"more": b"User-Agent: " + text + b"\r\n"},
    "received": lambda user, text: {"contact": b'<sip:x@192.0.2.1>;received="sip:' + text + b'"'},
    "Path": lambda user, text: {"more": b"Path: <sip:" + text + b"@192.0.2.9;lr>\r\n"},
}


class Phone:
    """One user and one hostile value in one field."""

    def __init__(self, number, field, name, text):
        user = b"u%d" % number
        self.what = f"{field}, {name}"
        self.fields = {"to": b"<sip:" + user + b"@" + HOST.encode() + b">", "contact": b"<sip:x@192.0.2.1>",
                       "call_id": b"call-" + user, "more": b""}
        self.fields.update(FIELDS[field](user, text))
        self.number, self.text, self.field = number, text, field

    def register(self, peer, server, cseq, expires=3600):
        """The status, and the reason as the server gives it."""
        port = peer.getsockname()[1]
        branch = b"z9hG4bK%d.%d" % (self.number, cseq)
        peer.sendto(
            b"REGISTER sip:%b SIP/2.0\r\nVia: SIP/2.0/UDP %b:%d;branch=%b\r\nMax-Forwards: 70\r\n"
            b"From: <sip:x@%b>;tag=1\r\nTo: %b\r\nCall-ID: %b\r\nCSeq: %d REGISTER\r\nContact: %b\r\n%bExpires: %d\r\n"
            b"Content-Length: 0\r\n\r\n" % (HOST.encode(), HOST.encode(), port, branch, HOST.encode(), self.fields["to"],
                                            self.fields["call_id"], cseq, self.fields["contact"], self.fields["more"],
                                            expires), (HOST, server.port))
        while True:
            answer = peer.recv(65535)
            if branch in answer:
                break
        reason = re.search(rb"(?m)^P-Registrar-Error: (.+?)\r", answer)
        status, words = re.match(rb"SIP/2.0 (\d+) ([^\r]*)", answer).groups()
        return int(status), (reason[1] if reason else words).decode()

    def expected(self, contact):
        """What must stand in the field of the contact that was acknowledged."""
        text = self.text.decode()
        if self.field in ("User-Agent", "Call-ID"):
            text = text.strip()  # blanks around a header's value do not belong to it
        if self.field == "User-Agent":
            return len(self.text) < 255 and contact["User-agent"] == text
        return text in {"contact user": contact["Contact"], "contact parameter": contact["Contact"],
                        "Call-ID": contact["Callid"], "received": contact.get("Received", ""),
                        "Path": contact.get("Path", "")}[self.field]


def contacts(server):
    """All that the server holds: AoR -> its contacts, each without what changes by itself."""
    found = {}

    def walk(node, aor):
        if node["name"] == "AOR":
            aor = node["value"]
        if node["name"] == "Contact":
            one = {child["name"]: child.get("value", "") for child in node["children"]}
            one = {name: value for name, value in one.items() if name not in ("Expires", "State")}
            found.setdefault(aor, []).append({"Contact": node["value"], **one})
        for child in node.get("children", []):
            walk(child, aor)

    for node in json.loads(server.ctl("--json", "fifo", "ul_dump"))["nodes"]:
        walk(node, "")
    return found


def through(build, kind):
    """hostile values in every field of a REGISTER are stored exactly or refused with a reason"""
    urls = database_servers()
    script = SCRIPT.replace("DRIVER", kind)
    phones = [Phone(i, field, name, text) for i, (field, name, text) in enumerate(
        (field, name, text) for field in FIELDS for name, text in TEXTS.items())]
    with Server(build, script, environment={} if kind == "sqlite" else {"JUNCTOR_DB": urls[kind]}) as server, \
            socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as peer:
        peer.bind((HOST, 0))
        peer.settimeout(5)
        if kind != "sqlite":
            server.ctl("db", "drop", "--yes", "version", "location", check=False)
        server.ctl("db", "create", "version", "location")
        server.start()

        taken, wrong = [], []
        for phone in phones:
            status, reason = phone.register(peer, server, 1)
            if status == 200:
                taken.append(phone)
            elif not reason or (not 400 <= status < 500 and reason != "Address Of Record too long"):
                wrong.append(f"{phone.what}: {status} {reason}")
        expect(not wrong, "neither stored nor refused with a reason: " + "; ".join(wrong[:8]))
        print(f"# {kind}: {len(taken)} stored, {len(phones) - len(taken)} refused")
        expect(len(taken) > 100, "hardly anything is taken")

        before = contacts(server)
        expect(sum(map(len, before.values())) == len(taken), f"{len(taken)} were acknowledged, {len(before)} are there")
        for phone in taken:
            mine = [(aor, one) for aor, all_of_it in before.items() for one in all_of_it
                    if re.match(rf"u{phone.number}(?!\d)", aor)]
            expect(len(mine) == 1, f"{phone.what}: {len(mine)} contacts")
            aor, contact = mine[0]
            if phone.field in ("user", "user as it is"):
                wanted = phone.text.replace(b"%25", b"%") if phone.field == "user as it is" else phone.text
                expect(aor == f"u{phone.number}-" + wanted.decode() + "@" + HOST, f"{phone.what}: {aor!r}")
            elif phone.field == "domain":
                host = re.split("[;?:]", phone.text.decode().lower())[0]  # parameters and headers of a URI are no host
                expect(aor == f"u{phone.number}@" + host, f"{phone.what}: {aor!r}")
            elif phone.field == "User-Agent" and contact["User-agent"] == "n/a":
                continue
            else:
                expect(phone.expected(contact), f"{phone.what}: {contact}")

        expect(server.stop() == 0, "the server does not end in good order")
        server.start()
        after = contacts(server)
        expect(after == before, "not the same after a restart: " + str(
            [(aor, before.get(aor), after.get(aor)) for aor in {*before, *after} if before.get(aor) != after.get(aor)][:3]))

        # Each row is found again by its values: a refresh changes it, a removal removes it alone.
        for phone in taken:
            expect(phone.register(peer, server, 2)[0] == 200, f"{phone.what}: cannot be refreshed")
        rows = json.loads(server.ctl("--json", "db", "show", "location"))["rows"]
        expect(len(rows) == len(taken), f"{len(rows)} rows of {len(taken)} contacts after a refresh")
        for left, phone in zip(range(len(taken) - 1, -1, -1), taken):
            expect(phone.register(peer, server, 3, expires=0)[0] == 200, f"{phone.what}: cannot be removed")
        expect(json.loads(server.ctl("--json", "db", "show", "location"))["rows"] == [], "rows are left")
        expect(server.stop() == 0, "the server does not end in good order")


if __name__ == "__main__":
    run_tests(on_each_database(through))
