"""Pictures of pages, for the demonstration, the documentation and the eye of a reviewer."""

from collections.abc import Mapping
from pathlib import Path

from PySide6.QtWidgets import QApplication

from kiosk.clock import Clock
from kiosk.flows.pages import PageModel
from kiosk.ui.kit import Texts
from kiosk.ui.main_window import MainWindow
from kiosk.ui.tokens import ScreenSpec


def save_screenshot(window: MainWindow, path: Path) -> Path:
    """Save what the window shows as a PNG file.

    Raises:
        OSError: the file cannot be written.
    """
    QApplication.processEvents()
    path.parent.mkdir(parents=True, exist_ok=True)
    if not window.grab().save(str(path), "PNG"):
        message = f"cannot write {path}"
        raise OSError(message)
    return path


def render_all(
    view_models: Mapping[str, PageModel],
    out_dir: Path,
    screen: ScreenSpec,
    texts: Texts,
    clock: Clock,
) -> list[Path]:
    """Render each view model into ``<out_dir>/<name>.png`` without a camera, a voice or a flow.

    Raises:
        OSError: a file cannot be written.
    """
    window = MainWindow(texts, screen, clock)
    window.show()
    try:
        paths = []
        for name, model in view_models.items():
            window.show_model(model)
            paths.append(save_screenshot(window, out_dir / f"{name}.png"))
        return paths
    finally:
        window.close()
        window.deleteLater()
