"""One exchange with a real centre, and the kiosk's papers can be checked by whoever knows the centre's key alone."""

import pytest

from kiosk.demo.world import DemoWorld
from kiosk.services.verify_receipt import ReceiptVerdict, VerifyReceipt
from sync.signing import Verifier
from tests.e2e.visits import exchange
from tests.printing.codes import statement

pytestmark = pytest.mark.slow


def test_paper_is_checked_offline_after_the_first_exchange(world: DemoWorld) -> None:
    with world.runtime() as runtime:
        centre_key = bytes.fromhex(runtime.config.sync.centre_public_key)
        elsewhere = VerifyReceipt((Verifier(centre_key),))
        own = statement(runtime.config.device.receipt_prefix)
        code = runtime.receipt_code()
        with runtime.store.transaction() as transaction:
            # As before the first exchange, which making the world already was.
            transaction.database.execute("DELETE FROM device_certificate")
        before = code.text_of_statement(own)
        assert elsewhere.check(before).verdict is ReceiptVerdict.NOT_YET
        assert runtime.verify_receipt().check(before).verdict is ReceiptVerdict.GENUINE
        exchange(runtime)
        world.link.down()
        check = elsewhere.check(code.text_of_statement(own))
        assert check.verdict is ReceiptVerdict.GENUINE
        assert check.device == runtime.config.device.id


def test_kiosk_that_has_used_half_of_its_numbers_gets_more_with_the_next_exchange(
    world: DemoWorld,
) -> None:
    with world.runtime() as runtime:
        with runtime.store.transaction() as transaction:
            for _ in range(1000):
                transaction.next_receipt_counter()
        for _ in range(2):
            exchange(runtime)
        with runtime.encrypted.reading() as database:
            blocks = [
                tuple(row)
                for row in database.execute("SELECT first, last, next FROM receipt_block")
            ]
    assert blocks == [(1, 2000, 1001), (2001, 4000, 2001)]
