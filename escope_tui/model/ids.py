"""Names for the numbers that identify things in a recording."""

from __future__ import annotations

from typing import NewType

StepIndex = NewType("StepIndex", int)
"""Position of a step in the recording, over all threads and processes, from 0."""

FrameId = NewType("FrameId", int)
"""One activation of a function, counted from 1; a generator keeps its own over all its suspensions.
"""

ObjectId = NewType("ObjectId", int)
"""Identity of a mutable object; never used again for another object."""

ThreadIndex = NewType("ThreadIndex", int)
"""Number of a thread in the recording, in the order of first sight."""

ModuleIndex = NewType("ModuleIndex", int)
"""Number of one load of one source file; a reload counts anew."""

FunctionIndex = NewType("FunctionIndex", int)
"""Place of a code scope in its module's table; 0 is the module itself."""

SiteId = NewType("SiteId", int)
"""One injected call, numbered over all modules."""

Slot = NewType("Slot", int)
"""Place of a variable in its scope's table."""

TaskId = NewType("TaskId", int)
"""Identity of an asyncio task."""
