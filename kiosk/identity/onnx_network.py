"""Opens an ONNX network: one thread, no arena, no telemetry."""

from pathlib import Path
from typing import Any

from kiosk.errors import ModelUnavailable


def open_network(model: Path, inputs: tuple[str, ...] = ()) -> Any:  # noqa: ANN401 (onnxruntime has no types)
    """Load a network.

    Args:
        model: an ONNX file.
        inputs: the names that its inputs must have; none where any will do.
    Raises:
        ModelUnavailable: it is missing, damaged, or another network.
    """
    import onnxruntime

    onnxruntime.disable_telemetry_events()
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.inter_op_num_threads = 1
    options.log_severity_level = 4
    # Without the arena the buffers are given back after each run: 20 MB less between two visits.
    options.enable_cpu_mem_arena = False
    if not model.is_file():
        raise ModelUnavailable(f"there is no file {model.name}")
    try:
        session = onnxruntime.InferenceSession(
            str(model), options, providers=["CPUExecutionProvider"]
        )
    except Exception as error:
        # onnxruntime's errors share no other base
        raise ModelUnavailable(f"{model.name} cannot be loaded") from error
    if inputs and tuple(sorted(entry.name for entry in session.get_inputs())) != tuple(
        sorted(inputs)
    ):
        raise ModelUnavailable(f"{model.name} is another network")
    return session
