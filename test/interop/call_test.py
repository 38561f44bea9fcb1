#!/usr/bin/env python3
"""Phones call each other: SIPp by the thousand, and two baresips as people use them."""
import contextlib
import pathlib
import re
import sys

sys.path.insert(0, str(pathlib.Path(__file__).parent))
from baresip import Phone  # noqa: E402
from harness import HOST, Server, expect, free_port, run_tests, sipp, sipp_server  # noqa: E402

USERS = [("alice", "wonderland"), ("bob", "builder")]


def test_parallel_calls(build):
    """1,000 calls at once, none fails (SIPp)"""
    with Server(build) as server:
        server.create_database(USERS).start()
        callee = free_port()
        server.ctl("ul", "add", f"bob@{HOST}", f"sip:bob@{HOST}:{callee}")
        with sipp_server("answer.xml", callee):
            output = sipp("call.xml", server.port, "-s", "bob", "-m", "2000", "-r", "200", "-l", "1000", "-d", "5000")
        print("# " + "\n# ".join(line for line in output.splitlines()
                                 if re.search(r"(Successful|Failed) call|Peak was", line)))
        peak = re.search(r"Peak was (\d+) calls", output)
        expect(peak and int(peak[1]) >= 950, f"not enough calls at once: {peak and peak[0]}")


@contextlib.contextmanager
def two_phones(build, transport="udp", answer="manual"):
    with Server(build) as server:
        server.create_database(USERS).start()
        with Phone("alice", "wonderland", server.port, transport) as alice, \
                Phone("bob", "builder", server.port, transport, answer=answer) as bob:
            alice.register()
            bob.register()
            yield server, alice, bob


def call(server, caller, callee):
    caller.command("dial", f"sip:{callee.user}@{HOST}:{server.port}")
    callee.wait_for("CALL_INCOMING")


def established(server, caller, callee):
    call(server, caller, callee)
    callee.command("accept")
    callee.wait_for("CALL_ESTABLISHED")
    caller.wait_for("CALL_ESTABLISHED")


def test_caller_hangs_up(build):
    """over UDP alice calls bob and hangs up (baresip)"""
    with two_phones(build) as (server, alice, bob):
        established(server, alice, bob)
        alice.command("hangup")
        bob.wait_for("CALL_CLOSED")


def test_callee_hangs_up(build):
    """over UDP bob hangs up (baresip)"""
    with two_phones(build) as (server, alice, bob):
        established(server, alice, bob)
        bob.command("hangup")
        alice.wait_for("CALL_CLOSED")


def test_tcp(build):
    """over TCP alice calls bob, either side hangs up (baresip)"""
    with two_phones(build, "tcp") as (server, alice, bob):
        established(server, alice, bob)
        alice.command("hangup")
        bob.wait_for("CALL_CLOSED")
        established(server, bob, alice)
        alice.command("hangup")
        bob.wait_for("CALL_CLOSED")


def test_busy(build):
    """a call that is declined ends for the caller with that answer (baresip)"""
    with two_phones(build) as (server, alice, bob):
        call(server, alice, bob)
        bob.command("hangup")  # before answering: 486
        event = alice.wait_for("CALL_CLOSED")
        expect("486" in event.get("param", "") or "Busy" in event.get("param", ""), f"alice heard {event}")


def test_cancel(build):
    """a call that the caller gives up stops ringing (baresip)"""
    with two_phones(build) as (server, alice, bob):
        call(server, alice, bob)
        alice.command("hangup")
        bob.wait_for("CALL_CLOSED")


def test_forking(build):
    """bob's two phones ring, one answers, the other stops (baresip)"""
    with two_phones(build) as (server, alice, bob):
        with Phone("bob", "builder", server.port) as second:
            second.register()
            call(server, alice, bob)
            second.wait_for("CALL_INCOMING")
            second.command("accept")
            alice.wait_for("CALL_ESTABLISHED")
            bob.wait_for("CALL_CLOSED")
            alice.command("hangup")
            second.wait_for("CALL_CLOSED")


def test_wrong_password(build):
    """a phone with a wrong password is refused (baresip)"""
    with Server(build) as server:
        server.create_database(USERS).start()
        with Phone("alice", "looking-glass", server.port) as alice:
            expect(not alice.registered(), "a wrong password was accepted")


if __name__ == "__main__":
    run_tests([test_parallel_calls, test_caller_hangs_up, test_callee_hangs_up, test_tcp, test_busy, test_cancel,
               test_forking, test_wrong_password])
