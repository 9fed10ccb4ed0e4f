"""The calculations need neither Flask nor a database."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.parametrize(
    "module", ["app.calendars.working_time", "app.whatif.kinds", "app.whatif.lines", "app.whatif.strict_json"]
)
def test_calculations_import_no_web_and_no_database(module):
    # The package `app` itself puts the web application together, so it is replaced by an empty one.
    code = (
        "import sys, types, importlib; app = types.ModuleType('app'); app.__path__ = ['app']; sys.modules['app'] = app;"
        f"importlib.import_module({module!r});"
        "print({'flask', 'sqlalchemy', 'flask_babel'} & set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout == "set()\n"
