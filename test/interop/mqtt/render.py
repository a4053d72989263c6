"""Renders templates with the engine of Home Assistant: [{template, payload}] in the file, the texts on stdout."""

import datetime
import json
import sys

from jinja2.sandbox import ImmutableSandboxedEnvironment

environment = ImmutableSandboxedEnvironment()
environment.globals["now"] = lambda: datetime.datetime.now(datetime.timezone.utc)


def rendered(template, payload):
    variables = {"value": payload}
    try:
        variables["value_json"] = json.loads(payload)
    except ValueError:
        pass
    return environment.from_string(template).render(variables)


with open(sys.argv[1], encoding="utf-8") as file:
    print(json.dumps([rendered(**each) for each in json.load(file)]))
