"""What sending a campaign costs, beside Postfix's own load generator: `smtp-source` and Callboard in turn, to the same `smtp-sink`.

Both use 16 connections, each kept for many letters. Callboard commits two steps of every letter to SQLite meanwhile (WAL, FULL).
"""

import asyncio
import logging
import shutil
import socket
import statistics
import subprocess
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime
from random import Random

from bench.tables import table
from bot.channels.email.settings import SmtpSettings
from bot.channels.email.smtp import SmtpConnection
from bot.mailing.pacing import Limits
from bot.model.campaign import Plan
from bot.model.delivery import Letter
from bot.storage.senders import sending
from bot.storage.store import Store, open_store
from bot.usecases.runtime import Runtime
from bot.usecases.send_campaign import SendCampaign

MAILS = 5_000
LANES = 16
ROUNDS = 3
"""Runs of each, in turn: the machine may be busy with something else for a while."""
SIZE = 2_000
_SINK, _SOURCE = (
    shutil.which("smtp-sink", path="/usr/sbin:/usr/bin"),
    shutil.which("smtp-source", path="/usr/sbin:/usr/bin"),
)


def tables() -> Iterator[str]:
    """One table: both rates, and how they stand to each other."""
    title = f"Sending {MAILS:,} mails of {SIZE:,} bytes over {LANES} connections (SQLite, synchronous=FULL)"
    if _SINK is None or _SOURCE is None:
        yield f"{title}\n  not measured: smtp-source and smtp-sink are missing (Debian: postfix)"
        return
    theirs, ours = [], []
    with _sink(_SINK) as port:
        for _ in range(ROUNDS):
            theirs.append(MAILS / _source(_SOURCE, port))
            ours.append(MAILS / _callboard(port))
    ratios = sorted(our / their for our, their in zip(ours, theirs, strict=True))
    rows = [
        ["smtp-source -s 16 -d", f"{statistics.median(theirs):,.0f}", ""],
        ["campaign send", f"{statistics.median(ours):,.0f}", f"{statistics.median(ratios):.3f}"],
        ["  lowest and highest", f"{min(ours):,.0f} to {max(ours):,.0f}", f"{ratios[0]:.3f} to {ratios[-1]:.3f}"],
    ]
    yield table(f"{title}, median of {ROUNDS} runs", ["", "mails/s", "ratio"], rows)


@contextmanager
def _sink(program: str) -> Iterator[int]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
    process = subprocess.Popen([program, "-u", "nobody", f"127.0.0.1:{port}", "1000"])
    try:
        until = time.monotonic() + 10
        while True:
            try:
                socket.create_connection(("127.0.0.1", port)).close()
                break
            except OSError:
                if process.poll() is not None or time.monotonic() > until:
                    raise SystemExit("smtp-sink does not listen: it must be started by root") from None
                time.sleep(0.05)
        yield port
    finally:
        process.terminate()
        process.wait()


def _source(program: str, port: int) -> float:
    """Seconds that the load generator takes."""
    started = time.perf_counter()
    command = [program, "-s", str(LANES), "-d", "-m", str(MAILS), "-l", str(SIZE), f"127.0.0.1:{port}"]
    subprocess.run(command, check=True)
    return time.perf_counter() - started


def _callboard(port: int) -> float:
    """Seconds that a campaign takes, from its first claim to its end."""
    settings = SmtpSettings(host="127.0.0.1", port=port, address="office@example.org", security="none")
    with tempfile.TemporaryDirectory() as folder:
        store = open_store(f"sqlite:///{folder}/record.db")
        try:
            campaign = _planned(store)
            with sending(store.engine, "bench"), ThreadPoolExecutor(1) as executor:
                runtime = Runtime(lambda: datetime.now(UTC), logging.getLogger("bot"), executor)
                sender = SendCampaign(
                    store.ledger,
                    lambda login: SmtpConnection(settings, None, login),
                    Limits(connections=LANES),
                    runtime,
                    failures=20,
                )
                started = time.perf_counter()
                ended = asyncio.run(sender.run(campaign, "bench", asyncio.Event()))
                seconds = time.perf_counter() - started
            counts = store.campaigns.counts(campaign)
        finally:
            store.close()
    if ended.reason != "done" or counts.get("sent") != MAILS:
        raise SystemExit(f"sending ended otherwise: {ended}, {counts}")
    return seconds


def _planned(store: Store) -> int:
    now = datetime.now(UTC)
    plan = Plan("bench", "rejection", "bench", "", "", {}, "", None)
    campaign = store.campaigns.open(plan, now)
    letters = list(_letters())
    for start in range(0, MAILS, 500):
        store.campaigns.add(campaign, letters[start : start + 500])
    store.campaigns.complete(campaign, 0, "bench", now)
    store.campaigns.move(campaign, ("planned",), "approved")
    store.campaigns.move(campaign, ("approved",), "sending")
    return campaign


def _letters() -> Iterator[Letter]:
    chance = Random(1)
    for row in range(MAILS):
        token, address = f"{chance.getrandbits(128):032x}", f"person{row}@example.org"
        head = f"From: office@example.org\r\nTo: {address}\r\nMessage-ID: <{token}.mail@example.org>\r\nSubject: News\r\n\r\n"
        lines = f"{'Dear person, there is news. ' * 2}\r\n" * (SIZE // 58)
        body = (head + lines).encode()[: SIZE - 2] + b"\r\n"
        yield Letter(row, f"p{row}", address, f"Person {row}", "en", token, 1, "News", lines, body, 0)
