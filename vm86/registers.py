"""Where the 386's registers are in the state (Intel, 80386 Programmer's Reference Manual)."""

from zoo.registers import FIRST

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

# Segment registers, six of each: the selector, and what was loaded with it
SELECTOR = FIRST + 10
BASE = FIRST + 16
LIMIT = FIRST + 22
# The last offset that may simply be read, or written: -1 where more has to be looked at
READABLE = FIRST + 28
WRITABLE = FIRST + 34

# The status flags. ZF is set when ZR is 0; PF when the low byte of PR has an even number of ones.
CF = FIRST + 40
PR = FIRST + 41
AF = FIRST + 42
ZR = FIRST + 43
SF = FIRST + 44
OF = FIRST + 45
FLAGS = FIRST + 46  # all others, in the places that EFLAGS gives them

# Where the code is: `mem` has it from START to END; EIP is an address there less ORIGIN
ORIGIN = FIRST + 48
START = FIRST + 49
END = FIRST + 50  # of the last instruction that may begin; -1 when each has to be looked at
FETCHED = FIRST + 51  # no instruction may reach beyond this address
MODE = FIRST + 52
PLAIN = FIRST + 53  # below this a linear address is one in `mem`
WRAP = FIRST + 54  # the mask of address line 20

# A fault that the present instruction has met: its vector + 1
EXCEPTION = FIRST + 56
ERROR = FIRST + 57  # the error code, -1 for none
RETURN = FIRST + 58  # where it is to be reported, -1 for the present instruction
SHADOW = FIRST + 59  # 1: after MOV SS no interrupt is taken for an instruction
SPLIT = FIRST + 60  # where the parts of an operand are that does not lie in one piece
SPLIT_SIZE = FIRST + 64

HOSTED = FIRST + 68  # 1: the host is the monitor of this virtual-8086 task
CHANGED = FIRST + 69  # 1: a store went where code lies that has been translated
INTERRUPT = FIRST + 70  # the vector of the interrupt that waits, -1 for none
SERVICE = FIRST + 71  # the interrupt whose service the host gives
PORT = FIRST + 72
PORT_SIZE = FIRST + 73
OUT = FIRST + 74  # words waiting in the arena `out`
EXITS = FIRST + 80  # how often the monitor was entered, by reason

# Numbers of segment registers
ES = 0
CS = 1
SS = 2
DS = 3
FS = 4
GS = 5

# Bits of MODE
BIG = 1  # the code segment's D bit
PROTECTED = 2
VIRTUAL = 4

# Bits of FLAGS
TF = 0x100
IF = 0x200
DF = 0x400
IOPL = 0x3000
NT = 0x4000
RF = 0x10000
VM = 0x20000

# Vectors of exceptions
DE = 0
DB = 1
BP = 3
OVERFLOW = 4
BR = 5
UD = 6
NM = 7
DOUBLE = 8
NP = 11
STACK = 12
GP = 13
PF = 14

# Requests (CAUSE)
FLUSH = 1
SERVE = 2
READ_PORT = 3
WRITE_PORT = 4
IDLE = 5

# Faults that end the run
SHUTDOWN = 1
