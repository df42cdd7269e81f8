"""Whose company somebody belongs to, and what they are there: by their record, else by what their events say."""

import re

import ibis
import polars as pl
from ibis import _

from vivencia.foundation.ledger.reading import Read
from vivencia.understand.frames import frame
from vivencia.understand.json_text import json_text, members_of

ROLES = ("role", "position", "job_title", "puesto", "cargo", "rol")
IN_EVENTS = ("role", "job_title", "puesto", "rol")  # an event's position is one in a list, its "cargo" may be a charge
# Blank, a number, true or false, a list or an object: read by Python and by the engines alike.
_NO_ROLE = r"^[-+0-9.,%\s]*$|^[-+]?[0-9.]+[eE][-+]?[0-9]+$|^(true|false)$|^[\[{]"


def people(read: Read) -> pl.DataFrame:
    """Who acts for a company: `customer_id`, `account_id`, `role` (null where nobody says it).

    Where events name several accounts of somebody without a record, the last by its id is taken; of several roles, the
    one most events name.
    """
    recorded = frame(
        read.to_arrow(read.customers.filter(_.account_id.notnull()).select("customer_id", "account_id", "traits"))
    )
    said = [_role(text) for text in recorded["traits"].to_list()]
    by_record = recorded.select("customer_id", "account_id", role=pl.Series(said, dtype=pl.String))
    told = read.events.filter(_.account_id.notnull() & _.customer_id.notnull())
    by_events = frame(read.to_arrow(told.group_by("customer_id").aggregate(account_id=_.account_id.max())))
    if by_events.is_empty():
        return by_record
    texts = [json_text(told.properties, key) for key in IN_EVENTS]
    roles = ibis.coalesce(*(ibis.ifelse(text.re_search(_NO_ROLE), ibis.null("string"), text) for text in texts))
    named = told.mutate(told_role=roles).filter(_.told_role.notnull())
    counted = frame(read.to_arrow(named.group_by("customer_id", "told_role").aggregate(n=_.count())))
    commonest = counted.sort("n", "told_role", descending=[True, False]).unique("customer_id", keep="first")
    both = pl.concat([by_record, by_events.join(by_record, on="customer_id", how="anti")], how="diagonal")
    with_role = both.join(commonest.select("customer_id", "told_role"), on="customer_id", how="left")
    return with_role.select("customer_id", "account_id", role=pl.coalesce("role", "told_role"))


def is_role(key: str) -> bool:
    """Whether a property says what somebody is in their company, and nothing of what they do."""
    return key.lower() in ROLES


def _role(traits: str | None) -> str | None:
    said = members_of(traits)
    texts = (said.get(key) for key in ROLES)
    return next((text for text in texts if isinstance(text, str) and not re.search(_NO_ROLE, text)), None)
