"""What is wrong with a file, and where."""


class FormatError(ValueError):
    """A file that cannot be read as a map: `place` names the element ("touchpoints/plannedAction[3]"), `code` says what
    is wrong (`format_words` has the sentences), `detail` what was found or allowed,
    `allowed` what may stand there, as the file says it."""

    def __init__(self, place: str, code: str, detail: str = "", allowed: tuple[str, ...] = ()) -> None:
        self.place, self.code, self.detail, self.allowed = place, code, detail, allowed
        super().__init__(f"{place}: {code}" + (f" ({detail})" if detail else ""))


MOST_BYTES = 5_000_000  # of a file that is read whole
MOST_BYTES_OF_LOG = 200_000_000  # of an OCEL log, read row by row: more than the largest one written here
