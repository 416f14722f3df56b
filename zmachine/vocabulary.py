"""The words of a story's dictionary (section 13), for completion."""

from __future__ import annotations

from zmachine.story import Story


def vocabulary(story: Story) -> list[str]:
    """The dictionary's words of letters and digits, as far as it has them: 6 or 9 Z-characters."""
    data, at = story.data, story.dictionary
    if not 0 < at < len(data):
        return []
    at += 1 + data[at]
    size, count = 4 if story.version < 4 else 6, abs(_signed(story.word(at + 1)))
    length, first = data[at] if at < len(data) else 0, at + 3
    if length < size:
        return []
    count = min(count, (len(data) - first) // length)
    words = (_decoded(story, first + k * length, size) for k in range(count))
    return sorted({word for word in words if len(word) > 1 and word[0].isalnum()})


def _signed(x: int) -> int:
    return (x ^ 0x8000) - 0x8000


def _decoded(story: Story, at: int, size: int) -> str:
    """One word (3.2); in the dictionary there are neither abbreviations nor shift locks."""
    pairs = [story.word(at + k) for k in range(0, size, 2)]
    codes = [pair >> shift & 31 for pair in pairs for shift in (10, 5, 0)]
    first_shift = 4 if story.version > 2 else 2
    text: list[str] = []
    alphabet = 0
    k = 0
    while k < len(codes):
        z, now = codes[k], alphabet
        k += 1
        alphabet = 0
        if z > 5:
            code = story.alphabets[now][z - 6]
            if now == 2 and z == 6:
                code = codes[k] << 5 | codes[k + 1] if k + 1 < len(codes) else 0
                k += 2
            if code:
                text.append(chr(code) if code < 127 else chr(story.unicode.get(code, 63)))
        elif z in (first_shift, first_shift + 1):
            alphabet = z - first_shift + 1
        elif z == 0:
            text.append(" ")
    return "".join(text)


class Completion:
    """Completes the last word of a command.

    The dictionary cuts words short: where the story has printed a word in full, that is offered.
    """

    def __init__(self, story: Story) -> None:
        self._story = story
        self._words: list[str] | None = None
        self._seen: dict[str, str] = {}
        self._size = 6 if story.version < 4 else 9

    def see(self, text: str) -> None:
        """Learn the words of a text, the latest first."""
        for word in text.lower().split():
            word = word.strip(".,;:!?\"'()[]")
            if len(word) > self._size:
                self._seen[word[: self._size]] = word

    def __call__(self, text: str) -> list[str]:
        if self._words is None:
            self._words = vocabulary(self._story)
        head, space, start = text.rpartition(" ")
        start = start.lower()
        if not start:
            return []
        cut = start[: self._size]
        found = [self._seen.get(word, word) for word in self._words if word.startswith(cut)]
        return [head + space + word for word in found if word.startswith(start)]
