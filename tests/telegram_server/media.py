"""What people share besides text, as small as the Bot API allows."""

from collections.abc import Callable
from itertools import count
from typing import Any

Json = dict[str, Any]
_NUMBERS = count(1)
CAPTIONED = {"photo", "document", "voice", "video", "audio", "animation"}


def file(**more: object) -> Json:
    """The names under which Telegram keeps a file."""
    number = next(_NUMBERS)
    return {"file_id": f"file-{number}", "file_unique_id": f"unique-{number}", **more}


def _poll() -> Json:
    texts = ("yes", "no")
    return {
        "id": f"poll-{next(_NUMBERS)}",
        "question": "Is it on?",
        "options": [{"persistent_id": text, "text": text, "voter_count": 0} for text in texts],
        "total_voter_count": 0,
        "is_closed": False,
        "is_anonymous": True,
        "type": "regular",
        "allows_multiple_answers": False,
        "allows_revoting": True,
        "members_only": False,
    }


def _sticker() -> Json:
    return file(type="regular", width=512, height=512, is_animated=False, is_video=False, emoji="👍")


def _animation() -> Json:
    return file(width=320, height=240, duration=2, file_name="wave.mp4", mime_type="video/mp4")


MEDIA: dict[str, Callable[[], Any]] = {
    "photo": lambda: [file(width=90, height=60, file_size=1200), file(width=1280, height=853, file_size=98765)],
    "document": lambda: file(file_name="curriculum.pdf", mime_type="application/pdf", file_size=54321),
    "voice": lambda: file(duration=3, mime_type="audio/ogg", file_size=4321),
    "video_note": lambda: file(length=240, duration=4),
    "video": lambda: file(width=640, height=360, duration=5, mime_type="video/mp4"),
    "audio": lambda: file(duration=180, title="Song", mime_type="audio/mpeg"),
    "animation": _animation,
    "sticker": _sticker,
    "location": lambda: {"latitude": 51.0504, "longitude": 13.7373},
    "contact": lambda: {"phone_number": "+49351463", "first_name": "Ann"},
    "poll": _poll,
    "dice": lambda: {"emoji": "🎲", "value": 4},
    "game": lambda: {"title": "Snake", "description": "It grows.", "photo": [file(width=90, height=60)]},
}


def shared(kind: str, value: object = None) -> Json:
    """The fields of a message that shares this kind of thing; `value` fields replace those of the example."""
    made = MEDIA[kind]()
    if isinstance(value, dict) and isinstance(made, dict):
        made |= value
    fields: Json = {kind: made}
    if kind == "animation":  # for clients that know no animations
        fields["document"] = {name: made[name] for name in ("file_id", "file_unique_id", "file_name", "mime_type")}
    return fields
