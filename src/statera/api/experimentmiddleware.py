"""`st.ExperimentMiddleware`: an experiment around your own application, its guardrails watched.

app = st.ExperimentMiddleware(app, design="tone.yaml", live=".statera/live.sqlite")
arm = st.current_arm(unit=user.id)
"""

from pathlib import Path

from statera.api.livelooks import breached
from statera.proxy.experiments import middleware
from statera.proxy.experiments.lifespan import Asgi
from statera.proxy.experiments.middleware import MiddlewareOptions
from statera.proxy.terms import LIVE


class ExperimentMiddleware(middleware.ExperimentMiddleware):
    """The middleware, which also looks at the guardrails itself: a canary stops by itself.

    See `statera.proxy.experiments.middleware`.
    """

    def __init__(
        self,
        app: Asgi,
        design: str | Path,
        live: str = LIVE,
        unit_key: str = "",
        feedback_key: str = "",
        options: MiddlewareOptions | None = None,
    ) -> None:
        given = options or MiddlewareOptions()
        if given.looking is None:
            given = given._replace(looking=breached)
        super().__init__(app, design, live, unit_key, feedback_key, given)
