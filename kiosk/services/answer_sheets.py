"""What the roster's record and the calculators answer, one function a kind of answer."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime

from kiosk.clock import Clock, site_date
from kiosk.domain.fields import words
from kiosk.domain.form import Form
from kiosk.domain.pension.estimate import Plan, estimate
from kiosk.domain.pension.parameters import LAST_DIVISOR_AGE, PensionParameters
from kiosk.domain.pension.retirement_age import Category, retirement
from kiosk.domain.resident import Resident
from kiosk.domain.resident_record import Contribution, MedicalRecord, Payment, PensionRecord
from kiosk.services.answer_sheet import AnswerSheet

Label = Callable[..., str]
Line = tuple[str, str]


@dataclass(frozen=True, slots=True, repr=False)
class _Asked:
    """One question to the record."""

    form: Form
    resident: Resident
    today: date
    label: Label

    @property
    def pension(self) -> PensionRecord | None:
        """The record's part on old-age insurance."""
        return self.resident.record.pension

    @property
    def medical(self) -> MedicalRecord | None:
        """The record's part on medical insurance."""
        return self.resident.record.medical

    def line(self, name: str, value: str) -> Line:
        """A line with its label."""
        return (self.label(f"sheet.{name}"), value)


@dataclass(frozen=True, slots=True)
class AnswerSheets:
    """Answers of roster and local services; a figure never stands without the date that it holds for."""

    clock: Clock
    label: Label
    pension_on: Callable[[date], PensionParameters]

    def of(self, form: Form, resident: Resident | None) -> AnswerSheet | None:
        """The answer that a form asks for, or None when what it needs is not known here.

        Raises:
            PensionParametersUnusable: there is no parameter file of today.
        """
        today = site_date(self.clock.now())
        if form.definition.answer == "estimate":
            is_employee = form.lookup("scheme") in set(Category)
            return self._retirement(form, today) if is_employee else self._estimate(form, today)
        if resident is None:
            return None
        sheet = _SHEETS[form.definition.answer](_Asked(form, resident, today, self.label))
        if sheet is None:
            return None
        lines, figure_label, figure = sheet
        return AnswerSheet(lines, self._as_of(resident.as_of), figure_label, figure)

    def _as_of(self, moment: datetime) -> str:
        return self.label("sheet.as_of", date=words.day(site_date(moment)))

    def _retirement(self, form: Form, today: date) -> AnswerSheet:
        """When an employee retires; how much that is only the centre can tell."""
        rules = self.pension_on(today)
        born = date.fromisoformat(form.lookup("birth_date"))
        result = retirement(born, Category(form.lookup("scheme")), rules.retirement)
        lines = (
            (self.label("sheet.retirement.month"), words.month(result.month)),
            (
                self.label("sheet.retirement.later"),
                self.label("sheet.months", months=result.delay_months),
            ),
            (self.label("sheet.retirement.earliest"), words.month(result.earliest_month)),
            (self.label("sheet.retirement.latest"), words.month(result.latest_month)),
            (self.label("sheet.retirement.minimum"), self._age(result.minimum_months)),
            (self.label("sheet.note"), self.label("sheet.retirement.note")),
        )
        as_of = self.label(
            "sheet.estimate.as_of", area=rules.area, date=words.day(rules.valid_from)
        )
        figure = self._age(result.age_months, "sheet.age")
        return AnswerSheet(lines, as_of, self.label("sheet.retirement.age"), figure)

    def _age(self, months: int, text_id: str = "sheet.years") -> str:
        years, rest = divmod(months, 12)
        whole = self.label(text_id, years=years)
        return f"{whole}{self.label('sheet.and_months', months=rest)}" if rest else whole

    def _estimate(self, form: Form, today: date) -> AnswerSheet:
        rules = self.pension_on(today)
        plan = Plan(
            birth_date=date.fromisoformat(form.lookup("birth_date")),
            years_paid=form.lookup("years_paid"),
            tier_fen=int(form.lookup("tier")),
            # Whoever is older than the table draws at its last age: the divisor grows no smaller.
            draw_age=min(LAST_DIVISOR_AGE, max(rules.pension_age, form.lookup("age"))),
            today=today,
        )
        result = estimate(plan, rules)
        lines = [
            (self.label("sheet.estimate.from"), words.month(result.draws_from)),
            *(
                (self.label(line.label), f"{line.working} = {words.money(line.fen)}")
                for line in result.lines
            ),
        ]
        lines += [
            (self.label("sheet.note"), self.label(one.text_id, **one.values))
            for one in result.warnings
        ]
        as_of = self.label(
            "sheet.estimate.as_of", area=rules.area, date=words.day(rules.valid_from)
        )
        return AnswerSheet(
            tuple(lines),
            as_of,
            self.label("sheet.estimate.monthly"),
            words.money(result.shown_monthly_fen),
        )


_Sheet = tuple[tuple[Line, ...], str, str]


def _payments(asked: _Asked) -> _Sheet | None:
    pension = asked.pension
    if pension is None or not pension.payments:
        return None
    period = asked.form.lookup("period")
    wanted = {
        "this_month": f"{asked.today:%Y-%m}",
        "this_year": str(asked.today.year),
        "last_year": str(asked.today.year - 1),
    }[period]
    found = [payment for payment in pension.payments if payment.month.startswith(wanted)]
    lines = tuple((words.month(payment.month), _paid(payment, asked)) for payment in found)
    total = sum(payment.fen for payment in found)
    if not found:
        newest = max(pension.payments, key=lambda payment: payment.month)
        lines = (
            asked.line("payments.none", asked.label("sheet.payments.not_yet")),
            (words.month(newest.month), _paid(newest, asked)),
        )
    return lines, asked.label(f"sheet.payments.{period}"), words.money(total)


def _paid(payment: Payment, asked: _Asked) -> str:
    amount = words.money(payment.fen)
    if payment.paid_on is None:
        return amount
    return asked.label("sheet.payments.paid", amount=amount, date=words.day(payment.paid_on))


def _medical_account(asked: _Asked) -> _Sheet | None:
    medical = asked.medical
    if medical is None:
        return None
    year = asked.today.year
    settled = [one for one in medical.reimbursements if one.on.year == year]
    state = asked.label(f"sheet.medical.{medical.status}")
    lines = [asked.line("medical.state", state)]
    lines += [
        (
            words.day(one.on),
            asked.label(
                "sheet.medical.settled",
                hospital=one.hospital,
                total=words.money(one.total_fen),
                paid=words.money(one.paid_fen),
            ),
        )
        for one in settled
    ]
    lines.append(
        asked.line("medical.settled_total", words.money(sum(one.paid_fen for one in settled)))
    )
    if medical.account_fen is None:
        return tuple(lines), "", ""
    return tuple(lines), asked.label("sheet.medical.balance"), words.money(medical.account_fen)


def _rights_statement(asked: _Asked) -> _Sheet | None:
    pension = asked.pension
    if pension is None or pension.status == "none":
        return None
    year = asked.form.lookup("year")
    paid = [one for one in pension.contributions if one.year == year]
    lines = [
        asked.line("rights.name", asked.resident.name),
        asked.line("rights.number", asked.resident.citizen_id.masked),
        asked.line("rights.status", asked.label(f"sheet.pension.{pension.status}")),
        asked.line("rights.years", asked.label("sheet.years", years=pension.years_paid)),
        asked.line("rights.year", f"{year}年"),
        *_contribution_lines(paid, asked),
    ]
    return tuple(lines), asked.label("sheet.rights.account"), words.money(pension.account_fen)


def _contribution_lines(paid: list[Contribution], asked: _Asked) -> list[Line]:
    if not paid:
        return [asked.line("rights.paid", asked.label("sheet.rights.nothing_paid"))]
    own, subsidy = sum(one.fen for one in paid), sum(one.subsidy_fen for one in paid)
    return [
        asked.line("rights.paid", words.money(own)),
        asked.line("rights.subsidy", words.money(subsidy)),
    ]


def _participation_proof(asked: _Asked) -> _Sheet | None:
    pension = asked.pension
    if pension is None or pension.status == "none":
        return None
    since = words.month(pension.since) if pension.since else asked.label("sheet.unknown")
    lines = (
        asked.line("rights.name", asked.resident.name),
        asked.line("rights.number", asked.resident.citizen_id.masked),
        asked.line("proof.kind", asked.label("sheet.proof.resident_pension")),
        asked.line("rights.status", asked.label(f"sheet.pension.{pension.status}")),
        asked.line("proof.since", since),
        asked.line("rights.years", asked.label("sheet.years", years=pension.years_paid)),
    )
    return lines, "", ""


_SHEETS: dict[str, Callable[[_Asked], _Sheet | None]] = {
    "payments": _payments,
    "medical_account": _medical_account,
    "rights_statement": _rights_statement,
    "participation_proof": _participation_proof,
}
