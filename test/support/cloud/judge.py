"""Holds the files of the deploy targets against the models of the platforms' own clients; prints the faults as JSON.

Usage: judge.py FOLDER [PART...], where a part is such as deploy/ecs; all of them without one. The models: botocore (Amazon ECS, EventBridge Scheduler), googleapiclient's discovery document of
Cloud Run (run.v1), azure-mgmt-containerinstance. An unknown key is a fault everywhere.
"""

import json
import pathlib
import sys
from collections.abc import Iterator
from typing import Any

import yaml

# https://docs.aws.amazon.com/AmazonECS/latest/developerguide/fargate-tasks-services.html#fargate-tasks-size
FARGATE = {
    256: [512, 1024, 2048],
    512: range(1024, 4096 + 1, 1024),
    1024: range(2048, 8192 + 1, 1024),
    2048: range(4096, 16384 + 1, 1024),
    4096: range(8192, 30720 + 1, 1024),
    8192: range(16384, 61440 + 1, 4096),
    16384: range(32768, 122880 + 1, 8192),
}


def ecs(path: pathlib.Path) -> Iterator[str]:
    """The requests that RegisterTaskDefinition would be sent."""
    # Each platform's client is loaded only where it is needed: that takes a second.
    # pylint: disable=import-outside-toplevel
    import botocore.session
    from botocore.validate import ParamValidator

    model = botocore.session.get_session().get_service_model("ecs")
    shape = model.operation_model("RegisterTaskDefinition").input_shape
    document = json.loads(path.read_text("utf-8"))
    for item in document if isinstance(document, list) else [document]:
        request = item.get("taskDefinition", item)
        report = ParamValidator().validate(request, shape)
        if report.has_errors():
            yield report.generate_report()
        yield from enumerations(request, shape, request.get("family", ""))
        if int(request["memory"]) not in FARGATE.get(int(request["cpu"]), []):
            yield f"Fargate has no task of {request['cpu']} and {request['memory']}"


def enumerations(value: Any, shape: Any, at: str) -> Iterator[str]:
    """botocore does not judge values of enumerations."""
    if shape.type_name == "structure":
        for name, member in shape.members.items():
            if name in value:
                yield from enumerations(value[name], member, f"{at}.{name}")
    elif shape.type_name == "list":
        for item in value:
            yield from enumerations(item, shape.member, at)
    elif shape.type_name == "string" and shape.enum and value not in shape.enum:
        yield f"{at}: {value} is none of {', '.join(shape.enum)}"


def cloud_run(path: pathlib.Path) -> Iterator[str]:
    """Resources of run.v1, each by its kind."""
    import googleapiclient  # pylint: disable=import-outside-toplevel

    cache = pathlib.Path(googleapiclient.__file__).parent / "discovery_cache/documents"
    schemas = json.loads((cache / "run.v1.json").read_text("utf-8"))["schemas"]
    for document in yaml.safe_load_all(path.read_text("utf-8")):
        if document is None:
            continue
        if document.get("kind") not in schemas:
            yield f"run.v1 has no {document.get('kind')}"
        else:
            yield from discovery(document, {"$ref": document["kind"]}, schemas, document["kind"])


JSON_TYPES: dict[str, type | tuple[type, ...]] = {
    "string": str,
    "integer": int,
    "boolean": bool,
    "number": (int, float),
    "array": list,
    "object": dict,
}


def discovery(value: Any, schema: Any, schemas: Any, at: str) -> Iterator[str]:
    """A value against a schema of a discovery document."""
    schema = schemas[schema["$ref"]] if "$ref" in schema else schema
    expected = JSON_TYPES.get(schema.get("type", "any"), object)
    if not isinstance(value, expected) or (expected is int and isinstance(value, bool)):
        yield f"{at} is no {schema['type']}"
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from discovery(item, schema["items"], schemas, f"{at}[{index}]")
    elif isinstance(value, dict):
        for key, item in value.items():
            known = schema.get("properties", {}).get(key, schema.get("additionalProperties"))
            if known is None:
                yield f"{at} has no {key}"
            else:
                yield from discovery(item, known, schemas, f"{at}.{key}")
    if "enum" in schema and value not in schema["enum"]:
        yield f"{at}: {value} is none of {', '.join(schema['enum'])}"


def container_instances(path: pathlib.Path) -> Iterator[str]:
    """Container groups of Azure's own model."""
    from azure.mgmt.containerinstance import models  # pylint: disable=import-outside-toplevel

    for document in yaml.safe_load_all(path.read_text("utf-8")):
        if document is None:
            continue
        # What the command line takes and the model has as read-only or not at all.
        body = {key: value for key, value in document.items() if key not in ("apiVersion", "type", "name")}
        yield from model_faults(body, models.ContainerGroup, document["name"])


SCALARS: dict[str, type | tuple[type, ...]] = {"str": str, "int": int, "float": (int, float), "bool": bool}


def model_faults(value: Any, model: Any, at: str) -> Iterator[str]:
    """A dictionary against a model: its keys, their types, and what must be there."""
    if not isinstance(value, dict):
        yield f"{at} is no object"
        return
    flat = dict(flattened(value, {entry["key"] for entry in model._attribute_map.values()}))
    known = {entry["key"]: (name, entry["type"]) for name, entry in model._attribute_map.items()}
    for key, item in flat.items():
        if key not in known:
            yield f"{at} has no {key}"
        else:
            yield from typed(item, known[key][1], f"{at}.{key}")
    for key, (name, _) in known.items():
        rules = model._validation.get(name, {})
        if rules.get("required") and key not in flat:
            yield f"{at} lacks {key}"
        if rules.get("readonly") and key in flat:
            yield f"{at}.{key} is read-only"


def flattened(value: dict[str, Any], keys: set[str], prefix: str = "") -> Iterator[tuple[str, Any]]:
    """`{properties: {a: 1}}` as `properties.a`, where the model has it so."""
    for key, item in value.items():
        path = prefix + key
        if isinstance(item, dict) and any(known.startswith(f"{path}.") for known in keys):
            yield from flattened(item, keys, f"{path}.")
        else:
            yield path, item


def typed(value: Any, kind: str, at: str) -> Iterator[str]:
    """A value against the model's notation: `[Container]`, `{str}`, `int`."""
    if kind.startswith("["):
        if not isinstance(value, list):
            yield f"{at} is no list"
            return
        for index, item in enumerate(value):
            yield from typed(item, kind[1:-1], f"{at}[{index}]")
    elif kind.startswith("{"):
        if not isinstance(value, dict):
            yield f"{at} is no object"
            return
        for key, item in value.items():
            yield from typed(item, kind[1:-1], f"{at}.{key}")
    elif kind in SCALARS:
        if not isinstance(value, SCALARS[kind]) or (isinstance(value, bool) and kind != "bool"):
            yield f"{at} is no {kind}"
    elif kind != "object":
        yield from model_faults(value, getattr(sys.modules["azure.mgmt.containerinstance.models"], kind), at)


JUDGES = {
    "deploy/ecs": ecs,
    "deploy/cloud-run": cloud_run,
    "deploy/azure-container-instances": container_instances,
}


def main(root: pathlib.Path, parts: list[str]) -> None:
    """Judges the files of the targets."""
    judged: list[str] = []
    faults: list[str] = []
    for folder, judge in JUDGES.items():
        if parts and folder not in parts:
            continue
        for file in sorted((root / folder).glob("*")):
            name = f"{folder}/{file.name}"
            judged.append(name)
            faults.extend(f"{name}: {fault}" for fault in judge(file))
    print(json.dumps({"judged": judged, "faults": faults}))


if __name__ == "__main__":
    main(pathlib.Path(sys.argv[1]), sys.argv[2:])
