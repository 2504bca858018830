"""`st.ExperimentMiddleware`: an experiment around your own application, its guardrails watched.

app = st.ExperimentMiddleware(app, design="tone.yaml", live=".statera/live.sqlite")
arm = st.current_arm(unit=user.id)
"""

from statera.api.livelooks import breached
from statera.proxy.experiments import middleware
from statera.proxy.experiments.monitor import Looking


class ExperimentMiddleware(middleware.ExperimentMiddleware):
    """The middleware, which also looks at the guardrails itself: a canary stops by itself.

    See `statera.proxy.experiments.middleware`.
    """

    def looking(self) -> Looking:
        """Return what looks at the guardrails: what the options say, else the analysis itself."""
        return super().looking() or breached
