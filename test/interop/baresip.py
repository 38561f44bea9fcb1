"""Two real phones: baresip without a sound card, driven over its control socket (netstrings of JSON)."""
import json
import pathlib
import shutil
import socket
import subprocess
import tempfile
import time

from harness import HOST, Failed, expect, free_port

MODULES = "/usr/lib/baresip/modules"

CONFIG = """
poll_method epoll
sip_listen {host}:{sip_port}
sip_trans_def {transport}
call_local_timeout 30
call_max_calls 4
audio_path /usr/share/baresip
audio_player aubridge,nil
audio_source aubridge,mic
audio_alert aubridge,nil
module_path {modules}
module g711.so
module aubridge.so
module_tmp uuid.so
module_tmp account.so
module_app menu.so
module_app ctrl_tcp.so
ctrl_tcp_listen {host}:{control_port}
rtp_ports {rtp}-{rtp_end}
net_interface {host}
"""


class Phone:
    """One baresip. Use it in a with statement; events that it reports are kept in `events`."""

    def __init__(self, user, password, server_port, transport="udp", domain=HOST, answer="manual"):
        self.user, self.transport = user, transport
        self.directory = pathlib.Path(tempfile.mkdtemp(prefix=f"junctor-baresip-{user}-"))
        self.sip_port, self.control_port, rtp = free_port(), free_port(), 20000 + free_port() % 20000 // 100 * 100
        (self.directory / "config").write_text(CONFIG.format(
            host=HOST, sip_port=self.sip_port, control_port=self.control_port, modules=MODULES, transport=transport,
            rtp=rtp, rtp_end=rtp + 98))
        (self.directory / "accounts").write_text(
            f"<sip:{user}@{domain}:{server_port};transport={transport}>;auth_user={user};auth_pass={password};"
            f"regint=60;answermode={answer};audio_codecs=PCMU\n")
        (self.directory / "contacts").write_text("")
        self.events, self.buffer, self.process, self.control = [], b"", None, None

    def __enter__(self):
        log = (self.directory / "log").open("wb")
        self.process = subprocess.Popen(["baresip", "-f", str(self.directory)], stdout=log, stderr=log,
                                        stdin=subprocess.DEVNULL)
        log.close()
        end = time.monotonic() + 10
        while self.control is None:
            try:
                self.control = socket.create_connection((HOST, self.control_port), timeout=1)
            except OSError:
                if time.monotonic() > end:
                    raise Failed(f"baresip of {self.user} does not start:\n{self.output()}")
                time.sleep(0.05)
        return self

    def __exit__(self, *_):
        if self.control:
            self.control.close()
        self.process.terminate()
        try:
            self.process.wait(5)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait(5)
        shutil.rmtree(self.directory, ignore_errors=True)

    def output(self):
        return (self.directory / "log").read_text(errors="replace")[-3000:]

    def command(self, name, parameters=""):
        text = json.dumps({"command": name, "params": parameters}).encode()
        self.control.sendall(str(len(text)).encode() + b":" + text + b",")

    def read_events(self, seconds):
        self.control.settimeout(seconds)
        try:
            data = self.control.recv(65536)
        except (socket.timeout, BlockingIOError):
            return
        self.buffer += data
        while b":" in self.buffer:
            length, rest = self.buffer.split(b":", 1)
            size = int(length)
            if len(rest) < size + 1:
                return
            self.events.append(json.loads(rest[:size]))
            self.buffer = rest[size + 1:]

    def wait_for(self, kind, seconds=10):
        """The next event of this type (for example CALL_ESTABLISHED); those before it are dropped."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            while self.events:
                event = self.events.pop(0)
                if event.get("type") == kind:
                    return event
            self.read_events(0.1)
        raise Failed(f"{self.user}: no {kind} within {seconds} s\n{self.output()}")

    def registered(self):
        """True once registered, False once refused."""
        end = time.monotonic() + 10
        while time.monotonic() < end:
            while self.events:
                kind = self.events.pop(0).get("type")
                if kind in ("REGISTER_OK", "REGISTER_FAIL"):
                    return kind == "REGISTER_OK"
            text = self.output()
            if "200 OK" in text or "OK (" in text:
                return True
            if "403" in text or "401 Unauthorized" in text or "Authentication failed" in text:
                return False
            self.read_events(0.1)
        raise Failed(f"{self.user}: neither registered nor refused\n{self.output()}")

    def register(self):
        expect(self.registered(), f"{self.user} was refused\n{self.output()}")
        return self
