"""Check of the enrolled faces and voices: does this machine open them?"""

from collections.abc import Mapping

from kiosk.doctor.finding import Finding, good, warning
from kiosk.domain.identity_evidence import Modality
from kiosk.storage.template_rows import Opened

_NAMES = {Modality.FACE: "脸", Modality.VOICE: "声音"}


def check_templates(found: Mapping[Modality, Opened]) -> Finding:
    """Whose templates are damaged or of another machine must enrol anew; until then they have card and PIN.

    Args:
        found: what opening some of each showed.
    """
    counts = "，".join(f"{_NAMES[kind]} {one.count} 份" for kind, one in found.items())
    unusable = sum(one.unusable for one in found.values())
    tried = sum(one.tried for one in found.values())
    if unusable:
        return warning(
            "templates",
            f"{counts}；抽查 {tried} 份，{unusable} 份打不开",
            "请这些居民重新登记；在那之前用卡和密码一样办",
        )
    return good("templates", f"{counts}；抽查 {tried} 份，都打得开" if tried else "还没有登记")
