"""Where the 386's registers are in the state (Intel, 80386 Programmer's Reference Manual)."""

from zoo.registers import FIRST

# What an instruction that fails half-way puts back (vm86.memory.keep): from EAX to KEPT.
# General registers, unsigned, in the order of their numbers in the code
EAX = FIRST + 0
ECX = FIRST + 1
EDX = FIRST + 2
EBX = FIRST + 3
ESP = FIRST + 4
EBP = FIRST + 5
ESI = FIRST + 6
EDI = FIRST + 7
ZERO = FIRST + 8  # always 0: the base or the index that an address does not have

# Segment registers, with LDTR and TR: the selector, and what was loaded with it. ACCESS is the
# descriptor's second dword without base and limit; 0: nothing can be done with the segment.
SELECTOR = FIRST + 10
BASE = FIRST + 18
LIMIT = FIRST + 26
ACCESS = FIRST + 34
# The last offset that may simply be read, or written: -1 where more has to be looked at
READABLE = FIRST + 42
WRITABLE = FIRST + 48

# The status flags. ZF is set when ZR is 0; PF when the low byte of PR has an even number of ones.
CF = FIRST + 54
PR = FIRST + 55
AF = FIRST + 56
ZR = FIRST + 57
SF = FIRST + 58
OF = FIRST + 59
FLAGS = FIRST + 60  # all others, in the places that EFLAGS gives them

MODE = FIRST + 61
CPL = FIRST + 62
RING = FIRST + 63  # which entries of the translation cache are for this CPL: 0, or USER
STACK = FIRST + 64  # the mask of the stack pointer: SP or ESP, as the stack segment's B bit says

# Where the code is: `mem` has it from START to END; EIP is an address there less ORIGIN
ORIGIN = FIRST + 65
START = FIRST + 66
END = FIRST + 67  # of the last instruction that may begin; -1 when each has to be looked at
FETCHED = FIRST + 68  # no instruction may reach beyond this address
KEPT = FIRST + 69
COUNT = KEPT - EAX

# Control, debug and test registers
CR0 = FIRST + 70
CR2 = FIRST + 72
CR3 = FIRST + 73
DR = FIRST + 74  # DR0 to DR7
TR6 = FIRST + 82  # and TR7
GDT_BASE = FIRST + 84
GDT_LIMIT = FIRST + 85
IDT_BASE = FIRST + 86
IDT_LIMIT = FIRST + 87
LOW = FIRST + 88  # the descriptor that was looked up last
HIGH = FIRST + 89

# Physical memory
PLAIN = FIRST + 90  # below this a linear address is one in `mem`
WRAP = FIRST + 91  # the mask of address line 20
ROM_START = FIRST + 92  # what can't be written; as far as ROM_END
ROM_END = FIRST + 93
WATCHED = FIRST + 94  # 1: a breakpoint on data is enabled; BROKEN: bits of DR6 that wait
BROKEN = FIRST + 95
STEP = FIRST + 96  # 1: the present instruction began with TF set

# A fault that the present instruction has met: its vector + 1, with OUTSIDE for an interrupt
EXCEPTION = FIRST + 100
ERROR = FIRST + 101  # the error code, -1 for none
RETURN = FIRST + 102  # where it is to be reported, -1 for the present instruction
SHADOW = FIRST + 103  # 1: after MOV SS no interrupt is taken for an instruction
SPLIT = FIRST + 104  # where the parts of an operand are that does not lie in one piece
SAVED = FIRST + 109  # 1: there is something to put back

HOSTED = FIRST + 110  # 1: the host serves interrupts, by its BIOS
MONITOR = FIRST + 117  # 1: it is the monitor of what runs in virtual-8086 mode
CHANGED = FIRST + 111  # 1: a store went where code lies that has been translated
INTERRUPT = FIRST + 112  # the vector of the interrupt that waits, -1 for none
SERVICE = FIRST + 113  # the interrupt whose service the host gives
PORT = FIRST + 114
PORT_SIZE = FIRST + 115
OUT = FIRST + 116  # characters that wait in the arena `out`
VALUE = FIRST + 118  # what is written to PORT
# The linear address of the program's PSP, and the number in DOS's table of files that is the
# console's; -1 where the host has to do all output
CONSOLE_PSP = FIRST + 131
CONSOLE_FILE = FIRST + 132
DEBUG_PORT = FIRST + 133  # where text for debugging is written to, -1 for nowhere
EXITS = FIRST + 120  # how often the host's monitor was entered, by reason: EXIT_ below

BEFORE = FIRST + 200  # from here on, COUNT registers as they were
PARAMETERS = FIRST + 280  # words on their way between two stacks, or from one to the registers

# Numbers of segment registers
ES = 0
CS = 1
SS = 2
DS = 3
FS = 4
GS = 5
LDTR = 6
TR = 7

# Bits of MODE
BIG = 1  # the code segment's D bit
PROTECTED = 2  # CR0.PE
VIRTUAL = 4  # EFLAGS.VM
MONITORED = 8  # in virtual-8086 mode, and the host is the monitor

# Bits of FLAGS
TF = 0x100
IF = 0x200
DF = 0x400
IOPL = 0x3000
NT = 0x4000
RF = 0x10000
VM = 0x20000

# Bits of CR0
PE = 1
MP = 2
EM = 4
TS = 8
ET = 0x10
PG = 0x80000000

# Bits of ACCESS (section 6.3), and the types of system segments and gates
TYPE = 0xF00
ACCESSED = 0x100
WRITABLE_BIT = 0x200  # of data; of code: readable
DOWN = 0x400  # of data: expands down; of code: conforming
CODE_BIT = 0x800
SEGMENT_BIT = 0x1000  # code or data
PRESENT = 0x8000
BIG_BIT = 0x400000
GRANULAR = 0x800000
REAL_ACCESS = 0x9300  # what real mode loads: data, to be written, accessed
VIRTUAL_ACCESS = 0xF300

# Bits of DR6
BD = 0x2000
BS = 0x4000
BT = 0x8000

# Vectors of exceptions
DE = 0
DB = 1
BP = 3
OVERFLOW = 4
BR = 5
UD = 6
NM = 7
DOUBLE = 8
INVALID_TSS = 10
NP = 11
STACK_FAULT = 12
GP = 13
PF = 14
OUTSIDE = 0x200

# Reasons why a virtual-8086 task comes to the host's monitor: the first are sensitive to IOPL
EXIT_CLI = 0
EXIT_STI = 1
EXIT_PUSHF = 2
EXIT_POPF = 3
EXIT_INT = 4
EXIT_IRET = 5
EXIT_PORT = 6
EXIT_HLT = 7
EXIT_SERVICE = 8
EXIT_EXCEPTION = 9
EXIT_INTERRUPT = 10

# Requests (CAUSE)
SERVE = 2
READ_PORT = 3
WRITE_PORT = 4
IDLE = 5

# Faults that end the run
SHUTDOWN = 1
