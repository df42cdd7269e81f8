"""How many observations a number needs before it is shown: one limit for every page, metric and export."""

ENOUGH = 5  # fewer say more about who happened to be counted than about the group
