"""Check of who may sign in at the machine: where proofs fail, somebody has to answer for a person."""

from kiosk.doctor.finding import Finding, good, warning
from kiosk.domain.attestation import FOR_MONEY


def check_staff(
    count: int, resting: int, *, rests_whole: bool, has_many_failures: bool = False
) -> Finding:
    """Say how many there are, and whose sign-in rests.

    Args:
        count: who may sign in.
        resting: of them, after too many wrong PINs.
        rests_whole: the sign-in as such rests.
        has_many_failures: within an hour, many checks of faces or voices knew nobody.
    """
    if count == 0:
        return warning("staff", "没有人能登录", "用 xianglin staff add 加上工作人员，最好两位")
    if has_many_failures:
        found = f"{count} 位；这一小时里，很多次没有认出人"
        return warning("staff", found, "看看有没有人在冒用，摄像头前的光线对不对")
    if rests_whole or resting:
        whose = "全部工号" if rests_whole else f"{resting} 个工号"
        found = f"{count} 位；输错太多，{whose}要等一等"
        return warning("staff", found, "xianglin staff list 看到什么时候；不认得的人试过，请留意")
    if count < FOR_MONEY:
        return warning("staff", f"只有 {count} 位", "和钱有关的证明要两位，请再加一位")
    return good("staff", f"{count} 位")
