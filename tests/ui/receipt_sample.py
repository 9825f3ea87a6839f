"""One receipt at every stage."""

from datetime import UTC, datetime

import segno

from accessibility.prompt import Prompt
from kiosk.flows import pages as m

MORNING = datetime(2026, 7, 14, 1, 30, tzinfo=UTC)
NUMBER = "A07-000123-K"

QR_ROWS = tuple(
    "".join(str(bit) for bit in row) for row in segno.make(f"XIANGLIN:{NUMBER}", micro=False).matrix
)


def receipt(
    stage: m.RequestStage, prompt_id: str = "receipt", is_provisional: bool = False
) -> m.ReceiptPage:
    values = {"service": "养老资格认证", "number": NUMBER}
    return m.ReceiptPage(
        Prompt(prompt_id, values),
        "养老资格认证",
        NUMBER,
        stage,
        MORNING,
        is_provisional,
        QR_ROWS,
        can_go_back=False,
    )
