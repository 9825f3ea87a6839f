"""The published JSON Schema of dialect packs, for editors; the loader checks more, such as what is said twice."""

import json

from accessibility.dialects.schema import PackFile

SCHEMA_ID = "https://xianglin.example/schema/dialect.schema.json"
DRAFT = "https://json-schema.org/draft/2020-12/schema"


def schema_text() -> str:
    """The schema as it is published."""
    schema = {"$schema": DRAFT, "$id": SCHEMA_ID, **PackFile.model_json_schema()}
    return json.dumps(schema, indent=1, ensure_ascii=False) + "\n"
