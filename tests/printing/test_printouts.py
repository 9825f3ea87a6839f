"""What the papers say."""

from kiosk.domain.printout import Block, Heading, LargeNumber, Line, Paragraph, QrCode, SealBox
from tests.printing.papers import QR_TEXT, every_paper, receipt


def words(blocks: tuple[Block, ...]) -> list[str]:
    """Every text of a paper, in order."""
    found: list[str] = []
    for block in blocks:
        match block:
            case Heading() | Paragraph():
                found.append(block.text)
            case LargeNumber():
                found += [block.label, block.number]
            case Line():
                found += [f"{block.label}：{block.value}"]
            case _:
                pass
    return found


def test_receipt_says_that_it_is_an_acceptance_and_where_to_ask() -> None:
    said = words(receipt().blocks)
    assert said[:3] == ["受理回执", "受理号", "A07-000123-K"]
    assert "受理时间：2026年11月23日 16:05" in said
    assert "办到哪一步：受理" in said
    assert "只是受理，不是最后结果" in said
    assert "咨询电话：0938-555 0142" in said
    assert QrCode(QR_TEXT, "留好这张纸。扫码可以核对真假。") in receipt().blocks


def test_receipt_of_a_lost_card_says_when_the_card_is_blocked() -> None:
    lost = "中心确认以后，卡才停用。要马上停用，请打咨询电话。"
    assert lost in words(receipt(is_card_loss=True).blocks)
    assert lost not in words(receipt().blocks)


def test_provisional_receipt_says_that_somebody_must_verify() -> None:
    assert "身份还要工作人员核实。" in words(receipt(is_provisional=True).blocks)


def test_receipt_without_a_code_is_still_a_receipt() -> None:
    blocks = receipt(qr_text="").blocks
    assert not any(isinstance(block, QrCode) for block in blocks)
    assert "A07-000123-K" in words(blocks)


def test_answer_and_estimate_do_not_claim_more_than_they_know() -> None:
    papers = every_paper()
    assert "名单日期：截至2026年11月23日" in words(papers["answer"].blocks)
    assert "这是名单里的记录，只供查看，不能当证明用。" in words(papers["answer"].blocks)
    estimate = words(papers["estimate"].blocks)
    assert estimate[0] == "养老金估算单"
    assert "只是估算，不是核定的数。领多少，以社保机构核定为准。" in estimate


def test_proof_and_statement_carry_code_and_room_for_the_seal() -> None:
    papers = every_paper()
    for name in ("proof", "statement"):
        kinds = [type(block) for block in papers[name].blocks]
        assert kinds.index(QrCode) + 1 == kinds.index(SealBox)


def test_draft_shows_its_digits_in_two_groups() -> None:
    draft = every_paper()["draft"]
    assert LargeNumber("接着办的号码", "4829 1307") in draft.blocks
    assert "还没有提交，不算受理" in words(draft.blocks)
