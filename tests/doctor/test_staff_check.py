import pytest

from kiosk.doctor.finding import Health
from kiosk.doctor.staff_check import check_staff


@pytest.mark.parametrize(
    ("count", "resting", "rests_whole", "health", "said"),
    [
        (0, 0, False, Health.WARNING, "没有人能登录"),
        (1, 0, False, Health.WARNING, "只有 1 位"),
        (2, 0, False, Health.GOOD, "2 位"),
        (3, 1, False, Health.WARNING, "1 个工号要等一等"),
        (3, 0, True, Health.WARNING, "全部工号要等一等"),
    ],
)
def test_doctor_says_who_can_answer_for_people(
    count: int, resting: int, rests_whole: bool, health: Health, said: str
) -> None:
    found = check_staff(count, resting, rests_whole=rests_whole)
    assert found.health is health
    assert said in found.found
    assert bool(found.remedy) is (health is not Health.GOOD)


def test_doctor_says_that_many_were_not_known() -> None:
    found = check_staff(2, 0, rests_whole=False, has_many_failures=True)
    assert found.health is Health.WARNING
    assert "很多次没有认出人" in found.found
