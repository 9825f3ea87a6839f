"""Read the command line, find the task, and end with a sentence where something expected fails."""

import sys
from collections.abc import Sequence

from _console import Console, TaskError
from _tasks import ROOT, TASKS, Task, Workplace

INTERRUPTED = 130
"""What a shell reports for a program that Ctrl-C ended."""


def listing(tasks: Sequence[Task] = TASKS) -> str:
    """List the tasks, a line each."""
    width = max(len(task.name) for task in tasks)
    lines = [f"  {task.name:<{width}}  {task.summary}" for task in tasks]
    return "\n".join(["python3 packaging/tasks.py TASK [ARGUMENTS]", "", *lines])


def main(
    argv: Sequence[str],
    *,
    tasks: Sequence[Task] = TASKS,
    console: Console | None = None,
    place: Workplace | None = None,
) -> int:
    """Run one task; its exit code, or 2 for a wrong word, 1 for an expected failure, 130 for Ctrl-C."""
    console = console or Console()
    if not argv or argv[0] in ("-h", "--help", "help"):
        console.say(listing(tasks))
        return 0
    task = next((task for task in tasks if task.name == argv[0]), None)
    if task is None:
        Console(sys.stderr).say(f"There is no task named {argv[0]!r}.\n\n{listing(tasks)}")
        return 2
    try:
        return task.run(place or Workplace(ROOT, console), list(argv[1:]))
    except TaskError as error:
        Console(sys.stderr).say(f"\n{error}")
        return 1
    except KeyboardInterrupt:
        Console(sys.stderr).say("\nStopped. The same command goes on from here.")
        return INTERRUPTED
