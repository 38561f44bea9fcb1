#!/usr/bin/env python3
"""Four workers under every kind of load at once, while the operator reads, reloads and writes: nothing fails.

With a build of the thread sanitizer the server would exit with another status than 0 if two threads met where they must not.
"""
import json
import pathlib
import subprocess
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).parent))
from harness import HOST, Server, expect, request, run_tests  # noqa: E402

SCRIPT = """
children=4
loadmodule "sqlite.so"
loadmodule "sl.so"
loadmodule "tm.so"
loadmodule "rr.so"
loadmodule "usrloc.so"
loadmodule "registrar.so"
loadmodule "textops.so"
loadmodule "uri.so"
loadmodule "auth.so"
loadmodule "auth_db.so"
loadmodule "domain.so"
modparam("usrloc|auth_db|domain", "db_url", "${env:JUNCTOR_DB}")
modparam("usrloc", "db_mode", MODE)
modparam("usrloc", "timer_interval", 1)
modparam("domain", "db_mode", 1)
modparam("auth_db", "calculate_ha1", 1)
modparam("auth_db", "password_column", "password")
route {
    if (method=="OPTIONS") { sl_send_reply("200", "OK"); exit; }
    if (method=="REGISTER") {
        if (!is_from_local()) { sl_send_reply("403", "Not Ours"); exit; }
        save("location");
        exit;
    }
    if (method=="PUBLISH") {
        if (!www_authorize("", "subscriber")) { www_challenge("", "0"); exit; }
        sl_send_reply("200", "OK");
        exit;
    }
    if (has_totag()) {
        if (loose_route()) { t_relay(); exit; }
        sl_send_reply("404", "Not Found");
        exit;
    }
    if (method=="INVITE") record_route();
    if (!lookup("location")) { sl_send_reply("404", "Not Found"); exit; }
    t_relay();
}
"""
MIX = "options=20,register=30,message=30,call=20"
SECONDS = 4


def load(server, transport, first_user):
    return subprocess.Popen(
        [server.build / "bin/sipload", f"{HOST}:{server.port}", "--scenario", MIX, "--transport", transport, "--users", "50",
         "--first-user", str(first_user), "--window", "16", "--duration", str(SECONDS), "--json", "--quiet"],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, stdin=subprocess.DEVNULL)


def operate(server, seconds):
    """What operators and their scripts do all day."""
    rounds = 0
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        server.ctl("ul", "show", "--brief")
        server.ctl("ul", "add", f"fixed{rounds}@{HOST}", f"sip:fixed{rounds}@192.0.2.1")
        server.ctl("fifo", "domain_reload")
        server.ctl("script", "reload")
        server.ctl("stats")
        server.ctl("ul", "rm", f"fixed{rounds}@{HOST}")
        rounds += 1
    return rounds


def under_load(build, mode):
    with Server(build, SCRIPT.replace("MODE", str(mode))) as server:
        server.create_database()
        server.ctl("domain", "add", HOST)
        server.start()
        loads = [load(server, "udp", 0), load(server, "tcp", 1000)]
        try:
            rounds = operate(server, SECONDS)
            reports = [json.loads(one.communicate(timeout=60)[0]) for one in loads]
        finally:
            for one in loads:
                one.kill()
                one.wait(10)
        print(f"# db_mode {mode}: {[report['done'] for report in reports]} done, {rounds} rounds of an operator's commands")
        for report in reports:
            expect(report["done"] > 100, f"only {report['done']} conversations")
            expect(report["failed"] == 0, f"{report['failed']} of {report['done']} failed: {report.get('failures')}")
        expect(rounds > 1, "the operator's commands took all the time")
        challenge = request("PUBLISH", f"sip:{HOST}", server.port)
        expect(" 401 " in challenge, f"no challenge, but {challenge!r}")
        status = server.stop(60)
        expect(status == 0, f"the server exited with {status}")


def test_write_through(build):
    """four workers under mixed load over UDP and TCP, script and tables reloaded meanwhile, db_mode 1: nothing fails"""
    under_load(build, 1)


def test_write_back(build):
    """the same in db_mode 2"""
    under_load(build, 2)


if __name__ == "__main__":
    run_tests([test_write_through, test_write_back])
