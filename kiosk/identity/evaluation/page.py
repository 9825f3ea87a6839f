"""The report for staff: one HTML file in plain Chinese that needs nothing else, pictures included."""

from collections.abc import Iterable, Sequence
from html import escape

from kiosk.domain.identity_evidence import Modality
from kiosk.domain.identity_policy import Assurance
from kiosk.identity.evaluation.attacks import Judged
from kiosk.identity.evaluation.bounds import OperatingPoint, Rate
from kiosk.identity.evaluation.drawing import Drawing
from kiosk.identity.evaluation.evaluation import Evaluation, PolicyRow
from kiosk.identity.evaluation.intervals import Interval
from kiosk.identity.evaluation.plots import percent

REASONS = {
    "no_face": "没有找到脸",
    "several_faces": "不止一个人",
    "too_dark": "太暗",
    "too_bright": "太亮",
    "too_far": "脸太小",
    "too_near": "脸太大",
    "off_centre": "脸不在中间",
    "turned_away": "没有看正前方",
    "occluded": "脸被遮住",
    "blurred": "模糊",
    "hold_still": "动了，模糊",
    "too_short": "说话太短",
    "too_quiet": "声音太小",
    "unreadable": "文件读不出来",
    "other_kind": "不是照片也不是录音",
    "same_file": "和前面的文件一模一样",
}
"""Why a sample was left out; a reason without words is shown as it is."""

_LEVELS = {Assurance.VERIFIED: "核实（2级）", Assurance.STRONG: "强核实（3级）"}
_MODALITIES = {Modality.FACE: "人脸", Modality.VOICE: "声音"}
_SAMPLES = {Modality.FACE: "张照片", Modality.VOICE: "段录音"}
_LISTED = 200
"""Files that were left out and are named on the page; report.json names all."""

_STYLE = """
body{font-family:"Noto Sans CJK SC","Microsoft YaHei",sans-serif;color:#1f2933;max-width:62rem;margin:2rem auto;
padding:0 1rem;line-height:1.7}
h1{font-size:1.7rem}h2{font-size:1.25rem;margin-top:2.4rem;border-bottom:2px solid #dde3ea}
table{border-collapse:collapse;width:100%;margin:.8rem 0}
th,td{border:1px solid #c9d1da;padding:.35rem .6rem;text-align:left;vertical-align:top}
th{background:#f1f4f8}.no{color:#b3261e;font-weight:bold}.yes{color:#0b6e4f;font-weight:bold}
.say{background:#f1f4f8;border-left:6px solid #3b5bdb;padding:.7rem 1rem}
svg{max-width:100%;height:auto}small{color:#5f6b7a}
"""


def page(evaluation: Evaluation, det: Drawing, histogram: Drawing) -> str:
    """The whole file."""
    measured = evaluation.measured
    kind = _MODALITIES[measured.modality]
    parts = [
        "<!DOCTYPE html>",
        '<html lang="zh-CN"><head><meta charset="utf-8">',
        '<meta name="viewport" content="width=device-width">',
        f"<title>{kind}识别评估</title><style>{_STYLE}</style></head><body>",
        f"<h1>{kind}识别评估</h1>",
        f"<p>引擎 <b>{escape(measured.engine_id)}</b>；数据 <b>{escape(measured.dataset)}</b>；"
        f"{measured.made_at:%Y年%m月%d日}</p>",
        _summary(evaluation),
        _policy(evaluation),
        _targets(evaluation),
        "<h2>两种错误怎样此消彼长</h2>",
        "<p>线越靠左下越好。阈值严一点，认错人少了，本人被拒绝就多了。虚线是规定要达到的比例，灰色的地方数据证明不了。</p>",
        det.svg(),
        "<h2>分数是怎样分布的</h2>",
        "<p>两堆分得越开越好。虚线右边的算一个凭证。</p>",
        histogram.svg(),
        _groups(evaluation),
        _attacks(evaluation),
        _left_out(evaluation),
        _notes(evaluation),
        "</body></html>",
    ]
    return "\n".join(parts) + "\n"


def _summary(evaluation: Evaluation) -> str:
    trials, measured = evaluation.trials, evaluation.measured
    samples = _SAMPLES[measured.modality]
    used = len(measured.embedded.person)
    how = (
        f"每两{samples[0]}{samples[1:]}比一次"
        if measured.template_samples == 1
        else f"每人先登记{measured.template_samples}{samples}，再和别的比"
    )
    tried = "；".join(
        f"{space_words(name)}：{percent(round(rate, 5))}" for name, rate in measured.choice.tried
    )
    return (
        f'<p class="say">{trials.people}个人，{evaluation.given}{samples}，用上了{used}。{how}：'
        f"同一个人{trials.genuine.size}次，不同的人{trials.impostor.size}次（{trials.pairs_of_people}对人）。<br>"
        f"等错误率 <b>{percent(round(evaluation.equal_error, 5))}</b>"
        f"（95%区间 {_span(evaluation.equal_error_interval)}）。</p>"
        f"<p><small>试过的比法和各自的等错误率：{tried}。只有换一批人也几乎总是更好，才换掉引擎自己的比法。</small></p>"
    )


def space_words(name: str) -> str:
    """A way of comparing in words."""
    words = {
        "euclidean": "欧氏距离",
        "cosine": "余弦",
        "centred cosine": "减去本地平均后的余弦",
        "AS-norm": "按别人的分数归一",
    }
    return "，".join(words.get(part, escape(part)) for part in name.split(" + "))


def _policy(evaluation: Evaluation) -> str:
    rows = [_policy_row(row) for row in evaluation.policy]
    return "".join(
        [
            "<h2>能不能单独作数</h2>",
            "<p>只有数据能证明陌生人通过的机会低于规定，才可以不要第二个凭证。证明不了的，只算一个凭证，"
            "还要社保卡或密码。</p>",
            _table(("等级", "规定：陌生人通过", "这份数据能证明吗", "本人被拒绝"), rows),
        ]
    )


def _policy_row(row: PolicyRow) -> tuple[str, ...]:
    target = f"每次不超过{percent(row.target_far)}"
    if row.shown is None:
        need = f"要比对{row.pairs_needed:,}对不同的人、一次也不错才能证明"
        return _LEVELS[row.level], target, f'<span class="no">不能</span>：{need}', "—"
    bound = f"低于{percent(round(row.shown.false_accept_bound, 7))}"
    words = f'<span class="yes">能</span>：阈值{row.shown.threshold:.4f}，{bound}（95%把握）'
    return _LEVELS[row.level], target, words, _rate(row.shown.false_reject)


def _targets(evaluation: Evaluation) -> str:
    name = "现在用的" if evaluation.is_reference_in_use else "数出来的千分之一"
    reference = evaluation.reference
    rows = [(name, f"{reference.threshold:.4f}", *_point(reference), "算一个凭证")]
    for row in evaluation.targets:
        words = '<span class="yes">能证明</span>' if row.is_demonstrated else "不能证明"
        if not row.is_counted:
            words += "（比对太少，这是这份数据里最严的阈值）"
        rows.append(
            (percent(row.target_far), f"{row.point.threshold:.4f}", *_point(row.point), words)
        )
    return "<h2>各个目标的阈值</h2>" + _table(
        ("目标", "阈值", "认错陌生人", "95%把握低于", "拒绝本人", "达到目标"), rows
    )


def _groups(evaluation: Evaluation) -> str:
    if not evaluation.groups:
        return (
            "<h2>分男女和年龄</h2><p>没有 people.csv，分不了。写上性别和出生年，"
            "才看得出有没有人总是被拒绝。</p>"
        )
    rows = []
    for row in evaluation.groups:
        name = group_words(row.group)
        share = f"{row.used}/{row.given}"
        if row.point is None:
            rows.append((name, str(row.people), share, "—", "—", "—"))
        else:
            rows.append((name, str(row.people), share, *_point(row.point)))
    return (
        "<h2>分男女和年龄</h2>"
        f"<p>都用同一个阈值 {evaluation.reference.threshold:.4f}，只在本组里比。"
        "哪一组拒绝本人的多，或者能用的少，就是把那些人挡在门外。</p>"
        + _table(("组", "人数", "能用的", "认错陌生人", "95%把握低于", "拒绝本人"), rows)
    )


def group_words(group: str) -> str:
    """A group's name in words."""
    kind, _, value = group.partition(":")
    if kind == "sex":
        return {"female": "女", "male": "男"}.get(value, value)
    return f"{value}岁" if kind == "age" else group


def _attacks(evaluation: Evaluation) -> str:
    if evaluation.attacks is None:
        waiting = evaluation.unjudged_attacks or {}
        if not waiting:
            return ""
        words = "、".join(f"{escape(name)} {count}个" for name, count in waiting.items())
        return (
            f"<h2>假冒攻击</h2><p>文件夹里有假冒样本（{words}），这个引擎没有活体判断，没有测。</p>"
        )
    result = evaluation.attacks
    rows = [_attack_row(f"假冒：{one.group}", one) for one in result.species]
    rows.append(_attack_row("本人", result.bona_fide))
    worst = result.worst
    last = (
        f"<p>看最差的一种：{escape(worst.group)}，{percent(round(worst.rate, 5))}。</p>"
        if worst
        else ""
    )
    return (
        f"<h2>假冒攻击</h2><p>活体判断：{escape(result.detector)}。"
        "假冒的看放过了多少（APCER），本人的看错拦了多少（BPCER）。</p>"
        + _table(("哪一种", "判错", "比例和95%区间", "没有结果"), rows)
        + last
    )


def _attack_row(name: str, judged: Judged) -> tuple[str, ...]:
    return (
        escape(name),
        f"{judged.errors}/{judged.answered}",
        f"{percent(round(judged.rate, 5))}（{_span(judged.interval)}）",
        str(judged.silent),
    )


def _left_out(evaluation: Evaluation) -> str:
    if not evaluation.left_out:
        return "<h2>没有用上的文件</h2><p>全部用上了。</p>"
    counts = [
        (REASONS.get(reason, escape(reason)), str(count))
        for reason, count in evaluation.reasons.items()
    ]
    listed = "".join(
        f"<li>{escape(one.path)}：{REASONS.get(one.reason, escape(one.reason))}</li>"
        for one in evaluation.left_out[:_LISTED]
    )
    more = len(evaluation.left_out) - _LISTED
    rest = f"<p>还有{more}个，在 report.json 里。</p>" if more > 0 else ""
    return (
        "<h2>没有用上的文件</h2><p>在终端机上，这些人会被要求重拍或走别的路。</p>"
        + _table(("原因", "个数"), counts)
        + f"<details><summary>一个一个看</summary><ul>{listed}</ul>{rest}</details>"
    )


def _notes(evaluation: Evaluation) -> str:
    pairs = evaluation.trials.pairs_of_people
    return (
        "<h2>这些数字怎么看</h2><ul>"
        "<li>认错陌生人：两个不同的人被当成一个人。拒绝本人：同一个人没有被认出来。</li>"
        "<li>方括号里是95%区间：左边按次数（Clopper-Pearson），右边按人重抽。哪个宽信哪个。</li>"
        f"<li>“95%把握低于”取三种算法里最差的一种。一次没错也不等于零：{pairs}对人一次没错，"
        f"只能说低于大约{percent(round(min(1.0, 3 / max(1, pairs)), 5))}。</li>"
        "<li>都是一次尝试的机会。连试三次，陌生人的机会最多是三倍。</li>"
        "<li>换一批人、换摄像头、换季节，都要重新测。别处的数据证明不了这里的事。</li></ul>"
    )


def _point(point: OperatingPoint) -> tuple[str, str, str]:
    return (
        _rate(point.false_accept),
        percent(round(point.false_accept_bound, 6)),
        _rate(point.false_reject),
    )


def _rate(rate: Rate) -> str:
    if not rate.trials:
        return "没有比对"
    return (
        f"{rate.errors}/{rate.trials}，{percent(round(rate.value, 6))}"
        f"<br><small>[{_span(rate.exact)}] [{_span(rate.people)}]</small>"
    )


def _span(interval: Interval) -> str:
    return f"{percent(round(interval.low, 5))} 到 {percent(round(interval.high, 5))}"


def _table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    head = "".join(f"<th>{one}</th>" for one in heads)
    body = "".join("<tr>" + "".join(f"<td>{cell}</td>" for cell in row) + "</tr>" for row in rows)
    return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"
