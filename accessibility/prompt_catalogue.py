"""The words of every prompt and label, by id, from the files of ``assets/strings/<locale>/``."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from importlib import resources

from accessibility.catalogue_lint import lint_strings, parse_strings
from accessibility.errors import CatalogueDamaged, PromptMissing
from accessibility.normaliser import speakable
from accessibility.prompt import Prompt, PromptText, join_title
from accessibility.slots import SlottedText, parse_slots


@dataclass(frozen=True, slots=True)
class PromptTemplate:
    """Title and sentence of one prompt, with their slots open."""

    title: SlottedText
    """At most 14 characters."""
    sentence: SlottedText
    """One action; may be empty."""


@dataclass(frozen=True, slots=True)
class PromptCatalogue:
    """All texts of one locale."""

    locale: str
    """BCP 47 tag, such as ``zh-CN``."""
    prompts: dict[str, PromptTemplate]
    """What pages say, by prompt id."""
    labels: dict[str, SlottedText]
    """What buttons and other small texts show, by text id; never spoken by themselves."""

    @classmethod
    def load(cls, locale: str) -> "PromptCatalogue":
        """Load the catalogue that ships with the product.

        Raises:
            CatalogueDamaged: there is none for this locale, or it has faults; all are named.
        """
        source = f"strings/{locale}"
        folder = resources.files("assets").joinpath("strings", locale)
        try:
            files = sorted(
                (file for file in folder.iterdir() if file.name.endswith(".json")),
                key=lambda file: file.name,
            )
            parts = [
                cls.parse(file.read_text("utf-8"), locale, f"{source}/{file.name}")
                for file in files
            ]
        except (OSError, ValueError) as error:
            raise CatalogueDamaged(source, (f"cannot be read: {error}",)) from error
        if not parts:
            raise CatalogueDamaged(source, ("holds no file",))
        return cls.joined(parts, source)

    @classmethod
    def joined(cls, parts: Sequence["PromptCatalogue"], source: str) -> "PromptCatalogue":
        """Join catalogues of one locale.

        Args:
            parts: at least one.
            source: where they come from, for the error.
        Raises:
            CatalogueDamaged: two of them have the same id.
        """
        counts = (
            Counter(text_id for part in parts for text_id in part.prompts),
            Counter(text_id for part in parts for text_id in part.labels),
        )
        doubles = tuple(
            f"{text_id}: stands twice"
            for count in counts
            for text_id, times in count.items()
            if times > 1
        )
        if doubles:
            raise CatalogueDamaged(source, doubles)
        return cls(
            locale=parts[0].locale,
            prompts={key: text for part in parts for key, text in part.prompts.items()},
            labels={key: text for part in parts for key, text in part.labels.items()},
        )

    @classmethod
    def parse(cls, text: str, locale: str, source: str = "strings") -> "PromptCatalogue":
        """Make a catalogue from the JSON text of a strings file.

        Raises:
            CatalogueDamaged: the file has faults; all are named.
        """
        if faults := lint_strings(text):
            raise CatalogueDamaged(source, faults)
        strings = parse_strings(text)
        return cls(
            locale=locale,
            prompts={
                prompt_id: PromptTemplate(parse_slots(title), parse_slots(sentence))
                for prompt_id, (title, sentence) in strings.prompts.items()
            },
            labels={text_id: parse_slots(label) for text_id, label in strings.texts.items()},
        )

    def take_in(self, more: "PromptCatalogue") -> None:
        """Add texts for everybody who holds this catalogue; nobody loses one, and any thread may read meanwhile."""
        self.prompts.update(more.prompts)
        self.labels.update(more.labels)

    def text(self, prompt: Prompt) -> PromptText:
        """Return the words of a prompt with its values filled in.

        Raises:
            PromptMissing: the id is unknown or a slot has no value.
        """
        template = self.prompts.get(prompt.id)
        if template is None:
            raise PromptMissing(prompt.id)
        return PromptText(
            title=template.title.show(prompt.id, prompt.values),
            sentence=template.sentence.show(prompt.id, prompt.values),
            reading=speakable(
                join_title(
                    template.title.read(prompt.id, prompt.values),
                    template.sentence.read(prompt.id, prompt.values),
                )
            ),
        )

    def label(self, text_id: str, **values: object) -> str:
        """Return a small text with its values filled in.

        Raises:
            PromptMissing: the id is unknown or a slot has no value.
        """
        template = self.labels.get(text_id)
        if template is None:
            raise PromptMissing(text_id)
        return template.show(text_id, {name: str(value) for name, value in values.items()})

    def slots(self, prompt_id: str) -> frozenset[str]:
        """Return the names of the values that a prompt needs.

        Raises:
            PromptMissing: the id is unknown.
        """
        template = self.prompts.get(prompt_id)
        if template is None:
            raise PromptMissing(prompt_id)
        return frozenset(slot.name for slot in template.title.slots + template.sentence.slots)

    def fixed_prompts(self) -> tuple[Prompt, ...]:
        """Return every prompt that needs no value: these can be rendered ahead and kept."""
        return tuple(Prompt(prompt_id) for prompt_id in self.prompts if not self.slots(prompt_id))
