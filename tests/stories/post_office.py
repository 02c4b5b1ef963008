"""A real mail server of one's own for a test: Postfix in front, Dovecot behind it with a mailbox for each person.

with post_office(folder, lmtp=port_of_potluck) as office:
    office.send("ada@people.test", "ask@pot.test", "A question?", "What is it?")
    office.letters("ada")

Nothing of the machine's own mail is touched: both have their files, their ports and their processes in the folder.
"""

import mailbox
import os
import pwd
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from email.message import Message
from email.utils import parseaddr
from pathlib import Path

HERE = "127.0.0.1"
POTLUCK, PEOPLE = "pot.test", "people.test"
PATIENCE = 40.0

_MAIN = """
compatibility_level = 3.6
queue_directory = {top}/spool
data_directory = {top}/data
command_directory = /usr/sbin
daemon_directory = /usr/lib/postfix/sbin
mail_owner = postfix
setgid_group = postdrop
maillog_file = {top}/postfix.log
maillog_file_prefixes = {top}
myhostname = mx.{potluck}
mydestination =
inet_interfaces = {here}
inet_protocols = ipv4
mynetworks = 127.0.0.0/8
relay_domains = {potluck}, {people}
transport_maps = inline:{{ {{{potluck} = lmtp:inet:{here}:{lmtp}}} {{{people} = lmtp:inet:{here}:{dovecot}}} }}
recipient_delimiter =
smtpd_relay_restrictions = permit_mynetworks, reject
minimal_backoff_time = 2s
maximal_backoff_time = 5s
queue_run_delay = 2s
disable_dns_lookups = yes
alias_maps =
local_recipient_maps =
"""
_MASTER = """
{here}:{smtp} inet n - n - - smtpd
pickup unix n - n 60 1 pickup
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
verify unix - - n - 1 verify
proxymap unix - - n - - proxymap
relay unix - - n - - smtp
smtp unix - - n - - smtp
error unix - - n - - error
retry unix - - n - - error
lmtp unix - - n - - lmtp
anvil unix - - n - 1 anvil
scache unix - - n - 1 scache
postlog unix-dgram n - n - 1 postlogd
"""
_DOVECOT = """
protocols = lmtp
base_dir = {top}/dovecot
state_dir = {top}/dovecot-state
log_path = {top}/dovecot.log
ssl = no
mail_location = maildir:{top}/mail/%n
first_valid_uid = 1
auth_mechanisms = plain
passdb {{
  driver = static
  args = nopassword=y
}}
userdb {{
  driver = static
  args = uid={user} gid={group} home={top}/mail/%n allow_all_users=yes
}}
service lmtp {{
  inet_listener lmtp {{
    address = {here}
    port = {dovecot}
  }}
}}
"""


class PostOffice:
    """One Postfix, one Dovecot, and the mailboxes."""

    def __init__(self, top: Path, lmtp: int) -> None:
        self.top, self.lmtp = top, lmtp
        self.smtp, self.dovecot = free_port(), free_port()
        self.keeper: subprocess.Popen[bytes] | None = None

    def open(self) -> None:
        user = pwd.getpwnam("mail")
        facts = {
            **{"top": self.top, "here": HERE, "potluck": POTLUCK, "people": PEOPLE, "lmtp": self.lmtp},
            **{"smtp": self.smtp, "dovecot": self.dovecot, "user": user.pw_uid, "group": user.pw_gid},
        }
        for name in ("etc", "spool", "data", "mail"):
            (self.top / name).mkdir()
        os.chown(self.top / "data", pwd.getpwnam("postfix").pw_uid, -1)
        os.chown(self.top / "mail", user.pw_uid, user.pw_gid)
        (self.top / "etc/main.cf").write_text(_MAIN.format(**facts))
        (self.top / "etc/master.cf").write_text(_MASTER.format(**facts))
        (self.top / "dovecot.conf").write_text(_DOVECOT.format(**facts))
        self.keeper = subprocess.Popen(
            ["/usr/sbin/dovecot", "-F", "-c", str(self.top / "dovecot.conf")],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        self._postfix("start")
        self._until(lambda: _answers(self.smtp) and _answers(self.dovecot), "the post office opening")

    def close(self) -> None:
        self._postfix("stop", check=False)
        if self.keeper:
            self.keeper.terminate()
            self.keeper.wait(20)

    def _postfix(self, word: str, *, check: bool = True) -> None:
        done = subprocess.run(
            ["/usr/sbin/postfix", "-c", str(self.top / "etc"), word],
            capture_output=True,
            text=True,
            timeout=60,
        )
        assert done.returncode == 0 or not check, f"{done.stderr}\n{self.log()}"

    def log(self) -> str:
        """What both said of what they did."""
        paths = (self.top / "postfix.log", self.top / "dovecot.log")
        return "\n".join(path.read_text()[-4000:] for path in paths if path.exists())

    def send(self, sender: str, to: str, subject: str, text: str, **headers: str) -> None:
        """Write as somebody does who has a mail program: swaks hands it to Postfix."""
        command = ["swaks", "--server", f"{HERE}:{self.smtp}", "--from", parseaddr(sender)[1], "--to", to]
        command += ["--body", text or " "]
        command += [
            "--header",
            f"Subject: {subject}",
            "--h-From",
            sender,
            "--header",
            f"To: {to}",
            "--silent",
            "2",
        ]
        for name, value in headers.items():
            command += ["--header", f"{name.replace('_', '-')}: {value}"]
        done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60)
        assert done.returncode == 0, f"{done.stdout}{done.stderr}\n{self.log()}"

    def letters(self, name: str) -> list[Message]:
        """What lies in somebody's mailbox, the oldest first."""
        folder = self.top / "mail" / name
        if not all((folder / part).exists() for part in ("cur", "new", "tmp")):
            return []
        box = mailbox.Maildir(folder, create=False)
        found = sorted(box.items(), key=lambda item: item[0])
        return [message for _key, message in found]

    def waits(self, name: str, many: int, seconds: float = PATIENCE) -> list[Message]:
        """The same, when so many are there."""
        self._until(lambda: len(self.letters(name)) >= many, f"{many} letters for {name}", seconds)
        return self.letters(name)

    def _until(self, ask: "object", what: str, seconds: float = PATIENCE) -> None:
        assert callable(ask)
        deadline = time.monotonic() + seconds
        while not ask():
            assert time.monotonic() < deadline, f"{what} did not happen\n{self.log()}"
            time.sleep(0.1)


def _answers(port: int) -> bool:
    try:
        socket.create_connection((HERE, port), timeout=1).close()
    except OSError:
        return False
    return True


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind((HERE, 0))
        port: int = probe.getsockname()[1]
        return port


@contextmanager
def post_office(top: Path, lmtp: int) -> Iterator[PostOffice]:
    """Open one in this folder, which others may pass through, before Potluck with `lmtp` as its port."""
    office = PostOffice(top, lmtp)
    try:
        office.open()
        yield office
    finally:
        office.close()
