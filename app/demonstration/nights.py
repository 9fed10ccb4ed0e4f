"""What the scheduler does while nobody works: tasks are reminded of and handed up, lists judged again."""

from datetime import timedelta

from app.demonstration.timeline import Days, Timeline
from app.demonstration.world import World
from app.lifecycle.jobs import remind_and_escalate
from app.negative_lists.jobs import rescreen

# Working days of the past in whose nights tasks are looked after; earlier ones were done in time.
WATCHED = 20
# The last working day on which the short exemption of the story holds.
LAST_EXEMPTED = 4


def keep_watch(timeline: Timeline, days: Days) -> None:
    """The nights of the last weeks, the present day's among them."""
    for back in range(WATCHED, 0, -1):
        timeline.at_night(days.ago(back), _look_after)
    timeline.at_night(days.today, _look_after)
    timeline.at_night(days.ago(LAST_EXEMPTED) + timedelta(days=1), _judge_again)


def _look_after(_world: World) -> None:
    remind_and_escalate()


def _judge_again(_world: World) -> None:
    rescreen()
