"""People who apply while the server dies again and again, and who do not give up."""

import hashlib
import http.client
import random
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypeVar

from portal.calls.definition import Definition
from tests.walker import Browser, Way, photo

T = TypeVar("T")
GONE = (OSError, http.client.HTTPException)


@dataclass
class Promise:
    """An application of which the server has said that it has arrived."""

    email: str
    sha256: str
    address: str


@dataclass
class Crowd:
    """Some people at once, each of whom sends one application after the other."""

    port: int
    definition: Definition
    people: int = 4
    each: int = 5
    promises: list[Promise] = field(default_factory=list)
    faults: list[BaseException] = field(default_factory=list)
    unanswered: int = 0
    stop: threading.Event = field(default_factory=threading.Event)

    def begin(self) -> list[threading.Thread]:
        """Let everybody begin."""
        threads = [threading.Thread(target=self._live, args=(n,)) for n in range(self.people)]
        for thread in threads:
            thread.start()
        return threads

    def _live(self, person: int) -> None:
        chance = random.Random(person)
        try:
            for number in range(self.each):
                if self.stop.is_set():
                    return
                self._apply(f"p{person}-{number}@example.org", person * 1000 + number)
                time.sleep(chance.uniform(0, 1.5))
        except BaseException as fault:
            self.faults.append(fault)

    def _apply(self, email: str, number: int) -> None:
        data = photo(number, 200_000)
        way = Way(Browser(self.port), self.definition, email, data)
        self._until_done(way.start)
        for path in way.pages():
            self._until_done(lambda path=path: way.fill(path))  # type: ignore[misc]
        self._until_done(way.hand_in)
        self._until_done(way.send)
        self.promises.append(Promise(email, hashlib.sha256(data).hexdigest(), way.address))

    def _until_done(self, step: Callable[[], T]) -> T:
        """Repeat a step for as long as nobody answers; a wrong answer is a fault."""
        end = time.monotonic() + 60
        while True:
            try:
                return step()
            except GONE:
                self.unanswered += 1
                assert time.monotonic() < end, "nobody answers for a minute"
                time.sleep(0.05)
