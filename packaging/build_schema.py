"""Write the JSON Schema of service definitions to assets/schema, where editors look for it.

Run it when kiosk/domain/definition.py or question.py changed; a test fails until then:

    python3 packaging/tasks.py schema
"""

import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

FILE = ROOT / "assets" / "schema" / "service.schema.json"


def main() -> int:
    """Write the file and say where it is."""
    from kiosk.domain.definition_schema import schema_text  # noqa: PLC0415 (after the path is set)

    FILE.parent.mkdir(exist_ok=True)
    FILE.write_text(schema_text(), "utf-8")
    print(f"written: {FILE.relative_to(ROOT)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
