"""What the end-to-end tests share: a real junctord on free loopback ports, real clients, and TAP lines.

Every process that is started here is ended here, by its id, also when a test fails. Nothing leaves the loopback interface.
"""
import contextlib
import json
import os
import pathlib
import random
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import traceback

TOP = pathlib.Path(__file__).resolve().parents[2]
HOST = "127.0.0.1"


class Failed(AssertionError):
    """A test's sentence about what was expected and what came."""


def expect(condition, sentence):
    if not condition:
        raise Failed(sentence)


def free_port(host=HOST):
    """A port that is free for UDP and for TCP; of four digits, since sipsak cuts off a fifth."""
    for _ in range(200):
        port = random.randrange(5100, 9990)
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as udp, socket.socket() as tcp:
            with contextlib.suppress(OSError):
                udp.bind((host, port))
                tcp.bind((host, port))
                return port
    raise Failed("no free port")


def wait_until(condition, seconds, what):
    """Polls; the only waiting that end-to-end tests do, always for something and never longer than needed."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        result = condition()
        if result:
            return result
        time.sleep(0.02)
    raise Failed(f"waited {seconds} s in vain for: {what}")


def request(method, uri, port, headers="", local_port=0, body="", sender=f"sip:probe@{HOST}"):
    """One request over UDP, To `uri`, and the first final answer to it, as text ("" if none came in two seconds)."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as peer:
        peer.bind((HOST, local_port))
        peer.settimeout(2)
        mine = peer.getsockname()[1]
        token = f"{mine}{time.monotonic_ns()}"
        text = (f"{method} {uri} SIP/2.0\r\nVia: SIP/2.0/UDP {HOST}:{mine};branch=z9hG4bK{token};rport\r\n"
                f"Max-Forwards: 70\r\nFrom: <{sender}>;tag={token}\r\nTo: <{uri}>\r\nCall-ID: {token}\r\n"
                f"CSeq: 1 {method}\r\n{headers}Content-Length: {len(body)}\r\n\r\n{body}")
        peer.sendto(text.encode(), (HOST, port))
        with contextlib.suppress(socket.timeout):
            while True:
                answer = peer.recv(65535).decode(errors="replace")
                if not answer.startswith("SIP/2.0 1"):
                    return answer
        return ""


class Server:
    """junctord with a script, in a directory of its own. Use it in a with statement."""

    def __init__(self, build, script=None, script_path=None, environment=None, options=()):
        self.build = pathlib.Path(build).resolve()
        self.directory = pathlib.Path(tempfile.mkdtemp(prefix="junctor-test-"))
        self.port = free_port()
        self.database = f"sqlite://{self.directory}/junctor.db"
        self.socket = str(self.directory / "junctor.sock")
        self.fifo = str(self.directory / "fifo")
        self.environment = {**os.environ, "JUNCTOR_DB": self.database, "JUNCTOR_FIFO": self.fifo,
                            "JUNCTOR_SOCKET": self.socket, **(environment or {})}
        self.options = list(options)
        self.script = self.directory / "test.cfg"
        text = script if script is not None else (TOP / (script_path or "cfg/junctor.cfg")).read_text()
        text = re.sub(r"(?m)^port=\d+", "", text)
        self.script.write_text(f"listen={HOST}\nport={self.port}\nalias={HOST}:5060\n{text}\n")
        self.process = None
        self.log = self.directory / "log"

    def __enter__(self):
        return self

    def __exit__(self, kind, error, trace):
        if kind is not None and self.log.exists():
            print("# ---- the end of the server's log")
            for line in self.log.read_text(errors="replace").splitlines()[-60:]:
                print("# " + line)
        self.kill()
        shutil.rmtree(self.directory, ignore_errors=True)

    def ctl(self, *arguments, check=True):
        done = subprocess.run([self.build / "bin/junctorctl", *arguments], env=self.environment, text=True,
                              capture_output=True, timeout=60, cwd=self.directory, stdin=subprocess.DEVNULL)
        expect(not check or done.returncode == 0,
               f"junctorctl {' '.join(arguments)} exited with {done.returncode}: {done.stdout}{done.stderr}")
        return done.stdout

    def create_database(self, users=(), domain=HOST):
        self.ctl("db", "create")
        for user, password in users:
            self.ctl("add", f"{user}@{domain}", password, f"{user}@example.com")
        return self

    def start(self, wait=True):
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [self.build / "bin/junctord", "-f", self.script, "--socket", self.socket, *self.options],
                env=self.environment, stdout=log, stderr=log, stdin=subprocess.DEVNULL, cwd=self.directory)
        if wait:
            wait_until(self.answers, 20, "the server answers")
        return self

    def answers(self):
        expect(self.process.poll() is None, f"junctord exited with {self.process.returncode}")
        with contextlib.suppress(Failed, subprocess.TimeoutExpired):
            return json.loads(self.ctl("--json", "status")) is not None
        return False

    def stop(self, seconds=30):
        """In good order; the exit status."""
        self.process.send_signal(signal.SIGTERM)
        status = self.process.wait(seconds)
        self.process = None
        return status

    def kill(self):
        """As a crash would."""
        if self.process is not None:
            self.process.kill()
            self.process.wait(10)
            self.process = None


def sipp(scenario, server_port, *options, timeout=120):
    """SIPp as a client (UAC). `scenario`: a built-in name or a file in test/interop/sipp. Its output if all went well."""
    name = ["-sn", scenario] if not scenario.endswith(".xml") else ["-sf", str(TOP / "test/interop/sipp" / scenario)]
    with tempfile.TemporaryDirectory(prefix="junctor-sipp-") as folder:
        command = ["sipp", *name, f"{HOST}:{server_port}", "-i", HOST, "-p", str(free_port()), "-nostdin",
                   "-trace_err", "-error_file", f"{folder}/errors", "-timeout", f"{timeout}s", "-timeout_error", *options]
        done = subprocess.run(command, text=True, capture_output=True, timeout=timeout + 30, cwd=folder,
                              stdin=subprocess.DEVNULL)
        errors = pathlib.Path(folder, "errors")
        seen = errors.read_text(errors="replace")[-3000:] if errors.exists() else ""
        expect(done.returncode == 0, f"sipp {scenario} exited with {done.returncode}\n{done.stdout[-3000:]}\n{seen}")
        return done.stdout


@contextlib.contextmanager
def sipp_server(scenario, port, *options):
    """SIPp as a server (UAS) on `port` for the time of the with statement."""
    name = ["-sn", scenario] if not scenario.endswith(".xml") else ["-sf", str(TOP / "test/interop/sipp" / scenario)]
    with tempfile.TemporaryDirectory(prefix="junctor-sipp-") as folder:
        process = subprocess.Popen(["sipp", *name, "-i", HOST, "-p", str(port), "-nostdin", *options], cwd=folder,
                                   stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, stdin=subprocess.DEVNULL)
        try:
            yield process
        finally:
            process.kill()
            process.wait(10)


def database_servers():
    """URLs of an empty database by server ("postgres", "mysql"): those that `scripts/databases with` has started. A test
    that is run without them starts them and runs again."""
    urls = {name: os.environ.get(f"JUNCTOR_TEST_{name.upper()}") for name in ("postgres", "mysql")}
    if not all(urls.values()):
        os.execv(TOP / "scripts/databases", ["databases", "with", *sys.argv])
    return urls


def on_each_database(*stories):
    """Tests for run_tests(): each story, a function that takes the build directory and the kind of database, on each kind."""
    def test(story, kind):
        def run(build):
            story(build, kind)

        run.__name__ = f"{story.__name__}_{kind}"
        run.__doc__ = f"{story.__doc__}: {kind}"
        return run

    return [test(story, kind) for kind in ("sqlite", "postgres", "mysql") for story in stories]


def run_tests(tests):
    """Runs functions that take the build directory; their docstrings are their names. Exits with 1 if one failed."""
    build = sys.argv[1] if len(sys.argv) > 1 else str(TOP / "build/release")
    wanted = sys.argv[2:]
    failed = 0
    for test in tests:
        if wanted and test.__name__ not in wanted:
            continue
        name = test.__doc__.strip().splitlines()[0]
        started = time.monotonic()
        try:
            test(build)
            print(f"ok {name} ({time.monotonic() - started:.1f} s)", flush=True)
        except Exception as error:  # a test must not keep the others from running
            failed += 1
            if isinstance(error, Failed):
                print("# " + str(error).replace("\n", "\n# "))
            else:
                print("# " + traceback.format_exc().replace("\n", "\n# "))
            print(f"not ok {name}", flush=True)
    sys.exit(1 if failed else 0)
