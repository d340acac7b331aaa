"""Nobody is ever read, shown or answered with another's words, whatever order things happen in and whatever is forged."""

from dataclasses import dataclass, field
from datetime import timedelta

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.model.message import Received
from bot.storage.store import Store
from tests.storage.record import ANN, BOB, CLEO, NOW, chat, due, empty, letter, says, settle, take

WHO = [ANN, "Ann@example.org", BOB, CLEO, "100", "100/7", "200"]

STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("write"), st.sampled_from(WHO), st.integers(0, 30)),  # in the thread of the nth message
        st.tuples(st.just("answer"), st.integers(0, 5), st.sampled_from(["answered", "ignored"])),
        st.tuples(st.just("forget"), st.sampled_from(WHO), st.none()),
        st.tuples(st.just("expire"), st.integers(0, 30), st.none()),
    ),
    min_size=5,
    max_size=25,
)


@dataclass
class World:
    """What happened, and whose each word is: a text names its author."""

    store: Store
    received: list[Received] = field(default_factory=list)

    def write(self, who: str, thread_of: int) -> None:
        number = len(self.received)
        when = NOW + timedelta(hours=number)
        text = f"<{who}> {number}"
        if "@" in who:
            thread = self.received[thread_of].incoming.thread if thread_of < number else ""
            self.received.append(take(self.store, letter(text, who, thread=thread, received=when)))
        else:
            self.received.append(take(self.store, chat(text, who, received=when)))

    def answer(self, place: int, state: str) -> None:
        waiting = self.store.inbox.unanswered(10)
        if place < len(waiting):
            who = waiting[place].incoming.address
            reply = says(f"<{who}> reply", buttons=[f"<{who}> button"])
            settle(self.store, waiting[place], *([reply] if state == "answered" else []), state=state)

    def forget(self, who: str, _: None) -> None:
        mine = [received for received in self.store.inbox.unanswered(100) if received.incoming.address == who]
        if mine:
            self.store.people.erase(mine[-1], NOW)

    def expire(self, hours: int, _: None) -> None:
        self.store.people.expire(NOW + timedelta(hours=hours))

    def look(self) -> None:
        """Everybody sees their own words only."""
        inbox, outbox, people = self.store.inbox, self.store.outbox, self.store.people
        replies = [reply.id for channel in ("email", "telegram") for reply in due(self.store, channel)]
        for received in self.received:
            who = received.incoming.address
            seen = [*inbox.earlier(received), *inbox.recent(received, NOW)]
            for entry in people.export(received.conversation):
                seen += [entry["text"], *(reply["text"] for reply in entry["replies"])]
            for reply in replies:
                seen += outbox.choices(reply, received.conversation)
            assert all(text.startswith(f"<{who}>") for text in seen if text), (who, seen)
            assert len(inbox.earlier(received)) == len(set(inbox.earlier(received)))
        for received in inbox.unanswered(100):
            assert received.incoming.text.startswith(f"<{received.incoming.address}>")
        for channel in ("email", "telegram"):
            for reply in due(self.store, channel):
                assert reply.body.text.startswith(f"<{reply.address}>")


@given(STEPS)
@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_nobody_sees_anothers_words(store: Store, steps: list[tuple[str, object, object]]) -> None:
    empty(store)
    world = World(store)
    for name, *values in steps:
        getattr(world, name)(*values)
    world.look()


@given(st.lists(st.tuples(st.sampled_from([ANN, BOB]), st.integers(0, 12)), min_size=2, max_size=12))
@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_thread_is_one_persons(store: Store, letters: list[tuple[str, int]]) -> None:
    empty(store)
    world = World(store)
    for who, thread_of in letters:
        world.write(who, thread_of)
        world.answer(0, "answered")
    owners: dict[str, str] = {}
    for received in world.received:
        assert owners.setdefault(received.incoming.thread, received.incoming.address) == received.incoming.address
    for received, (who, thread_of) in zip(world.received, letters, strict=True):
        before = [other for other in world.received if other.id < received.id]
        own = thread_of < len(before) and before[thread_of].incoming.address == who
        assert (received.incoming.thread in {other.incoming.thread for other in before}) == own
        same = [other for other in before if other.incoming.thread == received.incoming.thread]
        assert store.inbox.earlier(received) == tuple(other.incoming.text for other in same)
