"""A supplier of parts to other companies: workshops, maintenance, machine builders."""

from vivencia.plan.journeys.drawing import Expectations, Link
from vivencia.plan.journeys.starters.sketch import DAY, HOUR, Sketch, Stop, Stretch, Words

_SALES = Words("comercial", "account manager")
_PORTAL, _PHONE, _MAIL = Words("portal", "portal"), Words("teléfono", "phone"), Words("correo", "e-mail")

PARTS = Sketch(
    "parts",
    Words("Pedir una pieza y seguir trabajando", "Order a part and keep working"),
    Words(
        "Proveedor de recambios y componentes a empresas: lo que cuenta es la parada de máquina, no el precio.",
        "A supplier of spare parts and components to companies: what counts is the machine at rest, not the price.",
    ),
    "tool",
    (
        Stretch(
            "trouble",
            Words("La máquina se para", "The machine stops"),
            "before",
            (
                Stop(
                    "identify",
                    Words("Identifica la pieza", "Identifies the part"),
                    Words("Dar con la referencia exacta", "Find the exact reference"),
                    Words("¿Es esta? ¿Qué equivale a la mía?", "Is it this one? What is equivalent to mine?"),
                    Words("La encontré sin llamar a nadie", "Found it without calling anybody"),
                    0.2,
                    (_PORTAL, _PHONE),
                    "search",
                    expects=Expectations(effort=5.5),
                    team=Words("Producto", "Product"),
                    ideas=Words(
                        "Buscar por máquina y número de serie, con despiece y equivalencias",
                        "Search by machine and serial number, with exploded views and equivalents",
                    ),
                ),
                Stop(
                    "expert",
                    Words("Consulta a un técnico", "Asks a technician"),
                    Words("Confirmar antes de parar la línea", "Be sure before stopping the line"),
                    Words("¿Alguien conoce esta máquina?", "Does anybody know this machine?"),
                    Words("Habló con quien sabe", "Spoke to somebody who knows"),
                    0.6,
                    (_PHONE, _SALES),
                    "contact centre",
                    optional=True,
                    expects=Expectations(waiting_seconds=HOUR, human_reachable=True),
                    team=Words("Soporte técnico", "Technical support"),
                ),
            ),
        ),
        Stretch(
            "order",
            Words("Oferta y pedido", "Quote and order"),
            "during",
            (
                Stop(
                    "quote",
                    Words("Recibe la oferta con plazo", "Receives the quote with a date"),
                    Words("Tener precio y fecha para decidir", "Have a price and a date to decide on"),
                    Words("¿Es mi precio? ¿Esa fecha es firme?", "Is it my price? Is that date firm?"),
                    Words("Clara y el mismo día", "Clear, and the same day"),
                    0.3,
                    (_PORTAL, _MAIL, _SALES),
                    "quote",
                    expects=Expectations(waiting_seconds=4 * HOUR),
                    team=Words("Ventas internas", "Inside sales"),
                ),
                Stop(
                    "confirm",
                    Words("Hace el pedido y lo ve confirmado", "Orders and sees it confirmed"),
                    Words("Que compras no tenga que perseguirlo", "Purchasing need not chase it"),
                    Words(
                        "¿Lo han entendido? ¿Cuadra con mi pedido?", "Did they get it right? Does it match my order?"
                    ),
                    Words("Sin correcciones", "Nothing to correct"),
                    0.3,
                    (_PORTAL, Words("intercambio electrónico", "electronic exchange")),
                    "purchase",
                    expects=Expectations(waiting_seconds=2 * HOUR, effort=6.0),
                    team=Words("Ventas internas", "Inside sales"),
                ),
            ),
        ),
        Stretch(
            "supply",
            Words("Suministro", "Supply"),
            "after",
            (
                Stop(
                    "warn",
                    Words("Se entera a tiempo si algo cambia", "Hears in time where something changes"),
                    Words("Poder reorganizar el trabajo", "Be able to plan the work anew"),
                    Words("¿Llegará? ¿Qué hago si no?", "Will it come? What do I do if not?"),
                    Words("Avisaron con una alternativa", "They warned me, with an alternative"),
                    0.1,
                    (_MAIL, _PHONE),
                    "delivery notice",
                    optional=True,
                    expects=Expectations(human_reachable=True),
                    team=Words("Logística", "Logistics"),
                    ideas=Words(
                        "Si falla una línea, ofrecer equivalente, entrega parcial o préstamo antes de que pregunte",
                        "Where a line fails offer an equivalent, a part delivery or a loan before they ask",
                    ),
                ),
                Stop(
                    "receive",
                    Words("Recibe todas las líneas", "Receives every line"),
                    Words("Volver a producir", "Produce again"),
                    Words("¿Está todo y es lo que pedí?", "Is it all there and what I ordered?"),
                    Words("Completo y en fecha", "Complete and on the day"),
                    0.8,
                    (Words("transporte", "carrier"),),
                    "delivery",
                    expects=Expectations(promise="delivery", promise_share=0.97, score_metric="csat", score=4.4),
                    team=Words("Logística", "Logistics"),
                ),
                Stop(
                    "invoice",
                    Words("Recibe una factura que cuadra", "Receives an invoice that matches"),
                    Words("Pagar sin aclaraciones", "Pay without questions"),
                    Words("¿Por qué no coincide con el albarán?", "Why does it differ from the delivery note?"),
                    Words("Ni me enteré", "I hardly noticed"),
                    0.1,
                    (_MAIL, _PORTAL),
                    "invoice",
                    team=Words("Administración", "Accounts"),
                ),
            ),
        ),
        Stretch(
            "relation",
            Words("Relación", "Relationship"),
            "after",
            (
                Stop(
                    "claim",
                    Words("Reclama una pieza", "Claims for a part"),
                    Words("No pagar dos veces por el mismo fallo", "Not pay twice for one fault"),
                    Words("¿Me creen o tengo que demostrarlo?", "Do they believe me or must I prove it?"),
                    Words("Primero la pieza, luego el papeleo", "The part first, the papers later"),
                    0.2,
                    (_PORTAL, _PHONE),
                    "claim",
                    optional=True,
                    expects=Expectations(waiting_seconds=2 * DAY, promise="claim", promise_share=0.95),
                    team=Words("Calidad", "Quality"),
                ),
                Stop(
                    "review",
                    Words("Repasa el año con su comercial", "Reviews the year with the account manager"),
                    Words("Menos paradas y menos capital en almacén", "Fewer stops, less money on the shelf"),
                    Words("¿Qué me ahorraron de verdad?", "What did they really save me?"),
                    Words("Conocen mi planta", "They know my plant"),
                    0.6,
                    (_SALES,),
                    "visit",
                    expects=Expectations(score_metric="nps", score=40.0, pass_share=0.6, human_reachable=True),
                    team=Words("Ventas", "Sales"),
                ),
            ),
        ),
    ),
    (
        Link("identify", "quote", "optional"),
        Link("confirm", "receive", "optional"),
        Link("invoice", "review", "optional"),
        Link("claim", "receive", "loop"),
        Link("review", "identify", "loop"),
    ),
)
