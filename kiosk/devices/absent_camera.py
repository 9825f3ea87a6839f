"""The camera of a kiosk that has none."""

from kiosk.errors import CameraUnavailable
from kiosk.services.ports import Frame


class AbsentCamera:
    """Says at once that there is no camera, so that the visit goes on with card and PIN."""

    label = "未配置摄像头"

    def open(self) -> None:
        """Refuse.

        Raises:
            CameraUnavailable: always.
        """
        raise CameraUnavailable("this kiosk has no camera")

    def read(self) -> Frame:
        """Refuse.

        Raises:
            CameraUnavailable: always.
        """
        raise CameraUnavailable("this kiosk has no camera")

    def close(self) -> None:
        """Do nothing."""
