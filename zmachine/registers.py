"""The Z-machine's registers, its requests to the host, its faults and its notices.

All are integer constants, because the semantic functions are compiled with them. Sections are
those of the Z-Machine Standards Document, version 1.1.
"""

from zoo.registers import FIRST

# Stack and frames (section 6). A frame is, from FP-3: the caller's pc, the caller's FP, where the
# result goes (a variable, DISCARD or INTERRUPT), then at FP the numbers of arguments and locals
# (arguments + 16 * locals), the locals at FP+1..., and the routine's evaluation stack from BASE.
SP = FIRST + 0  # first free word of the stack
FP = FIRST + 1
BASE = FIRST + 2
DEPTH = FIRST + 3  # frames in use; the main program is 1

# Facts of the header (section 11), read once when the story is loaded or restarted
VERSION = FIRST + 8
STATIC = FIRST + 9  # first address of static memory: below it the story may write
LENGTH = FIRST + 10  # bytes of the story
GLOBALS = FIRST + 11
OBJECTS = FIRST + 12  # address of the property defaults
DICTIONARY = FIRST + 13
ABBREVIATIONS = FIRST + 14
PACK = FIRST + 15  # a packed address is shifted left by this much (1.2.3)
ROUTINES = FIRST + 16  # and this much is added: version 7's offsets, in bytes
STRINGS = FIRST + 17
START = FIRST + 18  # the first instruction
VERIFIED = FIRST + 19  # 1: the file's checksum is the header's
CONSTANTS = (
    "VERSION",
    "STATIC",
    "LENGTH",
    "GLOBALS",
    "OBJECTS",
    "DICTIONARY",
    "ABBREVIATIONS",
    "PACK",
    "ROUTINES",
    "STRINGS",
    "START",
    "VERIFIED",
)

# Output (section 7)
OUT = FIRST + 24  # words waiting in the arena `out`
SKIP = FIRST + 25  # characters of this instruction that an interrupted attempt already printed
PRINTED = FIRST + 26  # characters of this instruction so far
SCREEN = FIRST + 27  # 1: stream 1 is selected
MEMORY = FIRST + 28  # how many streams of kind 3 are open, 0..16
FLAGS2 = FIRST + 29  # Flags 2 bits 0-1 as last told to the host (transcript, fixed pitch)
WINDOW = FIRST + 30  # 0 lower, 1 upper
UPPER = FIRST + 31  # lines of the upper window
ROW = FIRST + 32  # upper cursor, from 1
COLUMN = FIRST + 33
LOWER_COLUMN = FIRST + 34
WORK = FIRST + 38  # what long instructions have done since the host last had a look
WIDTH = FIRST + 35
HEIGHT = FIRST + 36
FONT = FIRST + 37
FONTS = FIRST + 39  # bit k: the host has font k
TABLES = FIRST + 40  # 16 pairs: the address of a stream 3 table, and characters in it

# Input (section 10): what is asked of the host, and what a timed-out routine said
ASK_A = FIRST + 76
ASK_B = FIRST + 77
ASK_C = FIRST + 78
ASK_D = FIRST + 79
TIMER = FIRST + 80  # 0: no routine has run; 1: it returned false; 2: it returned true
TYPED = FIRST + 81  # characters in the arena `keys`

# Random numbers (section 2.4), see zmachine.numbers
GENERATOR = FIRST + 88  # 0 the zoo's, 1 frotz's
SEED = FIRST + 89  # what the host gave
RANDOM = FIRST + 90
INTERVAL = FIRST + 91
COUNTER = FIRST + 92

# Undo: a ring of records between two ever-growing positions
UNDO_TAIL = FIRST + 96  # where the oldest record begins
UNDO_HEAD = FIRST + 97  # where the next one will
UNDO_COUNT = FIRST + 98
UNDO_LIMIT = FIRST + 99

STRICT = FIRST + 104
CHANGED = FIRST + 105  # where a store went into code that has been translated, see zmachine.state
EXTRA = FIRST + 108  # operands 5 to 8 of a call
NOTICED = FIRST + 128  # how often each notice was given

IGNORE = 0
ONCE = 1
REPORT = 2
FATAL = 3

DISCARD = -1
INTERRUPT = -2

# Requests (CAUSE of a HOST stop)
FLUSH = 1  # the output arena is full, or long instructions have worked for long
READ_LINE = 2
READ_KEY = 3
SAVE = 4
RESTORE = 5
SAVE_TABLE = 6
RESTORE_TABLE = 7

# Faults (CAUSE of a FAULT stop)
STACK_UNDERFLOW = 1
STACK_OVERFLOW = 2
ILLEGAL_OPCODE = 3
DIVISION_BY_ZERO = 4
NOT_A_ROUTINE = 5
RETURN_FROM_MAIN = 6
BAD_FRAME = 7
STREAM_NESTING = 8
NOTICE = 64  # added to a notice's number under --strict fatal

# Notices: what the Standard calls illegal and real stories do all the same
OBJECT_ZERO = 1
BAD_OBJECT = 2
BAD_ATTRIBUTE = 3
NO_PROPERTY = 4
WRITE_STATIC = 5
LONG_PROPERTY = 6
BAD_STREAM = 7
BAD_RANGE = 8
BAD_JUMP = 9
BAD_SHIFT = 10
BAD_CURSOR = 11

# Events in the output arena: a negative word, then its arguments
SET_WINDOW = -1  # window
SPLIT = -2  # lines
ERASE_WINDOW = -3  # window, -1 all and unsplit, -2 all
ERASE_LINE = -4  # no argument
SET_CURSOR = -5  # row, column
STYLE = -6  # bits: 1 reverse, 2 bold, 4 italic, 8 fixed
SET_FONT = -7  # font
COLOUR = -8  # foreground, background (8.3.1)
TRUE_COLOUR = -9  # foreground, background: 15-bit, -1 default, -2 current
BUFFER = -10  # 1: words are wrapped
SOUND = -11  # number, effect, volume and repeats, routine
STREAM = -12  # 1, 2, 4 selected or -1, -2, -4 deselected
FLAGS = -13  # Flags 2 bits 0-1 changed: transcript, fixed pitch
STATUS = -14  # a status line: name's characters follow, then STATUS_END
STATUS_END = -15  # score or hours, turns or minutes, 1 if it is a time
WARNING = -16  # notice, pc
INPUT_STREAM = -17  # 0 keyboard, 1 file
