"""One question of a form: show it, check the answer, go on to what is open."""

import hashlib
from dataclasses import dataclass, replace

from accessibility.prompt import Prompt
from kiosk.domain.fields.base import FieldFault
from kiosk.domain.form import SKIPPED, Form, Place
from kiosk.domain.json_values import JsonValue
from kiosk.domain.question import FilesQuestion, GroupQuestion, PhotoQuestion, Question
from kiosk.errors import FlowError
from kiosk.flows.actions import (
    Action,
    Answered,
    Choose,
    Decline,
    PhotoTaken,
    SpokenAnswer,
    TurnPage,
)
from kiosk.flows.flow import Destination
from kiosk.flows.form.check import check_answer
from kiosk.flows.form.facts import form_facts
from kiosk.flows.form.going_on import FORM, go_on, keep
from kiosk.flows.form.heard import understood
from kiosk.flows.form.places import address_of, level, start_path
from kiosk.flows.form.question_pages import PageRequest, question_page
from kiosk.flows.form.read_back import shown
from kiosk.flows.page_model import PageModel
from kiosk.flows.visit import Visit
from kiosk.flows.visit_ports import VisitPorts

LATER: JsonValue = {"when": "later"}
"""A paper that is brought afterwards."""


def form_of(visit: Visit) -> Form:
    """The form of this visit.

    Raises:
        FlowError: there is none.
    """
    if visit.form is None:
        raise FlowError("no form is open")
    return visit.form


@dataclass(frozen=True, slots=True)
class QuestionStep:
    """A question by its place; the answers themselves are the visit's."""

    place: Place
    fault: Prompt | None = None
    """What was wrong with the last answer."""
    page_number: int | None = None
    address_path: tuple[str, ...] | None = None
    """What was chosen of an address so far; None at its beginning."""

    def page(self, visit: Visit, ports: VisitPorts) -> PageModel:
        """The question, with what is known to begin with."""
        form = form_of(visit)
        parts = (
            (self.place.step,) if self.place.field is None else (self.place.step, self.place.field)
        )
        if isinstance(form.definition.question(self.place.step), FilesQuestion):
            parts = (self.place.step,)
        return question_page(
            PageRequest(
                form=form,
                place=self.place,
                facts=form_facts(visit, ports),
                prompt=self.fault or Prompt(form.definition.prompt_id(*parts)),
                is_rejected=self.fault is not None,
                progress=FORM,
                page_number=self.page_number,
                address_path=self._path(visit, ports),
                has_camera=ports.has_camera(),
                photo=self._last_photo(visit),
            )
        )

    def take(self, visit: Visit, ports: VisitPorts, action: Action) -> Destination:
        """Check and keep an answer; a wrong one stays on the page and says what is wrong."""
        form = form_of(visit)
        question = form.question_at(self.place)
        if isinstance(action, TurnPage):
            return self._turned(visit, ports)
        if self._is_photo(question):
            return self._take_photo(visit, ports, action)
        if isinstance(question, GroupQuestion):
            return self._take_group(visit, ports, action)
        if isinstance(action, Decline):
            return self._declined(visit, ports, question)
        if isinstance(action, SpokenAnswer):
            facts = form_facts(visit, ports)
            path = self._path(visit, ports)
            raw = understood(self.place, action.transcript, form, facts, path)
            if raw is None:
                return self._again(Prompt("form.not_understood"))
            return self._take_raw(visit, ports, raw)
        if isinstance(action, Answered):
            return self._take_raw(visit, ports, action.value)
        raise FlowError(f"question does not offer {type(action).__name__}")

    def is_gone(self, visit: Visit) -> bool:
        """Whether another answer has taken this question away since it was asked."""
        return visit.form is None or not visit.form.still_has(self.place)

    # -- ordinary answers

    def _take_raw(self, visit: Visit, ports: VisitPorts, raw: object) -> Destination:
        form = form_of(visit)
        if form.question_at(self.place).type == "address" and isinstance(raw, str):
            path = self._path(visit, ports)
            if raw not in {option.value for option in level(ports.county, path).options}:
                return self._again(Prompt("field.choice.unknown"))
            path = (*path, raw)
            whole = address_of(ports.county, path)
            if whole is None:
                return Destination(QuestionStep(self.place, address_path=path))
            raw = whole
        try:
            value = check_answer(self.place, raw, form, form_facts(visit, ports))
        except FieldFault as fault:
            prompt = Prompt(fault.prompt_id, fault.values, is_personal=False)
            return self._again(self._kindly(prompt, visit, ports))
        keep(visit, ports, form.answered(self.place, value))
        return go_on(visit, ports)

    def _kindly(self, prompt: Prompt, visit: Visit, ports: VisitPorts) -> Prompt:
        """In practice, say besides what could be entered."""
        example = form_of(visit).definition.example
        if ports.practice is None or example is None:
            return prompt
        form = Form(form_of(visit).definition, form_of(visit).scope, example.answers)
        value = form.value_at(self.place)
        words = shown(
            form.question_at(self.place), value, form, self.place, form_facts(visit, ports)
        )
        if not words:
            return prompt
        title = ports.words(prompt).title
        return Prompt("practice.wrong", {"fault": title, "example": words}, is_personal=False)

    def _again(self, prompt: Prompt) -> Destination:
        return Destination(replace(self, fault=prompt), replaces=True)

    def _declined(self, visit: Visit, ports: VisitPorts, question: object) -> Destination:
        is_signature = getattr(question, "type", "") == "signature"
        if not isinstance(question, Question) or not (question.is_optional or is_signature):
            raise FlowError("this question cannot be passed over")
        keep(visit, ports, form_of(visit).answered(self.place, dict(SKIPPED)))
        return go_on(visit, ports)

    def _turned(self, visit: Visit, ports: VisitPorts) -> Destination:
        shown = self.page(visit, ports)
        number = getattr(shown, "page_number", 1)
        return Destination(replace(self, page_number=number + 1, fault=None), replaces=True)

    def _path(self, visit: Visit, ports: VisitPorts) -> tuple[str, ...]:
        if self.address_path is not None:
            return self.address_path
        is_local = bool(getattr(form_of(visit).question_at(self.place), "is_local", True))
        return start_path(ports.county, ports.site.region_code, is_local=is_local)

    # -- groups

    def _take_group(self, visit: Visit, ports: VisitPorts, action: Action) -> Destination:
        form = form_of(visit)
        step_id = self.place.step
        if isinstance(action, Decline):
            action = Choose("done")
        if not isinstance(action, Choose):
            raise FlowError(f"group does not offer {type(action).__name__}")
        page = self.page(visit, ports)
        items = len(getattr(page, "items", ()))
        if action.choice_id == "add" and getattr(page, "can_add", False):
            question = form.question_at(self.place)
            assert isinstance(question, GroupQuestion)  # noqa: S101 (asked by the caller)
            keep(visit, ports, form.group_reopened(step_id))
            return Destination(QuestionStep(Place(step_id, items, question.fields[0].id)))
        if action.choice_id == "remove" and items:
            keep(visit, ports, form.group_without_last(step_id))
            return Destination(replace(self, fault=None), replaces=True)
        if action.choice_id == "done" and getattr(page, "can_finish", False):
            keep(visit, ports, form.group_done(step_id))
            return go_on(visit, ports)
        raise FlowError("group does not offer this")

    # -- pictures

    def _is_photo(self, question: object) -> bool:
        is_document = isinstance(question, FilesQuestion) and self.place.field is not None
        return is_document or isinstance(question, PhotoQuestion)

    def _take_photo(self, visit: Visit, ports: VisitPorts, action: Action) -> Destination:
        form = form_of(visit)
        page = self.page(visit, ports)
        before = form.value_at(self.place)
        taken = list(before) if isinstance(before, list) else []
        if isinstance(action, PhotoTaken) and len(taken) < getattr(page, "maximum", 1):
            digest = hashlib.sha256(action.jpeg).hexdigest()
            visit.attachments[digest] = action.jpeg
            reference = {"sha256": digest, "size": len(action.jpeg)}
            if reference not in taken:
                taken.append(reference)
            keep(visit, ports, form.answered(self.place, taken))
            return Destination(replace(self, fault=None), replaces=True)
        if isinstance(action, Choose) and action.choice_id == "again" and taken:
            visit.attachments.pop(taken.pop()["sha256"], None)
            keep(visit, ports, form.answered(self.place, taken))
            return Destination(replace(self, fault=None), replaces=True)
        if isinstance(action, Decline) and getattr(page, "may_follow", False):
            keep(visit, ports, form.answered(self.place, dict(LATER)))
            return go_on(visit, ports)
        if (
            isinstance(action, Answered)
            and action.value is None
            and getattr(page, "can_finish", False)
        ):
            return go_on(visit, ports)
        raise FlowError(f"camera does not offer {type(action).__name__}")

    def _last_photo(self, visit: Visit) -> bytes:
        value = form_of(visit).value_at(self.place)
        if isinstance(value, list) and value and "sha256" in value[-1]:
            return visit.attachments.get(value[-1]["sha256"], b"")
        return b""
