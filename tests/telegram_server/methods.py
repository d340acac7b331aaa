"""The methods of the Bot API, by the rules that Telegram holds them to."""

import json
import re
import time
from collections.abc import Callable, Mapping
from typing import Any

from tests.telegram_server.delivery import Delivery
from tests.telegram_server.entities import EntitiesError, parse_html, trimmed, units
from tests.telegram_server.media import file
from tests.telegram_server.shapes import SHAPES, ShapeError, Upload
from tests.telegram_server.state import ApiError, Json, World

TEXT, CAPTION = 4096, 1024
NOT_MODIFIED = (
    "Bad Request: message is not modified: specified new message content and reply markup are exactly the same "
    "as a current content and reply markup of the message"
)
READS = {"getMe", "getUpdates", "getWebhookInfo", "getMyCommands"}
ACTIONS = (
    "typing upload_photo record_video upload_video record_voice upload_voice upload_document choose_sticker "
    "find_location record_video_note upload_video_note"
)


class Methods:
    """Calls on a world; whoever calls has its lock."""

    def __init__(self, world: World) -> None:
        self.world = world
        delivery = Delivery(world)
        self.table: dict[str, Callable[[Json], Any]] = {
            "getMe": lambda params: world.me,
            "getUpdates": delivery.get_updates,
            "setWebhook": delivery.set_webhook,
            "deleteWebhook": delivery.delete_webhook,
            "getWebhookInfo": delivery.get_webhook_info,
            "sendMessage": self.send_message,
            "sendDocument": self.send_document,
            "sendChatAction": self.send_chat_action,
            "answerCallbackQuery": self.answer_callback_query,
            "editMessageText": self.edit_message_text,
            "editMessageReplyMarkup": self.edit_message_reply_markup,
            "setMyCommands": self.set_my_commands,
            "getMyCommands": lambda params: world.commands.get(_scope(params), []),
            "deleteMyCommands": self.delete_my_commands,
            "setMyDescription": lambda params: True,
            "setMyShortDescription": lambda params: True,
        }

    def call(self, method: str, raw: Mapping[str, object]) -> Any:
        """One call: its shape, its rules, what it does and the shape of its result."""
        world = self.world
        world.calls[method] += 1
        try:
            params, result = self._done(method, raw)
        except ApiError as refusal:
            world.refused.append({"method": method, "code": refusal.code, "description": str(refusal)})
            world.changed.notify_all()
            raise
        SHAPES.result(method, result)
        if method not in READS:
            world.effect(method, params, result)
        return result

    def _done(self, method: str, raw: Mapping[str, object]) -> tuple[Json, Any]:
        try:
            params = SHAPES.request(method, raw)
            return params, self.table[method](params)
        except ShapeError as mistake:
            self.world.violations.append({"method": method, "mistake": str(mistake)})
            if method not in self.table:
                raise ApiError(404, "Not Found: method not found") from mistake
            raise ApiError(400, f"Bad Request: {mistake}") from mistake

    def send_message(self, params: Json) -> Json:
        text, entities = _formatted(params, "text", "entities", TEXT)
        if not text:
            raise ApiError(400, "Bad Request: message text is empty")
        return self._send(params, {"text": text} | ({"entities": entities} if entities else {}))

    def send_document(self, params: Json) -> Json:
        caption, entities = _formatted(params, "caption", "caption_entities", CAPTION)
        document = params["document"]
        if isinstance(document, Upload):
            kept = file(**document.told())
            self.world.files[kept["file_id"]] = document
        elif document in self.world.files:
            kept = file(**self.world.files[document].told()) | {"file_id": document}
        else:
            raise ApiError(400, "Bad Request: wrong remote file identifier specified: Wrong string length")
        fields = {"document": kept, "caption": caption, "caption_entities": entities}
        return self._send(params, {name: value for name, value in fields.items() if value})

    def _send(self, params: Json, content: Json) -> Json:
        chat = self.world.known_chat(params["chat_id"])
        fields: Json = {"sender_chat": chat} if chat["type"] == "channel" else {"from": self.world.me}
        if "message_thread_id" in params:
            fields |= {"message_thread_id": params["message_thread_id"], "is_topic_message": True}
        if replied := self._replied(chat, params.get("reply_parameters", {})):
            fields["reply_to_message"] = replied
        if "inline_keyboard" in params.get("reply_markup", {}):
            fields["reply_markup"] = params["reply_markup"]
        self._hold_limits(chat)
        return self.world.put(chat, fields | content)

    def _replied(self, chat: Json, reply: Json) -> Json | None:
        if not reply:
            return None
        message = self.world.messages.get((chat["id"], reply.get("message_id", 0)))
        if message is None and not reply.get("allow_sending_without_reply"):
            raise ApiError(400, "Bad Request: message to be replied not found")
        return message and {name: value for name, value in message.items() if name != "reply_to_message"}

    def _hold_limits(self, chat: Json) -> None:
        now, group = time.monotonic(), chat["type"] != "private"
        if seconds := self.world.floods.wait(chat["id"], now, group=group):
            raise ApiError(429, f"Too Many Requests: retry after {seconds}", retry_after=seconds)
        self.world.floods.sent(chat["id"], now, group=group)

    def send_chat_action(self, params: Json) -> bool:
        self.world.known_chat(params["chat_id"])
        if params["action"] not in ACTIONS.split():
            raise ApiError(400, "Bad Request: wrong parameter action in request")
        return True

    def answer_callback_query(self, params: Json) -> bool:
        if params["callback_query_id"] not in self.world.queries:
            raise ApiError(400, "Bad Request: query is too old and response timeout expired or query ID is invalid")
        return True

    def edit_message_text(self, params: Json) -> Json:
        text, entities = _formatted(params, "text", "entities", TEXT)
        if not text:
            raise ApiError(400, "Bad Request: message text is empty")
        content = {"text": text, "entities": entities, "reply_markup": params.get("reply_markup")}
        return self._edit(params, content)

    def edit_message_reply_markup(self, params: Json) -> Json:
        return self._edit(params, {"reply_markup": params.get("reply_markup")})

    def _edit(self, params: Json, content: Json) -> Json:
        if missing := {"chat_id", "message_id"} - params.keys():
            raise ApiError(400, f"Bad Request: {min(missing)} is not specified")
        message = self.world.own_message(params["chat_id"], params["message_id"])
        empty = {"inline_keyboard": []}
        given = {name: value for name, value in content.items() if value and value != empty}
        edited = {name: value for name, value in message.items() if name not in content} | given
        if edited == message:
            raise ApiError(400, NOT_MODIFIED)
        return self.world.keep(edited | {"edit_date": int(time.time())})

    def set_my_commands(self, params: Json) -> bool:
        for command in params["commands"]:
            if not re.fullmatch(r"[a-z0-9_]{1,32}", command["command"]):
                raise ApiError(400, "Bad Request: BOT_COMMAND_INVALID")
        self.world.commands[_scope(params)] = params["commands"]
        return True

    def delete_my_commands(self, params: Json) -> bool:
        self.world.commands.pop(_scope(params), None)
        return True


def _scope(params: Json) -> str:
    return json.dumps([params.get("scope", {"type": "default"}), params.get("language_code", "")], sort_keys=True)


def _formatted(params: Json, name: str, entities: str, most: int) -> tuple[str, list[Json]]:
    """The text as it is shown with its entities; the fake reads HTML and plain text."""
    mode, source = params.get("parse_mode", "").lower(), params.get(name, "")
    if mode not in ("", "html"):
        raise ShapeError(f"parse_mode {mode} is not among those the fake reads")
    try:
        text, found = parse_html(source) if mode else trimmed(source, params.get(entities, []))
    except EntitiesError as mistake:
        raise ApiError(400, f"Bad Request: can't parse entities: {mistake}") from mistake
    if units(text) > most:
        raise ApiError(400, f"Bad Request: message {'caption ' if name == 'caption' else ''}is too long")
    return text, found
