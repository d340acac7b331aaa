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
