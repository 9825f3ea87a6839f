"""View models of what a person sees of the own enrolled face and voice."""

from accessibility.prompt import Prompt
from kiosk.domain.consent import ConsentKind
from kiosk.flows import pages as m
from kiosk.flows.my_templates import ERASE, KEEP
from tests.ui.receipt_sample import MORNING


def line(number: int, stage: m.RequestStage, decision: str = "") -> m.RequestLine:
    return m.RequestLine("养老资格认证", f"A07-{number:06d}-K", stage, MORNING, decision)


def own(count: int) -> m.ProgressPage:
    stages = list(m.RequestStage)
    lines = tuple(line(120 + n, stages[n % len(stages)], "已通过,有效期一年") for n in range(count))
    return m.ProgressPage(
        Prompt("request_progress" if count else "request_progress.none"), lines, has_templates=True
    )


MY_TEMPLATES_SAMPLES: dict[str, m.PageModel] = {
    "12-progress-none-own": own(0),
    "12-progress-1-own": own(1),
    "12-progress-4-own": own(4),
    "31-my-templates": m.NoticePage(
        Prompt("my_templates"),
        "face",
        tuple(
            m.ChoiceButton(f"erase_{kind.value}", f"choice.erase_{kind.value}", kind.value)
            for kind in ConsentKind
        ),
    ),
    "31-my-templates-erase": m.NoticePage(
        Prompt("my_templates.erase_voice"),
        "voice",
        (
            m.ChoiceButton(KEEP, "choice.keep_template", "back"),
            m.ChoiceButton(ERASE, "choice.erase_template", "remove"),
        ),
    ),
    "31-my-templates-erased": m.NoticePage(Prompt("my_templates.erased"), "check", ()),
}
