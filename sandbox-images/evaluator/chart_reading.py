"""What a matplotlib figure shows, as plain data: the type of chart, and its series with their
values.

Read from the artists that are on the axes in the end, whatever call put them there. Not read: what
cannot be seen, lines across the whole axes (`axhline`), legends, texts, error bars, colour bars.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
from matplotlib import colors
from matplotlib.axes import Axes
from matplotlib.collections import FillBetweenPolyCollection, PathCollection
from matplotlib.container import BarContainer, ErrorbarContainer, StemContainer
from matplotlib.figure import Figure
from matplotlib.lines import AxLine, Line2D
from matplotlib.patches import Polygon, Rectangle, Wedge
from matplotlib.projections.polar import PolarAxes
from matplotlib.ticker import ScalarFormatter

MAX_VALUES = 50_000
Chart = dict[str, Any]


def chart_of(figures: list[Figure]) -> Chart | None:
    """The chart of the last figure that shows one, or None."""
    for figure in reversed(figures):
        chart = figure_chart(figure)
        if chart is not None:
            return chart
    return None


def figure_chart(figure: Figure) -> Chart | None:
    """The charts of all axes taken together. Axes that lie upon each other may add lines to bars;
    axes of different types side by side are `mixed`.
    """
    found = [(ax, readings_of(ax)) for ax in figure.axes if ax.get_visible()]
    found = [(ax, readings) for ax, readings in found if readings]
    if not found:
        return None
    below = {ax.get_position().bounds for ax, readings in found if readings[0]["type"] != "line"}
    kept = [
        readings
        for ax, readings in found
        if readings[0]["type"] != "line" or ax.get_position().bounds not in below
    ]
    if len({readings[0]["type"] for readings in kept}) > 1:
        return {"type": "mixed", "series": [], "also": []}
    merged: dict[str, list[Any]] = {}
    for readings in kept:
        for reading in readings:
            merged.setdefault(reading["type"], []).extend(reading["series"])
    values = sum(len(s["values"]) for series in merged.values() for s in series)
    if values > MAX_VALUES:
        return None
    main, *others = [{"type": kind, "series": series} for kind, series in merged.items()]
    return {**main, "also": others}


def readings_of(ax: Axes) -> list[Chart]:
    """How one axes can be read, the best reading first; empty where nothing is drawn."""
    if ax.get_label() == "<colorbar>":
        return []
    wedges = [p for p in ax.patches if isinstance(p, Wedge) and is_seen(p, ax)]
    if wedges:
        return [{"type": "pie", "series": rings(wedges)}]
    if isinstance(ax, PolarAxes):
        return polar(ax)
    bars = bar_groups(ax)
    if bars:
        return [bar_chart(ax, bars)]
    lines, points = line_series(ax), point_series(ax)
    areas = area_series(ax)
    if areas:
        line = [{"type": "line", "series": lines}] if lines else []
        return [{"type": "area", "series": areas}, *line]
    if lines and on_lines(points, lines):
        return [{"type": "line", "series": lines}]
    return [{"type": "scatter", "series": points}] if points else []


def number(value: Any) -> float | None:
    """A finite number, or None."""
    try:
        value = float(value)
    except (TypeError, ValueError):
        return None
    return value if math.isfinite(value) else None


def series_of(
    label: Any, positions: Any, values: Any, name: Callable[[float], str], colour: Any = None
) -> Chart:
    """One series; missing values are None."""
    places = [number(p) for p in np.ma.filled(np.ma.asarray(positions, float), np.nan).ravel()]
    data = [number(v) for v in np.ma.filled(np.ma.asarray(values, float), np.nan).ravel()]
    return {
        "label": str(label)[:200],
        "positions": places,
        "names": ["" if p is None else name(p) for p in places],
        "values": data,
        "colours": colour,
    }


def is_seen(patch: Any, ax: Axes) -> bool:
    """Whether a patch can be told from the axes' background."""
    if not patch.get_visible():
        return False
    ground = ax.get_facecolor() if ax.patch.get_visible() else ax.figure.get_facecolor()

    def hidden(colour: Any) -> bool:
        shade = colors.to_rgba(colour)
        return shade[3] == 0 or shade[:3] == tuple(ground[:3])

    return not (
        hidden(patch.get_facecolor())
        and (hidden(patch.get_edgecolor()) or not patch.get_linewidth())
    )


def in_data(artist: Any, ax: Axes) -> bool:
    """Whether both coordinates are the data's, as those of a line across the axes are not."""
    return all(artist.get_transform().contains_branch_seperately(ax.transData))


def namer(axis: Any) -> Callable[[float], str]:
    """What stands at a place of an axis: the text of the tick there, or the number."""
    formatter, ticks = axis.get_major_formatter(), []
    if not isinstance(formatter, ScalarFormatter):
        try:
            places = [float(p) for p in axis.get_majorticklocs()]
            ticks = [(p, t) for p, t in zip(places, formatter.format_ticks(places)) if t]
        except Exception:  # noqa: BLE001 a formatter that a program wrote may do anything
            ticks = []

    def name(place: float) -> str:
        near = min(ticks, key=lambda tick: abs(tick[0] - place), default=None)
        if near is not None and abs(near[0] - place) <= 0.5:
            return str(near[1])[:200]
        return f"{place:.10g}"

    return name


def rings(wedges: list[Wedge]) -> list[Chart]:
    """A pie's shares of the circle; of nested pies each ring is a series."""
    by_radius: dict[float, list[Wedge]] = {}
    for wedge in wedges:
        by_radius.setdefault(round(float(wedge.r), 6), []).append(wedge)
    return [
        {
            **series_of(
                "", range(len(ring)), [(w.theta2 - w.theta1) / 360 for w in ring], lambda _: ""
            ),
            "names": [str(w.get_label())[:200] for w in ring],
        }
        for ring in by_radius.values()
    ]


def polar(ax: Axes) -> list[Chart]:
    """A radar chart's lines, else its filled shapes; the point that closes a shape counts once."""
    if any(isinstance(c, BarContainer) for c in ax.containers):
        return [{"type": "polar-bar", "series": []}]
    curves = [
        (line.get_label(), line.get_xdata(orig=False), line.get_ydata(orig=False))
        for line in ax.lines
        if line.get_visible() and not isinstance(line, AxLine) and in_data(line, ax)
    ] or [
        (patch.get_label(), patch.get_xy()[:, 0], patch.get_xy()[:, 1])
        for patch in ax.patches
        if isinstance(patch, Polygon) and is_seen(patch, ax)
    ]
    name, series = namer(ax.xaxis), []
    for label, angles, radii in curves:
        angles, radii = np.ma.asarray(angles, float), np.ma.asarray(radii, float)
        while (
            len(radii) > 1 and radii[0] == radii[-1] and math.cos(angles[0] - angles[-1]) > 1 - 1e-9
        ):
            angles, radii = angles[:-1], radii[:-1]
        if len(radii):
            series.append(series_of(label, angles, radii, name))
    return [{"type": "radar", "series": series}] if series else []


def bar_groups(ax: Axes) -> list[tuple[str, str, list[Rectangle]]]:
    """`(orientation, label, bars)` of each call; rectangles that no call owns are one group."""
    owned: set[int] = set()
    groups = []
    for container in ax.containers:
        if isinstance(container, BarContainer):
            owned.update(map(id, container.patches))
            seen = [p for p in container.patches if is_seen(p, ax)]
            label, direction = container.get_label(), container.orientation or "vertical"
            groups.append((direction, "" if label is None else str(label), seen))
    loose = [
        patch
        for patch in ax.patches
        if isinstance(patch, Rectangle)
        and id(patch) not in owned
        and in_data(patch, ax)
        and is_seen(patch, ax)
    ]
    return [group for group in (*groups, ("vertical", "", loose)) if group[2]]


def bar_chart(ax: Axes, groups: list[tuple[str, str, list[Rectangle]]]) -> Chart:
    """Heights of upright bars, widths of lying ones; a waterfall where each bar begins at the level
    at which the one before ended.
    """
    directions = {direction for direction, _, _ in groups}
    if len(directions) > 1:
        return {"type": "mixed", "series": []}
    if directions == {"horizontal"}:
        name = namer(ax.yaxis)
        return {
            "type": "hbar",
            "series": [
                series_of(
                    label,
                    [b.get_y() + b.get_height() / 2 for b in bars],
                    [b.get_width() for b in bars],
                    name,
                    [colors.to_hex(b.get_facecolor()) for b in bars],
                )
                for _, label, bars in groups
            ],
        }
    name = namer(ax.xaxis)
    steps = waterfall([bar for _, _, bars in groups for bar in bars])
    if steps is not None:
        return {"type": "waterfall", "series": [series_of("", *zip(*steps), name)]}
    return {
        "type": "bar",
        "series": [
            series_of(
                label,
                [b.get_x() + b.get_width() / 2 for b in bars],
                [b.get_height() for b in bars],
                name,
                [colors.to_hex(b.get_facecolor()) for b in bars],
            )
            for _, label, bars in groups
        ],
    }


def waterfall(bars: list[Rectangle]) -> list[tuple[float, float]] | None:
    """`(place, change)` from left to right, or None where the bars are no waterfall: one bar at
    each place, chained, and at least one that does not begin at 0. A bar from 0 to the level is
    a total.
    """
    places: dict[float, list[Rectangle]] = {}
    for bar in bars:
        places.setdefault(round(float(bar.get_x() + bar.get_width() / 2), 6), []).append(bar)
    level, floating, steps = 0.0, False, []
    for place in sorted(places):
        here = [b for b in places[place] if number(b.get_height())] or places[place][:1]
        if len(here) > 1 or number(here[0].get_height()) is None:
            return None
        height = float(here[0].get_height())
        low, high = sorted((float(here[0].get_y()), float(here[0].get_y()) + height))
        if near(low, 0) and near(high, level) and height > 0:
            change = high  # a total, or the first bar
        elif near(low, level):
            change, level = high - low, high
        elif near(high, level):
            change, level = low - high, low
        elif near(low, 0) or near(high, 0):
            change = level = high if near(low, 0) else low
        else:
            return None
        floating = floating or not (near(low, 0) or near(high, 0))
        steps.append((place, change))
    return steps if floating else None


def near(a: float, b: float) -> bool:
    """Equal but for the noise of adding up."""
    return abs(a - b) <= 1e-9 + 1e-7 * max(abs(a), abs(b))


def area_series(ax: Axes) -> list[Chart]:
    """The heights of filled areas. One that stands on no level and on no other is the band around a
    line, and no area chart.
    """
    name, tops, series = namer(ax.xaxis), [], []
    for fill in ax.collections:
        if not isinstance(fill, FillBetweenPolyCollection) or not fill.get_visible():
            continue
        curves = [curves_of(path.vertices) for path in fill.get_paths()]
        if not curves:
            continue
        x, first, second = (np.concatenate(part) for part in zip(*curves))
        if is_level(first):
            values, top = second, second
        elif is_level(second):
            values, top = first, first
        elif any(len(t) == len(first) and np.allclose(t, first) for t in tops):
            values, top = second - first, second
        elif any(len(t) == len(second) and np.allclose(t, second) for t in tops):
            values, top = first - second, first
        else:
            continue
        tops.append(top)
        series.append(series_of(fill.get_label(), x, values, name))
    return series


def curves_of(vertices: Any) -> tuple[Any, Any, Any]:
    """x and the two curves of an area's outline: begin, first curve, end, second one backwards."""
    n = (len(vertices) - 3) // 2 if len(vertices) % 2 else (len(vertices) - 2) // 2
    first, second = vertices[1 : n + 1], vertices[n + 2 : 2 * n + 2][::-1]
    return first[:, 0], first[:, 1], second[:, 1]


def is_level(curve: Any) -> bool:
    """Whether a curve is the same everywhere; one point alone is so where it is 0."""
    return bool(np.all(curve == curve[0])) and (len(curve) > 1 or curve[0] == 0)


def is_drawn(line: Line2D) -> bool:
    """Whether a line joins its points."""
    return line.get_linestyle() not in ("None", "none", " ", "")


def parts_of_others(ax: Axes) -> set[int]:
    """Lines that belong to error bars or to the base of a stem plot."""
    found: set[int] = set()
    for container in ax.containers:
        if isinstance(container, ErrorbarContainer):
            found.update(id(cap) for cap in container[1])
        elif isinstance(container, StemContainer):
            found.add(id(container.baseline))
    return found


def lines_of(ax: Axes) -> list[Line2D]:
    """The visible lines in data coordinates."""
    others = parts_of_others(ax)
    return [
        line
        for line in ax.lines
        if line.get_visible()
        and line.get_alpha() != 0
        and id(line) not in others
        and not isinstance(line, AxLine)
        and in_data(line, ax)
        and len(line.get_xdata(orig=False))
    ]


def line_series(ax: Axes) -> list[Chart]:
    """The lines that join their points."""
    name = namer(ax.xaxis)
    return [
        series_of(line.get_label(), line.get_xdata(orig=False), line.get_ydata(orig=False), name)
        for line in lines_of(ax)
        if is_drawn(line)
    ]


def point_series(ax: Axes) -> list[Chart]:
    """Points that nothing joins: of scatter plots, and of lines with markers alone."""
    name, found = namer(ax.xaxis), []
    for cloud in ax.collections:
        if not isinstance(cloud, PathCollection) or not cloud.get_visible():
            continue
        offsets = cloud.get_offsets()
        if not len(offsets) or not all(
            cloud.get_offset_transform().contains_branch_seperately(ax.transData)
        ):
            continue
        shades = [colors.to_hex(c) for c in cloud.get_facecolors()]
        shades = shades * len(offsets) if len(shades) == 1 else shades
        shades = shades if len(shades) == len(offsets) else None
        found.append(series_of(cloud.get_label(), offsets[:, 0], offsets[:, 1], name, shades))
    for line in lines_of(ax):
        if not is_drawn(line) and line.get_marker() not in ("None", "none", " ", "", None):
            xs, ys = line.get_xdata(orig=False), line.get_ydata(orig=False)
            shades = [colors.to_hex(line.get_color())] * len(ys)
            found.append(series_of(line.get_label(), xs, ys, name, shades))
    return found


def on_lines(points: list[Chart], lines: list[Chart]) -> bool:
    """Whether all points are points of the lines: markers of a line chart, no data of their own."""
    corners = {pair for line in lines for pair in zip(line["positions"], line["values"])}
    return all(
        pair in corners for series in points for pair in zip(series["positions"], series["values"])
    )
