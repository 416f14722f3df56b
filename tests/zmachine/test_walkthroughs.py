"""26 published games from their first instruction to their end, against two builds of frotz.

The number of instructions and the whole text are those of dfrotz 2.54 and of bocfel; the steps
were taken from the frotz that Jericho is made of, which answers a command at a time.
"""

import gzip
import json
import re
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
from play import FROTZ, Played, play, squeezed

# Why Jericho's text of a step is another than ours. Each reason is checked, not believed.
SHOWN = "Jericho's text has the upper window in it: a quotation, or the status line after a prompt"
FIRST = "Jericho drops the first character after a key, which is a new line as a rule"
HELD = "the last word before a key comes in Jericho's next step: it was still in frotz's buffer"
BEHIND = "Jericho goes on behind `quit`, where this game has a complaint"


@dataclass(frozen=True)
class Game:
    """How to compare one game.

    score: where its text gives the final score, as a regular expression; the last match counts.
    upper: the score is in the upper window's status line.
    prompt: Jericho cuts a step two characters before the first (or the last) of these.
    one_key: Jericho answers a key with the first character of a line and drops the rest, dfrotz
        answers the keys that follow with the rest. Only anchor asks for a key after a key, and
        so is played a second time in Jericho's way for the comparison of the steps.
    odd: the steps whose text differs, and why.
    long: takes the interpreter many seconds.
    """

    score: str = r"scored (\d+) out of"
    upper: bool = False
    prompt: str = ">"
    last: bool = False
    one_key: bool = False
    odd: dict[int, str] | None = None
    long: bool = False


GAMES = {
    # Has no score: Jericho counts the right ending as 1.
    "905": Game(score=r"You have (left Las Mesas)", last=True),
    "acorncourt": Game(prompt="[", odd={17: SHOWN}),
    "advent": Game(long=True),
    "adventureland": Game(),
    "afflicted": Game(score=r"sanitation rating of -(\d+)", long=True),
    "anchor": Game(
        one_key=True,
        long=True,
        odd={0: SHOWN, 40: HELD, 41: SHOWN, 245: SHOWN, 432: SHOWN, 527: SHOWN},
    ),
    "balances": Game(),
    "curses": Game(long=True, odd={0: SHOWN}),
    "detective": Game(last=True),
    "dragon": Game(),
    "enter": Game(),
    "gold": Game(long=True),
    # Its last words do not give the score.
    "inhumane": Game(score=r"Score: (\d+)", upper=True),
    "karn": Game(),
    "library": Game(odd={0: SHOWN}),
    "lostpig": Game(score=r"Grunk have (\d+) out of", long=True),
    # Jericho reads 249 in memory: the 250th point is in the last words only.
    "murdac": Game(score=r"scored (\d+) points", odd={304: BEHIND}),
    "night": Game(),
    "omniquest": Game(),
    # Has no score: Jericho counts the right ending as 1.
    "partyfoul": Game(
        score=r"You have (won)", long=True, odd={0: SHOWN, 54: FIRST, 55: FIRST + HELD}
    ),
    "pentari": Game(),
    "spirit": Game(long=True, odd={901: SHOWN, 1093: SHOWN}),
    "temple": Game(),
    "tryst205": Game(long=True),
    "yomomma": Game(
        long=True,
        odd={10: SHOWN, 65: FIRST, 73: FIRST, 78: SHOWN, 81: SHOWN, 97: FIRST},
    ),
    # Jericho has no steps of this game.
    "zork1-r119": Game(score=r"Your score is (\d+)"),
}
FINAL = {"905": "left Las Mesas", "partyfoul": "won", "murdac": "250", "zork1-r119": "350"}
RUNS = [
    pytest.param(
        name,
        engine,
        marks=[pytest.mark.slow] if game.long and engine == "interp" else [],
        id=f"{name}-{engine}",
    )
    for name, game in GAMES.items()
    for engine in ("interp", "jit")
]


@pytest.mark.parametrize(("name", "engine"), RUNS)
def test_walkthrough(name: str, engine: str, corpus: Path, tmp_path: Path) -> None:
    folder = corpus / "zmachine"
    game = GAMES[name]
    facts = json.loads((folder / f"walkthroughs/{name}.json").read_text())
    lines = (folder / f"walkthroughs/{name}.in").read_text(encoding="latin-1").splitlines()

    def played(one_key: bool) -> Played:
        options = replace(FROTZ, seed=facts["seed"])
        return play(folder / "games" / facts["rom"], lines, tmp_path, engine, options, None, one_key)

    run = played(one_key=False)
    assert run.stats.instructions == facts["instructions"]

    whole = folder / f"transcripts/{name}.lower.txt.gz"
    if whole.exists():
        assert squeezed(run.text) == squeezed(gzip.decompress(whole.read_bytes()).decode())

    scores = re.findall(game.score, run.upper if game.upper else run.text)
    assert scores[-1] == FINAL.get(name, str(facts.get("jericho_final_score")))

    recorded = folder / f"transcripts/{name}.steps.json.gz"
    if recorded.exists():
        steps = json.loads(gzip.decompress(recorded.read_bytes()))
        run = played(one_key=True) if game.one_key else run
        compare(game, run, steps, openings=len(facts["intro"] or ()) + 1)


def compare(game: Game, run: Played, steps: list[Any], openings: int) -> None:
    """Compare each step's text with Jericho's; `openings`: how many of ours are its first."""
    theirs = [steps[0], *(step[1] for step in steps[1:])]
    ours = joined(run.steps, openings)
    uppers = joined(run.uppers, openings)
    odd = game.odd or {}
    held = ""
    # Behind the last step ours may have what follows the end of the input: nothing.
    assert len(theirs) <= len(ours) and not "".join(ours[len(theirs) :]).strip()
    for number, (text, their, upper) in enumerate(zip(ours, theirs, uppers, strict=False)):
        why = odd.get(number, "")
        if FIRST in why:
            text = text[1:]
        our = held + squeezed(cut(game, text))
        their = squeezed(their)
        held = ""
        if HELD in why:
            assert our.startswith(their)
            our, held = their, our[len(their) :]
            assert 0 < len(held) < 20
        elif why == SHOWN:
            shown = inserted(our, their)
            assert shown and shown in squeezed(upper)
            our = their
        elif why == BEHIND:
            our += squeezed("*** Invalid Meaning_LX value at action time **")
        # The header says 1.1 here, and 1.0 in Jericho's older frotz.
        their = their.replace("Standardinterpreter1.0", "Standardinterpreter1.1")
        assert our == their, f"step {number}, {steps[number][0] if number else 'the opening'}"


def joined(steps: list[str], openings: int) -> list[str]:
    """The steps, with the first few made into one."""
    return ["".join(steps[:openings]), *steps[openings:]]


def cut(game: Game, text: str) -> str:
    """The text without its prompt, as Jericho cuts it (in its C function clean_observation)."""
    at = text.rfind(game.prompt) if game.last else text.find(game.prompt)
    return text if at < 0 else text[: max(at - 2, 0)]


def inserted(short: str, long: str) -> str:
    """What must be put into one place of `short` to make `long` of it; "" if there is no such."""
    at = next((k for k, (a, b) in enumerate(zip(short, long, strict=False)) if a != b), len(short))
    extra = len(long) - len(short)
    return long[at : at + extra] if extra > 0 and long[at + extra :] == short[at:] else ""
