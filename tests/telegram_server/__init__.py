"""A Telegram Bot API for tests: real HTTP on this machine, Telegram's rules, limits and faults.

    with TelegramServer() as server:                 # in a thread of the test
        server.say("/start", chat=1001)              # python-telegram-bot at server.base_url with server.token
        await server.until(lambda fake: fake.replies(1001))

    with RemoteServer(tmp_path / "journal") as server:    # a process of its own, with the same acts and sights

server.py has what a test uses, people.py what people do, faults.py what goes wrong, methods.py and delivery.py the
Bot API, shapes.py its published types.
"""

from tests.telegram_server.faults import MIXED, Fault
from tests.telegram_server.floods import Limits
from tests.telegram_server.people import ANN
from tests.telegram_server.remote import RemoteServer
from tests.telegram_server.server import TOKEN, TelegramServer
from tests.telegram_server.shapes import SHAPES, ShapeError

__all__ = ["ANN", "MIXED", "SHAPES", "TOKEN", "Fault", "Limits", "RemoteServer", "ShapeError", "TelegramServer"]
