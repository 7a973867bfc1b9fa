"""Files of agents on their way from Slack, fetched beside the inbox, so that a slow one keeps nobody else waiting."""

from __future__ import annotations

import threading
from collections.abc import Callable, Collection, Mapping, Sequence
from concurrent.futures import Future
from typing import Any

from escalation.slack.attachments import Attached

AT_ONCE = 4
"""Messages whose files are fetched together; the rest waits its turn."""

Fetch = Callable[[Sequence[Mapping[str, Any]]], Attached]


class Fetches:
    """By the number of the inbox's row. They are kept nowhere until the row is done: after a crash it asks again."""

    def __init__(self, fetch: Fetch, on_done: Callable[[], None]) -> None:
        self._fetch = fetch
        self._on_done = on_done
        self._under_way: dict[int, Future[Attached]] = {}
        self._places = threading.Semaphore(AT_ONCE)

    def of(self, row_id: int, files: Sequence[Mapping[str, Any]]) -> Attached | None:
        """None while they are under way. Raises once what the fetching raised; asking again begins anew."""
        if not files:
            return Attached()
        fetching = self._under_way.get(row_id)
        if fetching is None:
            self._begin(row_id, files)
            return None
        if not fetching.done():
            return None
        del self._under_way[row_id]
        return fetching.result()

    def forget_all_but(self, row_ids: Collection[int | None]) -> None:
        """Another desk has finished the others."""
        self._under_way = {row_id: one for row_id, one in self._under_way.items() if row_id in row_ids}

    def _begin(self, row_id: int, files: Sequence[Mapping[str, Any]]) -> None:
        fetching = self._under_way[row_id] = Future()
        # A daemon, unlike a pool's threads: the desk's end waits for no file.
        threading.Thread(target=self._run, args=(fetching, files), name="files", daemon=True).start()

    def _run(self, fetching: Future[Attached], files: Sequence[Mapping[str, Any]]) -> None:
        with self._places:
            try:
                fetching.set_result(self._fetch(files))
            except Exception as error:  # noqa: BLE001 - the worker deals with it, as with any of its own
                fetching.set_exception(error)
        self._on_done()
