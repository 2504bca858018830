"""A sequence classifier of your own, from a local folder in Hugging Face's form.

```yaml
- {name: ours, use: foreign, with: {path: models/ours, positive: [toxic, threat]}, threshold: 0.7}
```

The folder holds `config.json` with `id2label`, and `model.onnx` or `model.safetensors`. Nothing is
downloaded, no code of the folder is run.
"""

from typing import Annotated

import msgspec

from statera.guard.detectors.classifier import Classifier, check_heads
from statera.guard.tools import Tools


class Settings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The folder, and the labels that count: the score is that of the likeliest of them."""

    path: str
    positive: Annotated[tuple[str, ...], msgspec.Meta(min_length=1)]


def detector(settings: Settings, tools: Tools) -> Classifier:
    """Return the detector; DeclarationError for a folder that is none, or a label it lacks."""
    path = tools.folder / settings.path
    classifier = tools.foreign(path)
    check_heads(settings.positive, classifier, path)
    return Classifier(classifier, settings.positive)
