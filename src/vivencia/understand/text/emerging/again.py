"""Whether something that was already high when somebody looked at it has risen once more since."""

from scipy.stats import binom

CHANCE = 0.01  # of taking an equal level for a higher one, counts scattering as chance has them
LEAST_GROWTH = 1.5  # counts of words scatter more than chance has them, so a rise must be a large one as well


def rises_again(observed: float, days: int, before: float, days_before: int) -> bool:
    """Whether `observed` mentions in `days` are surely, and by half at least, more a day than `before` in
    `days_before`.

    Two counts of rare events are compared given their sum (Przyborowski and Wilenski, 1940): were they equally
    frequent, each mention would be a new one by the days' share.
    """
    if observed / days < LEAST_GROWTH * before / days_before:
        return False
    share = days / (days + days_before)
    return bool(binom.sf(observed - 1, observed + before, share) < CHANCE)
