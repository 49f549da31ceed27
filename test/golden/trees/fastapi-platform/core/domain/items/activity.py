"""What is known of how items come and go."""

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class DayActivity:
    """How many items were created and deleted on a day, in UTC."""

    day: date
    created: int
    deleted: int
