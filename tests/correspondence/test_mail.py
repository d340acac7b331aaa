"""Letters of many clients and languages give the person's own words; machines' letters are told, persons' never muted."""

import re
from pathlib import Path

import pytest

from bot.correspondence.mail import Mail, read_mail

LETTERS = Path(__file__).parent / "letters"
OWN = ("PhD@institute.example.org",)

# letter: (what the text holds, what it must not hold)
PERSONS = {
    "alternative_empty_plain": ("Is Saxony’s law applied?", ""),
    "alternative_stub_plain": ("Which degree is required?\n\n- master", "client|hidden"),
    "apple_mail_en_bottom": ("Is there a student hostel nearby?", "provided|wrote"),
    "apple_mail_fr": ("le délai est-il prolongé ?", "Léa|iPhone|secret"),
    "apple_mixed_parts": ("Does this certificate count?\n\nAnd is a copy enough?", ""),
    "asks_about_bounce": ("what shall I do?", ""),
    "asks_about_bounce_statement": ("tell me the right address", "Reporting"),
    "asks_about_out_of_office": ("Can we meet later?", ""),
    "attachments_many": ("Are these the right documents?", "Not the person"),
    "chinese_gmail": ("需要雅思成绩吗？", "秘密|写道"),
    "chinese_qq": ("Do I need a contract with a supervisor first?", "secret|原始"),
    "contact_form_no_reply": ("Can I apply before my master is finished?", ""),
    "contact_form_reply_to": ("May I apply from abroad?", ""),
    "cut_base64": ("When is the deadline?", ""),
    "damaged_qp": ("what is due?", ""),
    "disclaimer_external": ("Where do I upload my recommendation letter?", "CAUTION|click|privileged"),
    "dutch": ("Kan ik ook in deeltijd werken?", "geheim|schreef|groet"),
    "flowed_delsp_ja": ("締め切りはいつですか？", ""),
    "forward_apple_with_words": ("Gilt die Frist auch für sie?", "Geheim|Anfang"),
    "forward_attached": ("What does this letter mean?", "Secret"),
    "gb2312_crlf": ("截止日期是什么时候？", "\r"),
    "gmail_html_only_inline_answers": ("Yes, since 2024.\n\nI do. Who pays for it?", "master|visa|wrote"),
    "gmail_reply_en": ("Can I hand in the transcript later?", "22 February|wrote|Jane"),
    "gmx_plain": ("Gilt das auch für Externe?", "Gesendet|Geheim"),
    "greeting_first_list": ("- salary?\n- start date?", "--"),
    "html_indented_is_own": ("Is remote work fine?", ""),
    "inline_answers_plain": ("Not yet, is that a problem?\n\nA little. Is B1 enough?", "degree|Sam|wrote"),
    "iso2022jp": ("質問です", ""),
    "italian_outlook": ("Il certificato di inglese è obbligatorio?", "segreta|Inviato"),
    "nul_bytes": ("Is there a NUL", "\0|\7"),
    "outlook_desktop_de": ("bis wann können Gutachten nachgereicht werden?", "geheim|Musterweg|Gesendet"),
    "outlook_mobile": ("Could the interview take place online?", "Outlook|____|Dresden"),
    "outlook_web_html_only": ("is the position full time & paid?", "secret|Exemplo|margin"),
    "outlook_word_html": ("passt der Termin am 3. März?", "Geheim|secret|support|Muster"),
    "pgp_clearsigned": ("Do you accept signed letters?", "PGP|SHA256|iQEz"),
    "pgp_signed": ("Do you accept signed PDFs?", "PGP"),
    "polish": ("czy mogę wysłać dokumenty po angielsku?", "tajna|pisze|Pozdrawiam"),
    "portuguese": ("A bolsa pode ser prorrogada?", "secreta|iPhone|escreveu"),
    "protonmail": ("Is a second stipend allowed?", "Proton|secret"),
    "raw_latin1_in_ascii": ("La thèse est-elle payée ?", ""),
    "re_automatic_reply": ("is that still true?", ""),
    "redirected_by_rule": ("Is the position still open?", ""),
    "reply_to_two": ("May two people share the post?", ""),
    "reply_to_us": ("Does the letter reach you?", ""),
    "noreply_in_recipients": ("Is job 17 still open?", ""),
    "russian_koi8": ("Когда крайний срок?", ""),
    "signature_not_monitored": ("When would the contract start?", "monitored|Unsubscribe|Claire"),
    "smime_signed": ("May I bring my bank statement?", ""),
    "spanish_gmail": ("¿La beca cubre el viaje?", "secreta|escribió|Lucía"),
    "thanks_in_the_middle": ("- Is there a fee?\n- Can I apply twice?", "Kind regards"),
    "thunderbird_flowed_bottom": ("denn eine Verlängerung möglich, und wer entscheidet", "drei Jahre|Wiebke|schrieb"),
    "thunderbird_html": ("Wie lange dauert das?", "geheim|Zitat|Ole"),
    "unknown_charset": ("Zahlt das Institut für den Umzug?", ""),
    "utf8_called_latin1": ("Grüße, wann endet die Frist?", ""),
    "webde_html": ("können auch Zeugnisse auf Spanisch eingereicht werden?", "Geheim|Petra"),
    "weitergeleitet_thunderbird": ("Ist das noch aktuell?", "Geheim|Amt"),
    "yahoo_html": ("posso candidarmi senza master?", "segreta|Inviato"),
}
MACHINES = {
    "autoresponder_header": "auto-submitted",
    "bounce_exchange": "bounce",
    "bounce_exim": "bounce",
    "bounce_gmail": "bounce",
    "bounce_postfix": "bounce",
    "bounce_postfix_delayed": "bounce",
    "bounce_qmail": "bounce",
    "calendar_reply": "calendar",
    "complaint_arf": "complaint",
    "inbox_rule": "auto-submitted",
    "list_mailman": "list",
    "list_request": "list",
    "newsletter_bulk": "bulk",
    "no_reply_sender": "no-reply",
    "own_echo": "own mail",
    "own_loop": "own mail",
    "own_mail": "own mail",
    "read_receipt": "read receipt",
    "vacation_bare_subject": "absence note",
    "vacation_de_subject_only": "absence note",
    "vacation_exchange_en": "auto-submitted",
    "vacation_fr": "absence note",
    "vacation_null_sender": "null sender",
    "vacation_sieve": "auto-submitted",
    "vacation_text_only": "absence note",
}
WORDLESS = ["forward_gmail_only", "pdf_only", "pgp_encrypted", "pgp_inline", "smime_encrypted"]
BOUNCED = {
    "bounce_exchange": ("Joerg@firma.example.org",),
    "bounce_exim": ("carl@exim.example.org",),
    "bounce_gmail": ("nobody@gmail.example.org",),
    "bounce_postfix": ("jane@gone.example.org",),
    "bounce_qmail": ("bob@qmail.example.org",),
}
SENDERS = {
    "contact_form_no_reply": "jo@home.example.org",
    "contact_form_reply_to": "applicant@home.example.org",
    "gmail_reply_en": "jane.doe@gmail.example.org",
    "noreply_in_recipients": "ray+noreply@example.org",
    "outlook_desktop_de": "joerg.mueller@firma.example.org",
    "raw_latin1_in_ascii": "leo@example.org",
    "redirected_by_rule": "kim@home.example.org",
    "reply_to_two": "a@example.org",
    "reply_to_us": "lin@example.org",
}
ATTACHMENTS = {
    "apple_mixed_parts": (),
    "attachments_many": (
        "Lebenslauf Müller.pdf",
        "zeugnis ü.zip",
        "passport.jpg",
        "winmail.dat",
        "application/octet-stream",
        "notes.txt",
    ),
    "cut_base64": ("cv.pdf",),
    "forward_attached": ("Your application.eml",),
    "pdf_only": ("cv.pdf",),
    "pgp_signed": (),
    "smime_signed": (),
}
SUBJECTS = {
    "chinese_gmail": "回复",
    "flowed_delsp_ja": "質問",
    "nul_bytes": "nul byte",
    "outlook_desktop_de": "AW: Rückfrage zur Bewerbung",
    "raw_latin1_in_ascii": "Café et thèse",
    "russian_koi8": "Вопрос",
}


def read(name: str) -> Mail:
    return read_mail((LETTERS / f"{name}.eml").read_bytes(), OWN)


def test_every_letter_is_expected():
    assert {file.stem for file in LETTERS.glob("*.eml")} == {*PERSONS, *MACHINES, *WORDLESS}


@pytest.mark.parametrize("name", PERSONS)
def test_a_person_is_read_in_their_own_words(name):
    mail = read(name)
    held, left_out = PERSONS[name]
    assert held in mail.text
    assert not left_out or not re.search(left_out, mail.text)
    assert mail.automatic is None
    assert mail.bounced == ()
    assert not mail.unreadable


@pytest.mark.parametrize("name", MACHINES)
def test_a_machine_is_told(name):
    mail = read(name)
    assert mail.automatic == MACHINES[name]
    assert mail.bounced == BOUNCED.get(name, ())
    assert not mail.unreadable


@pytest.mark.parametrize("name", WORDLESS)
def test_a_letter_without_own_words_gives_none(name):
    mail = read(name)
    assert mail.text == ""
    assert mail.automatic is None
    assert mail.unreadable == (name != "forward_gmail_only")


@pytest.mark.parametrize("name", SENDERS)
def test_who_is_answered(name):
    assert read(name).sender == SENDERS[name]


@pytest.mark.parametrize("name", ATTACHMENTS)
def test_attachments_are_named(name):
    assert read(name).attachments == ATTACHMENTS[name]


@pytest.mark.parametrize("name", SUBJECTS)
def test_subjects_are_decoded(name):
    assert read(name).subject == SUBJECTS[name]


FORM = b"From: no-reply@school.example.org\nTo: phd@institute.example.org\n"
MUTED_FORMS = {
    "no Reply-To": (b"", "no-reply"),
    "its own Reply-To": (b"Reply-To: no-reply@school.example.org\n", "no-reply"),
    "another that nobody reads": (b"Reply-To: do-not-reply@school.example.org\n", "no-reply"),
    "our Reply-To": (b"Reply-To: phd@institute.example.org\n", "no-reply"),
    "two Reply-Tos": (b"Reply-To: jo@home.example.org, kim@home.example.org\n", "no-reply"),
    "a newsletter's desk": (
        b"Reply-To: desk@school.example.org\nList-Unsubscribe: <mailto:u@x.example.org>\n",
        "no-reply",
    ),
    "sent by a machine": (b"Reply-To: jo@home.example.org\nAuto-Submitted: auto-generated\n", "auto-submitted"),
    "bulk": (b"Reply-To: jo@home.example.org\nPrecedence: bulk\n", "bulk"),
    "a list": (b"Reply-To: jo@home.example.org\nList-Id: <a.example.org>\n", "list"),
    "no bounces wanted": (b"Reply-To: jo@home.example.org\nReturn-Path: <>\n", "null sender"),
}


@pytest.mark.parametrize("name", MUTED_FORMS)
def test_a_no_reply_address_is_answered_only_for_one_person_to_answer(name):
    written, reason = MUTED_FORMS[name]
    assert read_mail(FORM + written + b"\nMay I apply?", OWN).automatic == reason


@pytest.mark.parametrize(
    "sender", [b"", b"Sender: noreply@forms.example.org\n", b"Sender: no-reply@school.example.org\n"]
)
def test_a_person_behind_a_contact_form_is_answered(sender):
    mail = read_mail(FORM + sender + b"Reply-To: jo@home.example.org\n\nMay I apply?", OWN)
    assert (mail.automatic, mail.sender, mail.author) == (None, "jo@home.example.org", "no-reply@school.example.org")


@pytest.mark.parametrize(
    ("sign", "reason"),
    [
        (b"", None),
        (b"Auto-Submitted: auto-generated\n", "auto-submitted"),
        (b"X-MS-Exchange-Generated-Message-Source: Mailbox Rules Agent\n", "auto-submitted"),
        (b"X-Auto-Response-Suppress: All\n", "suppressed"),
    ],
)
@pytest.mark.parametrize("mailbox", [b"x@univ.example.org", b"1"])
def test_the_rule_that_redirects_a_letter_mutes_nobody(mailbox, sign, reason):
    rule = b"X-MS-Exchange-Inbox-Rules-Loop: " + mailbox + b"\n"
    assert read_mail(b"From: kim@home.example.org\n" + rule + sign + b"\nIs it still open?", OWN).automatic == reason


def test_a_thread_is_told_oldest_first():
    mail = read("gmail_reply_en")
    assert mail.message_id == "CAF+9x=jane1@mail.gmail.example.org"
    assert mail.references == ("question-1@mail.gmail.example.org", "answer-2@institute.example.org")


def test_references_are_bounded_and_each_named_once():
    data = (
        b"References: " + b" ".join(b"<%d@x>" % number for number in range(90)) + b" <89@x>\nIn-Reply-To: <a@x> <89@x>"
    )
    mail = read_mail(data + b"\n\nx")
    assert len(mail.references) == 50
    assert mail.references[-2:] == ("89@x", "a@x")


@pytest.mark.parametrize(
    "header",
    [
        b"undisclosed-recipients:;",
        b"a@localhost",
        b"a@[10.0.0.1]",
        b"a@@b.example",
        b"a@x.example, b@y.example",
        b"<>",
        b"",
    ],
)
def test_an_unusable_address_is_none(header):
    assert read_mail(b"From: " + header + b"\n\nx").sender == ""


def test_a_domain_of_other_letters_is_told_in_ascii():
    assert read_mail("From: Jo <jo@Müller.example>\n\nx".encode()).sender == "jo@xn--mller-kva.example"
