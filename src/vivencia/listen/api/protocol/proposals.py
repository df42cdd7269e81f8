"""What a name suggests: "Order Completed" is a purchase that was paid, "/cart" is the cart, in English and Spanish.

Only proposals: an analyst changes them on the track plan, and nothing else in the house decides by them.
"""

import re
from dataclasses import dataclass
from functools import lru_cache


@dataclass(frozen=True)
class Proposal:
    touchpoint: str = ""
    channel: str = ""
    pays: str = ""
    promise: str = ""
    fulfils: str = ""


_ISSUE = "(ticket|issue|case|caso|incidencia)"
_PURCHASE = Proposal("purchase", pays="paid", promise="delivery")
_CONTACT = Proposal("contact", promise="solution")

# The first that matches holds: what ends badly stands before what it would have become.
_EVENTS: tuple[tuple[str, Proposal], ...] = (
    (r"page left|heartbeat|ping", Proposal()),
    (r"rage click|dead end|dead click|error (shown|seen|occurred)", Proposal("website trouble")),
    (r"refund|reembols", Proposal("refund", pays="refunded")),
    (r"return (requested|opened|started)|devoluci", Proposal("return")),
    (r"(order|purchase|pedido|compra) (cancel|anul)", Proposal("cancellation")),
    (r"(order|parcel|package|pedido|paquete) (delivered|entregad|arrived)", Proposal("delivery", fulfils="delivery")),
    (r"(order|parcel|package|pedido|paquete) (shipped|handed|dispatched|fulfilled|enviad)", Proposal("shipping")),
    (r"order (completed|placed|paid|purchased)|(purchase|compra)( completed| made| realizada)?$", _PURCHASE),
    (r"pedido (realizado|completado|pagado|hecho)", _PURCHASE),
    (
        r"payment (succeeded|received|made|approved)|invoice paid|charge succeeded|pago (recibido|realizado)",
        Proposal("payment", pays="paid"),
    ),
    (r"subscription (started|renewed)|suscripcion (iniciada|renovada)", Proposal("subscription", pays="paid")),
    (r"checkout (completed|step completed)", Proposal("checkout")),
    (r"checkout|payment info|tramit", Proposal("checkout")),
    (r"cart|basket|carrito|product (added|removed)", Proposal("cart")),
    (r"search result (opened|clicked)|product clicked", Proposal("search")),
    (r"search|busqueda|busc", Proposal("search")),
    (r"product (viewed|list viewed)|producto vist", Proposal("product page")),
    (r"call ?back (promised|requested)", Proposal("call-back", promise="call-back")),
    (r"call ?back (made|done)|called back", Proposal("call-back", fulfils="call-back")),
    (
        rf"{_ISSUE} (solved|resolved|closed|resuelt|cerrad)",
        Proposal("ticket solved", fulfils="solution"),
    ),
    (rf"{_ISSUE} (reopened|reabiert)", Proposal("ticket reopened")),
    (rf"{_ISSUE} (answered|responded|replied|respondid)", Proposal("response")),
    (rf"({_ISSUE}|complaint|queja|call|chat)( opened| created| reported| received| started)?$", _CONTACT),
    (rf"{_ISSUE} (opened|created|reported|received|started|abiert|cread|recibid)", _CONTACT),
    (r"review|resena|valoracion", Proposal("review")),
    (r"survey|encuesta|nps|csat", Proposal("survey")),
    (r"newsletter|email (opened|link clicked)|boletin", Proposal("newsletter", "email")),
    (r"loyalty|points (earned|spent)|puntos|fideli", Proposal("loyalty")),
    (r"referr|friend invited|recomend", Proposal("referral")),
    (r"signed up|sign up|account created|registr", Proposal("registration")),
    (r"signed in|signed out|log(ged)? ?(in|out)|login", Proposal("sign-in")),
    (r"(visit|session) started|app(lication)? opened|visita", Proposal("visit")),
)
_PAGES: tuple[tuple[str, str], ...] = (
    (r"^/$|^/?(home|inicio|index|default)\b", "home page"),
    (r"gracias|thank", "thank-you page"),
    (r"checkout|tramitar|pago|payment", "checkout"),
    (r"cart|basket|carrito|cesta", "cart"),
    (r"search|buscar|busqueda", "search"),
    (r"product|producto|articulo|item|\bp\b", "product page"),
    (r"categor|collection|coleccion|shop|tienda", "category page"),
    (r"help|ayuda|support|soporte|faq|contact", "help page"),
    (r"return|devoluc", "return"),
    (r"order|pedido", "order page"),
    (r"account|cuenta|profile|perfil", "account page"),
    (r"pric|precio|tarifa", "prices"),
    (r"blog|guia|guide", "guide"),
)
_ACCENTS = str.maketrans("áéíóúüñ", "aeiouun")


@lru_cache(maxsize=4_096)
def propose(event: str, page: str) -> Proposal:
    """For an event's name, or where that is empty for a page's."""
    plain = " ".join(re.split(r"[\s_.:/-]+", _split_words(event).lower().translate(_ACCENTS))).strip()
    if not event:
        return Proposal(_page(page))
    for pattern, proposal in _EVENTS:
        if re.search(rf"(?<!\w)(?:{pattern})", plain):
            return proposal
    return Proposal(plain, pays="revenue")


def _page(name: str) -> str:
    plain = re.sub(r"\.(html?|php|aspx?|jsp)$", "", name.lower().translate(_ACCENTS))
    for pattern, touchpoint in _PAGES:
        if re.search(pattern, plain):
            return touchpoint
    return plain.strip("/*").replace("-", " ").replace("_", " ").strip() or "page"


def _split_words(name: str) -> str:
    """OrderCompleted and orderCompleted are two words."""
    return re.sub(r"(?<=[a-zà-ÿ0-9])(?=[A-Z])", " ", name)
