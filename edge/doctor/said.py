"""What the doctor says of one thing, in English and Chinese."""

from dataclasses import asdict, dataclass

from edge.language import Language, in_language

_VERDICTS_ZH = {"ok": "正常", "warning": "注意", "PROBLEM": "故障"}


@dataclass(frozen=True, slots=True)
class Check:
    """One thing looked at.

    Attributes:
        name: what.
        ok: whether it is as it should be.
        says: what was found.
        advice: what to do about it; empty when ok.
        passing: it is not as it should be now, but may be in a minute: a warning, no problem.
    """

    name: str
    ok: bool
    says: str
    advice: str = ""
    passing: bool = False

    def line(self, language: Language = "en") -> str:
        """Say it in one line of a terminal."""
        name, says, advice = (in_language(text, language) for text in (self.name, self.says, self.advice))
        told = f"{says}: {advice}" if advice else says
        verdict = "ok" if self.ok else "warning" if self.passing else "PROBLEM"
        if language == "zh":
            return f"{_VERDICTS_ZH[verdict]}  {name}：{told.replace(': ', '：', 1) if advice else told}"
        return f"{verdict:7}  {name}: {told}"

    def row(self) -> dict[str, object]:
        """Say it as JSON does."""
        return asdict(self)
