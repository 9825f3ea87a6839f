"""The words that service definitions bring, joined to those of the product."""

import json

from accessibility.prompt_catalogue import PromptCatalogue
from kiosk.domain.catalogue import Catalogue


def with_services(prompts: PromptCatalogue, catalogue: Catalogue) -> PromptCatalogue:
    """The product's texts and those of every definition, old versions included.

    Raises:
        CatalogueDamaged: a definition's texts break a rule of the catalogue, such as a sentence without a pause.
    """
    return PromptCatalogue.joined([prompts, service_texts(catalogue, prompts.locale)], "services")


def service_texts(catalogue: Catalogue, locale: str) -> PromptCatalogue:
    """The texts of every definition alone.

    Raises:
        CatalogueDamaged: as above.
    """
    own = {
        prompt_id: {"title": title, "sentence": sentence}
        for definition in catalogue.all_versions()
        for prompt_id, title, sentence in definition.prompts()
    }
    text = json.dumps({"prompts": own, "texts": {}}, ensure_ascii=False)
    return PromptCatalogue.parse(text, locale, "services")
