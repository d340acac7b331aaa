"""How long what came back, and what was booked, is kept of people; and what a backup of it is worth."""

import json
from contextlib import closing
from datetime import timedelta
from pathlib import Path

from bot.storage.backup import read_backup, write_backup
from bot.storage.store import Store, open_store
from tests.storage.interviews import back, booking, books, offered, token_of, told
from tests.storage.letters import CALL
from tests.storage.record import EVER, LATER, NOW, answer, chat, letter, rows, take
from tests.storage.test_returns import only

TOKEN = token_of("17")
WORD = "xylograph"


def held(store: Store) -> list[str]:
    """The tables in which the word stands."""
    names = ("deliveries", "letters", "tracks", "returns", "links", "slots", "invitations", "panel", "messages")
    return [name for name in names if WORD in str(rows(store, name)).lower()]


def anna(store: Store) -> int:
    """Somebody whose every trace is the word, who booked, and whose first mail came back; the mail that arrived."""
    slot = offered(store)[0]
    address = f"{WORD}@example.org"
    more = {"address": address, "name": WORD, "subject": WORD, "text": WORD, "fields": {"place": WORD}, "link": WORD}
    told(store, WORD, "shortlist", **more | {"token": "1" * 32, "link": "other", "text": f"{WORD} 1"})
    store.inbox.receive(back(token="1" * 32, addresses=(address,), detail=WORD))
    delivery = told(store, WORD, token=TOKEN, invitation=None, **more)
    books(store, booking(store, delivery, slot), sender="somebody@example.org")
    return delivery


def test_what_followed_is_forgotten_with_its_call(store: Store) -> None:
    delivery = anna(store)
    store.people.expire(EVER)
    assert held(store) == ["deliveries", "letters", "tracks", "returns", "slots", "invitations"]
    for one in store.campaigns.campaigns():
        assert store.campaigns.move(one.id, ["sending"], "finished")
    store.campaigns.expire([CALL], EVER)
    assert held(store) == []
    assert store.own_mails.mail(delivery) is None
    assert rows(store, "links") == []
    assert set(rows(store, "slots", "panel")) == set(rows(store, "invitations", "panel")) == {"[]"}
    (person,) = {one.person for one in store.campaigns.told(CALL)}
    assert [one.holder for one in store.slots.slots(CALL)] == [person, "", ""], "the same in all"
    (found,) = store.slots.appointments(CALL)
    assert (found.person, found.name, found.address) == (person, "", "")
    assert only(store).delivery is not None
    store.inbox.receive(back(token=TOKEN, addresses=(f"{WORD}@example.org",), received=EVER))
    assert rows(store, "returns", "delivery")[1] is None, "a late one is nobody's"
    assert store.people.expire(EVER + timedelta(days=1)) == 0
    assert held(store) == []


def test_what_is_open_keeps_its_interviews(store: Store) -> None:
    anna(store)
    first, _ = store.campaigns.campaigns()
    assert store.campaigns.move(first.id, ["sending"], "finished")
    store.campaigns.expire([CALL], LATER)
    assert [one.holder for one in store.slots.slots(CALL)] == [WORD, "", ""]
    assert store.slots.appointments(CALL)[0].invitation.meeting.panel != ()


def test_what_came_back_for_nobody_goes_by_its_age(store: Store) -> None:
    store.inbox.receive(back(addresses=(f"{WORD}@example.org",), detail=WORD))
    store.people.expire(NOW)
    assert held(store) == ["returns"]
    store.people.expire(LATER)
    assert held(store) == []
    assert len(rows(store, "returns")) == 1


def test_who_is_forgotten_leaves_no_address_that_failed(store: Store) -> None:
    delivery = told(store, WORD, address=f"{WORD}@example.org", token=TOKEN)
    store.inbox.receive(back(addresses=(f"{WORD.title()}@example.org",), detail=WORD, thread="", received=EVER))
    store.inbox.receive(back(addresses=("other@example.org",), detail="other"))
    asked = take(store, back("reply", f"{WORD}@example.org", TOKEN))
    assert asked.about == delivery
    store.people.erase(take(store, letter("/forget", f"{WORD}@example.org")), LATER)
    assert [(row.kind, row.address, row.detail) for row in rows(store, "returns")] == [
        ("failed", "", ""),
        ("failed", "other@example.org", "other"),
        ("reply", f"{WORD}@example.org", ""),
    ], "what belongs to a mail goes with the mail"
    assert rows(store, "messages", "about") == [None] * 4


def test_a_backup_holds_what_followed(store: Store, tmp_path: Path) -> None:
    delivery = anna(store)
    answer(store, back("reply", f"{WORD}@example.org", TOKEN))
    chat_ = take(store, chat())
    assert store.own_mails.bind(WORD, chat_.conversation, NOW) is not None
    names = ("returns", "links", "slots", "invitations", "panel")
    before = [rows(store, name) for name in names]
    write_backup(store, tmp_path / "backup")
    assert all(json.loads(line) for line in (tmp_path / "backup").read_text().splitlines())
    with closing(open_store(f"sqlite:///{tmp_path / 'other.db'}")) as other:
        read_backup(other, tmp_path / "backup")
    with closing(open_store(f"sqlite:///{tmp_path / 'other.db'}")) as other:
        assert [rows(other, name) for name in names] == before
        assert other.own_mails.mail(delivery) == store.own_mails.mail(delivery)
        assert other.own_mails.of_chat(chat_.conversation) == store.own_mails.of_chat(chat_.conversation)
        books(other, booking(other, delivery, other.slots.slots(CALL)[2]))
        assert offered(other, 1)[0].id == 4
