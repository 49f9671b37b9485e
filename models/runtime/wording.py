"""What classifiers' answers are called in front of people, in English and Chinese, and what to do about them."""

from typing import Literal

from models.runtime.classified import NOT_SURE

Language = Literal["en", "zh"]

NAMES: dict[str, tuple[str, str]] = {
    "healthy": ("healthy", "正常"),
    "coccidiosis": ("coccidiosis", "球虫病"),
    "salmonella": ("salmonellosis", "沙门氏菌病"),
    "newcastle": ("Newcastle disease", "新城疫"),
    "not_droppings": ("no droppings", "不是粪便"),
    "standing": ("standing", "站立"),
    "sitting": ("sitting", "卧着"),
    "lying": ("lying on its side", "侧躺"),
    NOT_SURE: ("not sure", "无法确定"),
}
"""Class names a network of ours can answer with: English, Chinese."""

HINT = ("A screening hint, not a diagnosis.", "仅供参考, 不能代替兽医诊断。")
SUSPECT = (
    "Such droppings are seen with {name}. Look at the flock, keep suspect birds apart, and ask a veterinarian.",
    "这类粪便可见于{name}。请检查鸡群, 隔离可疑的鸡, 并请兽医诊断。",
)
ADVICE: dict[str, tuple[str, str]] = {
    "healthy": ("No sign of the three diseases it knows in this photo.", "这张照片中未见它所能识别的三种疾病的迹象。"),
    "coccidiosis": SUSPECT,
    "salmonella": SUSPECT,
    "newcastle": (
        SUSPECT[0] + " The disease must be reported in most countries.",
        SUSPECT[1] + "新城疫在多数国家须依法上报。",
    ),
    "not_droppings": (
        "Take the photo from above, with one dropping in the middle that fills about a third of it.",
        "请从正上方拍摄, 让一处粪便位于照片中央, 约占画面的三分之一。",
    ),
    NOT_SURE: (
        "Take another photo: sharp, in daylight, from above, with one dropping in the middle.",
        "请重新拍摄: 光线充足, 画面清晰, 从正上方拍, 让一处粪便位于中央。",
    ),
}
"""What to do about an answer of the droppings network; `{name}` is the answer's name."""


def name_of(answer: str, language: Language) -> str:
    """Give an answer's name; a class of somebody's own network keeps the name of its folder."""
    return NAMES.get(answer, (answer, answer))[language == "zh"]


def note_of(network: str, answer: str, language: Language) -> str:
    """Give the sentences that go with an answer of a network, called as on its card."""
    hint = HINT[language == "zh"]
    if network != "droppings" or answer not in ADVICE:
        return hint
    advice = ADVICE[answer][language == "zh"].format(name=name_of(answer, language))
    return f"{hint}{advice}" if language == "zh" else f"{hint} {advice}"
