"""Who is left out by lot, for comparison: decided by a customer's id alone, so nobody has to keep a list.

A customer's lot is a number from 0 to 99 that looks random, is the same whenever it is asked for, and has nothing to do
with the lots of another initiative. Pure.
"""

import hashlib

LOTS = 100


def lot(initiative: int, customer_id: str) -> int:
    """The customer's lot in this initiative, 0 to 99."""
    told = hashlib.sha256(f"initiative {initiative}\x00{customer_id}".encode()).digest()
    return int.from_bytes(told[:8], "big") % LOTS


def left_out(initiative: int, customer_id: str, percent: int) -> bool:
    """Whether the initiative must not reach this customer."""
    return lot(initiative, customer_id) < percent
