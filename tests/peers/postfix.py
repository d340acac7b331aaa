"""A private Postfix before a private Dovecot: takes mail, delivers it by LMTP, sends real bounces and delay notices.

Mail for @test.invalid is accepted whoever it is for; an unknown user bounces with a report as RFC 3464 has it. Mail for
@slow.invalid is accepted and stays in the queue; its sender hears of the delay. @busy.invalid is refused at RCPT for
the moment (450), any other domain for good (550).

While Dovecot is away mail waits in the queue and is tried again every few seconds. The queue outlives `kill` and `stop`.
"""

import shutil
from pathlib import Path

from certificates import Certificates
from daemons import Daemon, fill, free_port, listens, require, require_root, run
from dovecot import Dovecot

# Postfix changes its user and so loses the kernel's promise to end it with the tests; this shell keeps it.
KEEPER = r'trap "kill -TERM \$child" TERM; "$@" & child=$!; wait; wait'


class Postfix(Daemon):
    """One server: `mx_port` takes mail from anyone, `submission_port` and `smtps_port` from Dovecot's users only.

    `delay_warning`: the age at which a waiting letter's sender is told, in Postfix's words (3s, 1h; 0h means never).
    `queue_lifetime`: the age at which a waiting letter bounces.
    """

    grace = 10.0

    def __init__(
        self,
        folder: Path,
        dovecot: Dovecot,
        certificates: Certificates,
        *,
        delay_warning: str = "3s",
        queue_lifetime: str = "1d",
    ) -> None:
        super().__init__(folder)
        require_root("Postfix")
        self._postfix, self._master = require("postfix", "postfix"), require("master", "postfix")
        self.mx_port, self.submission_port, self.smtps_port = free_port(), free_port(), free_port()
        folder.chmod(0o755)
        for name in ("etc", "queue", "data"):
            (folder / name).mkdir(exist_ok=True)
        shutil.chown(folder / "data", "postfix")
        known = {
            "folder": folder,
            "cert": certificates.cert,
            "key": certificates.key,
            "lmtp_port": dovecot.lmtp_port,
            "sasl_port": dovecot.sasl_port,
            "mx_port": self.mx_port,
            "submission_port": self.submission_port,
            "smtps_port": self.smtps_port,
            "delay_warning": delay_warning,
            "queue_lifetime": queue_lifetime,
        }
        (folder / "etc" / "main.cf").write_text(fill("postfix.conf.template", known))
        (folder / "etc" / "master.cf").write_text(fill("postfix.services.template", known))
        run([self._postfix, "-c", str(folder / "etc"), "check"], folder)  # makes the folders of the queue

    def command(self) -> list[str]:
        return ["/bin/sh", "-c", KEEPER, "keeper", self._master, "-c", str(self.folder / "etc")]

    def ready(self) -> bool:
        return all(map(listens, (self.mx_port, self.submission_port, self.smtps_port)))

    def queue(self) -> list[str]:
        """Return the letters that wait, by their queue ids."""
        folders = ("incoming", "active", "deferred")
        return [path.name for name in folders for path in (self.folder / "queue" / name).rglob("*") if path.is_file()]
