"""What a web node has loaded before its first request."""

import json
import subprocess
import sys

SAYS = """
import gc, json, designer.asgi, django.urls
loaded = "urlconf_module" in vars(django.urls.get_resolver()) or "designer.urls" in __import__("sys").modules
print(json.dumps([gc.get_freeze_count(), loaded]))
"""


def test_what_is_loaded_is_all_there_and_is_not_gone_through_in_the_middle_of_a_request():
    told = subprocess.run([sys.executable, "-c", SAYS], capture_output=True, text=True, check=True, timeout=60)
    frozen, loaded = json.loads(told.stdout.splitlines()[-1])
    assert frozen > 100_000 and loaded
