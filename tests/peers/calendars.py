"""Calendar entries read by ical.js, the engine of Thunderbird: it shares no code and no zones with what writes them."""

import json
import os
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from daemons import PATIENCE, require

ENGINE = Path(__file__).parents[2] / ".venv/peers/node_modules/ical.js/dist/ical.js"
READER = Path(__file__).with_name("read_calendar.mjs")


def read_calendars(files: Sequence[bytes], zone: str = "America/St_Johns") -> list[dict[str, Any]]:
    """What each file says, on a machine whose own clock is that of `zone`; a missing engine is a failure, never a skip."""
    if not ENGINE.exists():
        raise RuntimeError(f"{ENGINE} is missing: run .ci/install-peers")
    done = subprocess.run(
        [require("node", "nodejs"), str(READER), str(ENGINE)],
        input=json.dumps([file.decode("utf-8") for file in files]).encode(),
        capture_output=True,
        check=False,
        timeout=PATIENCE,
        env={**os.environ, "TZ": zone},
    )
    if done.returncode:
        raise AssertionError(f"ical.js could not read: {done.stderr.decode()}")
    return json.loads(done.stdout)
