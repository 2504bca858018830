"""What a policy's detectors may need from outside, opened when they ask and kept for the next.

    doors = Doors(Path("policies"))
    guard = open_guard(policy, doors.tools, source=..., clock=..., pool=...)
    await doors.close()

A policy that is read again finds its classifier already open.
"""

from functools import cache
from pathlib import Path

from statera.encoders.foreign import open_foreign
from statera.encoders.shipped import open_classifier
from statera.guard.tools import Tools
from statera.models.opening import open_model
from statera.protocols import Model

SHIPPED_POLICY = Path(__file__).parents[1] / "guard" / "policies" / "default.yaml"


class Doors:
    """The doors of policies in one folder, which relative paths start from."""

    def __init__(self, folder: Path) -> None:
        self._models: dict[str, Model] = {}
        self.tools = Tools(
            encoder=cache(open_classifier),
            foreign=cache(open_foreign),
            model=self._model,
            folder=folder,
        )

    def _model(self, name: str) -> Model:
        model = self._models.get(name)
        if model is None:
            model = self._models[name] = open_model(name)
        return model

    async def close(self) -> None:
        """Close the models that were opened, from the event loop that used them."""
        while self._models:
            _, model = self._models.popitem()
            await model.close()
