"""Which task runs, and for how long: in turn, each for as many slices as its share is.

A task that waits gives the rest of its time away. There is one time for all, in instructions' worth
of it: the sum of what all tasks execute, and what passes while all wait. Nothing here depends on
how fast the host is: the same programs with the same input run the same way.
"""

from __future__ import annotations

from collections.abc import Sequence

from vm86.monitor.tasks import Task

SLICE = 100_000  # instructions


class Scheduler:
    """tasks: those that have ended are passed over. left: the instructions that all together may
    still execute, None for any number. now: the time."""

    def __init__(self, tasks: Sequence[Task], budget: int | None = None) -> None:
        self.tasks = tasks
        self.slice = SLICE
        self.left = budget
        self.now = 0
        self._next = 0

    @property
    def alive(self) -> bool:
        """Whether there is anything left to do."""
        return self.left != 0 and not all(task.ended for task in self.tasks)

    def turn(self) -> Task | None:
        """Let the next task that is ready have its turn; None: none is."""
        for k in range(len(self.tasks)):
            number = (self._next + k) % len(self.tasks)
            task = self.tasks[number]
            if task.ready(self.now):
                self._next = number + 1
                self._run(task)
                return task
        return None

    def _run(self, task: Task) -> None:
        budget = self.slice * task.share
        if self.left is not None:
            budget = min(budget, self.left)
        task.run(budget, self.now)
        self.now = max(self.now, task.services.passed())
        if self.left is not None:
            self.left = max(0, self.left - task.last)

    def wakes(self) -> int:
        """When the first of the tasks that wait wants to go on, if none is ready."""
        return min((task.wakes for task in self.tasks if not task.ended), default=self.now)

    def run(self) -> None:
        """Run all tasks to their ends. Nobody waits: when all do, time passes at once."""
        while self.alive:
            if self.turn() is None:
                self.now = max(self.now, self.wakes())
