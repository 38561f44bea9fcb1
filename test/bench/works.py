"""The works that are compared, and how sipload is asked for each. Every work has users of its own."""
import dataclasses


@dataclasses.dataclass(frozen=True)
class Work:
    name: str
    title: str
    arguments: tuple
    datagrams: int  # that the server receives and sends, in pairs: what the floor is multiplied by
    must: float  # Junctor's CPU time by Kamailio's
    aim: float
    alone: bool = False  # wants a server that has seen nothing yet

    def sipload(self, seconds, window):
        prefix = self.name.replace("-", "")
        until = () if "--count" in self.arguments else ("--duration", str(seconds))
        return ("--user-prefix", prefix, "--window", str(window), *self.arguments, *until)


WORKS = (
    Work("first-register", "first REGISTER of 500,000 users, memory",
         ("-s", "register", "--users", "500000", "--count", "500000"), 1, 0.6, 0.4, alone=True),
    Work("options", "OPTIONS answered statelessly", ("-s", "options"), 1, 0.75, 0.55),
    Work("register", "REGISTER refresh, memory", ("-s", "register"), 1, 0.75, 0.5),
    Work("register-auth", "REGISTER with digest, password from an AVP",
         ("-s", "register-auth", "--domain", "auth.test", "--password", "secret"), 2, 0.75, 0.5),
    Work("message", "MESSAGE relayed statefully to a registered contact", ("-s", "message"), 2, 0.5, 0.35),
    Work("call", "a call: INVITE, 180, 200, ACK, BYE, 200", ("-s", "call"), 6.5, 0.5, 0.35),
)
