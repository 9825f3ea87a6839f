"""Reading a data file: every fault at once, each with its place, so that whoever mends it needs one round."""

import json
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

Model = TypeVar("Model", bound=BaseModel)


class DataFault(ValueError):
    """A data file is wrong; every fault is listed as ``<file>: <place>: <what is wrong>``."""

    def __init__(self, faults: tuple[str, ...]) -> None:
        super().__init__("; ".join(faults))
        self.faults = faults


def parse_data(model: type[Model], text: str, source: str) -> Model:
    """Check a file's text against its schema.

    Args:
        model: the schema; texts and numbers must have their type, nothing is converted.
        text: JSON, without fractions and without a key given twice.
        source: the file's name, for messages.
    Raises:
        DataFault: every fault of the file at once.
    """
    repeated: list[str] = []

    def keep_pairs(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        keys = [key for key, _ in pairs]
        repeated.extend(sorted({key for key in keys if keys.count(key) > 1}))
        return dict(pairs)

    try:
        json.loads(text, object_pairs_hook=keep_pairs)
    except json.JSONDecodeError as error:
        raise DataFault((f"{source}:{error.lineno}: {error.msg}",)) from error
    except RecursionError as error:
        raise DataFault((f"{source}: nested too deeply",)) from error
    faults = tuple(f"{source}: {key}: given more than once" for key in repeated)
    try:
        data = model.model_validate_json(text, strict=True)
    except ValidationError as error:
        raise DataFault(faults + _faults(error, source)) from error
    if faults:
        raise DataFault(faults)
    return data


def _faults(error: ValidationError, source: str) -> tuple[str, ...]:
    return tuple(
        f"{source}: {'.'.join(map(str, fault['loc'])) or 'file'}: {fault['msg']}"
        for fault in error.errors(include_url=False, include_input=False)
    )
