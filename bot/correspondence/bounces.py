"""Which addresses a delivery report says failed for good.

Knows the fields of RFC 3464; the many servers that keep to no RFC are known by flufl.bounce. Does not know whether a letter
is such a report.
"""

from email.message import Message

from flufl.bounce import scan_message

_STATUS = "message/delivery-status"


def failed_recipients(message: Message) -> tuple[str, ...]:
    """The addresses that a delivery report says failed for good, as it writes them; call it for reports only.

    The letter is cut down for it: the library reads text by dozens of expressions, some quadratic in a line. 30 kB are
    left, no line beyond 300 characters, and nothing of the letter that came back.
    """
    try:
        _cut_down(message)
        blocks = [block for part in message.walk() if part.get_content_type() == _STATUS for block in part.walk()]
        actions = [str(block["action"]).lower() for block in blocks if block["action"]]
        if actions and not any(action.startswith(("fail", "error")) for action in actions):
            return ()
        found = scan_message(message)
    except Exception:  # each of its eighteen detectors stumbles over malformed reports in its own way
        return ()
    return tuple(sorted(address.decode("ascii", "ignore") for address in found))


def _cut_down(report: Message) -> None:
    left = 30_000
    for part in report.walk():
        payload = part.get_payload()
        if part.get_content_type() in {"message/rfc822", "text/rfc822-headers", "text/html"}:
            part.set_payload("")
        elif isinstance(payload, str):
            text = "\n".join(line[:300] for line in payload[:left].split("\n"))
            part.set_payload(text)
            left -= len(text)
