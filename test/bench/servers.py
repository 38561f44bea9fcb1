"""Starts and stops what is compared: Junctor, Kamailio and the echo, each on loopback, each in a folder of its own."""
import collections
import contextlib
import os
import pathlib
import signal
import socket
import subprocess
import tempfile
import time

HERE = pathlib.Path(__file__).resolve().parent
BUILD = HERE.parent.parent / "build" / "release"
SIPLOAD = BUILD / "bin" / "sipload"

# A server that runs: host:port, and its folder, where Junctor has its control socket.
Server = collections.namedtuple("Server", "address pid folder")


def free_port():
    """Free for UDP and for TCP."""
    while True:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe, socket.socket() as stream:
            probe.bind(("127.0.0.1", 0))
            with contextlib.suppress(OSError):
                stream.bind(probe.getsockname())
                return probe.getsockname()[1]


def junctor(address, workers, folder, script="junctor.cfg"):
    return [BUILD / "bin/junctord", "-f", HERE / script, "-l", "udp:" + address, "-l", "tcp:" + address,
            "-n", str(workers), "--mpath", BUILD / "lib/junctor/modules", "--socket", folder / "control"]


def kamailio(address, workers, folder):
    return ["kamailio", "-f", HERE / "kamailio.cfg", "-x", "tlsf", "-l", "udp:" + address, "-l", "tcp:" + address,
            "-n", str(workers), "-m", "4096", "-M", "64", "-DD", "-E", "-Y", folder, "-P", folder / "pid"]


def echo(address, workers, folder):
    return [SIPLOAD, "--echo-server", address]


def busy(address, workers, folder):
    return junctor(address, workers, folder, "busy.cfg")


SERVERS = {"Junctor": junctor, "Kamailio": kamailio, "busy": busy, "echo": echo}


def answers(address):
    """Does it answer an OPTIONS (or send it back) within half a second?"""
    host, port = address.rsplit(":", 1)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as client:
        client.bind((host, 0))
        client.settimeout(0.5)
        here = "%s:%d" % client.getsockname()
        client.sendto(
            (f"OPTIONS sip:{host} SIP/2.0\r\nVia: SIP/2.0/UDP {here};branch=z9hG4bKready\r\nMax-Forwards: 70\r\n"
             f"From: <sip:ready@{host}>;tag=1\r\nTo: <sip:{host}>\r\nCall-ID: ready@{here}\r\nCSeq: 1 OPTIONS\r\n"
             "Content-Length: 0\r\n\r\n").encode(), (host, int(port)))
        try:
            return bool(client.recv(65535))
        except (socket.timeout, ConnectionError):
            return False


@contextlib.contextmanager
def running(name, workers=1):
    """Yields a Server; stops it, with its children, by its pid at the end, whatever happened."""
    address = f"127.0.0.1:{free_port()}"
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        with open(folder / "log", "w+") as log:
            process = subprocess.Popen([str(word) for word in SERVERS[name](address, workers, folder)],
                                       stdout=log, stderr=subprocess.STDOUT, cwd=folder, start_new_session=True)
            try:
                deadline = time.monotonic() + 20
                while not answers(address):
                    if process.poll() is not None or time.monotonic() > deadline:
                        log.seek(0)
                        raise RuntimeError(f"{name} does not answer:\n{log.read()[-2000:]}")
                yield Server(address, process.pid, folder)
            finally:
                process.terminate()
                try:
                    process.wait(timeout=15)
                except subprocess.TimeoutExpired:
                    os.killpg(process.pid, signal.SIGKILL)  # its session: Kamailio has children
                    process.wait()
