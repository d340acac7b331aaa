"""`callboard unit`: a systemd unit for `callboard serve`, with the paths of this installation."""

import argparse
import sys
from pathlib import Path

UNIT = """\
# Callboard as a service. Made by `callboard unit`. To install it, as root:
#
#   callboard --config {config} unit > /etc/systemd/system/callboard.service
#   install -m 600 /dev/null /etc/callboard/secrets.env    # then write CALLBOARD_TELEGRAM_TOKEN=... and the passwords into it
#   systemctl daemon-reload && systemctl enable --now callboard
#   journalctl -u callboard -f                             # what it does: ids, never texts or addresses
#
# To upgrade: callboard backup FILE, install the new release, systemctl restart callboard. Tables are migrated at the start.
[Unit]
Description=Callboard, answers applicants' questions
After=network-online.target
Wants=network-online.target

[Service]
Type=notify
ExecStart={command} --config {config} serve
EnvironmentFile=/etc/callboard/secrets.env
# The record, unless store.url in the settings or CALLBOARD_STORE_URL in secrets.env names another place:
Environment=XDG_DATA_HOME=/var/lib/callboard XDG_CACHE_HOME=/var/cache/callboard
DynamicUser=yes
StateDirectory=callboard
CacheDirectory=callboard
UMask=0077
Restart=always
RestartSec=2
WatchdogSec=120
TimeoutStartSec=600
TimeoutStopSec=60
NoNewPrivileges=yes
ProtectSystem=strict
ProtectHome=yes
PrivateTmp=yes
PrivateDevices=yes
ProtectKernelTunables=yes
ProtectControlGroups=yes
RestrictAddressFamilies=AF_INET AF_INET6 AF_UNIX

[Install]
WantedBy=multi-user.target
"""


def add_to(parser: argparse.ArgumentParser) -> None:
    """Add the command's options."""


def run(options: argparse.Namespace) -> int:
    """Print the unit."""
    config = options.config.resolve() if options.config else Path("/etc/callboard/config.yaml")
    print(UNIT.format(command=Path(sys.argv[0]).resolve(), config=config), end="")
    return 0
