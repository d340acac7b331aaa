"""What is forgotten of campaigns leaves no byte in SQLite's files; PostgreSQL's are its own matter."""

from contextlib import closing
from pathlib import Path

from test_campaign_privacy import CALL, LATER, WORD, finished

from bot.storage.store import open_store


def test_nothing_is_left_in_the_files(url: str) -> None:
    with closing(open_store(url)) as store:
        finished(store)
        file = Path(str(store.engine.url.database))
        files = [path for path in file.parent.iterdir() if path.name.startswith(file.name)]
        assert any(WORD.encode() in path.read_bytes() for path in files)
        store.campaigns.expire([CALL], LATER)
        assert not any(WORD.encode() in path.read_bytes() for path in files)


@pytest.mark.parametrize("state", ["planned", "approved", "sending", "paused"])
def test_nothing_open_is_erased(store: Store, state: str) -> None:
    ended = finished(store)
    told = store.campaigns.told(CALL)
    second = mail(**anna(after=told[-1].number))  # type: ignore[arg-type]
    campaign = planned(store, [second], "interview").id
    for before, after in (("planned", "approved"), ("approved", "sending"), ("sending", "paused")):
        if state in (after, "paused") or (state == "sending" and after == "approved"):
            assert store.campaigns.move(campaign, [before], after)  # type: ignore[list-item, arg-type]
    assert store.campaigns.campaign(campaign).state == state  # type: ignore[union-attr]
    assert store.campaigns.expire([CALL], LATER) == 1
    assert store.campaigns.deliveries(ended)[0].address == ""
    assert store.campaigns.deliveries(campaign)[0].person == f"{WORD}-17"
    assert [one.person for one in store.campaigns.told(CALL)] == [f"{WORD}-17"] * 2, "it is checked against them"
    store.campaigns.cancel(campaign, "never sent", LATER)
    assert store.campaigns.expire([CALL], LATER) == 1
    assert held(store) == []
