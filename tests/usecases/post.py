"""A mail server of the tests' own, as a sender sees it: it takes its time, and answers as it is told."""

import asyncio
from collections.abc import Callable, Iterable

from bot.model.message import Outcome, Sent, TryLater
from bot.usecases.campaign_ports import Begin, Login

Answer = Outcome | Exception | None


def nothing(recipient: str) -> Answer:
    return None


def taken(recipient: str) -> Answer:
    return Sent("250 taken")


def in_turn(answers: Iterable[Answer], then: Callable[[str], Answer]) -> Callable[[str], Answer]:
    """These answers, whoever asks, and afterwards others."""
    left = list(answers)
    return lambda recipient: left.pop(0) if left else then(recipient)


class Post:
    """What all connections share. `texts` are the letters of which a byte left: when, and to whom."""

    def __init__(self) -> None:
        self.before: Callable[[str], Answer] = nothing
        self.after: Callable[[str], Answer] = taken
        self.steps = 0.01  # seconds until the server awaits the text, and again until it answers
        self.texts: list[tuple[float, str]] = []
        self.tried: list[tuple[float, str]] = []
        self.room = 100  # connections at once
        self.opened = self.open = self.most_open = self.quits = 0
        self.on_text: Callable[[int], None] = lambda count: None

    def courier(self, login: Login) -> "Counter":
        return Counter(self, login)

    @property
    def recipients(self) -> list[str]:
        return [recipient for _, recipient in self.texts]

    @property
    def times(self) -> list[float]:
        """Seconds at which texts left, since the first."""
        return [at - self.texts[0][0] for at, _ in self.texts]


class Counter:
    """One connection."""

    def __init__(self, post: Post, login: Login) -> None:
        self._post = post
        self._login = login
        self._is_open = False

    async def send(self, recipient: str, letter: bytes, begin: Begin) -> Outcome | None:
        post, now = self._post, asyncio.get_running_loop().time
        post.tried.append((now(), recipient))
        if not self._is_open:
            if (denied := await self._login()) is not None:
                return denied
            if post.open >= post.room:
                return TryLater(60.0, "432 too many connections", all=True)
            self._open()
        await asyncio.sleep(post.steps)
        answer = post.before(recipient)
        if answer is None:
            if not await begin():
                return None
            post.texts.append((now(), recipient))
            post.on_text(len(post.texts))
            await asyncio.sleep(post.steps)
            answer = post.after(recipient)
        if isinstance(answer, Exception):
            raise answer
        if isinstance(answer, TryLater) and answer.all:
            self._close()
        return answer

    async def quit(self) -> None:
        self._post.quits += 1
        self._close()

    def _open(self) -> None:
        self._is_open = True
        self._post.opened += 1
        self._post.open += 1
        self._post.most_open = max(self._post.most_open, self._post.open)

    def _close(self) -> None:
        self._post.open -= self._is_open
        self._is_open = False
