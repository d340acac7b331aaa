"""Settings: what stands in config.example.yaml is what there is, and every mistake is named with its line and cure."""

import re
from pathlib import Path

import pytest

from bot.config import Config, Secrets, load_config, load_secrets, store_url
from bot.files.yaml_lines import KnowledgeError

EXAMPLE = Path(__file__).parent.parent / "config.example.yaml"


def uncommented(text: str) -> str:
    """The example with the # taken from its keys, each on its own line still."""
    keys = (re.match(r"# ( *(?:- )?[a-z_]+:.*)$", line) for line in text.splitlines())
    return "\n".join(found[1] if found else "" for found in keys)


def load(tmp_path: Path, text: str) -> Config:
    file = tmp_path / "config.yaml"
    file.write_text(text, encoding="utf-8")
    return load_config(file)


def mistakes(tmp_path: Path, text: str) -> list[str]:
    with pytest.raises(KnowledgeError) as caught:
        load(tmp_path, text)
    return [f"{mistake.line}: {mistake.what}" for mistake in caught.value.mistakes]


def test_the_example_as_it_stands_is_the_defaults(tmp_path):
    assert load(tmp_path, EXAMPLE.read_text(encoding="utf-8")) == Config()


def test_the_example_without_its_comments_holds_every_key(tmp_path):
    (tmp_path / "ca.pem").write_text("")
    (tmp_path / "dkim.pem").write_text("")
    config = load(tmp_path, uncommented(EXAMPLE.read_text(encoding="utf-8")))
    assert config.imap is not None
    assert config.smtp is not None
    assert config.telegram.webhook is not None
    assert config.coordinators
    sections = (config, config.store, config.telegram, config.telegram.webhook, config.imap, config.smtp)
    campaigns = config.campaigns
    for section in (
        *sections,
        config.coordinators[0],
        config.hand_over,
        config.routines,
        campaigns,
        campaigns.relay,
        campaigns.dkim,
    ):
        written = uncommented(EXAMPLE.read_text(encoding="utf-8"))
        for name in section.__struct_fields__:
            assert re.search(rf"^ *(?:- )?{name}:", written, re.MULTILINE), f"{name} is not explained"


def test_paths_are_seen_from_the_settings(tmp_path):
    config = load(tmp_path, "knowledge: k\nstore: {url: sqlite:///record.db}\n")
    assert config.knowledge == str(tmp_path / "k")
    assert store_url(config, Secrets()) == f"sqlite:///{tmp_path / 'record.db'}"
    assert store_url(config, Secrets(store_url="postgresql+psycopg://x/y")) == "postgresql+psycopg://x/y"


def test_every_mistake_is_named_at_once(tmp_path):
    found = mistakes(
        tmp_path, "imap:\n  hst: x\n  security: ssl\ntelegram:\n  token: abc\ncoordinators:\n  - email: foo\nstore: 5\n"
    )
    assert found == sorted(found, key=lambda line: int(line.partition(":")[0]))
    told = "\n".join(found)
    for part in (
        "did you mean `host`",
        "needs `host`",
        "needs `user`",
        "tls, starttls, none",
        "secrets never stand",
        "8: expected",
    ):
        assert part in told


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("imap: {host: h, user: u}", "`imap` without `smtp`"),
        ("campaigns: {approvals: 3}", "must be 2"),
        ("campaigns: {wait_minutes: -1}", "at least 0"),
        ("campaigns: {relay: {profile: nowhere}}", "no relay profile"),
        ("campaigns: {dkim: {domain: a.org, selector: s, key_file: none.pem}}", "is no file"),
        ("coordinators: [{name: A, rights: [rule]}]", "'rule'"),
        ("imap: {host: h, user: u, security: none}\nsmtp: {host: h, address: a@b.org}", "in the clear"),
        ("imap: {host: h, user: u}\nsmtp: {host: h, address: nobody}", "no mail address"),
        ("imap: {host: h, user: u, ca_file: none.pem}\nsmtp: {host: h, address: a@b.org}", "is no file"),
        ("store: {keep_days: 0}", "at least 1"),
        ("telegram: {webhook: {url: 'http://bot.example.org/x'}}", "https://"),
        ("coordinators: [{name: A, email: a}]", "no mail address"),
        ("- a\n- b", "expected entries"),
    ],
)
def test_what_does_not_go_together_is_refused(tmp_path, text, told):
    assert any(told in mistake for mistake in mistakes(tmp_path, text))


def test_secrets_come_from_the_environment_only():
    secrets = load_secrets({"CALLBOARD_TELEGRAM_TOKEN": " 1:a ", "CALLBOARD_SMTP_PASSWORD": "p"})
    assert secrets == Secrets(telegram_token="1:a", smtp_password="p")


@pytest.mark.parametrize(
    "address",
    [
        "Ann <ann@x.org>",
        "ann@",
        "@x.org",
        "ann@x..org",
        "ann bo@x.org",
        "a@x.org, b@x.org",
        "ann@ü..org",
        f"ann@{'ü' * 70}.org",
        r"ann@x.org\r\nBcc: bo@x.org",
    ],
)
def test_an_address_that_no_letter_can_bear_is_named(tmp_path, address):
    text = f'imap: {{host: h, user: u}}\nsmtp: {{host: h, address: "{address}"}}\ncoordinators:\n- {{name: A, email: "{address}"}}'
    found = mistakes(tmp_path, text)
    assert [one.partition(":")[0] for one in found] == ["2", "4"]
    assert all("is no mail address" in one for one in found)


def test_an_address_may_have_letters_of_any_language(tmp_path):
    config = load(tmp_path, "coordinators: [{name: A, email: ann@bücher.example}]")
    assert config.coordinators[0].email == "ann@bücher.example"


def test_coordinators_can_be_told_apart(tmp_path):
    found = mistakes(
        tmp_path,
        "coordinators:\n"
        "  - {name: Ann, email: ann@example.org, telegram: 5}\n"
        "  - {name: Bert, email: ANN@example.org}\n"
        "  - {name: Cleo, telegram: 5}\n"
        '  - {name: ""}\n'
        '  - {name: "=?utf-8?q?x?="}\n',
    )
    assert [mistake.partition(":")[0] for mistake in found] == ["3", "4", "5", "6"]


def test_the_bots_own_mailbox_is_no_coordinators(tmp_path):
    servers = "imap: {host: h, user: u}\nsmtp: {host: h, address: call@example.org}\n"
    (only,) = mistakes(tmp_path, f"{servers}coordinators:\n  - {{name: Ann, email: Call@example.org}}\n")
    assert "own mailbox" in only


def test_campaigns_need_smtp_only(tmp_path: Path) -> None:
    file = tmp_path / "config.yaml"
    file.write_text(
        "smtp: {host: h, address: office@example.org}\ncampaigns: {relay: {per_minute: 30}, mailbox: out}\n"
    )
    config = load_config(file)
    assert config.imap is None
    assert config.campaigns.relay.per_minute == 30
    assert config.campaigns.mailbox == str(tmp_path / "out")
