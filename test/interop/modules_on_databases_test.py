#!/usr/bin/env python3
"""alias_db, domain, uri_db and group, and junctorctl's verbs for their tables, on SQLite, PostgreSQL and MySQL."""
import hashlib
import json
import pathlib
import re
import sys

sys.path.insert(0, str(pathlib.Path(__file__).parent))
from harness import Server, database_servers, expect, on_each_database, request, run_tests  # noqa: E402

TABLES = ("version", "subscriber", "dbaliases", "domain", "grp", "re_grp", "uri")

# Each method asks one module and hears its code, or what it made of the Request-URI.
SCRIPT = """
loadmodule "DRIVER.so"
loadmodule "sl.so"
loadmodule "alias_db.so"
loadmodule "domain.so"
loadmodule "uri_db.so"
loadmodule "group.so"
loadmodule "auth.so"
loadmodule "auth_db.so"
modparam("alias_db|domain|uri_db|group|auth_db", "db_url", "${env:JUNCTOR_DB}")
modparam("uri_db", "use_uri_table", URI_TABLE)
modparam("alias_db|uri_db|group", "use_domain", 1)
modparam("domain", "db_mode", DOMAIN_MODE)
modparam("group", "re_table", "re_grp")
route {
    if (method=="OPTIONS") {
        is_uri_host_local();
    } else if (method=="INFO") {
        is_user_in("Request-URI", "int");
    } else if (method=="SUBSCRIBE") {
        does_uri_exist();
    } else if (method=="PUBLISH") {
        if (get_user_group("Request-URI", "i:1")) {
            sl_send_reply("200", "groups $avp(i:1[*])");
        } else {
            sl_send_reply("200", "code $rc");
        }
        exit;
    } else if (method=="REFER" || method=="NOTIFY") {
        if (!www_authorize("example.org", "subscriber")) {
            www_challenge("example.org", "0");
            exit;
        }
        if (method=="REFER") check_to(); else check_from();
    } else {
        alias_db_lookup("dbaliases");
        sl_send_reply("200", "$ru");
        exit;
    }
    sl_send_reply("200", "code $rc");
}
"""


def database(build, kind, domain_mode=0, uri_table=0):
    """A server, not started, with an empty set of tables."""
    script = SCRIPT.replace("DRIVER", kind).replace("DOMAIN_MODE", str(domain_mode)).replace("URI_TABLE", str(uri_table))
    urls = database_servers()
    server = Server(build, script, environment={} if kind == "sqlite" else {"JUNCTOR_DB": urls[kind]})
    if kind != "sqlite":
        server.ctl("db", "drop", "--yes", *TABLES, check=False)
    server.ctl("db", "create", *TABLES)
    return server


def ask(server, method, uri):
    answer = request(method, uri, server.port)
    expect(answer.startswith("SIP/2.0 200 "), f"{method} {uri}: {answer!r}")
    return answer.splitlines()[0][len("SIP/2.0 200 "):]


def check(server, method, uri, wanted):
    found = ask(server, method, uri)
    expect(found == wanted, f"{method} {uri}: {found}, expected {wanted}")


def rows(server, *words):
    return json.loads(server.ctl("--json", *words))["rows"]


def ask_as(server, method, uri, user, password):
    """The same with the digest credentials of an account at example.org; From and To are `uri`."""
    def md5(text):
        return hashlib.md5(text.encode()).hexdigest()

    challenge = request(method, uri, server.port)
    nonce = re.search(r'(?m)^WWW-Authenticate:.*nonce="([^"]*)"', challenge)
    expect(challenge.startswith("SIP/2.0 401 ") and nonce, f"{method} {uri}: {challenge!r}")
    response = md5(f"{md5(f'{user}:example.org:{password}')}:{nonce[1]}:{md5(f'{method}:{uri}')}")
    answer = request(method, uri, server.port, f'Authorization: Digest username="{user}", realm="example.org", '
                     f'nonce="{nonce[1]}", uri="{uri}", response="{response}"\r\n', sender=uri)
    expect(answer.startswith("SIP/2.0 200 "), f"{method} {uri}: {answer!r}")
    return answer.splitlines()[0][len("SIP/2.0 200 "):]


def refused(server, *words):
    said = json.loads(server.ctl("--json", *words, check=False))
    expect(not said["ok"], f"{' '.join(words)} was not refused")
    return said["messages"][0]["text"]


def without_server(build, kind):
    """junctorctl keeps groups, aliases, identities and domains without a server"""
    with database(build, kind) as server:
        server.ctl("add", "alice@example.org", "wonderland")
        server.ctl("acl", "grant", "alice@example.org", "int", "ld")
        expect("already" in refused(server, "acl", "grant", "alice@example.org", "int"), "granted twice")
        found = rows(server, "acl", "show", "alice@example.org")
        expect([row["grp"] for row in found] == ["int", "ld"], f"acl show: {found}")
        expect(all(row["last_modified"].startswith("20") for row in found), f"acl show: {found}")
        server.ctl("acl", "revoke", "alice@example.org", "ld")

        server.ctl("alias_db", "add", "o'brien@example.org", "alice@example.org")
        expect("already" in refused(server, "alias_db", "add", "o'brien@example.org", "x@example.org"), "added twice")
        found = rows(server, "alias_db", "show", "o'brien@example.org")
        expect(found == [{"SIP-ID": "alice@example.org"}], f"alias_db show: {found}")
        server.ctl("alias_db", "add", "boss@example.org", "alice@example.org")
        server.ctl("alias_db", "rm", "boss@example.org")
        found = rows(server, "alias_db", "list", "alice@example.org")
        expect(found == [{"alias": "o'brien@example.org"}], f"alias_db list: {found}")

        server.ctl("rpid", "add", "alice@example.org", "sip:+49@example.org")
        found = rows(server, "rpid", "show", "alice@example.org")
        expect(found[0]["rpid"] == "sip:+49@example.org", f"rpid show: {found}")
        server.ctl("rpid", "rm", "alice@example.org")
        expect(rows(server, "rpid", "show")[0]["rpid"] == "NULL", "rpid rm")

        server.ctl("domain", "add", "Example.ORG")
        server.ctl("domain", "add", "example.net")
        server.ctl("domain", "rm", "EXAMPLE.net")
        expect([row["domain"] for row in rows(server, "domain", "showdb")] == ["example.org"], "domain showdb")

        server.ctl("rm", "alice@example.org")
        for words in (("acl", "show"), ("rpid", "show"), ("alias_db", "list", "--yes")):
            expect(rows(server, *words) == [], f"rm leaves rows that {words[0]} shows")


def with_server(build, kind):
    """what junctorctl changes counts at the next message, domains in memory after a reload"""
    with database(build, kind, domain_mode=1) as server:
        server.ctl("domain", "add", "example.org")
        server.start()
        check(server, "SUBSCRIBE", "sip:alice@example.org", "code -5")
        server.ctl("add", "alice@example.org", "wonderland")
        check(server, "SUBSCRIBE", "sip:alice@example.org", "code 1")
        check(server, "SUBSCRIBE", "sip:alice@EXAMPLE.ORG", "code 1")
        check(server, "SUBSCRIBE", "sip:alice@elsewhere.org", "code -5")

        check(server, "INFO", "sip:alice@example.org", "code -6")
        server.ctl("acl", "grant", "alice@example.org", "int")
        check(server, "INFO", "sip:alice@Example.org", "code 1")
        check(server, "INFO", "sip:bob@example.org", "code -6")
        check(server, "INFO", "sip:example.org", "code -1")
        check(server, "PUBLISH", "sip:alice@example.org", "code -1")

        check(server, "MESSAGE", "sip:sales@example.org", "sip:sales@example.org")
        server.ctl("alias_db", "add", "sales@example.org", "alice@example.org")
        server.ctl("alias_db", "add", "o'brien@example.org", "alice@example.org")
        check(server, "MESSAGE", "sip:sales@example.org;transport=udp", "sip:alice@example.org")
        check(server, "MESSAGE", "sip:sales@EXAMPLE.org", "sip:alice@example.org")
        check(server, "MESSAGE", "sip:o'brien@example.org", "sip:alice@example.org")
        check(server, "MESSAGE", "sip:'%20or%201=1@example.org", "sip:'%20or%201=1@example.org")

        check(server, "OPTIONS", "sip:Example.ORG", "code 1")
        check(server, "OPTIONS", "sip:example.net", "code -1")
        server.ctl("domain", "add", "example.net")
        check(server, "OPTIONS", "sip:example.net", "code -1")
        server.ctl("domain", "reload")
        check(server, "OPTIONS", "sip:example.net", "code 1")
        expect(server.ctl("domain", "show").split() == ["example.net", "example.org"], "domain show")

        for number, expression in ((3, "^sip:[a-m].*@example[.]org$"), (4, "'\";--"), (-5, "^sip:(alice|bob)@")):
            quoted = expression.replace("'", "''")
            server.ctl("db", "exec", f"INSERT INTO re_grp (reg_exp, group_id) VALUES ('{quoted}', {number})")
        check(server, "PUBLISH", "sip:alice@example.org", "code -1")
        server.ctl("fifo", "re_grp_reload")
        check(server, "PUBLISH", "sip:alice@example.org", "groups 3, -5")
        check(server, "PUBLISH", "sip:zoe@example.org", "code -1")
        check(server, "PUBLISH", "sip:bob@example.net", "groups -5")
        check(server, "PUBLISH", "sip:x'%22;--@example.net", "code -1")
        expect(server.stop() == 0, "the server does not end in good order")


def with_uri_table(build, kind):
    """check_to, check_from and does_uri_exist ask table uri"""
    with database(build, kind, uri_table=1) as server:
        for user in ("alice", "o'brien"):
            server.ctl("add", f"{user}@example.org", "wonderland")
        for user, listed in (("alice", "alice"), ("alice", "sales"), ("o'brien", "x\"y;--")):
            username, uri_user = user.replace("'", "''"), listed.replace("'", "''")
            server.ctl("db", "exec", "INSERT INTO uri (username, domain, uri_user, last_modified) VALUES "
                                     f"('{username}', 'example.org', '{uri_user}', '2006-01-01 00:00:00')")
        server.start()
        for method in ("REFER", "NOTIFY"):
            for user, uri, wanted in (("alice", "sip:alice@example.org", 1), ("alice", "sip:sales@elsewhere.org", 1),
                                      ("alice", "sip:boss@example.org", -9), ("alice", "sip:example.org", -4),
                                      ("o'brien", "sip:sales@example.org", -9), ("o'brien", "sip:o'brien@example.org", -9),
                                      ("alice", "sip:'%20or%20'1'='1@example.org", -9)):
                found = ask_as(server, method, uri, user, "wonderland")
                expect(found == f"code {wanted}", f"{method} {uri} of {user}: {found}, expected {wanted}")
        check(server, "SUBSCRIBE", "sip:sales@example.org", "code 1")
        check(server, "SUBSCRIBE", "sip:nobody@example.org", "code -5")


def asked_each_time(build, kind):
    """with db_mode 0 a new domain is served at once"""
    with database(build, kind) as server:
        server.start()
        check(server, "OPTIONS", "sip:example.net", "code -1")
        server.ctl("domain", "add", "example.net")
        check(server, "OPTIONS", "sip:example.net", "code 1")
        check(server, "OPTIONS", "sip:EXAMPLE.net", "code 1")
        expect(server.ctl("domain", "show").split() == ["example.net"], "domain show")


if __name__ == "__main__":
    run_tests(on_each_database(without_server, with_server, with_uri_table, asked_each_time))
