; Faults and traps: their vectors and error codes, undefined instructions, LOCK, privileged and
; IOPL-sensitive instructions, the coprocessor's flags, single steps and breakpoints. 80386
; Programmer's Reference Manual, sections 8.3, 9.8, 10.2, 12 and 14.

%include "common.inc"

SECOND equ 0x70
STACK2 equ 0x5C00

; ---------------------------------------------------------------------------------------------
; One instruction or a few

%macro does 2-6
case %1
        %2
        %3
        %4
        %5
        %6
        done
%endmacro

does "#DE: div by 0", {div cl}
does "#DE: div, the quotient is too large", {mov ax, 0x100}, {mov cl, 1}, {div cl}
does "#DE: div of 32 bits", {mov edx, 1}, {mov ecx, 1}, {div ecx}
does "div: the greatest quotient", {mov ax, 0xFEFF}, {mov cl, 0xFF}, {div cl}, {push byte 2}, {popfd}
does "#DE: idiv, the least quotient and one less", {mov ax, 0xFF7F}, {mov cl, 1}, {idiv cl}
does "#DE: idiv of 32 bits", {mov edx, 0x40000000}, {mov ecx, 0xFFFFFFFF}, {idiv ecx}
does "#DE: aam 0", {aam 0}
does "#BP", {int3}
does "#BP by int 3", {int 3}
does "#OF", {mov al, 0x7F}, {add al, 1}, {into}
does "into without overflow", {into}
does "#BR: below", {mov dword [DATA], 5}, {mov dword [DATA + 4], 9}, {mov eax, 4}, {bound eax, [DATA]}
does "#BR: above", {mov dword [DATA], 5}, {mov dword [DATA + 4], 9}, {mov eax, 10}, {bound eax, [DATA]}
does "bound: within", {mov dword [DATA], 5}, {mov dword [DATA + 4], 9}, {mov eax, 9}, {bound eax, [DATA]}
does "#BR: words are signed", {mov dword [DATA], 0x0005FFFE}, {mov ax, -3}, {bound ax, [DATA]}

; Undefined
%macro undefined 1-*
%defstr bytes %{1:-1}
%strcat title "undefined: ", bytes
case title
        db %{1:-1}
        done
%endmacro

undefined 0x0F, 0x04
undefined 0x0F, 0x0A
undefined 0x0F, 0x0B
undefined 0x0F, 0x0C
undefined 0x0F, 0x3F
undefined 0x0F, 0xFF
undefined 0x0F, 0x00, 0xF0
undefined 0x0F, 0x00, 0xF8
undefined 0x0F, 0x01, 0xE8
undefined 0x0F, 0xBA, 0xC0, 0
undefined 0x0F, 0xBA, 0xD8, 0
undefined 0xFE, 0xD0
undefined 0xFE, 0xF8
undefined 0xFF, 0xF8
undefined 0x0F, 0x20, 0xC8
undefined 0x0F, 0x22, 0xE8
undefined 0x8E, 0xC8
undefined 0x8E, 0xF8
undefined 0x8C, 0xF0
does "memory only: lea", {db 0x8D, 0xC0}
does "memory only: les", {db 0xC4, 0xC0}
does "memory only: lds", {db 0xC5, 0xC0}
does "memory only: lss", {db 0x0F, 0xB2, 0xC0}
does "memory only: lfs", {db 0x0F, 0xB4, 0xC0}
does "memory only: lgs", {db 0x0F, 0xB5, 0xC0}
does "memory only: bound", {db 0x62, 0xC0}
does "memory only: call far", {db 0xFF, 0xD8}
does "memory only: jmp far", {db 0xFF, 0xE8}
does "memory only: sgdt", {db 0x0F, 0x01, 0xC0}
does "memory only: sidt", {db 0x0F, 0x01, 0xC8}
does "memory only: lgdt", {db 0x0F, 0x01, 0xD0}
does "memory only: lidt", {db 0x0F, 0x01, 0xD8}

; LOCK. The 80386's manual has BT among those that may be locked on the page of LOCK, but not in
; sections 11.2.1 and 15.7; nor have later manuals.
does "lock add to memory", {lock add [DATA], eax}
does "lock add to a register", {db 0xF0}, {add ebx, eax}
does "lock add from memory", {db 0xF0}, {add eax, [DATA]}
does "lock cmp", {db 0xF0}, {cmp [DATA], eax}
does "lock or of an immediate", {lock or dword [DATA], 1}
does "lock cmp of an immediate", {db 0xF0}, {cmp dword [DATA], 1}
does "lock test", {db 0xF0}, {test [DATA], eax}
does "lock inc", {lock inc dword [DATA]}
does "lock dec of a register", {db 0xF0}, {dec eax}
does "lock not", {lock not byte [DATA]}
does "lock neg", {lock neg dword [DATA]}
does "lock mul", {db 0xF0}, {mul dword [DATA]}
does "lock shl", {db 0xF0}, {shl dword [DATA], 1}
does "lock xchg", {lock xchg [DATA], eax}
does "lock xchg of registers", {db 0xF0}, {xchg ebx, eax}
does "lock mov", {db 0xF0}, {mov [DATA], eax}
does "lock bts", {lock bts [DATA], eax}
does "lock bt", {db 0xF0}, {bt [DATA], eax}
does "lock bt of an immediate", {db 0xF0}, {bt dword [DATA], 1}
does "lock btr of an immediate", {lock btr dword [DATA], 1}
does "lock nop", {db 0xF0}, nop
does "lock movsb", {db 0xF0}, movsb
does "lock jmp", {db 0xF0, 0xEB, 0}
does "lock push", {db 0xF0}, {push eax}
does "lock twice, and a segment", {db 0xF0, 0x3E, 0xF0}, {inc dword [DATA]}

; Length
does "15 bytes", {times 14 ds}, nop
does "16 bytes", {times 15 ds}, nop
does "15 bytes with an immediate", {times 10 ds}, {mov eax, 0x12345678}
does "16 bytes with an immediate", {times 11 ds}, {mov eax, 0x12345678}
does "16 bytes of an undefined instruction", {times 14 ds}, {db 0x0F, 0xFF}
does "prefixes may be repeated", {db 0x66, 0x66, 0x66}, {mov eax, 0x30CD1234}

; ---------------------------------------------------------------------------------------------
; Rings. Name, ring, IOPL, the instructions

%macro at_ring 4-6
case %1
        ring %2, (%3) << 12 | 2
        %4
        %5
        %6
        done
%endmacro

at_ring "ring 3: hlt", 3, 3, hlt
at_ring "ring 1: hlt", 1, 3, hlt
at_ring "ring 3: clts", 3, 3, clts
at_ring "ring 3: lgdt", 3, 3, {lgdt [DATA]}
at_ring "ring 3: lidt", 3, 3, {lidt [DATA]}
at_ring "ring 3: sgdt, sidt", 3, 0, {sgdt [DATA]}, {sidt [DATA + 6]}, {mov eax, [DATA + 5]}
at_ring "ring 3: lmsw", 3, 3, {lmsw ax}
at_ring "ring 3: smsw", 3, 3, {smsw ax}, {and eax, 1}
at_ring "ring 3: read cr0", 3, 3, {mov eax, cr0}
at_ring "ring 3: write cr0", 3, 3, {mov cr0, eax}
at_ring "ring 2: write cr3", 2, 3, {mov cr3, eax}
at_ring "ring 3: read cr2", 3, 3, {mov eax, cr2}
at_ring "ring 3: read dr7", 3, 3, {mov eax, dr7}
at_ring "ring 1: write dr0", 1, 3, {mov dr0, eax}
at_ring "ring 3, IOPL 2: cli", 3, 2, cli
at_ring "ring 3, IOPL 3: cli", 3, 3, cli
at_ring "ring 3, IOPL 2: sti", 3, 2, sti
at_ring "ring 3, IOPL 3: sti", 3, 3, sti
at_ring "ring 2, IOPL 1: sti", 2, 1, sti
at_ring "ring 1, IOPL 1: sti", 1, 1, sti
at_ring "ring 3, IOPL 0: pushfd", 3, 0, pushfd, {pop eax}
at_ring "ring 3, IOPL 0: popfd", 3, 0, {push dword 0x7ED7}, popfd
at_ring "ring 3, IOPL 3: popfd", 3, 3, {push dword 0x4ED7}, popfd
at_ring "ring 2, IOPL 1: popf", 2, 1, {push word 0x7ED7}, popfw
at_ring "ring 2, IOPL 2: popf", 2, 2, {push word 0x0ED7}, popfw
at_ring "ring 3: a privileged instruction with LOCK", 3, 3, {db 0xF0, 0xF4}
at_ring "ring 3: undefined before privileged", 3, 3, {db 0x0F, 0x01, 0xD0}

does "popfd at ring 0: IOPL, IF, NT", {push dword 0x7ED7}, {popfd}, {pushfd}, {pop eax}, {push byte 2}
does "popfd: RF and VM stay", {push dword 0x30002}, {popfd}
does "popf leaves the upper half", {push word 0x0002}, {popfw}

; ---------------------------------------------------------------------------------------------
; CR0 and the coprocessor

EM equ 4
MP equ 2
TS equ 8

%macro control 3-4      ; name, bits of CR0, instructions
case %1
        mov eax, cr0
        or al, %2
        mov cr0, eax
        xor eax, eax
        xor ebx, ebx
        %3
        %4
        mov eax, cr0
        and eax, 0xF & ~1 | 1
        done
%endmacro

control "EM: an instruction of the coprocessor", EM, fnop
control "EM: with an operand in memory", EM, {fld dword [DATA]}
control "EM: wait", EM, wait
control "TS: an instruction of the coprocessor", TS, fnop
control "TS: wait", TS, wait
control "MP: wait", MP, wait
control "TS and MP: wait", TS + MP, wait
control "EM, TS and MP: wait", EM + TS + MP, wait
control "EM and TS: an instruction of the coprocessor", EM + TS, fnop
control "clts", TS + MP, clts
control "lmsw sets TS, MP, EM", 0, {mov bx, 0xE}, {lmsw bx}
control "lmsw clears them, but not PE", TS + EM, {lmsw bx}
control "lmsw from memory", 0, {mov byte [DATA], MP}, {lmsw [DATA]}
control "smsw", TS, {smsw bx}, {and bx, 0xF}
control "smsw into memory writes two bytes", TS, {smsw [DATA]}, {mov bx, [DATA + 2]}
control "the MOD of mov cr0 does not matter", 0, {db 0x0F, 0x20, 0x03}, {and ebx, 1}
case "cr2 and cr3 keep what is written"
        mov eax, 0x12345000
        mov cr3, eax
        mov ebx, cr3
        mov eax, 0x87654321
        mov cr2, eax
        mov ecx, cr2
        done
case "lgdt, sgdt and lidt, sidt"
        mov word [DATA], GDT_LIMIT
        mov dword [DATA + 2], GDT
        lgdt [DATA]
        sgdt [DATA + 8]
        sidt [DATA + 16]
        mov eax, [DATA + 10]
        mov bx, [DATA + 8]
        mov ecx, [DATA + 18]
        mov dx, [DATA + 16]
        done

; ---------------------------------------------------------------------------------------------
; Single steps

%macro steps 2-5
case %1
        push dword 0x102
        popfd
        %2
        %3
        %4
        %5
        done
%endmacro

steps "TF: the instruction behind popfd is done", nop, nop
steps "TF: a jump", {jmp short $ + 4}, nop, nop, nop
steps "TF: a fault comes first", {db 0x0F, 0xFF}
steps "TF: int clears it for the handler", {int3}
steps "TF: popfd clears it, and still traps", {popfd}
steps "TF: mov ss holds it off", {mov ss, [data]}, nop, nop
steps "TF: an instruction that is repeated", {rep lodsb}
case "TF: a repeated instruction, ECX = 3"
        mov ecx, 3
        mov esi, DATA
        push dword 0x102
        popfd
        rep lodsb
        done
case "TF: iretd sets it"
        push dword 0x102
        push dword CODE0
        push dword .there
        iretd
.there: nop
        nop
        done
case "TF: the handler goes on, step by step"
        gate interrupt(1), CODE0, .step, INT386
        push dword 0x102
        popfd
        nop
        nop
        nop
        push byte 2
        popfd
        done
.step:  inc ecx
        iretd
case "TF at ring 3"
        ring 3, 0x102
        nop
        nop
        done
case "TF through a call gate from ring 3"
        gate GDT + SECOND, CODE0, .there, CALL386 + DPL3
        ring 3, 0x102
        call SECOND:0
        done
.there: nop
        done

; ---------------------------------------------------------------------------------------------
; Breakpoints. Name, address, DR7, instructions

%macro breaks 4-7
case %1
        mov eax, %2
        mov dr0, eax
        mov eax, %3 + 0x300             ; LE and GE
        mov dr7, eax
        xor eax, eax
        %4
        %5
        %6
        %7
        xor eax, eax
        mov dr7, eax
        done
%endmacro

CODE_AT equ 1
WRITE1  equ 0x00010001
WRITE2  equ 0x00050001
WRITE4  equ 0x000D0001
ACCESS1 equ 0x00030001
ACCESS4 equ 0x000F0001

breaks "breakpoint: code", .here, CODE_AT, nop, {.here: nop}
breaks "breakpoint: code, by G0", .here, 2, nop, {.here: nop}
breaks "breakpoint: code, not enabled", .here, 0, nop, {.here: nop}
breaks "breakpoint: within an instruction", .here + 1, CODE_AT, {.here: mov ecx, 1}
breaks "breakpoint: on a prefix", .here, CODE_AT, {.here: o16 mov cx, 1}
breaks "breakpoint: before a fault", .here, CODE_AT, {.here: db 0x0F, 0xFF}
breaks "breakpoint: write of a byte", DATA, WRITE1, {mov [DATA], cl}, nop
breaks "breakpoint: write of a byte, read", DATA, WRITE1, {mov cl, [DATA]}, nop
breaks "breakpoint: write of a byte, one beside", DATA, WRITE1, {mov [DATA + 1], cl}, nop
breaks "breakpoint: write of a byte, in a dword", DATA + 2, WRITE1, {mov [DATA], ecx}, nop
breaks "breakpoint: write of a word", DATA + 2, WRITE2, {mov [DATA + 3], cl}, nop
breaks "breakpoint: write of a dword", DATA, WRITE4, {mov [DATA + 3], cl}, nop
breaks "breakpoint: write of a dword, beside", DATA, WRITE4, {mov [DATA + 4], cl}, nop
breaks "breakpoint: the address is aligned", DATA + 3, WRITE4, {mov [DATA], cl}, nop
breaks "breakpoint: access, read", DATA, ACCESS1, {mov cl, [DATA]}, nop
breaks "breakpoint: access, write", DATA, ACCESS1, {mov [DATA], cl}, nop
breaks "breakpoint: access, read across", DATA + 4, ACCESS4, {mov ecx, [DATA + 1]}, nop
breaks "breakpoint: access, not code", .here, ACCESS1, {.here: nop}
breaks "breakpoint: push", STACK0 - 4, WRITE4, {push ecx}, {mov ecx, esp}
breaks "breakpoint: call", STACK0 - 4, WRITE4, {call $ + 5}, nop
breaks "breakpoint: movsb", DATA, WRITE1, {mov edi, DATA}, {mov esi, DATA + 8}, movsb, nop
breaks "breakpoint: rep stosb", DATA + 1, WRITE1, {mov edi, DATA}, {mov ecx, 4}, {rep stosb}, nop
breaks "breakpoint: inc", DATA, WRITE4, {inc dword [DATA]}, nop
case "breakpoint: DR3"
        mov eax, DATA
        mov dr3, eax
        mov eax, 0xD0000340
        mov dr7, eax
        mov [DATA], ecx
        nop
        done
case "breakpoint: DR1 and DR2 at once"
        mov eax, DATA
        mov dr1, eax
        mov dr2, eax
        mov eax, 0x0DD00314
        mov dr7, eax
        mov [DATA], ecx
        nop
        done
case "breakpoint: with a single step"
        mov eax, DATA
        mov dr0, eax
        mov eax, WRITE4 + 0x300
        mov dr7, eax
        push dword 0x102
        popfd
        mov [DATA], ecx
        nop
        done
case "breakpoint: RF goes over it"
        mov eax, .here
        mov dr0, eax
        mov eax, CODE_AT
        mov dr7, eax
        push dword 0x10002
        push dword CODE0
        push dword .here
        iretd
.here:  nop
        done
case "breakpoint: RF lasts for one instruction"
        mov eax, .here
        mov dr0, eax
        mov eax, CODE_AT
        mov dr7, eax
        push dword 0x10002
        push dword CODE0
        push dword .before
        iretd
.before: nop
.here:  nop
        done
case "breakpoint: a handler sets RF, and goes on"
        gate interrupt(1), CODE0, .handler, INT386
        mov eax, .here
        mov dr0, eax
        mov eax, CODE_AT
        mov dr7, eax
        nop
.here:  nop
        mov eax, dr6
        and eax, 0xE00F
        done
.handler:
        inc ecx
        or dword [esp + 8], 0x10000
        iretd
case "breakpoint: at ring 3"
        mov eax, .here
        mov dr0, eax
        mov eax, CODE_AT
        mov dr7, eax
        ring 3
.here:  nop
        done
case "breakpoint: mov ss holds a code breakpoint off"
        mov eax, .here
        mov dr0, eax
        mov eax, CODE_AT
        mov dr7, eax
        mov ax, DATA0
        mov ss, ax
.here:  nop
        nop
        done
case "GD: no access to debug registers"
        gate interrupt(1), CODE0, .handler, INT386      ; whether it pushes RF is not said
        mov eax, 0x2000
        mov dr7, eax
        mov ecx, dr0
        done
.handler:
        mov ebx, [esp]
        sub ebx, [entry]
        mov edx, dr6
        and edx, 0xE00F
        done
case "GD: the handler may, as it is cleared"
        gate interrupt(1), CODE0, .handler, INT386
        mov eax, 0x2300
        mov dr7, eax
        mov dr1, eax
        done
.handler:
        mov ecx, dr7
        and ecx, 0x2000
        mov edx, dr6
        and edx, 0xE00F
        done
case "DR6 keeps what has been"
        gate interrupt(1), CODE0, .handler, INT386
        mov eax, DATA
        mov dr0, eax
        mov eax, WRITE4 + 0x300
        mov dr7, eax
        mov [DATA], ecx
        push dword 0x102
        popfd
        nop
        push byte 2
        popfd
        mov eax, dr6
        and eax, 0xE00F
        done
.handler:
        inc ecx
        iretd
case "DR0 to DR3 keep what is written"
        mov eax, 0x12345678
        mov dr0, eax
        inc eax
        mov dr1, eax
        inc eax
        mov dr2, eax
        inc eax
        mov dr3, eax
        mov ebx, dr0
        mov ecx, dr1
        mov esi, dr2
        mov edi, dr3
        done
case "a task switch clears the local breakpoints"
        mov edi, TSS_2
        call task
        mov dword [TSS_2 + 32], .task
        mov dword [TSS_2 + 56], STACK2
        descriptor GDT + SECOND, TSS_2, 103, TSS386
        mov eax, 0x3FF
        mov dr7, eax
        jmp SECOND:0
.task:  mov ecx, dr7
        and ecx, 0x3FF
        done

data:   dw DATA0
last_case
