"""A message whose writer proved to have got a mail that told them their result: what it comes to.

Knows who proves it, and the order: a slot picked, what only that mail answers, what a person must see; all else is answered as anybody
is. Does not know the words (`own_mail.py`). Without a proof nothing here happens, so that a guess looks like any other message.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from bot.answering.parts import Part
from bot.model.conversation import Answer, Matter, Question
from bot.model.hand_over import Step
from bot.model.message import Outgoing, Received, Settled
from bot.model.own_mail import OwnMail
from bot.usecases.answer_question import AnswerQuestion
from bot.usecases.desk import Desk
from bot.usecases.own_mail import ACTIONS, ASPECTS, OwnMailAnswers, OwnReply
from bot.usecases.own_mail_ports import OwnMails
from bot.usecases.own_reading import OwnReading, greets, read_answer, tells

LINK = "m-"
"""What the word of a mail's Telegram link begins with (https://core.telegram.org/api/links#bot-links)."""
OWN_MAIL, MOVE = "own-mail", "interview-slot"
ANSWERED = "offer"
"""The kind of mail whose answers, in chats too, a person reads unless they only ask what it says."""
ALONE = frozenset({OWN_MAIL, "application-status", "result-date"})
"""What somebody with an offer may ask that a person need not see."""
TOPICS = {
    "accept": "accept-offer",
    "decline": "decline-offer",
    "confirm": "confirm-interview",
    "withdraw": "withdraw-application",
    "move": "interview-slot",
}
"""The topic under which a request goes to a person, by why it goes there; any other is about the mail."""


@dataclass(frozen=True, slots=True)
class OwnTalk:
    """Answers whoever has a mail."""

    mails: OwnMails
    answers: OwnMailAnswers
    desk: Desk
    brain: AnswerQuestion

    def mail_of(self, received: Received) -> OwnMail | None:
        """The mail that the writer proved to have; in a group nobody has one, since others read along."""
        if not received.incoming.private:
            return None
        if received.incoming.channel == "telegram":
            mail = self.mails.of_chat(received.conversation)
        else:
            mail = self.mails.mail(received.about) if received.about is not None else None
        return mail if mail is not None and mail.call in self.brain.knowledge.calls else None

    def opened(self, received: Received, word: str, now: datetime) -> Settled:
        """The link of a mail was used: bound to this chat if it is the first, else the same as for a link that never was."""
        mail = (
            self.mails.bind(word.removeprefix(LINK), received.conversation, now) if received.incoming.private else None
        )
        if mail is None or mail.call not in self.brain.knowledge.calls:
            return self._settled(received, OwnReply(self.answers.stale(self._language(received, None))), None, now)
        language = self._language(received, mail)
        return self._settled(
            received, self.answers.reply(mail, _asked([OWN_MAIL], mail, language), language, now), mail, now
        )

    def picked(self, received: Received, mail: OwnMail | None, text: str, now: datetime) -> Settled | None:
        """A slot that was picked; None if the text picks none."""
        language = self._language(received, mail)
        if mail is None:
            return None
        reply = self.answers.book(mail, text, language, now)
        if reply is None:
            return None
        beside = [part for part in self.brain.read(text) if tells(part) and not self.answers.picks(mail, part.text)]
        if beside and not reply.person:  # nothing that stands beside a number is lost
            more = self.answers.beside(language)
            reply = replace(reply, text=f"{reply.text}\n\n{more.text}", person=more.person)
        return self._settled(received, reply, mail, now)

    def unpicked(self, received: Received, now: datetime) -> Settled:
        """A slot asked for by whoever proves nothing, or whose mail lets nobody choose."""
        mail = self.mail_of(received)
        language = self._language(received, mail)
        if mail is None:
            return self._settled(received, OwnReply(self.answers.stale(language)), mail, now)
        return self._settled(
            received, self.answers.reply(mail, _asked([MOVE], mail, language), language, now), mail, now
        )

    def said(
        self, received: Received, mail: OwnMail, text: str, read: Answer, earlier: tuple[str, ...], now: datetime
    ) -> Settled | None:
        """The reply to a message about the mail; None if anybody would be answered the same."""
        language = self._language(received, mail, read)
        letter, parts = received.incoming.channel == "email", self.brain.read(text)
        if not letter and greets(parts):
            return None
        asked = self._read(mail, parts)
        if not letter and "?" in text:  # in a chat people also ask of other things
            asked = replace(asked, doubtful=False)
        if not asked.topics and not asked.doubtful:
            return None
        about = asked.topics or {OWN_MAIL}
        reply = self.answers.reply(mail, _asked(about, mail, language), language, now)
        beside: tuple[Matter, ...] = ()
        if set(read.topics) - asked.topics and (asked.public or not letter):
            rest = self.brain(Question(text, now, earlier, without=self.answers.topics(read)))
            reply = replace(reply, text="\n\n".join(filter(None, (reply.text, rest.reply))))
            beside = self.desk.matters(rest)
        if asked.doubtful and not reply.person:
            doubt = self.answers.passed_on(language)
            reply = replace(reply, text=f"{reply.text}\n\n{doubt.text}", person=doubt.person)
        return self._settled(received, reply, mail, now, language, beside)

    def _read(self, mail: OwnMail, parts: Sequence[Part]) -> OwnReading:
        every = self.answers.topics(_asked(ASPECTS, mail, mail.language), mail)
        acts = [topic for topic in every if ASPECTS[topic] in ACTIONS]
        asked = read_answer(parts, every, acts, self.brain.negations)
        delicate = mail.kind == ANSWERED and bool(asked.topics - ALONE)
        return replace(asked, doubtful=asked.doubtful or delicate)

    def _settled(
        self,
        received: Received,
        reply: OwnReply,
        mail: OwnMail | None,
        now: datetime,
        language: str = "",
        beside: tuple[Matter, ...] = (),
    ) -> Settled:
        """The reply with what of it goes to a person: why the reply says so, and what was asked `beside`."""
        language = language or self._language(received, mail)
        own = Matter("hand-over", TOPICS.get(reply.person, OWN_MAIL), mail.call) if reply.person and mail else None
        matters = ((own,) if own is not None else ()) + beside
        parts = [reply.text]
        step = None
        if matters and self.desk.reachable:
            known = self.desk.hand_overs.open_of(received.conversation)
            parts.append(self.desk.expectation(language, matters, known, now))
            step = Step("ask", matters=matters)
        elif matters:
            parts.append(self.answers.contacts(language))
        outgoing = Outgoing(
            "\n\n".join(filter(None, parts)),
            "service",
            language,
            choices=reply.choices,
            file=reply.file,
            topics=(OWN_MAIL,) if mail is not None else (),
            matters=matters,
        )
        return Settled(
            "answered", "", "", language, (outgoing,), self.brain.knowledge.version, step, booking=reply.booking
        )

    def _language(self, received: Received, mail: OwnMail | None, read: Answer | None = None) -> str:
        languages = self.brain.templates.languages
        wanted = (
            read.language if read is not None and read.understood else "",
            received.language,
            mail.language if mail is not None else "",
            received.incoming.language,
        )
        return next((one for one in wanted if one in languages), "en")


def _asked(topics: Iterable[str], mail: OwnMail, language: str) -> Answer:
    """A question about a mail on these topics, as the brain would read it."""
    matters = tuple(Matter("hand-over", topic, mail.call) for topic in topics)
    return Answer("abstain", "", language, topics=tuple(topics), matters=matters)
