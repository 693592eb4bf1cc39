"""The worker's side of rendering: one child, watched, renewed and replaced when it fails."""

import atexit
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from functools import cache
from threading import Lock, Timer
from typing import Any

from portal.documents import pipe
from portal.documents.contents import Content
from portal.documents.failures import PangoMissing, RenderFailed
from portal.jobs.registry import settings

SECONDS = 30.0
MEMORY = 1_500_000_000


class Renderer:
    """Makes PDFs one after the other in a child process.

    seconds: wall time for one document. documents: after so many the child is renewed. memory:
    bytes of address space of the child.
    """

    def __init__(
        self, *, seconds: float = SECONDS, documents: int = 200, memory: int = MEMORY
    ) -> None:
        self.seconds = seconds
        self.documents = documents
        self.memory = memory
        self.warnings: list[str] = []
        self._child: subprocess.Popen[bytes] | None = None
        self._made = 0
        self._lock = Lock()

    @property
    def pid(self) -> int | None:
        """The process id of the child that lives now."""
        return self._child.pid if self._child else None

    def render(self, content: Content, language: str) -> bytes:
        """Return the PDF, see `portal.documents.render.render`.

        Raises `RenderFailed` if the document cannot be made, takes too long or kills the child,
        and `PangoMissing` if the machine lacks the libraries. The next call gets a working child.
        """
        head = {
            "template": content.template,
            "context": content.page_values,
            "language": language,
            "blobs": [[name, media_type] for name, (_body, media_type) in content.blobs.items()],
            "papers": {name: str(path) for name, path in content.papers.items()},
        }
        bodies = [body for body, _media_type in content.blobs.values()]
        return self._result(head, bodies, self.seconds).bodies[0]

    def keep(self, order: Mapping[str, Any], *, seconds: float) -> None:
        """Let the child bind what many share, see `portal.documents.binding.keep`.

        Raises `RenderFailed` as above.
        """
        self._result({"keep": dict(order)}, [], seconds)

    def bind(self, order: Mapping[str, Any], *, seconds: float) -> None:
        """Let the child make a person's binder, see `portal.documents.binding.bind`."""
        self._result({"bind": dict(order)}, [], seconds)

    def _result(
        self, head: dict[str, Any], bodies: Sequence[bytes], seconds: float
    ) -> pipe.Message:
        with self._lock:
            answer = self._ask(head, bodies, seconds)
        if not answer.head["ok"]:
            raise RenderFailed(answer.head["error"])
        self.warnings = answer.head["warnings"]
        return answer

    def close(self) -> None:
        """End the child; a later `render` starts another."""
        with self._lock:
            self._drop()

    def _ask(self, head: dict[str, Any], bodies: Sequence[bytes], seconds: float) -> pipe.Message:
        child = self._living()
        # The child ends itself a little later than we would kill it, should we die meanwhile.
        head["seconds"] = int(seconds) + 5
        watch = Timer(seconds, child.kill)
        watch.daemon = True
        watch.start()
        try:
            pipe.write(child.stdin, head, bodies)  # type: ignore[arg-type]
            answer = pipe.read(child.stdout)  # type: ignore[arg-type]
        except (OSError, EOFError):
            late = watch.finished.is_set()
            self._drop()
            limit = f"the document took longer than {seconds:g} s"
            raise RenderFailed(limit if late else "the render child died") from None
        finally:
            watch.cancel()
        self._made += 1
        if self._made >= self.documents:
            self._drop()
        return answer

    def _living(self) -> subprocess.Popen[bytes]:
        """Return a child that waits for orders, a new one if the old one has died."""
        if self._child is not None and self._child.poll() is None:
            return self._child
        self._drop()
        child = self._child = self._start()
        watch = Timer(self.seconds, child.kill)
        watch.start()
        try:
            hello = pipe.read(child.stdout).head  # type: ignore[arg-type]
        except EOFError:
            self._drop()
            raise RenderFailed("the render child did not start") from None
        finally:
            watch.cancel()
        if not hello["ready"]:
            self._drop()
            raise PangoMissing(hello["error"])
        return child

    def _start(self) -> subprocess.Popen[bytes]:
        """Start a child without our secrets, deaf to Ctrl-C in the worker's terminal."""
        kept = {name: v for name, v in os.environ.items() if not name.startswith("PORTAL_")}
        return subprocess.Popen(  # noqa: S603  (our own module, a number as argument)
            [sys.executable, "-m", "portal.documents.child", str(self.memory)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env=kept,
            start_new_session=True,
        )

    def _drop(self) -> None:
        child, self._child, self._made = self._child, None, 0
        if child is None:
            return
        child.kill()
        child.wait()
        for end in (child.stdin, child.stdout):
            try:
                if end:
                    end.close()
            except OSError:  # what we wrote last was never read
                pass


@cache
def renderer() -> Renderer:
    """Return the one renderer of this worker process; its child ends with the process."""
    made = Renderer(documents=settings().renders_per_child)
    atexit.register(made.close)
    return made
