"""Data name things in their own words; this says the words everybody knows in the reader's language.

`say` turns the name of an event, touchpoint, channel, promise or segment into what a page shows: a word known here is
translated, any other is shown as the data have it, without underscores. `written` and `meant` do the same for a field
that is edited: it shows the reader's word, and what is stored is the name. Nothing is ever decided by these words.
"""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

Words = dict[str, str | Promise]

EVENTS: Words = {
    "order purchased": _("Order placed"),
    "order placed": _("Order placed"),
    "order completed": _("Order placed"),  # in Segment's words: the purchase is completed
    "order updated": _("Order changed"),
    "order shipped": _("Parcel handed to the carrier"),
    "delivery promised": _("Delivery promised"),
    "payment approved": _("Payment approved"),
    "parcel handed over": _("Parcel handed to the carrier"),
    "order delivered": _("Order delivered"),
    "order collected": _("Order collected"),
    "order cancelled": _("Order cancelled"),
    "delivery notice sent": _("Told how the delivery is going"),
    "item out of stock": _("Part of the order was out of stock"),
    "expert advice given": _("Advised by an expert in the store"),
    "question answered in chat": _("Question answered in chat"),
    "care guide opened": _("Opened the care guide"),
    "newsletter opened": _("Opened the newsletter"),
    "checkout started": _("Started the checkout"),
    "checkout completed": _("Completed the checkout"),
    "visit started": _("Visited"),
    "page viewed": _("Viewed a page"),
    "screen viewed": _("Viewed a screen"),
    "page seen": _("Viewed a page"),  # as Segment exports were stored before they shared the API's name
    "screen seen": _("Viewed a screen"),
    "page left": _("Left a page"),
    "rage click": _("Clicked again and again on one spot"),
    "dead end": _("Met a dead end"),
    "found it": _("Said whether they found it"),
    "goal started": _("Began a goal"),
    "goal completed": _("Reached a goal"),
    "account described": _("Account described"),
    "search made": _("Searched"),
    "search result opened": _("Opened a search result"),
    "cart filled": _("Put something in the cart"),
    "product viewed": _("Looked at a product"),
    "product added": _("Put something in the cart"),
    "product removed": _("Took something out of the cart"),
    "product list viewed": _("Looked at a list of products"),
    "product reviewed": _("Wrote a review"),
    "products searched": _("Searched"),
    "cart viewed": _("Looked at the cart"),
    "coupon applied": _("Used a coupon"),
    "payment info entered": _("Entered how to pay"),
    "order refunded": _("Refund paid"),
    "signed up": _("Registered"),
    "signed in": _("Signed in"),
    "ticket opened": _("Asked for help"),
    "ticket answered": _("Was answered"),
    "ticket solved": _("Problem solved"),
    "ticket reopened": _("Problem came back"),
    "call transferred": _("Passed on to somebody else"),
    "call-back promised": _("Promised a call back"),
    "call-back made": _("Called back"),
    "issue reported": _("Reported a problem"),
    "issue responded": _("Was answered"),
    "issue solved": _("Problem solved"),
    "return requested": _("Asked to return the order"),
    "refund paid": _("Refund paid"),
    "survey sent": _("Survey sent"),
    "survey reminder sent": _("Survey reminder sent"),
    "survey answered": _("Answered a survey"),
    "feedback answered": _("We answered their feedback"),
    "message sent": _("Message sent"),
    "message held back": _("Message held back for now"),
    "message not sent": _("Message not sent"),
    "message came back": _("Message came back"),
    "consent given": _("Agreed to be written to"),
    "consent withdrawn": _("Does not want to be written to"),
    "review answered": _("Wrote a review"),
    "review written": _("Wrote a review"),
    "loyalty programme joined": _("Joined the loyalty programme"),
    "loyalty points earned": _("Earned loyalty points"),
    "loyalty points spent": _("Spent loyalty points"),
    "referred by a customer": _("Came by recommendation"),
    "friend invited": _("Recommended us to a friend"),
    "employee survey answered": _("Employee answered a survey"),
}

TOUCHPOINTS: Words = {
    "purchase": _("purchase"),
    "payment": _("payment"),
    "shipping": _("shipping"),
    "delivery": _("delivery"),
    "collection": _("collection in store"),
    "delivery notice": _("delivery notice"),
    "stock-out": _("out of stock"),
    "store advice": _("advice in store"),
    "pre-sales chat": _("chat before buying"),
    "care guide": _("care guide"),
    "newsletter": _("newsletter"),
    "checkout": _("checkout"),
    "visit": _("visit"),
    "search": _("search"),
    "product page": _("product page"),
    "website trouble": _("trouble on the site"),
    "home page": _("home page"),
    "category page": _("category page"),
    "help page": _("help page"),
    "order page": _("order page"),
    "account page": _("account page"),
    "prices": _("prices"),
    "guide": _("guide"),
    "page": _("page"),
    "registration": _("registration"),
    "sign-in": _("sign-in"),
    "subscription": _("subscription"),
    "cancellation": _("cancellation"),
    "cart": _("cart"),
    "contact": _("contact"),
    "contact centre": _("contact centre"),
    "response": _("response"),
    "transfer": _("transfer to somebody else"),
    "call-back": _("call back"),
    "ticket solved": _("problem solved"),
    "ticket reopened": _("problem came back"),
    "return": _("return"),
    "refund": _("refund"),
    "solution": _("solution"),
    "review": _("review"),
    "survey": _("survey"),
    "employee survey": _("employee survey"),
    "loyalty": _("loyalty programme"),
    "referral": _("recommendation"),
}

CHANNELS: Words = {
    "web": _("web"),
    "app": _("app"),
    "store": _("store"),
    "phone": _("phone"),
    "chat": _("chat"),
    "email": _("e-mail"),
    "courier": _("courier"),
    "bank": _("bank"),
    "inbound": _("inbound call"),
    "outcall": _("outbound call"),
    "qr": _("QR code"),
    "widget": _("survey in a page"),
    "link": _("link"),
    "kiosk": _("kiosk on the counter"),
    "button": _("feedback button"),
    "social": _("social media"),
}

SEGMENTS: Words = {
    "occasional": _("occasional"),
    "new home": _("new home"),
    "home gardener": _("home gardener"),
    "professional": _("professional"),
}

PROMISE_STATES: Words = {
    "kept": _("kept"),
    "broken": _("broken"),
    "overdue": _("overdue"),
    "open": _("open"),
    "withdrawn": _("withdrawn"),
}

METRICS: Words = {
    "csat": _("satisfaction"),
    "nps": _("recommendation"),
    "ces": _("ease"),
    "enps": _("recommendation as an employer"),
}

SUBJECTS: Words = {
    "order": _("order"),
    "ticket": _("ticket"),
    "case": _("case"),
    "visit": _("visit"),
}

TRAITS: Words = {
    "city": _("city"),
    "state": _("state"),
    "region": _("region"),
    "age": _("age"),
    "country": _("country"),
    "language": _("language"),
    "industry": _("industry"),
    "employees": _("employees"),
    "plan": _("plan"),
    "role": _("role"),
    "website": _("website"),
    "app": _("uses the app"),
    "loyalty_card": _("has the card"),
    "acquired_by": _("came by"),
    "referred_by": _("recommended by"),
}

PROPERTIES: Words = {
    "survey name": _("survey"),
    "survey version": _("version of the survey"),
    "group": _("group"),
    "page": _("page"),
    "category": _("category"),
    "product": _("product"),
    "payment": _("way of paying"),
    "payment type": _("way of paying"),
    "carrier": _("carrier"),
    "items": _("items in an order"),
    "installments": _("instalments"),
    "freight": _("shipping costs"),
    "price": _("price of the goods"),
    "gift wrapping": _("gift wrapping"),
    "seller state": _("state of the seller"),
    "topic": _("topic"),
    "reason": _("reason"),
}

VALUES: Words = {
    "card": _("card"),
    "credit_card": _("credit card"),
    "debit_card": _("debit card"),
    "transfer": _("bank transfer"),
    "voucher": _("voucher"),
    "invoice": _("invoice"),
    "cash": _("cash"),
    "true": _("yes"),
    "false": _("no"),
    "parcels": _("parcel service"),
    "none": _("none"),
    "tools": _("tools"),
    "plants": _("plants"),
    "furniture": _("furniture"),
    "garden": _("garden"),
    "lighting": _("lighting"),
    "kitchen": _("kitchen"),
    "textiles": _("textiles"),
    "instalments": _("instalments"),
    "large parcels": _("large parcels"),
    "late delivery": _("late delivery"),
    "missing item": _("missing item"),
    "guarantee": _("guarantee"),
    "assembly": _("assembly"),
    "address": _("address"),
    "boleto": _("payment slip (boleto)"),
    "bed bath table": _("bed, bath and table"),
    "health beauty": _("health and beauty"),
    "sports leisure": _("sports and leisure"),
    "furniture decor": _("furniture and decoration"),
    "computers accessories": _("computers and accessories"),
    "housewares": _("housewares"),
    "watches gifts": _("watches and gifts"),
    "telephony": _("telephony"),
    "garden tools": _("garden tools"),
    "toys": _("toys"),
    "perfumery": _("perfumery"),
    "search": _("search engine"),
    "referral": _("recommendation"),
    "social media": _("social media"),
}

PLACES: Words = {
    "events": _("events"),
    "customers": _("customers"),
    "aliases": _("other ids"),
    "readings": _("readings of texts"),
    "inbox": _("inbox"),
    "rejects": _("rejected rows"),
    "files": _("import files"),
}

REASONS: Words = {
    "merged by hand": _("Merged by hand"),
    "same verified e-mail address": _("Same verified e-mail address"),
    "same verified telephone": _("Same verified telephone"),
    "signed in to the app with the e-mail address of the shop": _(
        "Signed in to the app with the e-mail address of the shop"
    ),
    "showed the shop's card at the till and online": _("Showed the shop's card at the till and online"),
    "an identify call named both ids.": _("They signed in: both ids came together"),
    "an alias call said that both ids are one person.": _("The company's systems say that both ids are one person"),
    "olist gives every order its own customer_id; customer_unique_id is the person.": _(
        "The source gives every order an id of its own; this is the person behind them."
    ),
}

CONSENT: Words = {
    "service": _("service messages"),
    "surveys": _("surveys"),
    "newsletter": _("newsletter"),
}

TOPICS: Words = {
    "price": _("price"),
    "staff": _("staff"),
    "quality": _("quality"),
    "billing": _("billing"),
    "wait": _("waiting"),
    "stock": _("stock"),
    "security": _("security"),
    "information": _("information"),
}

_ALL: Words = {
    **VALUES,
    **PROPERTIES,
    **TOPICS,
    **PLACES,
    **REASONS,
    **CONSENT,
    **SUBJECTS,
    **TRAITS,
    **METRICS,
    **PROMISE_STATES,
    **SEGMENTS,
    **CHANNELS,
    **TOUCHPOINTS,
    **EVENTS,
}


def say(word: str | None) -> str:
    """The word in the reader's language; None is an empty text."""
    if word is None:
        return ""
    plain = word.strip().lower()
    known = _ALL.get(plain) or _ALL.get(plain.replace("_", " "))
    return str(known) if known is not None else word.replace("_", " ").strip()


def trait(key: str) -> str:
    """The name of a trait, beginning with a capital letter."""
    said = str(TRAITS.get(key, "")) or say(key)
    return said[:1].upper() + said[1:]


def attribute(key: str | None) -> str:
    """The name of what an event tells beside its name: the way of paying, the carrier."""
    return _known(key, PROPERTIES)


def value(text: str | None) -> str:
    """What a trait or an attribute is: paid in cash, came by social media. As a value "search" is a search engine."""
    return _known(text, VALUES)


def _known(word: str | None, among: Words) -> str:
    plain = (word or "").strip().lower()
    known = among.get(plain) or among.get(plain.replace("_", " "))
    return str(known) if known is not None else say(word)


def title(word: str | None) -> str:
    """As `say`, beginning with a capital letter."""
    said = say(word)
    return said[:1].upper() + said[1:]


def written(stored: str, among: Words) -> str:
    """What a field to be edited shows of a stored name: the reader's word, or the name itself, letter for letter."""
    known = among.get(stored.strip().lower())
    return str(known) if known is not None else stored


def meant(text: str, among: Words, before: str = "") -> str:
    """The name to store for what somebody wrote in a field: the way back from `written`.

    `before`: the name the field showed; several names can be said with one word, and who changed nothing meant that
    one. A word that stands for no name, or for several, is kept as it was written.
    """
    text = text.strip()
    if text == written(before, among):
        return before
    if text.lower() in among:
        return text
    names = [name for name, word in among.items() if str(word).lower() == text.lower()]
    return names[0] if len(names) == 1 else text
