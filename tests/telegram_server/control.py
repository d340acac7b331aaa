"""What a test may do and see over /control/, when the fake is a process of its own.

POST /control/<act> carries the arguments as a JSON object (positional ones under "args"); GET or POST
/control/<what is shown> gives it. The answer is {"result": ...}, or {"error": ...} with status 400.
"""

from typing import Any

ACTS = {
    *("say", "share", "edit", "delete", "press", "person", "group", "block", "unblock", "join", "migrate", "many"),
    *("fault", "mix", "heal", "message", "last", "replies"),
}
SHOWN = {"sent", "violations", "refused", "met", "updates", "pending", "calls", "figures", "mistakes"}


def control(server: Any, name: str, given: dict[str, Any]) -> Any:
    """One act on the server, or a copy of what it shows."""
    with server.world.changed:
        if name in ACTS:
            return getattr(server, name)(*given.pop("args", ()), **given)
        if name in SHOWN:
            shown = getattr(server, name)
            return list(shown) if isinstance(shown, list) else dict(shown)
        raise ValueError(f"no {name} to control; there are {sorted(ACTS | SHOWN)}")
