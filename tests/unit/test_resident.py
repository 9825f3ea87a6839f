import pytest

from kiosk.domain.resident import mask_name


@pytest.mark.parametrize(
    ("name", "masked"),
    [
        ("王", "*"),
        ("张三", "张*"),
        ("张建国", "张*国"),
        ("欧阳娜娜", "欧**娜"),
        ("阿卜杜·买买提", "阿**·**提"),
        (" 李四 ", "李*"),
    ],
)
def test_name_is_masked_by_its_length(name: str, masked: str) -> None:
    assert mask_name(name) == masked
