"""What all answers stand on."""

from pydantic import BaseModel, ConfigDict


class Answer(BaseModel):
    """Base of all answers: closed, so that the generated types are exact."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Problem(Answer):
    """A refusal, RFC 9457; ``code`` is stable and is what the dashboard translates."""

    type: str = "about:blank"
    title: str
    status: int
    detail: str
    code: str
