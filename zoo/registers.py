"""The registers that every machine has, and the reasons for which a run stops.

Registers are 64-bit signed integers at fixed places in the state. A machine numbers its own from
`FIRST` upwards in a module like this one. They are plain integers, and not an Enum, because the
semantic functions index with them and both CPython and Numba are quickest with a constant.
"""

PC = 0  # address of the next instruction
STOP = 1  # why the run stopped, RUNNING while it has not
CAUSE = 2  # which service (HOST) or which fault (FAULT), in the machine's own numbers
RETRY = 3  # 1: PC is before the stopping instruction, which runs again; 0: after it
REPLIED = 4  # 1: the host has served the request, and the retried instruction finds its answer
REPLY = 5  # the answer's integer
DONE = 6  # instructions completed since the state was loaded
FIRST = 8  # where a machine's own registers begin

TRAPPED = 1 << 40  # no address, but a fault (zoo.generate.step_source)

RUNNING = 0
BUDGET = 1  # the budget is used up
HOST = 2  # a service of the host is wanted
FAULT = 3  # the guest did what cannot be done
HALT = 4  # the guest ended by itself
BREAK = 5  # somebody asked for it (zoo.session.Session.interrupt)
