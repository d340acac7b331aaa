"""`callboard campaign plan --instead-of` and `address`: those whom a campaign did not reach, and people with another address."""

import sqlalchemy as sa
from campaigns_desk import CALL, PEOPLE, SOON, Desk
from smtp_server import Fault, SmtpServer

FIVE = (*PEOPLE, ("A-4", "Max Klee", "max@example.org"), ("A-5", "Zoe Lind", "zoe@example.org"))
CORRECTED = tuple((number, name, address.replace("ines@", "ines.roth@")) for number, name, address in FIVE)
NAMES = ("Name", "Email")
OFFER = ("offer", "--set", f"reply_by={SOON}", "--set", "project=TrustSeg")


def unnumbered(rows: tuple[tuple[str, str, str], ...]) -> list[tuple[str, str]]:
    return [(name, address) for _, name, address in rows]


def revisions(desk: Desk, number: int) -> list[tuple[str, int, str]]:
    with desk.store() as store:
        return [(one.address, one.revision, one.person) for one in store.campaigns.deliveries(number)]


def to_whom(desk: Desk) -> list[str]:
    return [letter["To"].addresses[0].addr_spec for letter in desk.results()]


def test_one_of_five_bounces_and_gets_it_at_the_corrected_address(desk: Desk) -> None:
    desk.sent("shortlist", rows=FIVE)
    desk.bounce(1, "ines@example.org")
    again = ("plan", desk.table(CORRECTED), "--call", CALL, "--kind", "shortlist", "--instead-of", 1)
    assert desk.run(*again) == 0, desk.out
    assert desk.out.count("has it: campaign 1") == 4
    assert revisions(desk, 2) == [("ines.roth@example.org", 2, "a-3")]
    assert desk.run("send", 2) == 1  # with a yes of its own
    before = len(desk.results())
    desk.send(2)
    assert to_whom(desk)[before:] == ["ines.roth@example.org"]
    assert desk.run(*again) == 1  # they have it now
    assert "same-wave" in desk.out
    with desk.store() as store:
        planned = [one.detail for one in store.campaigns.actions() if one.what == "planned"]
    assert planned[1].endswith("instead of 1")


def test_a_refused_mail_without_numbers(desk: Desk, server: SmtpServer) -> None:
    table = desk.table(unnumbered(FIVE), NAMES)
    assert desk.run("plan", table, "--call", CALL, "--kind", "shortlist", "--count", 5) == 0
    assert desk.approve(1) == 0
    server.faults = [Fault("rcpt", "refuse", code=550, match="ines")]
    desk.run("send", 1)
    assert desk.states(1) == {"sent": 4, "refused": 1}
    server.faults = []
    rows = [*unnumbered(CORRECTED), ("New One", "new@example.org")]
    table = desk.table(rows, NAMES, "corrected.csv")
    assert desk.run("plan", table, "--call", CALL, "--kind", "shortlist", "--instead-of", 1) == 0, desk.out
    assert "not in campaign 1" in desk.out
    assert "other-address" in desk.out
    assert [one[:2] for one in revisions(desk, 2)] == [("ines.roth@example.org", 2)]


def test_another_campaign_than_that_is_refused(desk: Desk) -> None:
    desk.plan("shortlist")
    for kind, number in (("rejection", 1), ("shortlist", 9)):
        again = ("--call", CALL, "--kind", kind, "--instead-of", number)
        assert desk.run("plan", desk.table(), *again) == 1
        assert f"--instead-of {number}" in desk.err


def test_a_corrected_address_without_a_number_is_the_same_person(desk: Desk) -> None:
    for number, kind, more in ((1, "shortlist", ()), (2, "interview", interview())):
        table = desk.table(unnumbered(FIVE), NAMES)
        assert desk.run("plan", table, "--call", CALL, "--kind", kind, "--count", 5, *more) == 0, desk.out
        desk.send(number)
    offer = ("plan", desk.table(unnumbered(CORRECTED)[2:3], NAMES, "one.csv"), "--call", CALL, "--kind", *OFFER)
    assert desk.run(*offer, "--count", 1) == 1  # nobody knows who that is
    assert desk.run("address", CALL, "ines@example.org", "ines.roth@example.org") == 0, desk.err
    assert "ines@example.org -> ines.roth@example.org" in desk.out
    assert desk.run(*offer, "--count", 1) == 0, desk.out
    assert revisions(desk, 3) == [("ines.roth@example.org", 1, "ines@example.org")]
    before = len(desk.results())
    desk.send(3)
    assert to_whom(desk)[before:] == ["ines.roth@example.org"]
    assert desk.run("people", CALL) == 0
    assert "ines.roth@example.org" in desk.out
    assert "ines@example.org" not in desk.out
    assert desk.run("answer", CALL, "ines@example.org", "accepted") == 0  # known by both


def interview() -> tuple[str, ...]:
    return ("--set", f"interview={SOON} 10:00", "--set", "where=Room 5", "--set", "minutes=30")


def test_an_interview_that_bounced_goes_to_the_new_address_with_the_same_entry(desk: Desk) -> None:
    desk.sent("shortlist", rows=FIVE)
    desk.sent("interview", *interview(), rows=FIVE, number=2)
    desk.bounce(2, "ines@example.org")
    again = ("plan", desk.table(CORRECTED), "--call", CALL, "--kind", "interview", "--instead-of", 2)
    assert desk.run(*again, *interview()) == 1
    assert "callboard campaign address" in desk.out  # the number had another address: a person says so
    assert desk.run("address", CALL, "A-3", "ines.roth@example.org") == 0, desk.err
    assert desk.run(*again, *interview(), "--override", "ines.roth@example.org=a panel of five") == 0, desk.out
    assert revisions(desk, 3) == [("ines.roth@example.org", 2, "a-3")]


def test_an_address_that_cannot_be_recorded(desk: Desk) -> None:
    desk.sent("shortlist")
    for who, new, why in (
        ("A-3", "no address", "is no address"),
        ("A-3", "li.wei@example.org", "is the address of Li Wei already"),
        ("A-3", "Ines@example.org", "already"),
        ("A-9", "new@example.org", "nobody"),
    ):
        assert desk.run("address", CALL, who, new) == 1
        assert why in desk.err
    with desk.store() as store, store.engine.connect() as connection:
        assert connection.scalar(sa.text("select count(*) from tracks where what = 'address'")) == 0


def test_mails_on_their_way_to_the_old_address_are_shown(desk: Desk) -> None:
    desk.plan("shortlist")
    assert desk.run("address", CALL, "A-3", "ines.roth@example.org") == 0
    assert "still go to the old address" in desk.out
    with desk.store() as store:
        assert [one.what for one in store.campaigns.actions()][-1] == "address recorded"


def test_a_bounce_that_was_none_is_taken_back_by_a_person(desk: Desk) -> None:
    desk.sent("shortlist", rows=FIVE)
    desk.bounce(1, "ines@example.org")
    assert desk.run("resolve", 1, "--arrived", "all") == 1  # nothing is unknown
    assert desk.states(1) == {"sent": 4, "bounced": 1}
    assert desk.run("resolve", 1, "--arrived", "ines@example.org") == 0
    assert desk.states(1) == {"sent": 5}
    with desk.store() as store:
        assert "resolved: arrived" in [one.what for one in store.campaigns.actions(1)]
