"""A sender at work on a campaign, in leaping time."""

import asyncio
from collections.abc import Callable
from datetime import timedelta

from bot.mailing.pacing import Limits
from bot.usecases.send_campaign import Ended, Progress, SendCampaign
from tests.usecases.leaping import leap, runtime
from tests.usecases.ledger_book import CAMPAIGN, NOW, Scene
from tests.usecases.post import Post

THREE = Limits(connections=3)
ME, OTHER = "worker-1", "worker-2"
Open = Callable[..., Scene]


class Sending:
    """A sender at work on a scene, one start after another."""

    def __init__(self, scene: Scene, post: Post, limits: Limits = THREE, failures: int = 20) -> None:
        self.scene, self.post = scene, post
        self.limits, self.failures = limits, failures
        self.stop = asyncio.Event()
        self.held = True
        self.shown: list[Progress] = []
        self.show: Callable[[Progress], None] = self.shown.append
        self.start = NOW
        self.took = 0.0

    def run(self, worker: str = ME) -> Ended:
        return leap(self._run(worker))

    async def _run(self, worker: str) -> Ended:
        loop = asyncio.get_running_loop()
        began = loop.time()
        self.stop = asyncio.Event()
        sender = SendCampaign(
            self.scene.ledger, self.post.courier, self.limits, runtime(self.start), self.failures, self.show
        )
        try:
            return await sender.run(CAMPAIGN, worker, self.stop, lambda: self.held)
        finally:
            self.took = loop.time() - began
            self.start += timedelta(seconds=self.took)
