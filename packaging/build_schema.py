"""Write the JSON Schemas of service definitions and dialect packs to assets/schema, where editors look for them.

Run it when kiosk/domain/definition.py, question.py or accessibility/dialects/schema.py changed; tests fail until then:

    python3 packaging/tasks.py schema
"""

import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

FOLDER = ROOT / "assets" / "schema"


def main() -> int:
    """Write the files and say where they are."""
    # after the path is set
    from accessibility.dialects.published_schema import schema_text as dialect_text  # noqa: PLC0415
    from kiosk.domain.definition_schema import schema_text as service_text  # noqa: PLC0415

    FOLDER.mkdir(exist_ok=True)
    for name, text in (("service", service_text()), ("dialect", dialect_text())):
        file = FOLDER / f"{name}.schema.json"
        file.write_text(text, "utf-8")
        print(f"written: {file.relative_to(ROOT)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
