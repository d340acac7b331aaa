"""How updates come to the bot: it asks for them, or they are posted to its webhook."""

import contextlib
import http.client
import json
import re
import socket
import ssl
import threading
import time
from urllib.parse import urlsplit

from tests.telegram_server.state import ApiError, Json, Webhook, World

CONFLICT = "Conflict: terminated by other getUpdates request; make sure that only one bot instance is running"
WEBHOOK_SET = (
    "Conflict: can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first"
)
PATIENCE = 30.0  # seconds to answer a posted update
AGAIN = (0.05, 0.1, 0.2, 0.5, 1.0)  # seconds before an update is posted again


class Delivery:
    """The methods about updates; whoever calls has the lock of the world."""

    def __init__(self, world: World) -> None:
        self.world = world

    def get_updates(self, params: Json) -> list[Json]:
        world = self.world
        if world.webhook.url:
            raise ApiError(409, WEBHOOK_SET)
        world.polls += 1
        mine = world.polls
        world.changed.notify_all()
        self._allow(params)
        world.confirm(params.get("offset", 0))
        until = time.monotonic() + params.get("timeout", 0)
        while not world.pending and not world.stopping and (left := until - time.monotonic()) > 0:
            world.changed.wait(left)
            if world.polls != mine:
                raise ApiError(409, CONFLICT)
            if world.webhook.url:
                raise ApiError(409, "Conflict: terminated by setWebhook request")
        return list(world.pending)[: max(1, min(params.get("limit", 100), 100))]

    def set_webhook(self, params: Json) -> bool:
        if not params["url"]:
            return self.delete_webhook(params)
        if not re.match(r"https?://[^\s/]+", params["url"]):
            raise ApiError(400, "Bad Request: bad webhook: invalid URL specified")
        if not re.fullmatch(r"[\w-]*", params.get("secret_token", ""), re.ASCII):
            raise ApiError(400, "Bad Request: secret token contains unallowed characters")
        self._allow(params)
        self._drop_pending(params)
        kept = {
            name: params[name] for name in ("url", "secret_token", "max_connections", "ip_address") if name in params
        }
        self.world.webhook = Webhook(has_custom_certificate="certificate" in params, **kept)
        self.world.changed.notify_all()
        return True

    def delete_webhook(self, params: Json) -> bool:
        self._drop_pending(params)
        self.world.webhook = Webhook()
        self.world.changed.notify_all()
        return True

    def get_webhook_info(self, params: Json) -> Json:
        told = {name: value for name, value in vars(self.world.webhook).items() if value is not None}
        told.pop("secret_token", None)
        allowed = {"allowed_updates": self.world.allowed} if self.world.allowed else {}
        return told | {"pending_update_count": len(self.world.pending)} | allowed

    def _allow(self, params: Json) -> None:
        if "allowed_updates" in params:
            self.world.allowed = params["allowed_updates"]

    def _drop_pending(self, params: Json) -> None:
        if params.get("drop_pending_updates"):
            self.world.pending.clear()


class Poster(threading.Thread):
    """Posts the updates to the webhook, one after the other, each until it is accepted."""

    def __init__(self, world: World) -> None:
        super().__init__(name="telegram webhook", daemon=True)
        self.world = world
        self.connection: http.client.HTTPConnection | None = None

    def run(self) -> None:
        refusals = 0
        while (due := self._due()) is not None:
            webhook, update = due
            mistake = self._post(webhook, update)
            with self.world.changed:
                if not mistake:
                    refusals = 0
                    if self.world.pending and self.world.pending[0] is update:
                        self.world.pending.popleft()
                    self.world.changed.notify_all()
                    continue
                webhook.last_error_date, webhook.last_error_message = int(time.time()), mistake
                self.world.changed.notify_all()
                until = time.monotonic() + AGAIN[min(refusals, len(AGAIN) - 1)]
                refusals += 1
                while not self.world.stopping and (left := until - time.monotonic()) > 0:
                    self.world.changed.wait(left)

    def hang_up(self) -> None:
        """Ends a post that waits for its answer."""
        if self.connection is not None and (sock := self.connection.sock) is not None:
            with contextlib.suppress(OSError):
                sock.shutdown(socket.SHUT_RDWR)

    def _due(self) -> tuple[Webhook, Json] | None:
        world = self.world
        with world.changed:
            world.changed.wait_for(lambda: world.stopping or (world.webhook.url and world.pending))
            return None if world.stopping else (world.webhook, world.pending[0])

    def _post(self, webhook: Webhook, update: Json) -> str | None:
        """What went wrong, if anything."""
        url = urlsplit(webhook.url)
        headers = {"Content-Type": "application/json"}
        if webhook.secret_token:
            headers["X-Telegram-Bot-Api-Secret-Token"] = webhook.secret_token
        if url.scheme == "https":  # as Telegram, which is given the certificate by setWebhook
            context = ssl._create_unverified_context()
            self.connection = http.client.HTTPSConnection(url.netloc, timeout=PATIENCE, context=context)
        else:
            self.connection = http.client.HTTPConnection(url.netloc, timeout=PATIENCE)
        try:
            self.connection.request("POST", url.path or "/", json.dumps(update), headers)
            answer = self.connection.getresponse()
            answer.read()
        except (OSError, http.client.HTTPException) as mistake:
            return f"Connection failed: {mistake}"
        finally:
            self.connection.close()
        if answer.status // 100 != 2:
            return f"Wrong response from the webhook: {answer.status} {answer.reason}"
        return None
