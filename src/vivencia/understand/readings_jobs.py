"""Learning text models in the background."""

from django_tasks import task

from vivencia.foundation.turns import SOMEBODY_WAITS
from vivencia.understand import readings_learning
from vivencia.understand.reading_models import TextModel


@task(priority=SOMEBODY_WAITS)
def learn_model(pk: int) -> None:
    """Learn and propose; a second run learns the same again."""
    model = TextModel.objects.filter(pk=pk, state=TextModel.State.LEARNING).first()
    if model is not None:
        readings_learning.learn(model)
