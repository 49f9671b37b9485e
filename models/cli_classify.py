"""The verb `classify`: what photos show, by a shipped classifier or one's own. Needs no torch."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from models.errors import DatasetError, ModelsError, WeightsError
from models.training.verbs.terminal import Threads, plain_errors

if TYPE_CHECKING:
    from models.runtime.classifier import Classifier
    from models.runtime.wording import Language

SHIPPED = ("droppings", "posture")
SUFFIXES = frozenset({".jpg", ".jpeg", ".png", ".bmp", ".webp"})


def classify(
    image: Annotated[list[Path], typer.Argument(help="photos, or folders of photos")],
    network: Annotated[str, typer.Option(help="droppings, posture, or the .onnx of a classifier")] = "droppings",
    as_json: Annotated[bool, typer.Option("--json", help="print a JSON list (docs/classify.md)")] = False,
    lang: Annotated[str, typer.Option(help="en or zh")] = "en",
    threads: Threads = 2,
) -> None:
    """Say what photos show: a screening hint, never a diagnosis. Ends with status 1 if a photo can't be read."""
    with plain_errors():
        language = language_of(lang)
        from models.runtime import Classifier

        classifier = Classifier.open(network_file(network), threads=threads)
        failed = False
        answers: list[dict[str, Any]] = []
        for file in photos(image):
            try:
                refuse_empty(file)
                answers.append(look(classifier, file, language))
            except ModelsError as error:
                typer.echo(f"henwise-models: {error}", err=True)
                failed = True
            else:
                if not as_json:
                    typer.echo(sentence(answers[-1], language))
        if as_json:
            typer.echo(json.dumps(answers, indent=2, ensure_ascii=False))
        raise typer.Exit(int(failed))


def language_of(text: str) -> "Language":
    """Check the language asked for."""
    if text == "zh":
        return "zh"
    if text == "en":
        return "en"
    raise ModelsError(f"--lang {text}: there is en and zh")


def network_file(name: str) -> Path:
    """Find a network by the name of a shipped one, or by its path."""
    from models.runtime import DROPPINGS, POSTURE

    if name in SHIPPED:
        return {"droppings": DROPPINGS, "posture": POSTURE}[name]
    if not Path(name).is_file():
        raise WeightsError(f"--network {name}: give {' or '.join(SHIPPED)}, or the .onnx of a classifier")
    return Path(name)


def photos(paths: list[Path]) -> Iterator[Path]:
    """Yield the photos: a folder stands for the pictures that lie in it, in order of their names, or for itself."""
    for path in paths:
        if path.is_dir():
            found = sorted(item for item in path.iterdir() if item.suffix.lower() in SUFFIXES)
            yield from found or [path]
        else:
            yield path


def refuse_empty(path: Path) -> None:
    """Refuse a folder that `photos` gave because it holds none.

    Raises:
        DatasetError: it is one.
    """
    if path.is_dir():
        raise DatasetError(f"{path} holds no photo ({', '.join(sorted(SUFFIXES))})")


def look(classifier: "Classifier", file: Path, language: "Language") -> dict[str, Any]:
    """Classify one photo and describe the answer as `--json` prints it."""
    from models.runtime import NOT_SURE
    from models.runtime.photo import read_picture
    from models.runtime.wording import note_of

    said = classifier.classify([read_picture(file)])
    answer = said.answers[0]
    shares = {name: round(float(p), 4) for name, p in zip(said.classes, said.probabilities[0], strict=True)}
    note = note_of(classifier.card.name, answer, language)
    return {
        "path": str(file),
        "answer": answer,
        "probabilities": shares,
        "sure": answer != NOT_SURE,
        "note": note,
    }


def sentence(described: dict[str, Any], language: "Language") -> str:
    """Say an answer in two lines: the name with all probabilities, most probable first, and the note."""
    from models.runtime.wording import name_of

    shares = sorted(described["probabilities"].items(), key=lambda pair: -pair[1])
    listed = ", ".join(f"{name_of(name, language)} {share:.0%}" for name, share in shares)
    return f"{described['path']}: {name_of(described['answer'], language)} ({listed})\n  {described['note']}"
