"""`callboard campaign` from a table to delivered mail, with a real mail server that fails on the tests' word."""

import base64
from datetime import UTC, datetime
from email.utils import parseaddr

import dkim
import sqlalchemy as sa
from campaigns_desk import PEOPLE, Desk
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat
from smtp_server import Fault, SmtpServer


def test_from_a_table_to_delivered_mail(desk: Desk) -> None:
    assert desk.plan() == 0, desk.err
    assert "SEND 3 REJECTIONS" in desk.out
    assert desk.results() == []
    assert desk.run("show", 1) == 0
    assert desk.run("preview", 1) == 0
    assert len(list((desk.folder / "campaign-1").glob("*.eml"))) == 3
    assert desk.run("test", 1) == 0
    tests = desk.letters()
    assert {letter["To"].addresses[0].addr_spec for letter in tests} == {"ada@school.example"}
    assert len(tests) == 3
    assert desk.approve(1) == 0, desk.err
    assert desk.results() == []
    assert desk.run("send", 1) == 0, desk.err
    assert sorted(parseaddr(letter["To"])[1] for letter in desk.results()) == sorted(row[2] for row in PEOPLE)
    assert desk.states(1) == {"sent": 3}
    assert desk.run("status", 1) == 0
    assert "finished" in desk.out
    assert desk.run("send", 1) == 1  # nothing is left
    assert len(desk.results()) == 3


def test_what_was_previewed_is_what_goes(desk: Desk, server: SmtpServer) -> None:
    desk.plan()
    assert desk.approve(1) == 0
    previewed = sorted(file.read_bytes() for file in (desk.folder / "preview-1").glob("*.eml"))
    assert desk.run("send", 1) == 0
    arrived = sorted(letter.text for letter in server.letters if "school.example" not in letter.recipients[0])
    assert [one.rstrip(b"\r\n") for one in arrived] == [one.rstrip(b"\r\n") for one in previewed]


def test_an_unknown_outcome_waits_for_a_person(desk: Desk, server: SmtpServer) -> None:
    desk.plan()
    desk.approve(1)
    server.faults = [Fault("dot", "lost", match="li.wei"), Fault("dot", "drop", match="ines")]
    desk.run("send", 1)
    assert desk.states(1) == {"sent": 1, "unknown": 2}
    server.faults = []
    desk.run("resume", 1)
    assert len(desk.results()) == 2  # nothing of unknown outcome goes again by itself
    assert desk.run("resolve", 1) == 0
    assert "li.wei@example.org" in desk.out
    assert desk.run("resolve", 1, "--arrived", "li.wei@example.org", "--again", "ines@example.org") == 1  # asks
    assert desk.run("resolve", 1, "--arrived", "li.wei@example.org", "--again", "row:4", "--yes") == 0
    assert desk.run("send", 1) == 0
    assert desk.states(1) == {"sent": 3}
    assert sorted(parseaddr(letter["To"])[1] for letter in desk.results()) == sorted(row[2] for row in PEOPLE)


def test_a_refused_address_is_planned_anew(desk: Desk, server: SmtpServer) -> None:
    desk.plan()
    desk.approve(1)
    server.faults = [Fault("rcpt", "refuse", code=550, match="ines")]
    desk.run("send", 1)
    assert desk.states(1) == {"sent": 2, "refused": 1}
    server.faults = []
    assert desk.plan(rows=PEOPLE) == 1  # the others were told
    assert desk.plan(rows=[("A-3", "Ines Roth", "ines.roth@example.org")]) == 0, desk.out
    assert desk.run("send", 2) == 1  # with a yes of its own
    assert desk.approve(2) == 0
    assert desk.run("send", 2) == 0


def test_paused_and_cancelled(desk: Desk) -> None:
    desk.plan()
    assert desk.run("pause", 1) == 1
    desk.approve(1)
    assert desk.run("cancel", 1, "--yes") == 0
    assert desk.run("send", 1) == 1
    assert desk.results() == []


def test_a_server_that_refuses_the_sender_stops_it(desk: Desk, server: SmtpServer) -> None:
    desk.plan()
    desk.approve(1)
    server.faults = [Fault("mail", "refuse", code=550)]
    assert desk.run("send", 1) == 1
    assert "Paused" in desk.out
    assert desk.states(1).get("sent") is None
    server.faults = []
    assert desk.run("resume", 1) == 0
    assert len(desk.results()) == 3


def test_the_log_shows_a_change(desk: Desk) -> None:
    desk.plan()
    desk.approve(1)
    desk.run("send", 1)
    assert desk.run("export", 1, desk.folder / "log.jsonl") == 0
    assert desk.run("verify", desk.folder / "log.jsonl") == 0
    assert desk.run("export", 1, desk.folder / "log.jsonl") == 1  # no log is overwritten
    assert desk.run("export", 1, desk.folder / "log.csv") == 0
    changed = (desk.folder / "log.jsonl").read_text().replace("Noor Haddad", "Noor Hadded")
    (desk.folder / "changed.jsonl").write_text(changed)
    assert desk.run("verify", desk.folder / "changed.jsonl") == 1
    with desk.store() as store, store.engine.begin() as connection:
        connection.execute(sa.text("update actions set by = 'Mallory' where id = 2"))
    desk.run("show", 1)
    assert "changed afterwards, from entry 2" in desk.out


def test_without_a_mail_server(alone: Desk) -> None:
    assert alone.plan() == 0, alone.err
    assert alone.approve(1) == 0, alone.err
    assert alone.run("send", 1) == 0
    assert len(alone.results()) == 3
    assert "outgoing" in alone.out or (alone.folder / "outgoing").is_dir()


def test_what_a_killed_sender_left_is_seen_and_settled_whatever_became_of_the_campaign(desk: Desk) -> None:
    desk.plan()
    desk.approve(1)
    with desk.store() as store:
        now = datetime.now(UTC)
        store.campaigns.move(1, ("approved",), "sending")
        claimed = store.ledger.claim(1, "gone", now, 1)
        assert store.ledger.mark("gone", [claimed[0].id], now) == {claimed[0].id}
    assert desk.run("cancel", 1, "--yes") == 0
    assert desk.states(1) == {"cancelled": 2, "unknown": 1}
    assert desk.run("resolve", 1) == 0
    assert "noor@example.org" in desk.out
    assert desk.run("resolve", 1, "--arrived", "all") == 0
    assert desk.states(1) == {"cancelled": 2, "sent": 1}
    desk.run("show", 1)
    assert "resolved: arrived" in desk.out  # who said so stands in the log


def test_signed_where_the_relay_does_not_sign(desk: Desk, server: SmtpServer) -> None:
    private = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    pem = private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    public = private.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    (desk.folder / "dkim.pem").write_bytes(pem)
    desk.configure(dkim={"domain": "school.example", "selector": "office", "key_file": "dkim.pem"})
    desk.plan()
    assert desk.approve(1) == 0, desk.err
    assert desk.run("send", 1) == 0
    record = b"v=DKIM1; k=rsa; p=" + base64.b64encode(public)
    sent = [letter.text for letter in server.letters if "school.example" not in letter.recipients[0]]
    assert len(sent) == 3
    for letter in sent:
        assert dkim.verify(
            letter, dnsfunc=lambda name, timeout=5: record if name.startswith(b"office._domainkey") else None
        )
    (desk.folder / "dkim.pem").write_text("no key")
    assert desk.run("list") == 1
    assert "dkim.pem" in desk.err
