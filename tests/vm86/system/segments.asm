; Segments: what may be loaded into a segment register, and what may be done with it; the
; instructions that look at descriptors. 80386 Programmer's Reference Manual, sections 5.1 and 6.3,
; and the pages of MOV, LLDT, LTR, LAR, LSL, VERR, ARPL.

%include "common.inc"

NEW equ 0x70                            ; the selector that these cases describe
FLAT equ BIG + PAGED

; ---------------------------------------------------------------------------------------------
; Loading. %1 the register, %2 the selector, %3 what is at NEW, %4 its access byte, %5 "absent"

%macro loads 4-5
%defstr register %1
%strcat title "mov ", register, ": ", %3
case title
        descriptor GDT + NEW, 0, 0xFFFFF, %4, FLAT
        %ifnempty %5
        absent GDT + NEW
        %endif
        mov ax, %2
        mov %1, ax
        mov bl, [cs:GDT + NEW + 5]      ; the accessed bit
        done
%endmacro

loads ds, 0, "null", WRITE
loads es, 3, "null with RPL 3", WRITE
loads ss, 0, "null", WRITE
loads fs, GDT_LIMIT + 1, "beyond the GDT", WRITE
loads gs, 0xFFF8, "the last selector", WRITE
loads ss, GDT_LIMIT + 1, "beyond the GDT", WRITE
loads ds, NEW, "read-only data", READ
loads ds, NEW, "data", WRITE
loads ds, NEW, "data, not present", WRITE, absent
loads es, NEW, "read-only data, expand-down", READ + DOWN
loads fs, NEW, "data, expand-down", WRITE + DOWN
loads gs, NEW, "execute-only code", EXECUTE
loads ds, NEW, "readable code", EXECUTE + READABLE
loads ds, NEW, "execute-only conforming code", EXECUTE + CONFORM
loads ds, NEW, "readable conforming code", EXECUTE + READABLE + CONFORM
loads ds, NEW, "readable code, not present", EXECUTE + READABLE, absent
loads ds, NEW, "execute-only code, not present", EXECUTE, absent
loads ds, TASK, "TSS", WRITE
loads ds, LOCAL, "LDT descriptor", WRITE
loads ds, NEW, "call gate", CALL386
loads ds, NEW, "type 0", 0
loads ds, NEW, "type 8", 8
loads ss, NEW, "data", WRITE
loads ss, NEW, "data, expand-down", WRITE + DOWN
loads ss, NEW, "read-only data", READ
loads ss, NEW, "readable code", EXECUTE + READABLE
loads ss, NEW, "data, not present", WRITE, absent
loads ss, NEW, "read-only data, not present", READ, absent
loads ss, NEW + 3, "data with RPL 3", WRITE
loads ss, NEW, "data of DPL 3", WRITE + DPL3
loads ss, TASK, "TSS", WRITE
loads ds, NEW + 3, "data of DPL 0 with RPL 3", WRITE
loads ds, NEW + 3, "data of DPL 3 with RPL 3", WRITE + DPL3
loads ds, NEW + 2, "data of DPL 1 with RPL 2", WRITE + DPL1
loads ds, NEW + 3, "readable code of DPL 0 with RPL 3", EXECUTE + READABLE
loads ds, NEW + 3, "conforming code of DPL 0 with RPL 3", EXECUTE + READABLE + CONFORM

; The same at ring 3
%macro loads3 4
%defstr register %1
%strcat title "ring 3, mov ", register, ": ", %3
case title
        descriptor GDT + NEW, 0, 0xFFFFF, %4, FLAT
        ring 3
        mov ax, %2
        mov %1, ax
        done
%endmacro

loads3 ds, NEW, "data of DPL 0", WRITE
loads3 ds, NEW, "data of DPL 2", WRITE + DPL2
loads3 ds, NEW, "data of DPL 3", WRITE + DPL3
loads3 ds, NEW, "conforming code of DPL 0", EXECUTE + READABLE + CONFORM
loads3 ds, NEW, "readable code of DPL 0", EXECUTE + READABLE
loads3 ds, 0, "null", WRITE
loads3 ss, 0, "null", WRITE
loads3 ss, NEW, "data of DPL 3 with RPL 0", WRITE + DPL3
loads3 ss, NEW + 3, "data of DPL 3 with RPL 3", WRITE + DPL3
loads3 ss, NEW + 3, "data of DPL 0", WRITE

case "mov cs, ax"
        mov ax, CODE0
        db 0x8E, 0xC8
        done
case "mov segment register 6"
        db 0x8E, 0xF0
        done
case "mov es, [absent operand beyond the limit]"
        descriptor GDT + NEW, DATA, 0xF, WRITE
        mov ax, NEW
        mov ds, ax
        mov es, [0xF]
        done
case "pop ds: beyond the GDT, ESP is kept"
        push dword GDT_LIMIT + 1
        pop ds
        done
case "pop ss: null"
        push dword 0
        pop ss
        done
case "lds: a bad selector changes neither"
        mov dword [DATA], 0x12345678
        mov word [DATA + 4], TASK
        mov ebx, 0x11111111
        lds ebx, [DATA]
        done
case "lss: both are loaded"
        descriptor GDT + NEW, 0, 0xFFFFF, WRITE, FLAT
        mov dword [DATA], 0x6FF0
        mov word [DATA + 4], NEW
        lss esp, [DATA]
        done
case "lgs: null"
        mov dword [DATA], 0x12345678
        lgs eax, [DATA]
        done

; The LDT
case "mov ds: of the LDT"
        descriptor LDT + 8, 0, 0xFFFFF, WRITE, FLAT
        mov ax, 0x0C
        mov ds, ax
        done
case "mov ds: the LDT's entry 0"
        descriptor LDT, 0, 0xFFFFF, WRITE, FLAT
        mov ax, 4
        mov ds, ax
        done
case "mov ds: beyond the LDT"
        mov ax, 0x44
        mov ds, ax
        done
case "mov ds: of an LDT that is null"
        xor eax, eax
        lldt ax
        mov ax, 0x0C
        mov ds, ax
        done
case "lldt: not an LDT"
        mov ax, DATA0
        lldt ax
        done
case "lldt: not present"
        absent GDT + LOCAL
        mov ax, LOCAL
        lldt ax
        done
case "lldt: of the LDT"
        mov ax, 0x0C
        lldt ax
        done
case "lldt: beyond the GDT"
        mov ax, GDT_LIMIT + 1
        lldt ax
        done
case "ltr: busy"
        mov ax, TASK
        ltr ax
        done
case "ltr: null"
        xor eax, eax
        ltr ax
        done
case "ltr: not a TSS"
        mov ax, DATA0
        ltr ax
        done
case "ltr: not present"
        descriptor GDT + NEW, TSS_2, 103, TSS386
        absent GDT + NEW
        mov ax, NEW
        ltr ax
        done
case "ltr: of the LDT"
        mov ax, 0x0C
        ltr ax
        done
case "ltr: makes it busy; str"
        descriptor GDT + NEW, TSS_2, 103, TSS386
        mov ax, NEW
        ltr ax
        str ecx
        mov bl, [GDT + NEW + 5]
        done
case "ltr: of a 286; sldt"
        descriptor GDT + NEW, TSS_2, 43, TSS286
        mov ax, NEW
        ltr ax
        sldt ecx
        mov bl, [GDT + NEW + 5]
        done
case "ring 3: lldt"
        ring 3
        mov ax, LOCAL
        lldt ax
        done
case "ring 3: ltr"
        ring 3
        mov ax, TASK
        ltr ax
        done
case "ring 3: sldt, str, smsw"
        ring 3
        sldt bx
        str cx
        smsw dx
        and dx, 1
        done

; ---------------------------------------------------------------------------------------------
; What may be done. %1 the access byte, %2 what it is, then the instruction, with NEW in DS

%macro uses 4
%defstr register %4
case %2
        descriptor GDT + NEW, DATA, 0xFFF, %1, BIG
        mov word [DATA + 0x10], 0x1234
        mov cx, NEW
        mov %4, cx
        xor ecx, ecx
        %3
        done
%endmacro

uses READ, "read read-only data", {mov al, [0x10]}, ds
uses READ, "write read-only data", {mov [0x10], al}, ds
uses READ, "add to read-only data", {add [0x10], eax}, ds
uses READ, "cmp with read-only data", {cmp byte [0x10], 0x34}, ds
uses READ, "xchg with read-only data", {xchg [0x10], al}, ds
uses READ, "bt in read-only data", {bt word [0x10], 2}, ds
uses READ, "bts in read-only data", {bts word [0x10], 2}, ds
uses READ, "sgdt into read-only data", {sgdt [0x10]}, ds
uses READ, "stosb into read-only data", {stosb}, es
uses READ, "scasb in read-only data", {scasb}, es
uses READ, "movsb into read-only data", {movsb}, es
uses READ, "rep stosb, ECX = 0, into read-only data", {rep stosb}, es
uses READ, "push a read-only operand", {push dword [0x10]}, ds
uses READ, "pop into read-only data: ESP is kept", {pop dword [0x10]}, ds
uses WRITE, "write data", {mov [0x10], ax}, ds
uses EXECUTE + READABLE, "read code", {mov ax, [0x10]}, ds
uses EXECUTE + READABLE, "write code", {mov [0x10], al}, ds
uses EXECUTE + READABLE, "fs: write code", {mov [fs:0x10], al}, fs
uses WRITE, "gs: read data", {mov eax, [gs:0x10]}, gs

case "read through CS"
        mov al, [cs:entry]
        xor al, al
        done
case "write through CS"
        mov [cs:DATA], al
        done
case "read through execute-only CS"
        descriptor GDT + NEW, 0, 0xFFFFF, EXECUTE, FLAT
        jmp NEW:.there
.there: mov al, [cs:entry]
        done
case "read through a null selector"
        xor eax, eax
        mov ds, ax
        mov al, [0]
        done
case "write through a null selector"
        xor eax, eax
        mov gs, ax
        mov [gs:DATA], al
        done
case "lea through a null selector"
        xor eax, eax
        mov ds, ax
        lea eax, [ebx + 0x1234]
        done
case "what was loaded remains: descriptor changed"
        descriptor GDT + NEW, DATA, 0xFFF, WRITE
        mov ax, NEW
        mov fs, ax
        mov dword [GDT + NEW], 0
        mov dword [GDT + NEW + 4], 0
        mov dword [DATA + 0x10], 0x55
        mov eax, [fs:0x10]
        done

; ---------------------------------------------------------------------------------------------
; Instructions that look at descriptors: ZF says whether they may. Left out are interrupt and trap
; gates: the 80386's manual lets LAR look at them, the later ones do not.

%macro looks 4-5        ; what, access, selector, DPL and so on
case %1
        descriptor GDT + NEW, 0x12345678, 0xABCDE, %2, 5
        %ifnempty %5
        absent GDT + NEW
        %endif
        %if %4
        ring %4
        %endif
        mov ecx, %3
        mov eax, 0x11111111
        mov ebx, eax
        mov edx, eax
        lar eax, ecx
        setz dl
        lsl ebx, ecx
        setz dh
        verr cx
        setz al
        rol edx, 16
        mov dl, al
        verw cx
        setz dh
        xor ecx, ecx
        lar eax, ecx            ; null: ZF = 0
        mov ecx, %3
        lar eax, ecx
        and eax, 0xFFF0FFFF     ; these are undefined
        xor ecx, ecx
        done                    ; EDX: VERW, VERR in DH and DL; LSL, LAR above
%endmacro

looks "look: data", WRITE, NEW, 0
looks "look: read-only data", READ, NEW, 0
looks "look: data, expand-down", WRITE + DOWN, NEW, 0
looks "look: execute-only code", EXECUTE, NEW, 0
looks "look: readable code", EXECUTE + READABLE, NEW, 0
looks "look: conforming code", EXECUTE + READABLE + CONFORM, NEW, 0
looks "look: data, not present", WRITE, NEW, 0, absent
looks "look: data, RPL 3", WRITE, NEW + 3, 0
looks "look: conforming code, RPL 3", EXECUTE + READABLE + CONFORM, NEW + 3, 0
looks "look: execute-only conforming code, RPL 3", EXECUTE + CONFORM, NEW + 3, 0
looks "look: data of DPL 3, RPL 3", WRITE + DPL3, NEW + 3, 0
looks "look: data of DPL 2 from ring 3", WRITE + DPL2, NEW, 3
looks "look: data of DPL 3 from ring 3", WRITE + DPL3, NEW, 3
looks "look: null", WRITE, 3, 0
looks "look: beyond the GDT", WRITE, GDT_LIMIT + 1, 0
looks "look: type 0", 0, NEW, 0
looks "look: 286 TSS", TSS286, NEW, 0
looks "look: LDT", LDT_TYPE, NEW, 0
looks "look: busy 286 TSS", TSS286 + BUSY, NEW, 0
looks "look: 286 call gate", CALL286, NEW, 0
looks "look: task gate", TASKGATE, NEW, 0
looks "look: type 8", 8, NEW, 0
looks "look: 386 TSS", TSS386, NEW, 0
looks "look: type A", 10, NEW, 0
looks "look: busy 386 TSS", TSS386 + BUSY, NEW, 0
looks "look: 386 call gate", CALL386, NEW, 0
looks "look: type D", 13, NEW, 0
looks "look: LDT from ring 3", LDT_TYPE, NEW, 3
looks "look: LDT of DPL 3 from ring 3", LDT_TYPE + DPL3, NEW, 3

case "lar, lsl of 16 bits"
        descriptor GDT + NEW, 0, 0xFFFFF, WRITE, FLAT
        mov ecx, NEW
        mov eax, 0x11111111
        mov ebx, 0x11111111
        lar ax, cx
        lsl bx, cx
        done
case "verr beyond the limit of its operand's segment"
        descriptor GDT + NEW, DATA, 0x10, WRITE, BIG
        mov ax, NEW
        mov ds, ax
        verr [0x10]
        done
case "arpl: the lower RPL is raised"
        mov eax, 0x11110070
        mov ebx, 0x2222000B
        arpl ax, bx
        done
case "arpl: the higher stays"
        mov ax, 0x73
        mov bx, 2
        arpl ax, bx
        done
case "arpl: equal"
        mov ax, 0x72
        mov bx, 2
        arpl ax, bx
        done
case "arpl in read-only data"
        descriptor GDT + NEW, DATA, 0xFFF, READ, BIG
        mov bx, NEW
        mov ds, bx
        mov bx, 3
        arpl [0], bx
        done
case "arpl in read-only data: nothing changes"
        descriptor GDT + NEW, DATA, 0xFFF, READ, BIG
        mov bx, NEW
        mov ds, bx
        mov bx, 4
        arpl [0], bx
        done
last_case
