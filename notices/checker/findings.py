"""What a check found: how grave, under which rule of which source, and where."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Level(StrEnum):
    """An error blocks approval; a warning needs a written reason."""

    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong or doubtful."""

    level: Level
    rule: str
    source: str
    file: str
    text: str
    line: int | None = None

    def plain(self) -> dict[str, str | int | None]:
        """Return it as JSON values."""
        return {name: getattr(self, name) for name in self.__slots__}

    def __str__(self) -> str:
        place = f"{self.file}:{self.line}" if self.line else self.file
        return f"{place}: {self.level.value}: {self.text} [{self.rule}; {self.source}]"
