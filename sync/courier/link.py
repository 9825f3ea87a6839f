"""A van's line to the centre: the transport of any device, and what only couriers ask."""

from sync.courier.messages import (
    MANIFEST_MEDIA_TYPE,
    PART_MEDIA_TYPE,
    BundleAnswer,
    ReportList,
)
from sync.courier.report import MAXIMUM_REPORT_BYTES
from sync.errors import NotTheCentre
from sync.http_transport import HttpTransport
from sync.pull_parcel import PARCEL_MEDIA_TYPE
from sync.signing import Purpose


class CourierLink(HttpTransport):
    """Speaks with the centre as a van."""

    maximum_answer_bytes = MAXIMUM_REPORT_BYTES

    def announce(self, bundle: str, manifest: bytes) -> BundleAnswer:
        """Show a bundle's manifest; the answer says what is wanted of it."""
        headers = {"Content-Type": MANIFEST_MEDIA_TYPE}
        return self._checked(
            self._ask_v2(
                "POST", "/v2/bundles", manifest, headers, BundleAnswer, Purpose.BUNDLE_ANSWER
            ),
            bundle,
        )

    def put_piece(self, bundle: str, number: int, offset: int, piece: bytes) -> BundleAnswer:
        """Send a piece of a part; the answer says where to go on."""
        path = f"/v2/bundles/{bundle}/parts/{number}?offset={offset}"
        headers = {"Content-Type": PART_MEDIA_TYPE}
        return self._checked(
            self._ask_v2("PUT", path, piece, headers, BundleAnswer, Purpose.BUNDLE_ANSWER), bundle
        )

    def reported_devices(self, after: str) -> ReportList:
        """For which devices a report may be fetched, behind one of them."""
        path = f"/v2/delivery-reports?after={after}"
        return self._ask_v2("GET", path, b"", {}, ReportList, Purpose.REPORT_LIST)

    def delivery_report(self, device: str) -> bytes:
        """The report of a device, as it is carried; its reader checks it."""
        body, _ = self._signed_exchange("GET", f"/v2/delivery-reports/{device}", b"", {})
        return body

    def parcel(self, device: str) -> bytes:
        """The parcel of a device, as it is carried; its reader checks it."""
        headers = {"Accept": PARCEL_MEDIA_TYPE}
        body, _ = self._signed_exchange("GET", f"/v2/parcels/{device}", b"", headers)
        return body

    def _checked(self, answer: BundleAnswer, bundle: str) -> BundleAnswer:
        if answer.bundle != bundle:
            raise NotTheCentre("the answer is about another bundle")
        return answer
