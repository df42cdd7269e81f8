"""A company's own models: a folder with an encoder, and a language model over HTTP that never sees personal data."""

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import pytest
from django.urls import reverse
from onnx import TensorProto, helper, numpy_helper
from tokenizers import Tokenizer, models, pre_tokenizers

from tests.text.test_text_pages import signed_in
from vivencia.foundation.ledger.store import Ledger
from vivencia.foundation.models import Role
from vivencia.understand import reading_own, readings
from vivencia.understand.text.encoders import open_encoders
from vivencia.understand.text.own_encoder import OwnEncoder
from vivencia.understand.text.own_endpoint import Endpoint, OwnModelError
from vivencia.understand.text.reader import Reader, Reading, Topic

PERSONAL = "Soy María López, 612 345 678, maria@example.org, DNI 12345678Z, ES9121000418450200051332, tarde otra vez"
SECRET = ("612 345 678", "612345678", "maria@example.org", "12345678Z", "ES9121000418450200051332", "María López")


class Server:
    """A language model that speaks OpenAI's protocol: `say` is what it answers about each text."""

    def __init__(self) -> None:
        self.bodies: list[bytes] = []
        self.headers: list[dict[str, str]] = []
        self.say: Any = {"feeling": -1, "strength": 0.75, "emotion": "frustration",
                         "topics": [{"topic": "delivery", "feeling": -1}, {"topic": "weather", "feeling": 1}],
                         "intent": "made up"}  # fmt: skip
        self.status, self.raw = 200, ""
        server = self

        class Answering(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                server.bodies.append(body)
                server.headers.append({"path": self.path, **dict(self.headers)})
                answer = server.answer(body).encode()
                self.send_response(server.status)
                self.send_header("Content-Length", str(len(answer)))
                self.end_headers()
                self.wfile.write(answer)

            def log_message(self, *_args: Any) -> None:
                pass

        self.httpd = ThreadingHTTPServer(("127.0.0.1", 0), Answering)
        threading.Thread(target=self.httpd.serve_forever, daemon=True).start()

    def answer(self, body: bytes) -> str:
        texts = json.loads(json.loads(body)["messages"][1]["content"])["texts"]
        content = self.raw or json.dumps({"readings": [self.say for _text in texts]})
        return json.dumps({"choices": [{"message": {"role": "assistant", "content": content}}]})

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.httpd.server_port}/v1"


@pytest.fixture
def server() -> Iterator[Server]:
    server = Server()
    yield server
    server.httpd.shutdown()
    server.httpd.server_close()


def as_read(masked: str = "x") -> Reading:
    return Reading("es", 0, 0.1, "none", None, None, (), masked)


def test_nothing_personal_leaves_even_where_the_caller_forgot_to_mask(server: Server) -> None:
    Endpoint(server.address, "m", "a-key").read([as_read(PERSONAL)], ["delivery"], [])
    sent = b"".join(server.bodies).decode() + json.loads(server.bodies[0])["messages"][1]["content"]
    assert "tarde otra vez" in sent
    assert [each for each in SECRET if each in sent or json.dumps(each)[1:-1] in sent] == []
    assert server.headers[0]["path"] == "/v1/chat/completions"
    assert server.headers[0]["Authorization"] == "Bearer a-key"


def test_what_it_says_counts_where_it_is_allowed_and_nothing_else(server: Server) -> None:
    (read,) = Endpoint(server.address, "m").read([as_read()], ["delivery"], ["billing"])
    assert read == Reading("es", -1, 0.75, "frustration", None, None, (Topic("delivery", -1),), "x")
    server.say = {"feeling": "very bad", "strength": 7, "emotion": "rage", "topics": "none", "intent": ["x"]}
    assert Endpoint(server.address, "m").read([as_read()], ["delivery"], ["billing"]) == [as_read()]
    server.say = None
    assert Endpoint(server.address, "m").read([as_read()], [], []) == [as_read()]


@pytest.mark.parametrize(
    ("status", "raw", "why"),
    [(500, "", "answered 500"), (401, "", "answered 401"), (200, "I cannot do that", "JSON"), (302, "", "302")],
)
def test_an_answer_that_is_none_is_told_without_a_word_of_the_texts(
    server: Server, status: int, raw: str, why: str
) -> None:
    server.status, server.raw = status, raw
    with pytest.raises(OwnModelError, match=why) as told:
        Endpoint(server.address, "m").read([as_read("secreto")], [], [])
    assert "secreto" not in str(told.value)


def test_an_address_that_is_none_is_refused() -> None:
    with pytest.raises(ValueError, match="no http or https address"):
        Endpoint("file:///etc/passwd", "m")


@pytest.mark.django_db
def test_texts_are_read_by_it_and_without_it_while_it_is_silent(
    ledger: Ledger, reader: Reader, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("VIVENCIA_TEXT_ENDPOINT", server.address)
    monkeypatch.setenv("VIVENCIA_TEXT_ENDPOINT_MODEL", "m")
    monkeypatch.setattr(reading_own, "_silent_until", {})
    server.status = 503
    assert readings.read_new(ledger, models=reader) == 2
    told = readings.of_events(ledger.read(), ["1", "2"])
    assert {row["model"] for row in told.values()} == {reader.model}
    assert readings.read_new(ledger, models=reader) == 0  # silent: what the shipped models read holds
    assert len(server.bodies) == 1

    reading_own._silent_until.clear()
    server.status = 200
    assert readings.read_new(ledger, models=reader) == 2
    told = readings.of_events(ledger.read(), ["1", "2"])
    assert {row["model"] for row in told.values()} == {f"{reader.model}+127.0.0.1/m"}
    assert [row["emotion"] for row in told.values()] == ["frustration", "frustration"]
    assert "612 345 678" not in b"".join(server.bodies).decode()
    assert readings.read_new(ledger, models=reader) == 0


def an_encoder(folder: Path, pooling: str = "") -> Path:
    """Four words, each a vector of its own; a text is their mean."""
    folder.mkdir(parents=True)
    weights = numpy_helper.from_array(np.eye(4, dtype=np.float32), "weights")
    ids = helper.make_tensor_value_info("input_ids", TensorProto.INT64, ["n", "t"])
    mask = helper.make_tensor_value_info("attention_mask", TensorProto.INT64, ["n", "t"])
    out = helper.make_tensor_value_info("last_hidden_state", TensorProto.FLOAT, ["n", "t", 4])
    node = helper.make_node("Gather", ["weights", "input_ids"], ["last_hidden_state"])
    graph = helper.make_graph([node], "words", [ids, mask], [out], [weights])
    onnx.save(
        helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=9), folder / "model.onnx"
    )
    words = Tokenizer(models.WordLevel({"[UNK]": 0, "bad": 1, "good": 2, "late": 3}, unk_token="[UNK]"))
    words.pre_tokenizer = pre_tokenizers.Whitespace()
    words.save(str(folder / "tokenizer.json"))
    if pooling:
        (folder / "1_Pooling").mkdir()
        (folder / "1_Pooling" / "config.json").write_text(json.dumps({pooling: True}))
    return folder


def test_an_encoder_from_a_folder_gives_the_mean_of_its_pieces_or_the_first(tmp_path: Path) -> None:
    mean, first = (
        OwnEncoder(an_encoder(tmp_path / "a")),
        OwnEncoder(an_encoder(tmp_path / "b", "pooling_mode_cls_token")),
    )
    assert mean.encode(["good late", "bad"]).tolist() == [[0, 0, 0.5, 0.5], [0, 1, 0, 0]]
    assert first.encode(["good late"]).tolist() == [[0, 0, 1, 0]]
    assert mean.name == first.name


def test_a_folder_that_is_no_model_is_left_out_and_said_so(tmp_path: Path) -> None:
    opened = open_encoders((f"own:{tmp_path}",), tmp_path)
    assert opened.encoders == ()
    assert "holds no model.onnx" in opened.missing["own"]
    (an_encoder(tmp_path / "broken") / "model.onnx").write_bytes(b"no graph")
    assert "does not run" in open_encoders((f"own:{tmp_path / 'broken'}",), tmp_path).missing["own"]


def test_the_companys_encoder_stands_beside_the_shipped_ones(tmp_path: Path) -> None:
    (own,) = open_encoders((f"own:{an_encoder(tmp_path / 'own')}",), tmp_path).encoders
    assert own.name.startswith("own-")
    assert own.encode([]).shape[0] == 0


@pytest.mark.django_db
class TestPage:
    """What is set up is shown without its secrets and tried with an invented text; nothing is set in the browser."""

    @pytest.fixture(autouse=True)
    def _models(self, home: Path, reader: Reader, monkeypatch: pytest.MonkeyPatch) -> None:
        assert home
        monkeypatch.setattr(readings, "reader", lambda: reader)

    def test_without_one_it_says_how_to_set_it(self) -> None:
        page = signed_in(Role.ADMINISTRATOR).get(reverse("text-model")).content.decode()
        assert "No model of your own is set up" in page
        assert "VIVENCIA_TEXT_ENDPOINT_MODEL" in page
        assert signed_in(Role.CX_LEAD).get(reverse("text-model")).status_code == 403

    def test_it_is_tried_with_masked_words_and_its_key_is_never_shown(
        self, server: Server, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("VIVENCIA_TEXT_ENDPOINT", server.address)
        admin = signed_in(Role.ADMINISTRATOR)
        assert "no model's name" in admin.get(reverse("text-model")).content.decode()
        monkeypatch.setenv("VIVENCIA_TEXT_ENDPOINT_MODEL", "m")
        monkeypatch.setenv("VIVENCIA_TEXT_ENDPOINT_KEY", "a-key")
        page = admin.post(reverse("text-model"), {"address": "http://elsewhere.example"}).content.decode()
        assert len(server.bodies) == 1
        assert b"612 345 678" not in server.bodies[0]
        assert "by the shipped models" in page
        assert "[telephone]" in page or "[phone]" in page
        assert "a-key" not in page
        server.status = 401
        assert "It refuses (401)" in admin.post(reverse("text-model")).content.decode()
        server.status, server.raw = 200, "hello"
        assert "not with the JSON" in admin.post(reverse("text-model")).content.decode()

    def test_a_name_and_password_in_the_address_are_not_shown(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("VIVENCIA_TEXT_ENDPOINT", "http://somebody:a-password@127.0.0.1:9/v1")
        monkeypatch.setenv("VIVENCIA_TEXT_ENDPOINT_MODEL", "m")
        page = signed_in(Role.ADMINISTRATOR).post(reverse("text-model")).content.decode()
        assert "http://127.0.0.1:9/v1" in page
        assert "a-password" not in page
        assert "It cannot be reached" in page
