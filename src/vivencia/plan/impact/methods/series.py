"""Interrupted time series: everybody was treated at once, so only what came before can say what would have been.

Level and trend, seasons by harmonics, a step and a change of slope at the start (Wagner et al. 2002), errors as in
`steps`.
"""

import numpy as np

from vivencia.plan.impact.methods import steps
from vivencia.plan.impact.methods.panel import FloatArray, Panel, means
from vivencia.plan.impact.methods.result import Check, Drawn, Lead, NotPossible, Result, State

BEFORE = 8  # periods before the start at least
SLOPE_AFTER = 5  # periods after it that a change of slope needs
GUESSED_SEASONS = (12, 7, 4, 52, 24)
MOST_WAVES = 5
DOUBT = 0.05
INSTEAD = 0.05  # how likely a change at another date explains it all to be said
ELSEWHERE = 0.5  # how sure it has to be that the series broke at another date to be said


def estimate(panel: Panel) -> Result:
    """The change of the treated's mean at the start. Raises NotPossible where too little came before."""
    rows = panel.treated
    dates = panel.dates
    if len(dates) > 1:
        raise NotPossible("several_starts", "an interrupted time series needs one start")
    y, weight = means(panel, rows)
    seen = np.isfinite(y)
    start = int((seen & (np.arange(len(y)) < dates[0])).sum())
    labels = tuple(label for label, is_seen in zip(panel.periods, seen, strict=True) if is_seen)
    after = int(seen.sum()) - start
    if start < BEFORE or not after:
        raise NotPossible(
            "short_before" if start < BEFORE else "no_after",
            f"an interrupted time series needs {BEFORE} periods before the start and one after; there are "
            f"{start} and {after}",
            before=start,
            needed=BEFORE,
        )
    line = Line(y[seen], panel.at[seen].astype(float), start, labels, panel.season, 1 / weight[seen])
    return line.result(panel, "interrupted_time_series", "level_and_slope" if line.sloped else "level")


class Line:
    """One series with a start, and the model of it."""

    def __init__(
        self, y: FloatArray, at: FloatArray, start: int, labels: tuple[str, ...], season: int, noise: FloatArray
    ) -> None:
        if len(y) > steps.MOST:
            y, at, start, labels, noise = _last(y, at, start, labels, noise)
        self.y, self.at, self.start, self.labels, self.noise = y, at, start, labels, noise
        self.season = season or _season(y[:start], at[:start])
        self.base = self._base()
        self.sloped = len(y) - start >= SLOPE_AFTER
        own = self._own(start)
        self.fitted = steps.fit(y, at, np.column_stack([self.base, own]), noise, start, steps.USUAL)
        self.instead = steps.instead(y, at, self.base, own, noise, start)

    def _base(self) -> FloatArray:
        """(T, k) level, trend and seasons."""
        t = self.at
        middle = t.mean()
        columns = [np.ones(len(t)), (t - middle) / max(t[-1] - t[0], 1)]
        waves = self._waves()
        for wave in range(1, waves + 1):
            turn = 2 * np.pi * wave * t / self.season
            columns += [np.sin(turn), np.cos(turn)]
        return np.column_stack(columns)

    def _waves(self) -> int:
        """How many harmonics the season gets: what the cycles before the start can carry; more than two where they
        surely tell of a peak that is no wave (December)."""
        t, n, season = self.at[: self.start], self.start, self.season
        if not season:
            return 0
        cycles = (t[-1] - t[0] + 1) / season
        enough = 1.5 if season <= 12 else 1.1  # a year of weeks pins one wave, a year of months hardly
        waves = min(2, (season - 1) // 2) if cycles >= 2 else 1 if cycles >= enough and season > 2 else 0
        if 2 + 2 * waves + 2 > len(self.at) - 4:
            return 0
        best = _bic(self.y[:n], t, season, waves) - 6
        for more in range(waves + 1, min((season - 1) // 2, MOST_WAVES, (n - 10) // 2) + 1 if cycles >= 3 else 0):
            told = _bic(self.y[:n], t, season, more)
            waves, best = (more, told) if told < best else (waves, best)
        return waves

    def _own(self, start: int) -> FloatArray:
        """(T, 1 or 2) the step at a start, and the slope from it on."""
        since = self.at - self.at[start]
        after = (np.arange(len(self.at)) >= start).astype(float)
        return np.column_stack([after, since * after] if self.sloped else [after])

    def change(self) -> steps.Change:
        """The mean change over the periods after the start."""
        return self.made().or_nothing(self.instead)

    def made(self) -> steps.Change:
        """The same, were it sure that something happened at the start."""
        return self.fitted.contrast(self._contrast(range(self.start, len(self.y))))

    def interval(self) -> tuple[float, float]:
        """The 95 % interval of the change. The chance that there was none widens it towards zero; it does not narrow
        it on the far side, where it would say nothing but how large an effect is if there is one."""
        own, told = self.made(), self.change()
        return min(own.limit(0.025), told.limit(0.025)), max(own.limit(0.975), told.limit(0.975))

    def _contrast(self, columns: range) -> FloatArray:
        c = np.zeros(self.base.shape[1] + (2 if self.sloped else 1))
        own = self._own(self.start)[list(columns)].mean(axis=0)
        c[self.base.shape[1] :] = own
        return c

    def result(self, panel: Panel, method: str, variant: str, checks: tuple[Check, ...] = ()) -> Result:
        change = self.change()
        low, high = self.interval()
        treated = int(panel.treated.sum())
        return Result(
            method,  # type: ignore[arg-type]  # one of the names, by the caller
            variant,
            change.value, low, high, change.p_value, self.made().se, float(change.degrees),
            float(self.y[self.start :].mean()) - change.value, len(panel.units), treated, len(self.y), self.start,
            (*checks, *self.checks()), self.picture(), self.leads(),
        )  # fmt: skip

    def picture(self) -> tuple[Drawn, ...]:
        """What was, and level, trend and seasons without the step."""
        k = self.base.shape[1]
        drawn = []
        for place, label in enumerate(self.labels):
            c = np.zeros(k + (2 if self.sloped else 1))
            c[:k] = self.base[place]
            found = self.fitted.contrast(c)
            if place < self.start:
                drawn.append(Drawn(label, float(self.y[place]), found.value))
            else:
                margin = 1.96 * found.se
                drawn.append(
                    Drawn(label, float(self.y[place]), found.value, found.value - margin, found.value + margin)
                )
        return tuple(drawn)

    def leads(self) -> tuple[Lead, ...]:
        found = []
        for place in range(self.start, min(len(self.y), self.start + 24)):
            change = self.fitted.contrast(self._contrast(range(place, place + 1)))
            step = int(self.at[place] - self.at[self.start])
            found.append(Lead(step, change.value, change.value - 1.96 * change.se, change.value + 1.96 * change.se))
        return tuple(found)

    def checks(self) -> tuple[Check, ...]:
        return tuple(check for check in (self._earlier(), self._elsewhere(), self._otherwise()) if check)

    def _earlier(self) -> Check | None:
        """A start pretended in the middle of what came before: nothing should be found."""
        if self.start < BEFORE + 4:
            return None
        pretended = max(BEFORE, int(self.start * 0.67))
        before = Line.__new__(Line)
        before.y, before.at, before.noise = self.y[: self.start], self.at[: self.start], self.noise[: self.start]
        before.labels, before.season, before.start = self.labels[: self.start], self.season, pretended
        before.base = before._base()
        before.sloped = self.start - pretended >= SLOPE_AFTER
        X = np.column_stack([before.base, before._own(pretended)])
        before.fitted = steps.fit(before.y, before.at, X, before.noise, pretended)
        before.instead = 0.0
        change = before.change()
        state: State = "passed" if change.p_value >= DOUBT else "warning"
        return Check("placebo_in_time", state, change.value, change.limit(0.025), change.limit(0.975), change.p_value,
                     {"period": self.labels[pretended]})  # fmt: skip

    def _otherwise(self) -> Check | None:
        """Whether a change at another date, and nothing at the start, would explain the series nearly as well. Asked
        only where there would be an effect to explain."""
        if self.made().p_value >= DOUBT:
            return None
        state: State = "warning" if self.instead > INSTEAD else "passed"
        return Check("explained_otherwise", state, p_value=self.instead, about={"chance": self.instead})

    def _elsewhere(self) -> Check | None:
        """Whether the series surely broke, and not at the start but at another date."""
        if len(self.y) < 12:
            return None
        found = steps.fit(self.y, self.at, self.base, self.noise)
        near = np.abs(found.broke - self.start) <= max(2, len(self.y) // 12)
        elsewhere = (found.broke >= 0) & ~near
        chance = float(found.chance[elsewhere].sum())
        if chance < ELSEWHERE:
            return Check("break_elsewhere", "passed", about={"chance": chance})
        places = np.bincount(found.broke[elsewhere], found.chance[elsewhere])
        return Check(
            "break_elsewhere", "warning", about={"period": self.labels[int(places.argmax())], "chance": chance}
        )


def _rest(X: FloatArray, y: FloatArray) -> float:
    b = np.linalg.lstsq(X, y, rcond=None)[0]
    return float(((y - X @ b) ** 2).sum())


def _bic(y: FloatArray, t: FloatArray, season: int, waves: int) -> float:
    turns = [2 * np.pi * wave * t / season for wave in range(1, waves + 1)]
    X = np.column_stack([np.ones(len(t)), t - t.mean(), *(f(turn) for turn in turns for f in (np.sin, np.cos))])
    return float(len(y) * np.log(max(_rest(X, y), 1e-300)) + 2 * waves * np.log(len(y)))


def _season(y: FloatArray, at: FloatArray) -> int:
    """A season the numbers themselves show clearly in two and more cycles before the start; 0 where none does."""
    n, best, found = len(y), 0.0, 0
    t = at - at.mean()
    plain = np.column_stack([np.ones(n), t])
    rest = _rest(plain, y)
    for season in GUESSED_SEASONS:
        waves = min(2, (season - 1) // 2)
        if at[-1] - at[0] + 1 < 2 * season or n < 2 * waves + 8:
            continue
        turns = [2 * np.pi * wave * at / season for wave in range(1, waves + 1)]
        full = np.column_stack([plain, *(f(turn) for turn in turns for f in (np.sin, np.cos))])
        gain = n * np.log(max(rest, 1e-300) / max(_rest(full, y), 1e-300)) - 2 * waves * np.log(n) - 6
        if gain > best:
            best, found = float(gain), season
    return found


def _last(
    y: FloatArray, at: FloatArray, start: int, labels: tuple[str, ...], noise: FloatArray
) -> tuple[FloatArray, FloatArray, int, tuple[str, ...], FloatArray]:
    """The stretch around the start that a fit can carry."""
    after = min(len(y) - start, steps.MOST // 2)
    first = max(0, start + after - steps.MOST)
    cut = slice(first, start + after)
    return y[cut], at[cut], start - first, labels[cut], noise[cut]
