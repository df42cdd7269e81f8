"""The demonstration company: Almendra y Teja, a shop for home and garden that exists only here."""

from dataclasses import dataclass

NAME = "Almendra y Teja, hogar y jardín"
CURRENCY = "EUR"
TIME_ZONE = "Europe/Madrid"
BATCH = "demo"  # the unit of undo: everything the demonstration writes carries it
SOURCES = ("shop", "contact-centre", "survey", "loyalty", "people")


@dataclass(frozen=True)
class Product:
    """One thing the shop sells. Spanish and English come with their article, so sentences can be built round them."""

    spanish: str
    english: str
    feminine: bool
    category: str
    price: float  # EUR
    bulky: bool = False


PRODUCTS = (
    Product("la estantería de roble", "the oak bookcase", True, "furniture", 189.0, bulky=True),
    Product("la mesa de comedor", "the dining table", True, "furniture", 349.0, bulky=True),
    Product("el sillón de lectura", "the reading chair", False, "furniture", 259.0, bulky=True),
    Product("el banco de jardín", "the garden bench", False, "garden", 129.0, bulky=True),
    Product("la lámpara de pie", "the floor lamp", True, "lighting", 79.0),
    Product("la guirnalda de luces", "the string of lights", True, "lighting", 24.9),
    Product("el limonero en maceta", "the potted lemon tree", False, "plants", 44.5),
    Product("la buganvilla", "the bougainvillea", True, "plants", 27.9),
    Product("el kit de huerto urbano", "the balcony vegetable kit", False, "plants", 39.9),
    Product("la manguera con enrollador", "the hose reel", True, "garden", 54.9),
    Product("el riego por goteo", "the drip irrigation kit", False, "garden", 62.0),
    Product("la podadora sin cable", "the cordless pruner", True, "tools", 94.0),
    Product("el taladro", "the drill", False, "tools", 88.0),
    Product("la vajilla de barro", "the stoneware set", True, "kitchen", 69.0),
    Product("la alfombra de lana", "the wool rug", True, "textiles", 149.0, bulky=True),
    Product("el juego de sábanas", "the bed linen set", False, "textiles", 58.0),
)

STORES = ("Valencia Centro", "Zaragoza Delicias", "Madrid Sur", "Sevilla Este", "Vigo Puerto")

# team -> people in it; the workshop is too small for its answers ever to be shown
TEAMS: dict[str, int] = {
    "contact centre": 34,
    "Valencia Centro": 16,
    "Zaragoza Delicias": 13,
    "Madrid Sur": 18,
    "Sevilla Este": 12,
    "Vigo Puerto": 9,
    "warehouse": 26,
    "web and app": 11,
    "workshop": 3,
}


def employees() -> list[tuple[str, str]]:
    """Everyone who works there, as (employee id, team), in a fixed order."""
    people = [team for team, size in TEAMS.items() for _ in range(size)]
    return [(f"emp-{place + 1:03d}", team) for place, team in enumerate(people)]


def staff_of(team: str) -> list[str]:
    """The employee ids of one team."""
    return [employee for employee, theirs in employees() if theirs == team]
