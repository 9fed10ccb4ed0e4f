"""Charts as coordinates: trends, bars and timelines; drawn by templates/components/chart.html.

Every chart is laid out twice, for a wide and for a narrow place, so that its words keep their size on a telephone. What
is missing is a gap with a mark, never a zero. Numbers become coordinates here and nowhere feed back into results.
"""

from app.core.chart_bars import Bar, BarsChart, bars_chart
from app.core.chart_timeline import SpanKind, TimelineChart, TimelineRow, TimelineSpan, timeline_chart
from app.core.chart_trend import TrendChart, TrendPoint, trend_chart

__all__ = [
    "Bar",
    "BarsChart",
    "SpanKind",
    "TimelineChart",
    "TimelineRow",
    "TimelineSpan",
    "TrendChart",
    "TrendPoint",
    "bars_chart",
    "timeline_chart",
    "trend_chart",
]
